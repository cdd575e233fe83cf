"""What is done once, whoever asks again and whatever was restarted meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from storage.database import to_text


def first(
    db: Database, what: str, name: str, *, now: datetime, rest: timedelta = timedelta.max
) -> bool:
    """Note that something is done now; False when it was done already.

    Args:
        db: Inside a transaction: who rolls it back has not done it.
        what: The kind of thing, in our words.
        name: Which one; it begins with the address of whom it concerns, with whom it is forgotten.
        now: When.
        rest: So long after, it may be done again; never unless said.
    """
    again = "" if rest == timedelta.max else to_text(now - rest)
    done = db.execute(
        "INSERT INTO once (what, name, at) VALUES (:what, :name, :now)"
        " ON CONFLICT DO UPDATE SET at = :now WHERE at <= :again",
        {"what": what, "name": name, "now": to_text(now), "again": again},
    )
    return done.rowcount > 0
