"""Channels that refuse every message: since when and why, until one takes a message again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage import bulletins, held
from storage.bulletins import BulletinDelivery
from storage.database import select, to_instant, to_text
from storage.deliveries import OutboxRow, State
from storage.workspaces import ENDED

#: Kinds of bulletins: the word that a channel is owed once it takes messages again, and what others
#: are told meanwhile. The first stands for the refusal: it is held, tried now and then, and once it
#: is taken the refusal is over.
RETURN, REFUSAL = "return", "refusal"
_KINDS = "('return', 'refusal')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A channel that refuses messages, or did."""

    #: Of its `RETURN`, in the outbox.
    id: int
    channel: str
    since: datetime
    #: In Slack's word, as it was heard last; or why it was given up. None once it is over.
    reason: str | None
    state: State
    #: When the channel took a message again, or was given up; None while it lasts.
    ended_at: datetime | None

    @property
    def began(self) -> str:
        """The key of its `RETURN`."""
        return to_text(self.since)

    @property
    def key(self) -> str:
        """Names it wherever others are told of it."""
        return f"{self.channel} {self.began}"

    @property
    def lasts(self) -> bool:
        """Whether the channel refuses still."""
        return self.state not in {State.SENT, State.DEAD}


# CROSS: the index of the bulletins is read to its end, and no body of theirs.
_SELECT = (
    "SELECT outbox.id, outbox.channel, key, last_error, state, settled_at FROM bulletins"
    " CROSS JOIN outbox ON bulletin_id = bulletins.id WHERE kind = 'return'"
)


def is_of_one(delivery: OutboxRow) -> bool:
    """Whether a delivery tells of a refusal: that it is refused is news to nobody."""
    return isinstance(delivery, BulletinDelivery) and delivery.kind in {RETURN, REFUSAL}


def begin(
    db: Database, channel: str, *, reason: str, now: datetime, until: datetime
) -> Refusal | None:
    """A channel refuses from now on, and is owed a `RETURN` that says nothing yet.

    Args:
        db: Inside a transaction.
        channel: Which.
        reason: Slack's word.
        now: Time of the refusal.
        until: When it is tried again.

    Returns:
        None when it refused before.
    """
    if any(each.lasts for each in _of(db, channel)):
        return None
    number = bulletins.owe(
        db, channel=channel, kind=RETURN, key=to_text(now), body="", now=now, due_at=until
    )
    db.execute(
        "UPDATE outbox SET state = 'held', last_error = ? WHERE id = ?",
        [reason, number],
    )
    return next((each for each in _of(db, channel) if each.id == number), None)


def wait(db: Database, refused: OutboxRow, *, reason: str, until: datetime) -> None:
    """What tells of refusals waits in a channel that refuses; also what was refused, if it does.

    Args:
        db: Inside a transaction.
        refused: As it was claimed.
        reason: Slack's word.
        until: When it is tried again.
    """
    db.execute(
        "UPDATE outbox SET state = 'held', due_at = :until, last_error = :reason"  # noqa: S608  the kinds are ours
        " WHERE channel = :channel AND bulletin_id IN"
        f" (SELECT id FROM bulletins WHERE channel = :channel AND kind IN {_KINDS}) AND ("
        "state = 'pending' OR (state = 'sending' AND id = :id AND attempts = :attempts))",
        {
            "until": to_text(until),
            "reason": reason,
            "channel": refused.channel,
            "id": refused.id,
            "attempts": refused.attempts,
        },
    )


def hear(db: Database, channel: str, *, now: datetime) -> None:
    """A channel has taken a message: what waited for that is due."""
    db.execute(
        "UPDATE outbox SET due_at = ? WHERE channel = ? AND state = 'held'"
        " AND bulletin_id IS NOT NULL",
        [to_text(now), channel],
    )


def known(db: Database, *, since: datetime) -> list[Refusal]:
    """Those that last, and those that ended since a moment; first begun first."""
    where = "AND (state NOT IN ('sent', 'dead') OR settled_at >= ?) ORDER BY outbox.id"
    return [_from_row(row) for row in select(db, f"{_SELECT} {where}", [to_text(since)])]


def deaf(db: Database) -> set[str]:
    """Channels in which something waits until they take messages again."""
    query = "SELECT DISTINCT channel FROM outbox WHERE state = 'held' AND bulletin_id IS NOT NULL"
    return {row["channel"] for row in select(db, query)}


