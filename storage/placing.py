"""Find the story of an entry: by document, headline, number, or by what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from feeds import gist as gists
from feeds import identity, same_event
from feeds.gist import Gist
from feeds.model import DocumentType, Item
from storage import joins, stories, windows
from storage.database import select, to_text
from storage.joins import Because

#: A public-inspection row is the document printed under its number within this time of its filing;
#: special filings stay listed for days, re-used numbers lie years apart
#: (api-core commit 245fb5b4b; reference/federal_register.md §5, §7).
SAME_DOCUMENT = timedelta(days=90)
#: Copies of one press report appear within days; the same headline years later is another event.
SAME_HEADLINE = timedelta(days=7)
#: The White House shows an order under its title, days before it is printed under the same.
SAME_TITLE = timedelta(days=21)
#: Documents looked at that share a number.
_RELATED = 20

_decoder = msgspec.json.Decoder(Item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The story of an entry that is about to be kept."""

    story_id: int
    #: None when it opens the story.
    because: Because | None
    #: What it tells, for those that come after; None when nothing is compared with it.
    gist: Gist | None


def place(
    db: Database,
    item: Item,
    *,
    register_key: str | None,
    headline: str | None,
    passed_on: str | None,
    now: datetime,
) -> Placed:
    """Choose the story of a new entry. Conservative: a wrong join is worse than a missed one.

    That of the document it is or links to, of the same headline within `SAME_HEADLINE`, of a
    document that is one event with it, of what tells the same; else a new one.
    """
    at = item.event_at or now
    gist = gists.read(item, now=now) if gists.is_comparable(item) else None
    found = (
        _of_document(db, register_key, at=at)
        or _of_headline(db, headline, passed_on, now=now)
        or _of_related(db, item)
        or _of_title(db, item, at=at)
        or _of_gist(db, gist, now=now)
    )
    if found:
        story_id, because = found
        return Placed(story_id=story_id, because=because, gist=gist)
    story_id = stories.open_story(db, now=now)
    if gist and item.document is None and (before := windows.of(db, now=now).before(gist)):
        stories.follow(db, story_id, before.story_id, reason=before.likeness.reason)
    return Placed(story_id=story_id, because=None, gist=gist)


def settle(db: Database, entry_id: int, key: str, placed: Placed, *, now: datetime) -> None:
    """The entry is kept: note why it is where it is, and let what comes after be compared with it."""
    if placed.because:
        joins.keep(db, entry_id, placed.story_id, placed.because, now=now)
    windows.add(db, entry_id, key, placed.story_id, placed.gist, now=now)


def place_again(db: Database, story_id: int, item: Item, *, now: datetime) -> int:
    """A document says more than before, such as its RIN: its story may be another's.

    Args:
        db: Inside a transaction.
        story_id: Of the document until now.
        item: As it is known now.
        now: When that became known.

    Returns:
        The document's story now; merged into the older one, if they are one.
    """
    if item.document is None:
        return story_id
    found = _of_related(db, item)
    if gists.is_comparable(item):
        gist = gists.read(item, now=now)
        if found is None and not _holds_press(db, story_id):
            found = _of_title(db, item, at=gist.at) or _of_gist(db, gist, now=now)
        windows.of(db, now=now).add(story_id, gist, now=now)
    if found is None or found[0] == story_id:
        return story_id
    return _merged(db, found[0], story_id, because=found[1], now=now) or story_id


def _of_document(
    db: Database, register_key: str | None, *, at: datetime
) -> tuple[int, Because] | None:
    if register_key is None:
        return None
    found = db.execute(
        "SELECT story_id FROM entries WHERE register_key = ?"
        " AND coalesce(event_at, first_seen_at) BETWEEN ? AND ? ORDER BY id LIMIT 1",
        [register_key, to_text(at - SAME_DOCUMENT), to_text(at + SAME_DOCUMENT)],
    ).fetchone()
    return (found[0], Because(reason="same document linked", confidence=1.0)) if found else None


