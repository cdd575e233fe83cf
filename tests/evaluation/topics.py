"""Measure the shipped topics on a world: `python -m tests.evaluation.topics --world FOLDER`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from feeds import matching, query
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
#: Others that are no part of a table: what a topic is made of.
PARTS = ("us-action-in-press", "routine")


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


def score(topic: Topic, topics: dict[str, Topic], known: Iterable[Case]) -> Score:
    """What a subscription to the topic would have told of these cases.

    For the main topic a false alert is any case neither relevant nor adjacent; for the others only
    a relevant case of their own label can be missed, and nothing that is relevant is false.
    """
    texts = {name: one.query for name, one in topics.items()}
    asked = query.parse(topic.query, topics=texts, limits=query.SHIPPED)
    label = LABELS.get(topic.name)
    told, missed, false = list[Case](), list[Case](), list[Case]()
    for case in known:
        hit = any(matching.match(asked, sighting) for sighting in case.sightings)
        wanted = case.relevant and (topic.name == MAIN or case.label == label)
        if wanted:
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
    options.add_argument(
        "--full-text", action="store_true", help="with the texts that a live run would read"
    )
    options.add_argument("--years", help="these only, with commas between: 2019,2024")
    options.add_argument("--titles", action="store_true", help="list what was missed and false")
    chosen = options.parse_args(arguments)
    years = {int(year) for year in (chosen.years or "").split(",") if year}
    everything = tuple(
        case
        for case in cases(chosen.world, with_full_text=chosen.full_text)
        if not years or case.year in years
    )
    topics = bundled()
    for topic in topics.values():
        if topic.name != chosen.topic if chosen.topic else topic.name in PARTS:
            continue
        print(f"\n{topic.name}")
        for kind in ("document", "headline"):
            result = score(topic, topics, [case for case in everything if case.kind == kind])
            print(f"  {kind + 's':10} {result}")
            for word, listed in (("missed", result.missed), ("false", result.false)):
                for case in listed if chosen.titles else ():
                    print(f"      {word}: [{case.label}] {case.name[:150]}")
    print("\nhuawei-and-standards by year")
    for year in sorted({case.year for case in everything}):
        of_year = [case for case in everything if case.year == year]
        print(f"  {year}       {score(topics[MAIN], topics, of_year)}")


if __name__ == "__main__":
    main()
