"""Measure the shipped topics on a world: `python -m tests.evaluation.topics --world FOLDER`.

Each document and headline is judged with the text that a live run would have of it (`world`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from feeds import matching, query
from feeds.prepared import prepare
from feeds.topics import Topic, bundled
from tests.evaluation.world import Case, cases

#: Whose label `relevant` is; the other topics are measured by recall of their own label.
MAIN = "huawei-and-standards"
LABELS = {
    "huawei": "huawei",
    "standards": "standards",
    "entity-list": "entity-list",
    "temporary-licences": "tgl",
    "foreign-direct-product": "fdpr",
    "covered-list": "fcc-covered-list",
    "section-889": "section-889",
    "ict-supply-chain": "icts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A case, and the topics that told of it."""

    case: Case
    topics: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one topic did on one kind of case."""

    told: tuple[Case, ...]
    missed: tuple[Case, ...]
    false: tuple[Case, ...]

    @property
    def recall(self) -> float:
        wanted = len(self.told) + len(self.missed)
        return len(self.told) / wanted if wanted else 1.0

    @property
    def precision(self) -> float:
        alerts = len(self.told) + len(self.false)
        return len(self.told) / alerts if alerts else 1.0

    def __str__(self) -> str:
        return (
            f"told {len(self.told):4}  missed {len(self.missed):4}  false {len(self.false):4}"
            f"  recall {self.recall:.3f}  precision {self.precision:.3f}"
        )


def heard(known: Iterable[Case], topics: Mapping[str, Topic]) -> Iterator[Heard]:
    """Which subscriptions to a topic would have told of each case, by any of its sightings."""
    texts = {name: topic.query for name, topic in topics.items()}
    asked = {
        name: query.parse(text, topics=texts, limits=query.SHIPPED) for name, text in texts.items()
    }
    for case in known:
        sightings = [prepare(sighting) for sighting in case.sightings]
        told = (
            name
            for name, one in asked.items()
            if any(matching.match(one, sighting) for sighting in sightings)
        )
        yield Heard(case=case, topics=frozenset(told))


def score(name: str, all_heard: Iterable[Heard]) -> Score:
    """How the topic of this name did.

    For the main topic a false alert is any case neither relevant nor adjacent; for the others only
    a relevant case of their own label can be missed, and nothing that is relevant is false.
    """
    told, missed, false = list[Case](), list[Case](), list[Case]()
    for each in all_heard:
        case, hit = each.case, name in each.topics
        if case.relevant and (name == MAIN or case.label == LABELS.get(name)):
            (told if hit else missed).append(case)
        elif hit and not case.relevant and not case.adjacent:
            false.append(case)
    return Score(told=tuple(told), missed=tuple(missed), false=tuple(false))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--world", type=Path, required=True, help="folder of documents, news, labels"
    )
    options.add_argument("--topic", help="this topic only")
    options.add_argument("--years", help="these only, with commas between: 2019,2024")
    options.add_argument("--titles", action="store_true", help="list what was missed and false")
    chosen = options.parse_args(arguments)
    years = {int(year) for year in (chosen.years or "").split(",") if year}
    topics = bundled()
    everything = [
        each for each in heard(cases(chosen.world), topics) if not years or each.case.year in years
    ]
    for name in topics:
        if name != chosen.topic if chosen.topic else topics[name].part:
            continue
        print(f"\n{name}")
        for kind in ("document", "headline"):
            result = score(name, (each for each in everything if each.case.kind == kind))
            print(f"  {kind + 's':10} {result}")
            for word, listed in (("missed", result.missed), ("false", result.false)):
                for case in listed if chosen.titles else ():
                    print(f"      {word}: [{case.label}] {case.name[:150]}")
    print(f"\n{MAIN} by year")
    for year in sorted({each.case.year for each in everything}):
        of_year = (each for each in everything if each.case.year == year)
        print(f"  {year}       {score(MAIN, of_year)}")


if __name__ == "__main__":
    main()
