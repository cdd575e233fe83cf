"""The lease: which of the copies on one database leads; its owner renews it beat by beat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from storage.database import select, to_instant, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The lease as it stands."""

    #: None when nobody leads: it was handed over, or never taken.
    owner: str | None
    #: Raised by each renewal. Whoever sees it unchanged for long knows that its owner is gone,
    #: whatever anybody's clock says.
    beat: int
    #: The owner's clock at the last renewal, for people; None before the first.
    at: datetime | None


def read(db: Database) -> Lease:
    """Who leads."""
    (row,) = select(db, "SELECT owner, beat, at FROM lease")
    at = to_instant(row["at"]) if row["at"] else None
    return Lease(owner=row["owner"], beat=row["beat"], at=at)


def take(db: Database, owner: str, *, now: datetime, silent: Lease | None = None) -> Lease:
    """Take the lease when it is free, renew it when it is the owner's; returns it as it stands then.

    Args:
        db: Inside a transaction.
        owner: Who asks.
        now: For people.
        silent: A lease that was seen unchanged for so long that its owner must be gone; taken over
            unless that owner has renewed it since.
    """
    db.execute(
        "UPDATE lease SET owner = :owner, beat = beat + 1, at = :now"
        " WHERE owner IS NULL OR owner = :owner OR (owner = :gone AND beat = :beat)",
        {
            "owner": owner,
            "now": to_text(now),
            "gone": silent.owner if silent else None,
            "beat": silent.beat if silent else None,
        },
    )
    return read(db)


def release(db: Database, owner: str) -> None:
    """Hand the lease over at once; nothing happens when somebody else has it."""
    db.execute("UPDATE lease SET owner = NULL WHERE owner = ?", [owner])


def held(db: Database, owner: str) -> bool:
    """Whether this owner leads. Asked in the transaction that does what only the leader may."""
    return read(db).owner == owner
