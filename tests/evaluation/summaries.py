"""What do alerts say of a world, is every word of it in the source, and which read worst?

    python -m tests.evaluation.summaries WORLD [--show 150]

Each shown sentence must be one piece of the source, but for its first letter, begin and end as a
sentence does, and so must every number, day and name in it. Exit 1 when one does not.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections import Counter
from pathlib import Path

from feeds import summary
from feeds.model import Item
from tests.evaluation.world import Case, cases

_FACT = re.compile(r"\d[\d,.:/-]*\w*|\b[A-Z][\w.&'-]+")
_NUMBERED = re.compile(r"\d[\d,.:/-]*\w*")
#: Where a shown piece of a sentence should not end: the dot of a name, or a word that wants another.
_HALF = re.compile(
    r"\b(?:Co|Corp|Inc|No|Sec|Supp|Pub|E\.O|Jan|Feb|Aug|Sept|Oct|Nov|Dec|Mr|Ms|Dr|[A-Z])\.$"
    r"|\b(?:the|a|an|of|to|by|and|or|in|with|for|from|that)…$"
)


def violations(item: Item, said: tuple[str, ...]) -> list[str]:
    """What an alert shows that its source does not say, or not so."""
    found = []
    whole = " ".join(item.summary.split())
    for one in said:
        text = one.removeprefix("… ")
        if text.removesuffix("…")[1:] not in whole:
            found.append(f"not in the source: {text}")
        # The first word may have got its capital here; a number has none.
        facts = {*_FACT.findall(text.partition(" ")[2]), *_NUMBERED.findall(text)}
        words = whole.split()
        lost = [fact for fact in facts if not any(fact.rstrip(".,") in word for word in words)]
        found += [f"no such fact in the source: {fact}" for fact in lost]
        if not re.match(r"[\"'“\u2018`(\[]*[A-Z0-9$§]|[a-z]+[A-Z]", text):
            found.append(f"begins inside: {text}")
        if text.count("(") > text.count(")") or re.search(r"&[a-z#0-9]+;|\.{4}|-{5}", text):
            found.append(f"a fragment: {text}")
    if sum(len(one.removeprefix("… ")) for one in said) > summary.LENGTH:
        found.append("too long")
    return found


def clumsy(case: Case, said: tuple[str, ...]) -> list[str]:
    """Where a person should look: no sentence at all, a doubtful end, one long sentence."""
    if not said:
        return [f"nothing shown: {case.name[:70]}: {case.sightings[-1].summary[:150]}"]
    ends = [f"doubtful end: {one[-80:]}" for one in said if _HALF.search(one)]
    return ends + [f"long: {one}" for one in said if len(one) > summary.LONGEST]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("world", type=Path)
    parser.add_argument("--show", type=int, default=0, help="print so many, the relevant first")
    given = parser.parse_args()
    wrong: list[str] = []
    doubtful: list[str] = []
    counts: Counter[str] = Counter()
    lengths: list[int] = []
    told: list[tuple[bool, str, str]] = []
    for case in cases(given.world):
        item = case.sightings[-1]
        if not item.summary:
            continue
        said = summary.extract(item)
        wrong += [f"{case.name[:60]}: {each}" for each in violations(item, said)]
        doubtful += clumsy(case, said)
        counts["summaries"] += 1
        counts[f"{len(said)} sentences"] += 1
        counts["opening cut off"] += bool(said) and not item.summary.startswith(said[0][:20])
        counts["cut after a clause"] += any(one.endswith("…") for one in said)
        counts["with a gap"] += any(one.startswith("… ") for one in said)
        lengths.append(sum(map(len, said)))
        told.append((not case.relevant, case.name, " ".join(said)))
    for name, number in sorted(counts.items()):
        print(f"{number:6}  {name}")
    print(f"{statistics.median(lengths):6.0f}  characters, median; {max(lengths)} the longest")
    print(f"{len(wrong):6}  violations\n{len(doubtful):6}  to look at")
    for each in [*wrong[:50], *doubtful[:50]]:
        print("   ", each)
    for _, name, shown in sorted(told, key=lambda each: each[0])[: given.show]:
        print(f"\n{name}\n    {shown}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
