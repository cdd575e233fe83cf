"""Measure which things are joined on a world: `python -m tests.evaluation.stories --world FOLDER`.

The world is played in order of time through `entries.remember`. A pair is two things of one kind in
one story; it is right when people gave both the same story, wrong when they gave one of them another
story or none at all, and not judged when neither was given one.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from feeds.model import Item
from storage import entries, joins
from storage.database import open_database, transaction
from tests.evaluation.world import Case, cases

_NEVER = datetime.max.replace(tzinfo=UTC)
#: Evidence so long is a whole text (characters), which a live run reads later.
_TEXT = 500
#: Pairs of these kinds are measured.
KINDS = (("headline", "headline"), ("document", "document"), ("headline", "document"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A case as it was placed."""

    case: Case
    story_id: int
    #: Why it was joined; empty for one that opened its story.
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """How the pairs of one kind came out."""

    right: int
    missed: Mapping[str, int]
    wrong: tuple[tuple[Told, Told], ...]

    @property
    def precision(self) -> float:
        joined = self.right + len(self.wrong)
        return self.right / joined if joined else 1.0

    @property
    def recall(self) -> float:
        wanted = self.right + sum(self.missed.values())
        return self.right / wanted if wanted else 1.0

    def __str__(self) -> str:
        missed = sum(self.missed.values())
        return (
            f"right {self.right:5}  missed {missed:4}  wrong {len(self.wrong):4}"
            f"  precision {self.precision:.3f}  recall {self.recall:.3f}"
        )


def play(known: Iterable[Case]) -> list[Told]:
    """Remember every sighting when it happened, and say where each case ended."""
    known = list(known)
    happened = sorted(
        ((item.event_at or _NEVER, number, item) for number, case in enumerate(known) for item in case.sightings),
        key=lambda one: one[:2],
    )  # fmt: skip
    kept: dict[int, int] = {}
    db = open_database(":memory:")
    for day in _days(happened):
        with transaction(db):
            for at, number, seen in day:
                item = replace(seen, evidence=tuple(e for e in seen.evidence if len(e) < _TEXT))
                kept[number] = entries.remember(db, item, now=min(at, day[-1][0])).entry.id
    told = []
    for number, entry_id in kept.items():
        entry, join = entries.get(db, entry_id), joins.of_entry(db, entry_id)
        if entry:
            because = f"{join.because.reason}, {join.because.confidence}" if join else ""
            told.append(Told(case=known[number], story_id=entry.story_id, because=because))
    return told


def _days(
    happened: Sequence[tuple[datetime, int, Item]],
) -> Iterator[list[tuple[datetime, int, Item]]]:
    day: list[tuple[datetime, int, Item]] = []
    for one in happened:
        if day and one[0].date() != day[-1][0].date():
            yield day
            day = []
        day.append(one)
    if day:
        yield day


def measure(told: Iterable[Told], kinds: tuple[str, str]) -> Pairs:
    """Judge every pair of two kinds."""
    told = [one for one in told if one.case.kind in kinds]
    together: dict[int, list[Told]] = defaultdict(list)
    labelled: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        together[one.story_id].append(one)
        if one.case.story:
            labelled[one.case.story].append(one)
    right, missed = 0, Counter[str]()
    for story, members in labelled.items():
        for first, second in _pairs(members, kinds):
            if first.story_id == second.story_id:
                right += 1
            else:
                missed[story] += 1
    wrong = tuple(
        (first, second)
        for members in together.values()
        for first, second in _pairs(members, kinds)
        if first.case.story != second.case.story
    )
    return Pairs(right=right, missed=missed, wrong=wrong)


def _pairs(members: Iterable[Told], kinds: tuple[str, str]) -> Iterator[tuple[Told, Told]]:
    for first, second in combinations(members, 2):
        if sorted((first.case.kind, second.case.kind)) == sorted(kinds):
            yield first, second


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--world", type=Path, required=True, help="folder of documents, news, labels"
    )
    options.add_argument("--years", help="these only, with commas between: 2019,2024")
    options.add_argument(
        "--titles", action="store_true", help="list wrong pairs and what was missed"
    )
    chosen = options.parse_args(arguments)
    years = {int(year) for year in (chosen.years or "").split(",") if year}
    told = play(case for case in cases(chosen.world) if not years or case.year in years)
    for kinds in KINDS:
        pairs = measure(told, kinds)
        print(f"{' and '.join(kinds):22} {pairs}")
        for first, second in pairs.wrong if chosen.titles else ():
            print(f"    wrong: [{first.case.story}] {first.case.name[:90]} ({first.because})")
            print(f"           [{second.case.story}] {second.case.name[:90]} ({second.because})")
        for story, count in sorted(pairs.missed.items(), key=lambda one: -one[1]):
            if chosen.titles:
                print(f"    missed: {count:4} in {story}")
    print("\nheadlines by year")
    for year in sorted({one.case.year for one in told}):
        of_year = [one for one in told if one.case.year == year]
        print(f"  {year}  {measure(of_year, KINDS[0])}")


if __name__ == "__main__":
    main()
