"""Measure the dates read from documents on a world: `python -m tests.evaluation.dates --world FOLDER`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from feeds import document_dates
from feeds.date_sentences import DateKind
from feeds.model import Document, DocumentType, Stage

FIELDS = {DateKind.EFFECTIVE: "effective_on", DateKind.COMMENTS_CLOSE: "comments_close_on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One date that the Register gave in the end, or that we read though it gave none."""

    #: "filing" for one counted ahead, from placeholders; "paragraph" for one read after printing.
    of: str
    kind: DateKind
    number: str
    given: date | None
    read: frozenset[date]
    said: str

    @property
    def outcome(self) -> str:
        if self.given is None:
            return "more than given"
        return "same" if self.given in self.read else "other" if self.read else "not read"


def readings(world: Path) -> Iterator[Reading]:
    """What we read of each document without the Register's own fields, beside those fields."""
    with (world / "documents.jsonl").open(encoding="utf-8") as file:
        for raw in map(json.loads, file):
            filing = raw.get("_pi") or {}
            if said := filing.get("dates"):
                yield from _compared("filing", raw, filing, said)
            if said := raw.get("dates"):
                yield from _compared("paragraph", raw, filing, said)


def _compared(of: str, raw: dict[str, Any], filing: dict[str, Any], said: str) -> Iterator[Reading]:
    filed_at = filing.get("filed_at")
    bare = Document(
        number=raw["document_number"],
        type=DocumentType.OTHER,
        publication_date=_day(raw.get("publication_date")),
        filed_at=datetime.fromisoformat(filed_at) if filed_at else None,
    )
    if of == "filing":
        dates = document_dates.of(bare, stage=Stage.INSPECTION, text=f"DATES: {said}\n")
    else:
        dates = document_dates.of(replace(bare, dates=said), stage=Stage.PUBLISHED)
    for kind, field in FIELDS.items():
        given = _day(raw.get(field))
        read = frozenset(one.day for one in dates if one.kind is kind and one.day)
        if given or read:
            yield Reading(of=of, kind=kind, number=bare.number, given=given, read=read, said=said)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how many dates are the same, and each that is not."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--world", type=Path, required=True, help="folder with documents.jsonl")
    found = list(readings(options.parse_args(arguments).world))
    counts = Counter((one.of, one.kind.value, one.outcome) for one in found)
    for (of, kind, outcome), count in sorted(counts.items()):
        print(f"{of:10} {kind:16} {outcome:16} {count:5}")
    for one in found:
        if one.outcome != "same":
            days = ", ".join(map(str, sorted(one.read))) or "nothing"
            print(f"\n{one.number} {one.kind}: given {one.given}, read {days}\n  {one.said[:400]}")


if __name__ == "__main__":
    main()
