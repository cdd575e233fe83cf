"""What the search index holds of an entry: its words, its facts, and its moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b

from sqlite_utils import Database

from feeds import facts
from feeds.model import EASTERN, Item
from feeds.prepared import texts_of
from feeds.reference import Kind
from feeds.words import stem, written

#: A word as it was written ends so, and a word of the title also stands behind `IN_TITLE`; no word
#: holds either sign.
WRITTEN = "¹"
IN_TITLE = "²"
#: Every entry has the first; entries whose event has no date have the second.
EVERY = "§every"
UNDATED = "§undated"
#: So many entries have room in a minute; more go into the next one of the same day.
SLOTS = 4_096
#: So much of the evidence is read when matches are ranked.
_HEAD = 1_000
#: Facts that documents are looked up by.
_LOOKED_UP = frozenset(kind.value for kind in Kind)
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_NOON = 12
_MOST_DIGITS = 5


def add(db: Database, entry_id: int, moment: int, item: Item, full_text: str = "") -> None:
    """Index an entry that is not indexed, with as much of its full text as was read."""
    found = sorted(facts.of(item))
    db.conn.executemany(
        "INSERT INTO entry_facts (field, value, entry_id) VALUES (?, ?, ?)",
        [(field, value, entry_id) for field, value in found if field in _LOOKED_UP],
    )
    db.execute(
        "INSERT INTO entries_fts (rowid, title, summary, head, facts, evidence)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [moment, *_row(item, found, full_text)],
    )


def _row(item: Item, found: Sequence[tuple[str, str]], full_text: str) -> tuple[str, ...]:
    """Title, summary, head, facts and evidence, in tokens."""
    texts = texts_of(item, full_text)
    evidence = _text(texts["evidence"])
    return (
        _title(texts["title"]),
        _text(texts["summary"]),
        evidence[:_HEAD],
        " ".join(_fact_tokens(item, found)),
        evidence,
    )


def remove(db: Database, entry_id: int, moment: int) -> None:
    """Take an entry out of the index."""
    db.execute("DELETE FROM entry_facts WHERE entry_id = ?", [entry_id])
    db.execute("DELETE FROM entries_fts WHERE rowid = ?", [moment])


def moment_of(db: Database, item: Item, *, first_seen_at: datetime, known: int = 0) -> int:
    """The place of an entry in the order of time: a minute, and a number within it.

    That of the event, of the first sighting when the event has no date. Entries of one Eastern day
    lie between its `first_moment` and that of the next day.

    Args:
        db: Tells which places are free.
        item: What the entry holds.
        first_seen_at: Of the entry.
        known: Its place so far, which it keeps while its minute is the same.
    """
    at = item.event_at or first_seen_at
    minute = _minute(at)
    if known // SLOTS == minute:
        return known
    step = -1 if at.astimezone(EASTERN).hour >= _NOON else 1
    while True:
        first = minute * SLOTS
        last = db.execute(
            "SELECT max(moment) FROM entries WHERE moment >= ? AND moment < ?",
            [first, first + SLOTS],
        ).fetchone()[0]
        if last is None:
            return first
        if last + 1 < first + SLOTS:
            return int(last) + 1
        minute += step


def first_moment(day: date) -> int:
    """The least moment of an Eastern day, which for dated entries is also the least on or after it."""
    return _minute(datetime.combine(day, time(), EASTERN)) * SLOTS


@lru_cache(maxsize=4_096)
def fact_token(field: str, value: str) -> str:
    """What stands for a fact in the index; no word begins like it.

    A digest, as values hold signs and capitals that the tokenizer would fold.
    """
    return "§" + blake2b(f"{field}:{value}".encode(), digest_size=8).hexdigest()


def cfr_range_tokens(title: str, first: int, last: int) -> Iterator[str]:
    """Tokens of which an entry has one exactly when it has a part in the range (to 99999).

    Whole tens, hundreds and so on where the range has them, so that there are few.
    """
    number = first
    while number <= last:
        level = 0
        while level < _MOST_DIGITS - 1:
            wider = 10 ** (level + 1)
            if number % wider or number + wider - 1 > last:
                break
            level += 1
        yield _cfr_token(title, level, number)
        number += 10**level


def _cfr_token(title: str, level: int, number: int) -> str:
    return fact_token("cfr-range", f"{title}/{level}/{number // 10**level}")


def _minute(instant: datetime) -> int:
    return (instant - _BEGINNING) // timedelta(minutes=1)


def _text(text: str) -> str:
    """Every token in order, then each distinct written form that differs from its token.

    The tokenizer need only part words at spaces: phrases and distances are those of the matcher,
    and a prefix finds tokens and written forms in one place. A space at each end lets whole words
    be counted (`ranking`).
    """
    return f" {' '.join(words)} " if (words := _words(text)) else ""


def _title(text: str) -> str:
    """As any text, then the same with lists of their own, so that titles are found fast.

    Two spaces lie between words, so that a word said twice in a row is counted twice.
    """
    words = _words(text)
    return f" {'  '.join([*words, *(IN_TITLE + word for word in words)])} " if words else ""


def _words(text: str) -> list[str]:
    spelled = written(text)
    tokens = list(map(stem, spelled))
    pairs = zip(spelled, tokens, strict=True)
    return [*tokens, *dict.fromkeys([word + WRITTEN for word, token in pairs if word != token])]


def _fact_tokens(item: Item, found: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield EVERY
    if item.event_at is None:
        yield UNDATED
    for field, value in found:
        yield fact_token(field, value)
        if field == "cfr" and (hit := re.match(r"(\d+)/0*(\d+)", value, re.ASCII)):
            title, digits = hit.groups()
            if len(digits) <= _MOST_DIGITS:
                for level in range(_MOST_DIGITS):
                    yield _cfr_token(title, level, int(digits))
