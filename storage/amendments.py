"""What told documents change in the text of the law: awaited until the eCFR shows it, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.date_sentences import DateKind
from feeds.law_change import LawChange
from feeds.model import EASTERN, CfrPart, DocumentType, Stage
from storage import deadlines, entries
from storage.database import select, to_instant, to_text
from storage.entries import Entry

_changes = msgspec.json.Decoder(LawChange)


class State(StrEnum):
    """How far an amendment has come."""

    AWAITED = "awaited"  # the eCFR does not show it yet
    MADE = "made"
    UNSEEN = "unseen"  # given up: the eCFR is well past the day and shows nothing of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What one document changes in the text of one CFR part."""

    entry: Entry
    part: CfrPart
    #: From when it binds; the publication date for a rule that does not say.
    effective_on: date
    state: State
    #: The last day that the eCFR showed when we looked; None before the first look.
    shown_until: date | None
    #: Failed visits in a row, and the last one's reason.
    attempts: int
    last_error: str | None
    #: None until made.
    change: LawChange | None
    settled_at: datetime | None

    @property
    def name(self) -> str:
        """Tells a document's amendments apart: "15 CFR 744 2020-06-18"."""
        return f"{self.part} {self.effective_on}"


def expect(db: Database, *, since: date, now: datetime) -> None:
    """Await what the rules of told and followed stories change, on each day that they set.

    A day that a rule no longer sets is awaited no more.

    Args:
        db: Inside a transaction.
        since: Rules that took effect before this day are left out, as the archive is.
        now: When to look for those already in effect; the others on their day.
    """
    known = {tuple(row.values()) for row in select(db, _AWAITED, {"since": since.isoformat()})}
    wanted = {tuple(row.values()) for row in select(db, _EXPECTED, {"since": since.isoformat()})}
    for key in known - wanted:
        db.execute(f"DELETE FROM amendments WHERE {_KEY}", key)  # noqa: S608  the columns are ours
    for key in wanted - known:
        begins = datetime.combine(date.fromisoformat(key[-1]), time(6), EASTERN)
        db.execute(
            "INSERT OR IGNORE INTO amendments (entry_id, title, part, effective_on, state, due_at)"
            " VALUES (?, ?, ?, ?, 'awaited', ?)",
            [*key, to_text(max(begins, now))],
        )


_KEY = "(entry_id, title, part, effective_on) = (?, ?, ?, ?)"
_AWAITED = """
    SELECT entry_id, title, part, effective_on FROM amendments
    WHERE state = 'awaited' AND effective_on >= :since
"""
_RULE = (
    f"stage = '{Stage.PUBLISHED}' AND json_extract(item, '$.document.type') = '{DocumentType.RULE}'"
)
#: From when a rule binds by the Register's own fields, as the index `entries_rules` has it, word for word.
_STATED = """
    coalesce(json_extract(item, '$.document.effective_on'),
        json_extract(item, '$.document.publication_date'))
"""
#: Rules of stories that somebody was told of, or will be, or follows. The days they set are read
#: from their text, too, and moved by later documents; only where that was not done, the Register's
#: own field counts, and the publication for a rule that does not say. Found by their day, so that what
#: was told long ago is not read; the cross joins keep it so.
_EXPECTED = f"""
    WITH rules (id, story_id, item, effective_on) AS (
        SELECT entries.id, story_id, item, day FROM deadlines CROSS JOIN entries
        WHERE entries.id = entry_id AND kind = '{DateKind.EFFECTIVE}' AND day >= :since
            AND {_RULE}
        UNION ALL
        SELECT id, story_id, item, {_STATED} FROM entries INDEXED BY entries_rules
        WHERE {_RULE} AND {_STATED} >= :since AND NOT EXISTS (
            SELECT 1 FROM deadlines
            WHERE entry_id = entries.id AND kind = '{DateKind.EFFECTIVE}'
        )
    )
    SELECT DISTINCT entries.id, json_extract(part.value, '$.title'),
        json_extract(part.value, '$.part'), effective_on
    FROM rules AS entries CROSS JOIN json_each(entries.item, '$.document.cfr_parts') AS part
    WHERE {deadlines.TOLD}
"""  # noqa: S608  they are ours


