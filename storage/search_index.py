"""What the search index holds of an entry: its words, its facts, and its moment."""

from __future__ import annotations

import re
from collections import Counter
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
from storage import merit

#: A word as it was written ends so; no word holds this sign or one of those below.
WRITTEN = "¹"
# What begins with one of the signs below begins with four of it: FTS5 lists what begins with the same
# three and four signs, and for these one list each is the cheapest.
#: A word of the title also stands behind this.
IN_TITLE = "²²²²"
#: In an entry that it is worth much in (`merit.steps`), a word also stands behind the sign of each
#: worth that it has or surpasses.
WORTH = {20: "⁰⁰⁰⁰", 19: "⁹⁹⁹⁹", 17: "⁸⁸⁸⁸"}
_FACT = "§§§§"
#: Every entry has the first; entries whose event has no date have the second.
EVERY = f"{_FACT}every"
UNDATED = f"{_FACT}undated"
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
    title, summary, evidence = (
        _title(texts["title"]),
        _text(texts["summary"]),
        _text(texts["evidence"]),
    )
    head = evidence[:_HEAD]
    tokens = [*_fact_tokens(item, found), *worth_tokens(title, summary, head)]
    return title, summary, head, " ".join(tokens), evidence


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
    return _FACT + blake2b(f"{field}:{value}".encode(), digest_size=8).hexdigest()


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


def worth_tokens(title: str, summary: str, head: str) -> Iterator[str]:
    """The words that are worth much, each behind its signs; of texts in tokens."""
    slack = merit.slack(len(title.encode()) + len(summary.encode()))
    signs = [(merit.uses_for(steps, slack), sign) for steps, sign in WORTH.items()]
    in_title, in_summary, in_head = map(_counted, (title, summary, head))
    for word in in_title.keys() | {word for word, times in in_summary.items() if times > 1}:
        uses = (
            merit.TITLE * in_title[word]
            + merit.SUMMARY * in_summary[word]
            + merit.EVIDENCE * in_head[word]
        )
        for least, sign in signs:
            if uses >= least:
                yield sign + word


def _counted(text: str) -> Counter[str]:
    """The words of a text in tokens; what follows them, written forms and words of a title, left out."""
    end = text.find(WRITTEN)
    if end < 0:
        end = text.find(IN_TITLE)
    return Counter(text[: text.rfind(" ", 0, end) + 1 if end >= 0 else len(text)].split())


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
