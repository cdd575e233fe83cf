"""What the search index holds of an entry: its words, its facts, and its moment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b

from sqlite_utils import Database

from feeds.model import EASTERN, Item
from feeds.prepared import TEXTS, Prepared, Text
from feeds.reference import Kind
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


class Index:
    """Entries that are indexed together, as they come together; made by `indexing`.

    FTS5 writes out what it has gathered whenever a rowid is lower than the last one, and at every
    savepoint, which is what a statement that fires a trigger opens (ext/fts5/fts5_index.c,
    sqlite3Fts5IndexBeginWrite; fts5_main.c, fts5SavepointMethod). A feed shows its newest item first,
    so entry by entry it would write after each.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows: dict[int, tuple[str, ...]] = {}

    def add(self, entry_id: int, moment: int, item: Prepared) -> None:
        """Index an entry that is not indexed. Its facts are found at once, its words once written."""
        found = sorted(item.facts)
        looked_up = [(*fact, entry_id) for fact in found if fact[0] in _LOOKED_UP]
        if looked_up:
            self._db.conn.executemany(
                "INSERT INTO entry_facts (field, value, entry_id) VALUES (?, ?, ?)", looked_up
            )
        self._rows[moment] = _row(item, found)

    def remove(self, entry_id: int, moment: int) -> None:
        """Take an entry out of the index."""
        self._db.execute("DELETE FROM entry_facts WHERE entry_id = ?", [entry_id])
        if self._rows.pop(moment, None) is None:
            self._db.execute("DELETE FROM entries_fts WHERE rowid = ?", [moment])

    def write(self) -> None:
        """Let searches find what was added."""
        if not self._rows:
            return
        self._db.conn.executemany(
            "INSERT INTO entries_fts (rowid, title, summary, head, facts, evidence)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(moment, *row) for moment, row in sorted(self._rows.items())],
        )
        self._rows.clear()


@contextmanager
def indexing(db: Database) -> Iterator[Index]:
    """Index entries together: searches find them when it ends.

    Args:
        db: Inside a transaction, which ends later.
    """
    index = Index(db)
    yield index
    index.write()


def _row(item: Prepared, found: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Title, summary, head, facts and evidence, in tokens."""
    title, summary, evidence = (item.texts[name] for name in TEXTS)
    in_title, in_summary, in_evidence = _title(title), _text(summary), _text(evidence)
    head = in_evidence[:_HEAD]
    worth = _worth(
        _slack(in_title, in_summary),
        Counter(title.tokens),
        Counter(summary.tokens),
        _counted(head),
    )
    tokens = [*_fact_tokens(item, found), *worth]
    return in_title, in_summary, head, " ".join(tokens), in_evidence


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


def _text(text: Text) -> str:
    """Every token in order, then each distinct written form that differs from its token.

    The tokenizer need only part words at spaces: phrases and distances are those of the matcher,
    and a prefix finds tokens and written forms in one place. A space at each end lets whole words
    be counted (`ranking`).
    """
    return f" {' '.join(_words(text))} " if text.tokens else ""


def _title(text: Text) -> str:
    """As any text, then the same with lists of their own, so that titles are found fast.

    Two spaces lie between words, so that a word said twice in a row is counted twice.
    """
    words = _words(text)
    return f" {'  '.join([*words, *(IN_TITLE + word for word in words)])} " if words else ""


def _words(text: Text) -> list[str]:
    return [*text.tokens, *[word + WRITTEN for word in text.written]]


def worth_tokens(title: str, summary: str, head: str) -> Iterator[str]:
    """The words that are worth much, each behind its signs; of texts in tokens."""
    return _worth(_slack(title, summary), *map(_counted, (title, summary, head)))


def _slack(title: str, summary: str) -> float:
    return merit.slack(len(title.encode()) + len(summary.encode()))


def _worth(
    slack: float, title: Counter[str], summary: Counter[str], head: Counter[str]
) -> Iterator[str]:
    signs = [(merit.uses_for(steps, slack), sign) for steps, sign in WORTH.items()]
    for word in title.keys() | {word for word, times in summary.items() if times > 1}:
        uses = (
            merit.TITLE * title[word] + merit.SUMMARY * summary[word] + merit.EVIDENCE * head[word]
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


def _fact_tokens(item: Prepared, found: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield EVERY
    if item.day is None:
        yield UNDATED
    for field, value in found:
        yield fact_token(field, value)
        if field == "cfr" and (hit := re.match(r"(\d+)/0*(\d+)", value, re.ASCII)):
            title, digits = hit.groups()
            if len(digits) <= _MOST_DIGITS:
                for level in range(_MOST_DIGITS):
                    yield _cfr_token(title, level, int(digits))