def due(db: Database, *, now: datetime, limit: int) -> list[Amendment]:
    """Amendments to look for now, the longest waiting first."""
    return _read(
        db,
        "WHERE state = 'awaited' AND due_at <= :now ORDER BY due_at LIMIT :limit",
        {"now": to_text(now), "limit": limit},
    )


def of_story(db: Database, story_id: int) -> list[Amendment]:
    """Every amendment of a story's documents, the earliest in effect first."""
    where = "WHERE story_id = :story ORDER BY effective_on, title, part"
    return _read(db, where, {"story": story_id})


def of_part(db: Database, part: CfrPart, *, limit: int) -> list[Amendment]:
    """A part's latest amendments, those in effect last first."""
    return _read(
        db,
        "WHERE title = :title AND part = :part ORDER BY effective_on DESC, entry_id DESC LIMIT :limit",
        {"title": part.title, "part": part.part, "limit": limit},
    )


def change_of(db: Database, entry_id: int, name: str) -> LawChange | None:
    """What a document changed, by the amendment's name; None while nothing is known."""
    row = db.execute(
        "SELECT change FROM amendments"
        " WHERE entry_id = ? AND title || ' CFR ' || part || ' ' || effective_on = ?",
        [entry_id, name],
    ).fetchone()
    return _changes.decode(row[0]) if row and row[0] else None


def look_again(
    db: Database, amendment: Amendment, *, due_at: datetime, shown_until: date | None
) -> None:
    """The eCFR does not show it yet; look again then."""
    _update(
        db,
        amendment,
        due_at=to_text(due_at),
        shown_until=shown_until.isoformat() if shown_until else None,
        attempts=0,
        last_error=None,
    )


def fail(db: Database, amendment: Amendment, *, reason: str, due_at: datetime) -> None:
    """The eCFR could not be read; try again then."""
    _update(
        db,
        amendment,
        due_at=to_text(due_at),
        attempts=amendment.attempts + 1,
        last_error=reason,
    )


def give_up(db: Database, amendment: Amendment, *, now: datetime) -> None:
    """The eCFR is well past the day and shows nothing of it."""
    _update(db, amendment, state=State.UNSEEN.value, settled_at=to_text(now))


def make(db: Database, amendment: Amendment, change: LawChange, *, now: datetime) -> bool:
    """The eCFR shows it; False when that was known, so that it is told once."""
    done = _update(
        db,
        amendment,
        state=State.MADE.value,
        change=msgspec.json.encode(change).decode(),
        shown_until=change.as_of.isoformat(),
        settled_at=to_text(now),
        last_error=None,
    )
    return done > 0


def _update(db: Database, amendment: Amendment, **columns: str | int | None) -> int:
    """Write columns of an amendment that is still awaited; returns how many rows that is."""
    sets = ", ".join(f"{name} = ?" for name in columns)
    key = [
        amendment.entry.id,
        amendment.part.title,
        amendment.part.part,
        amendment.effective_on.isoformat(),
    ]
    done = db.execute(
        f"UPDATE amendments SET {sets} WHERE {_KEY} AND state = 'awaited'",  # noqa: S608  names are ours
        [*columns.values(), *key],
    )
    return done.rowcount


def _read(db: Database, where: str, values: dict[str, str | int]) -> list[Amendment]:
    columns = f"{entries.COLUMNS}, amendments.*"
    joined = "FROM amendments JOIN entries ON entries.id = entry_id"
    rows = select(db, f"SELECT {columns} {joined} {where}", values)
    return [_amendment(row) for row in rows]


def _amendment(row: Mapping[str, Any]) -> Amendment:
    shown_until, settled_at = row["shown_until"], row["settled_at"]
    return Amendment(
        entry=entries.from_row(row),
        part=CfrPart(title=row["title"], part=row["part"]),
        effective_on=date.fromisoformat(row["effective_on"]),
        state=State(row["state"]),
        shown_until=date.fromisoformat(shown_until) if shown_until else None,
        attempts=row["attempts"],
        last_error=row["last_error"],
        change=_changes.decode(row["change"]) if row["change"] else None,
        settled_at=to_instant(settled_at) if settled_at else None,
    )