def _of_headline(
    db: Database, headline: str | None, passed_on: str | None, *, now: datetime
) -> tuple[int, Because] | None:
    """The same headline, or one that an aggregator passed on."""
    if headline is None:
        return None
    found = db.execute(
        """
        SELECT story_id FROM (
            SELECT story_id, id FROM entries
            WHERE headline IN (:headline, :passed_on) AND first_seen_at >= :since
            UNION ALL
            SELECT story_id, id FROM entries
            WHERE passed_on = :headline AND first_seen_at >= :since
        ) ORDER BY id LIMIT 1
        """,
        {"headline": headline, "passed_on": passed_on, "since": to_text(now - SAME_HEADLINE)},
    ).fetchone()
    return (found[0], Because(reason="same headline", confidence=0.99)) if found else None


def _of_related(db: Database, item: Item) -> tuple[int, Because] | None:
    """A document that this one corrects, or whose twin it is."""
    document = item.document
    if document is None:
        return None
    original = same_event.corrected(document)
    if original:
        for other, story_id in _sharing(db, "number", {original.upper()}):
            if other.key != item.key:
                return story_id, Because(reason=f"corrects {original}", confidence=1.0)
    for other, story_id in (
        *_sharing(db, "rin", set(document.rins)),
        *_sharing(db, "docket", same_event.files(document)),
    ):
        reason = same_event.one_event(item, other) if other.key != item.key else None
        if reason:
            return story_id, Because(reason=reason, confidence=0.98)
    return None


def _sharing(db: Database, field: str, values: set[str]) -> Iterator[tuple[Item, int]]:
    for value in sorted(values):
        rows = select(
            db,
            "SELECT item, story_id FROM entry_facts JOIN entries ON entries.id = entry_id"
            " WHERE field = ? AND value = ? ORDER BY entry_id DESC LIMIT ?",
            [field, value, _RELATED],
        )
        yield from ((_decoder.decode(row["item"]), row["story_id"]) for row in rows)


def _of_title(db: Database, item: Item, *, at: datetime) -> tuple[int, Because] | None:
    """A presidential document that the White House showed under the same title.

    One document a story: a title alone never makes two of them one.
    """
    if item.document is None or item.document.type is not DocumentType.PRESIDENTIAL:
        return None
    found = db.execute(
        """
        SELECT story_id FROM entries WHERE headline = ? AND first_seen_at >= ?
            AND coalesce(event_at, first_seen_at) BETWEEN ? AND ?
            AND NOT EXISTS (
                SELECT 1 FROM entries AS told
                WHERE told.story_id = entries.story_id AND told.source <> 'news'
            )
        ORDER BY id LIMIT 1
        """,
        [
            identity.headline_key(item.title),
            to_text(at - 2 * SAME_TITLE),
            to_text(at - SAME_TITLE),
            to_text(at + SAME_TITLE),
        ],
    ).fetchone()
    return (found[0], Because(reason="same title", confidence=0.97)) if found else None


def _holds_press(db: Database, story_id: int) -> bool:
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM entries WHERE story_id = ? AND source = 'news')", [story_id]
    )
    return bool(found.fetchone()[0])


def _of_gist(db: Database, gist: Gist | None, *, now: datetime) -> tuple[int, Because] | None:
    """A story that tells the same; where it shows two to be one, they become one."""
    if gist is None:
        return None
    found = windows.of(db, now=now).find(gist)
    if not all(_is_told(db, one.story_id) for one in found):
        windows.forget(db)
        found = windows.of(db, now=now).find(gist)
    if not found:
        return None
    because = Because(reason=found[0].likeness.reason, confidence=found[0].likeness.confidence)
    story_id = found[0].story_id
    for other in found[1:]:
        story_id = _merged(db, story_id, other.story_id, because=because, now=now) or story_id
    return story_id, because


def _merged(db: Database, one: int, other: int, *, because: Because, now: datetime) -> int | None:
    """The older of two stories, now that they are one; None when a person parted them."""
    into, gone = sorted((one, other))
    windows.of(db, now=now)
    if not stories.merge(db, gone, into=into, because=because, now=now):
        return None
    windows.merge(db, gone, into=into)
    return into


def _is_told(db: Database, story_id: int) -> bool:
    return bool(
        db.execute(
            "SELECT EXISTS (SELECT 1 FROM entries WHERE story_id = ?)", [story_id]
        ).fetchone()[0]
    )
