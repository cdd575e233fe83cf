"""Whose a row is: the workspace before the slash of its address; stop and wake all of a workspace."""

from __future__ import annotations

import json
from datetime import datetime

from sqlite_utils import Database

from storage.database import to_text

#: Why a workspace is stopped, as status and a re-install read it.
UNINSTALLED = "the app was removed from the workspace"
REVOKED = "its token was revoked"
NOT_RENEWED = "its token could not be renewed"
NOT_INSTALLED = "the app is not installed in the workspace"
#: Slack's own words for the same (docs.slack.dev/reference/methods/chat.postMessage, "Errors").
TOKEN_ERRORS = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")
#: Of a workspace in which nothing is posted until the app is installed again.
ENDED = (UNINSTALLED, REVOKED, NOT_RENEWED, NOT_INSTALLED)
#: What a re-install mends.
_MENDED = (*ENDED, *TOKEN_ERRORS)


def workspace_of(address: str) -> str:
    """The workspace of an address; empty for the one of SLACK_BOT_TOKEN, and for the terminal."""
    return address.rpartition("/")[0]


def local(address: str) -> str:
    """What an address is called within its workspace: Slack's own id."""
    return address.rpartition("/")[2]


def is_person(address: str) -> bool:
    """Whether it is a direct message: by Slack's ids U… and W… are people's, C… and G… conversations'."""
    return local(address)[:1] in {"U", "W"}


def prefix(workspace: str) -> str:
    """What the addresses of a workspace begin with, for `owned`."""
    return f"{workspace}/" if workspace else ""


def owned(column: str) -> str:
    """The condition that a column's address is of a workspace, whose `prefix` is bound as :mine."""
    return f"substr({column}, 1, instr({column}, '/')) = :mine"


def stop(db: Database, workspace: str, *, reason: str, now: datetime) -> int:
    """What a workspace is still owed is dead, and its subscriptions are silent.

    What is being sent is left to whoever sends it. Returns how many deliveries are dead.
    """
    bound = {"reason": reason, "now": to_text(now), "mine": prefix(workspace)}
    db.execute(
        "UPDATE subscriptions SET disabled_reason = :reason"  # noqa: S608  the column is ours
        f" WHERE disabled_reason IS NULL AND {owned('channel')}",
        bound,
    )
    done = db.execute(
        "UPDATE outbox SET state = 'dead', last_error = :reason, settled_at = :now"  # noqa: S608  as above
        f" WHERE state IN ('held', 'pending') AND {owned('channel')}",
        bound,
    )
    return done.rowcount


def wake(db: Database, workspace: str) -> int:
    """Subscriptions that a lost token silenced tell again; returns how many.

    Channels that refused messages are tried at once.
    """
    db.execute(
        "UPDATE outbox SET due_at = created_at"  # noqa: S608  the column is ours
        f" WHERE state = 'held' AND bulletin_id IS NOT NULL AND {owned('channel')}",
        {"mine": prefix(workspace)},
    )
    done = db.execute(
        "UPDATE subscriptions SET disabled_reason = NULL"  # noqa: S608  as above
        f" WHERE disabled_reason IN (SELECT value FROM json_each(:mended)) AND {owned('channel')}",
        {"mended": json.dumps(_MENDED), "mine": prefix(workspace)},
    )
    return done.rowcount
