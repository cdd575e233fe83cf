"""Messages that tell no step of a story: owed once a channel, kind and key, and edited in place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage import restored
from storage.database import select, to_text
from storage.deliveries import OutboxRow, State, outbox_row, where

#: Namespace of their delivery ids.
_IDS = uuid.UUID("0d6e3e0e-58a6-4f0d-9e0a-0f4a6a1a7b55")


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinDelivery(OutboxRow):
    """One bulletin that one channel is owed."""

    kind: str
    #: Tells those of one kind apart.
    key: str
    #: As it is now; only its maker understands it.
    body: str


_SELECT = (
    "SELECT outbox.*, kind, key, body FROM outbox JOIN bulletins ON bulletins.id = bulletin_id"
)


def owe(
    db: Database,
    *,
    channel: str,
    kind: str,
    key: str,
    body: str,
    now: datetime,
    due_at: datetime | None = None,
    since: datetime | None = None,
) -> int | None:
    """Owe a channel a bulletin, at once or from a moment on.

    Args:
        db: Inside a transaction.
        channel: For whom.
        kind: What it is.
        key: Tells those of one kind apart.
        body: As only its maker understands it.
        now: Time of the call.
        due_at: Sent no earlier; None for at once.
        since: Of a key that is a number of this database: when that was given. In a database that
            was restored it is given again, and what stands in Slack is another's.

    Returns:
        Its number in the outbox; None when the channel was owed one of this kind and key before. In
        a database that was restored of late it may stand already: it is uncertain until the channel
        is read back.
    """
    made = db.execute(
        "INSERT OR IGNORE INTO bulletins (channel, kind, key, body, made_at) VALUES (?, ?, ?, ?, ?)",
        [channel, kind, key, body, to_text(now)],
    )
    if not made.rowcount:
        return None
    doubt = restored.doubt(db, now=now)
    owed = db.execute(
        "INSERT INTO outbox"
        " (delivery_id, channel, bulletin_id, whys, state, due_at, created_at, last_error)"
        " VALUES (?, ?, ?, '[]', ?, ?, ?, ?)",
        [
            # The same in any copy of the database: a restored one, too.
            str(
                uuid.uuid5(
                    _IDS, "\n".join([channel, kind, key, *([to_text(since)] if since else [])])
                )
            ),
            channel,
            made.lastrowid,
            (State.UNCERTAIN if doubt else State.PENDING).value,
            to_text(due_at or now),
            to_text(now),
            doubt,
        ],
    )
    return owed.lastrowid


def change(db: Database, *, channel: str, kind: str, key: str, body: str) -> bool:
    """Have it say something else: before it is sent, or in place where it stands.

    False when it says so already, or was never owed.
    """
    done = db.execute(
        "UPDATE bulletins SET body = :body, outdated = outdated + 1"
        " WHERE channel = :channel AND kind = :kind AND key = :key AND body <> :body",
        {"channel": channel, "kind": kind, "key": key, "body": body},
    )
    return done.rowcount > 0


def get(db: Database, *, channel: str, kind: str, key: str) -> BulletinDelivery | None:
    """What a channel was owed of a kind and key."""
    where = "WHERE outbox.channel = ? AND kind = ? AND key = ?"
    return _first(db, where, [channel, kind, key])


def numbered(db: Database, number: int) -> BulletinDelivery | None:
    """The one of a number in the outbox."""
    return _first(db, "WHERE outbox.id = ?", [number])


def in_state(db: Database, state: State) -> list[BulletinDelivery]:
    """Those in one state, oldest first."""
    return [_from_row(row) for row in select(db, f"{_SELECT} {where(state)}")]


def taken(db: Database, delivery: BulletinDelivery) -> None:
    """What is about to be posted is its body as it is now: no edit is owed. For whoever claims it."""
    db.execute(
        "UPDATE bulletins SET outdated = 0 WHERE channel = ? AND kind = ? AND key = ?",
        [delivery.channel, delivery.kind, delivery.key],
    )


def stands(db: Database, delivery: BulletinDelivery, *, conversation: str) -> None:
    """Where it came to stand: for a person, the direct message's own id.

    One that was never posted from this database may say there what another had to say.
    """
    db.execute("UPDATE outbox SET conversation = ? WHERE id = ?", [conversation, delivery.id])
    if not delivery.attempts:
        db.execute(
            "UPDATE bulletins SET outdated = outdated + 1"
            " WHERE channel = ? AND kind = ? AND key = ?",
            [delivery.channel, delivery.kind, delivery.key],
        )


def outdated(db: Database) -> list[tuple[BulletinDelivery, int]]:
    """Those that stand and no longer say what they should, each with how many changes it lacks."""
    rows = select(
        db,
        # CROSS: in this order, so that what is owed no edit is not read.
        "SELECT outbox.*, kind, key, body, outdated FROM bulletins"
        " CROSS JOIN outbox ON bulletin_id = bulletins.id"
        " WHERE outdated > 0 AND state = 'sent' AND ts IS NOT NULL",
    )
    return [(_from_row(row), row["outdated"]) for row in rows]


def renewed(db: Database, delivery: BulletinDelivery, *, changes: int) -> None:
    """It was edited and shows so many changes; those that came meanwhile are still owed."""
    db.execute(
        "UPDATE bulletins SET outdated = max(outdated - ?, 0)"
        " WHERE channel = ? AND kind = ? AND key = ?",
        [changes, delivery.channel, delivery.kind, delivery.key],
    )


def _first(db: Database, where: str, values: list[object]) -> BulletinDelivery | None:
    return next(map(_from_row, select(db, f"{_SELECT} {where}", values)), None)


def _from_row(row: Mapping[str, Any]) -> BulletinDelivery:
    return BulletinDelivery(**outbox_row(row), kind=row["kind"], key=row["key"], body=row["body"])
