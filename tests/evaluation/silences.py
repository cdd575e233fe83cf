"""How often a feed that is well is called silent, and how soon one that was cut off is.

    python -m tests.evaluation.silences [WORLD]

Publishers of a dozen habits live for six years by chance; a world of recorded facts (publishers of
news.jsonl, agencies of documents.jsonl) adds what was really published. A false notice is one that
the feed's next item refutes; cut off, a feed is missed so many working days later.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from feeds.issue_days import is_business_day
from feeds.silence import LEAST, missed, patience

DAY = timedelta(days=1)
FIRST, YEARS, SEEDS = date(2018, 1, 1), 6, 20
#: Recorded items this far apart are of times that nobody recorded.
RECORDED = 45

Habit = Callable[[date, random.Random], bool]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one kind of publisher."""

    name: str
    feeds: int
    years: float
    false: int
    #: Missed working days before each feed, cut off at its end, would be told of.
    waits: tuple[int, ...]

    def __str__(self) -> str:
        rate = self.false / self.years if self.years else 0.0
        wait = (
            f"{statistics.median(self.waits):g} ({max(self.waits)})" if self.waits else "not known"
        )
        return f"{self.name:34} {self.feeds:5} {self.years:7.1f} {self.false:6} {rate:9.3f}  {wait}"


def measure(name: str, publishers: Iterable[Sequence[date]]) -> Measured:
    """Live through each publisher's days as the bot would."""
    feeds = false = 0
    years, waits = 0.0, []
    for days in publishers:
        feeds += 1
        years += (days[-1] - days[0]).days / 365.25
        for place, (last, following) in enumerate(pairwise(days), start=1):
            paused = missed(last, following)
            allowed = patience(days[max(0, place - 200) : place]) if paused >= LEAST else None
            false += allowed is not None and paused >= allowed
        if wait := patience(days):
            waits.append(wait)
    return Measured(name, feeds, years, false, tuple(waits))


def poisson(rate: float, draw: random.Random) -> int:
    """How often something happens that happens so often on average."""
    count, left = 0, draw.random()
    while left > math.exp(-rate):
        count, left = count + 1, left * draw.random()
    return count


def by_chance(weekday: float, weekend: float, *, rests: bool = False) -> Habit:
    """Items a day at random; whether it rests for two weeks of August."""

    def publishes(day: date, draw: random.Random) -> bool:
        if (day.month == 12 and day.day >= 24) or (rests and day.month == 8 and 7 <= day.day <= 20):
            return False
        return poisson(weekday if is_business_day(day) else weekend, draw) > 0

    return publishes


HABITS: dict[str, Habit] = {
    "five a day": by_chance(5, 0.7),
    "two or three a day": by_chance(2.5, 0.2),
    "three in two days": by_chance(1.5, 0.1),
    "five a day, rests in August": by_chance(5, 0.1, rests=True),
    "each working day": lambda day, _: is_business_day(day),
    "two a week": by_chance(0.5, 0),
    "one a week, at random": by_chance(0.22, 0),
    "each Tuesday, or Wednesday": lambda day, draw: day.weekday() == 1 + (draw.random() < 0.1),
    "two a month": by_chance(0.1, 0),
    "each third of the month": lambda day, _: day.day == 3,
    "one a month, at random": by_chance(0.05, 0),
    "three a year": by_chance(3 / 250, 0),
}


def lives(habit: Habit, name: str) -> Iterator[list[date]]:
    """The days on which publishers of one habit publish."""
    for seed in range(SEEDS):
        draw = random.Random(f"{name} {seed}")
        days = (FIRST + DAY * each for each in range(round(YEARS * 365.25)))
        found = [day for day in days if habit(day, draw)]
        if len(found) > 1:
            yield found


def recorded(world: Path) -> Iterator[tuple[str, list[date]]]:
    """What publishers and agencies of a world published, in stretches without a hole in the record."""
    days: dict[str, set[date]] = defaultdict(set)
    for line in (world / "news.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        days[row["publisher"]].add(date.fromisoformat(row["published_at"][:10]))
    for line in (world / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for agency in row.get("agencies") or ():
            if isinstance(agency, str) and row.get("publication_date"):
                days[f"agency {agency}"].add(date.fromisoformat(row["publication_date"]))
    for name, its in sorted(days.items()):
        known = sorted(its)
        if len(known) > 8:
            yield name, known


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    out = sys.stdout
    head = (
        f"{'publisher':34} {'feeds':>5} {'years':>7} {'false':>6} {'a year':>9}  told after (worst)"
    )
    out.write(f"{head}\n")
    for name, habit in HABITS.items():
        out.write(f"{measure(name, lives(habit, name))}\n")
    if not arguments:
        return
    world = dict(recorded(Path(arguments[0])))
    out.write(
        f"\nof the world's {len(world)} publishers and agencies of nine days and more\n{head}\n"
    )
    for low, high in ((0, 10), (10, 25), (25, 60), (60, 400)):
        some = [days for days in world.values() if low <= yearly(days) < high]
        out.write(f"{measure(f'{low} to {high} days a year', some)}\n")
    months = [days for each in world.values() for days in stretches(each)]
    out.write(f"{measure('stretches without a hole', months)}\n")


def yearly(days: Sequence[date]) -> float:
    """Publishing days a year."""
    return len(days) / max((days[-1] - days[0]).days / 365.25, 0.1)


def stretches(days: Sequence[date]) -> Iterator[list[date]]:
    """Cut where nobody recorded anything for long."""
    found = [days[0]]
    for last, following in pairwise(days):
        if (following - last).days > RECORDED:
            if len(found) > 8:
                yield found
            found = []
        found.append(following)
    if len(found) > 8:
        yield found


if __name__ == "__main__":
    main(sys.argv[1:])
