"""Settle what may or may not stand in its channel: by reading back, or as a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from storage import held
from storage.database import select, to_instant, to_text
from storage.deliveries import Delivery, OutboxRow


class Verdict(StrEnum):
    """How an uncertain delivery was settled."""

    FOUND = "found"  # it stands in its channel
    ABSENT = "absent"  # it does not, and is sent again
    SENT = "sent"  # a person says that it stands
    AGAIN = "again"  # a person has it sent again


#: Of the verdicts, those after which nothing stands and all is to be done again.
_OWED = {Verdict.ABSENT, Verdict.AGAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How, by whom and when an uncertain delivery was settled."""

    verdict: Verdict
    #: A person, or "rulewire".
    by: str
    at: datetime


def settle(
    db: Database,
    delivery: OutboxRow,
    verdict: Verdict,
    *,
    by: str,
    now: datetime,
    ts: str | None = None,
) -> bool:
    """Settle an uncertain delivery, once.

    What is not found and was never tried from here is held as what came just now would be: it was
    only told before the database was restored, or never. Where the channel was muted meanwhile, all
    that is not found waits. False when it was settled before, or tried again since it was read.
    """
    owed = verdict in _OWED
    waits = (
        verdict is Verdict.ABSENT
        and isinstance(delivery, Delivery)
        and not delivery.attempts
        and held.may_hold(db, delivery.channel, delivery.whys, now=now)
    )
    done = db.execute(
        "UPDATE outbox SET state = :state, due_at = :now, ts = coalesce(:ts, ts),"
        " unreadable = NULL, last_error = CASE WHEN :owed THEN last_error END,"
        " settled_at = CASE WHEN :owed THEN NULL ELSE :now END"
        " WHERE id = :id AND state = 'uncertain' AND attempts = :attempts",
        {
            "state": "held" if waits else "pending" if owed else "sent",
            "owed": owed,
            "now": to_text(now),
            "ts": ts,
            "id": delivery.id,
            "attempts": delivery.attempts,
        },
    )
    if not done.rowcount:
        return False
    if verdict is Verdict.ABSENT:
        held.take_back(db, delivery.channel, number=delivery.id)
    db.execute(
        "INSERT INTO settlements (outbox_id, verdict, settled_by, at) VALUES (?, ?, ?, ?)",
        [delivery.id, verdict.value, by, to_text(now)],
    )
    return True


def unreadable(db: Database, delivery: OutboxRow, *, reason: str) -> None:
    """Its channel cannot be read back; a person has to decide."""
    db.execute(
        "UPDATE outbox SET unreadable = ? WHERE id = ? AND state = 'uncertain'",
        [reason, delivery.id],
    )


def last(db: Database, number: int) -> Settlement | None:
    """How a delivery was settled last; None when it never had to be."""
    rows = select(
        db,
        "SELECT verdict, settled_by, at FROM settlements WHERE outbox_id = ? ORDER BY id DESC LIMIT 1",
        [number],
    )
    return next(
        (
            Settlement(
                verdict=Verdict(row["verdict"]), by=row["settled_by"], at=to_instant(row["at"])
            )
            for row in rows
        ),
        None,
    )