def missed(db: Database, refusal: Refusal) -> list[int]:
    """What the channel was not told because it refused, newest first: numbers in the outbox.

    Of a digest all that it was to tell. What was buried with another has the same reason; what was
    dropped because nobody wanted it has one of its own.
    """
    rows = select(
        db,
        f"""
        WITH refused AS (
            SELECT id, attempts, last_error FROM outbox
            WHERE channel = :channel AND state = 'dead' AND settled_at BETWEEN :since AND :until
                AND (bulletin_id IS NULL OR bulletin_id NOT IN (
                    SELECT id FROM bulletins WHERE channel = :channel AND kind IN {_KINDS}
                ))
        ), lost AS (
            SELECT id FROM refused WHERE attempts > 0
                OR last_error IN (SELECT last_error FROM refused WHERE attempts > 0)
        ), folded AS (
            SELECT id, folded_into FROM outbox WHERE folded_into IN (SELECT id FROM lost)
        )
        SELECT id FROM folded UNION ALL
        SELECT id FROM lost WHERE id NOT IN (SELECT folded_into FROM folded) ORDER BY id DESC
        """,  # noqa: S608  the kinds are ours
        {
            "channel": refusal.channel,
            "since": to_text(refusal.since),
            "until": to_text(refusal.ended_at) if refusal.ended_at else "9",
        },
    )
    return [row["id"] for row in rows]


def wanted(db: Database, channel: str) -> bool:
    """Whether anybody wants anything told in a channel: by a subscription, or by following a story."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM subscriptions WHERE channel = :channel) OR EXISTS"
        " (SELECT 1 FROM marks WHERE holder = :channel AND mark = 'followed')"
    )
    return bool(db.execute(query, {"channel": channel}).fetchone()[0])


def words(db: Database, some: Iterable[Refusal]) -> list[BulletinDelivery]:
    """What others were told, or are owed, of any of them: the key of each word has theirs as lines."""
    keys = {each.key for each in some}
    rows = select(db, "SELECT channel, key FROM bulletins WHERE kind = 'refusal' ORDER BY id")
    found = (
        bulletins.get(db, channel=row["channel"], kind=REFUSAL, key=row["key"])
        for row in rows
        if keys.intersection(row["key"].splitlines())
    )
    return [each for each in found if each]


def named(db: Database, word: BulletinDelivery) -> list[Refusal]:
    """The refusals that a word tells of, whatever became of them since."""
    keys = word.key.splitlines()
    channels = dict.fromkeys(each.rpartition(" ")[0] for each in keys)
    return [each for channel in channels for each in _of(db, channel) if each.key in keys]


def drop(db: Database, number: int, *, reason: str, now: datetime) -> None:
    """It needs not be told any more, unless it is just being sent."""
    db.execute(
        "UPDATE outbox SET state = 'dead', last_error = ?, settled_at = ?"
        " WHERE id = ? AND state IN ('held', 'pending')",
        [reason, to_text(now), number],
    )


def wake(db: Database) -> None:
    """Subscriptions of channels that have taken messages again tell as before, from now on.

    Not those of a workspace that has ended, which a new install wakes.
    """
    rows = select(
        db,
        "SELECT DISTINCT channel FROM subscriptions WHERE disabled_reason IS NOT NULL"
        " AND disabled_reason NOT IN (SELECT value FROM json_each(?))",
        [json.dumps(ENDED)],
    )
    for channel in (row["channel"] for row in rows):
        if [each.state for each in _of(db, channel)][-1:] == [State.SENT]:
            returned(db, channel)


def returned(db: Database, channel: str) -> None:
    """A channel has taken its `RETURN`: its subscriptions go on, and what is held is judged anew."""
    db.execute("UPDATE subscriptions SET disabled_reason = NULL WHERE channel = ?", [channel])
    held.judge_again(db, channel)


def _of(db: Database, channel: str) -> list[Refusal]:
    """A channel's, first begun first."""
    where = "AND bulletins.channel = ? ORDER BY outbox.id"
    return [_from_row(row) for row in select(db, f"{_SELECT} {where}", [channel])]


def _from_row(row: Mapping[str, Any]) -> Refusal:
    state = State(row["state"])
    over = state in {State.SENT, State.DEAD} and row["settled_at"]
    return Refusal(
        id=row["id"],
        channel=row["channel"],
        since=to_instant(row["key"]),
        reason=row["last_error"],
        state=state,
        ended_at=to_instant(row["settled_at"]) if over else None,
    )
