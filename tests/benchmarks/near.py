"""Which earlier headline tells the same, beside datasketch's MinHashLSH and rapidfuzz; and at what size.

    NEAR_PYTHON=.venv/peer/bin/python python -m tests.benchmarks.near [--world FOLDER] [--quick]

Ours is all that `feeds.window` does for a headline: reading its gist, finding its story among those of
the window, and adding it. Peers get the same texts in the same order; each prints CPU time only. "edited"
fills a window, then asks for new headlines of which three in ten are copies of one in it, with words
left out, exchanged in place, put before or behind; it is right to find just that one. "events" is the
headlines of `tests/told_events.py`, or of a world folder (tests/evaluation), in order of time: right are
pairs of one event. The last table places headlines through `entries.remember` beside many kept entries.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from sqlite_utils import Database

from feeds import gist
from feeds.identity import headline_key
from feeds.model import Item
from feeds.window import KEPT, Window
from storage import entries
from storage.database import open_database, to_text, transaction
from tests.benchmarks.measured import machine, options, spread, table
from tests.benchmarks.texts import START, Prose
from tests.evaluation.world import cases
from tests.factories import make_press
from tests.told_events import EVENTS

ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Texts in order, and what each is: equal for those that tell the same, None for what is judged as alone."""

    name: str
    items: Sequence[Item]
    truth: Sequence[str | None]
    #: So many fill the window, and are not measured.
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one did with a stream."""

    rate: float
    precision: float
    recall: float


def headline(number: int, title: str) -> Item:
    """One of its own publication, every ten minutes."""
    return make_press(
        key=f"news:https://paper.example/{number}",
        url=f"https://paper.example/{number}",
        feed=f"paper-{number}",
        publisher=f"Paper {number}",
        title=title,
        summary="",
        event_at=START + timedelta(minutes=number),
    )


def edited(titles: Sequence[str], *, size: int, asked: int) -> Stream:
    """A window, then new headlines of which three in ten are edited copies."""
    rng = random.Random(4)
    window, fresh = list(titles[:size]), list(titles[size:])
    items = [headline(number, title) for number, title in enumerate(window)]
    truth: list[str | None] = [str(number) for number in range(size)]
    for number in range(size, size + asked):
        if rng.random() < 0.3 or not fresh:
            original = rng.randrange(size)
            items.append(headline(number, _edit(window[original], rng)))
            truth.append(str(original))
        else:
            items.append(headline(number, fresh.pop()))
            truth.append(str(number))
    return Stream(name="edited copies", items=items, truth=truth, filled=size)


def _edit(title: str, rng: random.Random) -> str:
    words = title.split()
    for _ in range(1 + len(words) // 8):
        at = rng.randrange(len(words))
        kind = rng.choice(("leave out", "exchange", "before", "behind"))
        if kind == "leave out" and len(words) > 5:
            del words[at]
        elif kind == "exchange":
            other = (at + 1) % len(words)
            words[at], words[other] = words[other], words[at]
        elif kind == "before":
            words.insert(0, rng.choice(("Update:", "Exclusive:", "Analysis:", "Watch:")))
        else:
            words += rng.choice((("again",), ("sources", "say"), ("on", "Tuesday")))
    return " ".join(words)


def told(world: Path | None) -> Stream:
    """Headlines on real events, or on those of the project."""
    if world is None:
        made = [(item, event.name) for event in EVENTS for item in event.items()]
        known: list[tuple[Item, str | None]] = [*made]
    else:
        known = [(c.sightings[0], c.story) for c in cases(world) if c.kind == "headline"]
    known.sort(key=lambda one: str(one[0].event_at))
    return Stream(name="events", items=[i for i, _ in known], truth=[t for _, t in known], filled=0)


def ours(stream: Stream) -> tuple[float, list[int | None]]:
    """CPU seconds, and the story of each as the number of the headline that opened it."""
    window, found = Window(), list[int | None]()
    start = time.process_time()
    for number, item in enumerate(stream.items):
        if number == stream.filled:
            start = time.process_time()
        now = item.event_at or START
        told = gist.read(item, now=now)
        near = window.find(told)
        story = near[0].story_id if near else number
        window.add(story, told, now=now)
        found.append(story if near else None)
    return time.process_time() - start, found


def peer(name: str, stream: Stream, folder: Path) -> tuple[float, list[int | None]]:
    """The same by a peer, in a process of its own."""
    file = folder / "texts.json"
    file.write_text(json.dumps([item.title for item in stream.items]), encoding="utf-8")
    worker = Path(__file__).with_name("near_peer_worker.py")
    python = os.environ.get("NEAR_PYTHON", sys.executable)
    command = [python, str(worker), name, str(file), str(stream.filled)]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer["cpu"], answer["found"]


def judge(stream: Stream, cpu: float, found: Sequence[int | None]) -> Outcome:
    """Items a second, and how many of what was found, and of what there was to find, is right."""
    asked = len(found) - stream.filled
    stories: list[int] = []
    for number, earlier in enumerate(found):
        stories.append(number if earlier is None else stories[earlier])
    if stream.filled:
        right = joined = wanted = 0
        for number in range(stream.filled, len(found)):
            is_copy = stream.truth[number] != str(number)
            wanted += is_copy
            joined += found[number] is not None
            right += is_copy and stories[number] == stories[int(str(stream.truth[number]))]
    else:
        pairs = [
            (stories[a] == stories[b], stream.truth[a], stream.truth[b])
            for a, b in combinations(range(len(found)), 2)
            if stories[a] == stories[b] or (stream.truth[a] and stream.truth[a] == stream.truth[b])
        ]
        judged = [(same, a == b) for same, a, b in pairs if a or b]
        right = sum(same and alike for same, alike in judged)
        joined, wanted = sum(same for same, _ in judged), sum(alike for _, alike in judged)
    return Outcome(
        rate=asked / max(cpu, 1e-9),
        precision=right / joined if joined else 1.0,
        recall=right / wanted if wanted else 1.0,
    )


def compare(stream: Stream, rounds: int, folder: Path) -> None:
    """Print a row for each, taking turns."""
    outcomes: dict[str, list[Outcome]] = {"Rulewire": [], "minhash": [], "rapidfuzz": []}
    for turn in range(rounds):
        outcomes["Rulewire"].append(judge(stream, *ours(stream)))
        for name in ("minhash", "rapidfuzz"):
            if name == "minhash" or turn == 0:
                try:
                    outcomes[name].append(judge(stream, *peer(name, stream, folder)))
                except subprocess.CalledProcessError:
                    print(f"{name} is not installed; NEAR_PYTHON names a Python that has it")
    mine = median(one.rate for one in outcomes["Rulewire"])
    table(
        f"{stream.name}: {len(stream.items):,} headlines, {stream.filled:,} of them the window ({machine()})",
        ["", "items/s", "Rulewire is", "precision", "recall"],
        [
            [
                name,
                spread([one.rate for one in each], ",.0f"),
                f"{mine / median(one.rate for one in each):.1f}x",
                f"{each[0].precision:.3f}",
                f"{each[0].recall:.3f}",
            ]
            for name, each in outcomes.items()
            if each
        ],
    )


def fill(db: Database, many: int, prose: Prose) -> None:
    """So many kept headlines, of which the newest 10,000 were seen within the window's time."""
    step = KEPT / 10_000
    first = START - step * many
    with transaction(db):
        db.execute("INSERT INTO stories (id, opened_at) VALUES (1, ?)", [to_text(START)])
        rows = (
            (n, item, to_text(first + step * n))
            for n in range(1, many + 1)
            for item in [headline(n, prose.title(f"k{n}"))]
        )
        db.conn.executemany(
            "INSERT INTO entries (id, key, headline, story_id, source, stage, feed, event_at,"
            " first_seen_at, hash, item, moment) VALUES (?, ?, ?, 1, 'news', 'reported', ?, ?, ?, '', ?, ?)",
            (
                (
                    n,
                    i.key,
                    headline_key(i.title),
                    i.feed,
                    at,
                    at,
                    msgspec.json.encode(i).decode(),
                    n,
                )
                for n, i, at in rows
            ),
        )


def placing(kept: Sequence[int], asked: int) -> None:
    """Print what it takes to remember a headline beside so many kept entries."""
    rows, base = [], 0.0
    for many in kept:
        with TemporaryDirectory() as folder, open_database(Path(folder) / "kept.db") as db:
            fill(db, many, Prose(1))
            new = [
                headline(many + n, title) for n, title in enumerate(_titles(Prose(2), asked + 100))
            ]
            with transaction(db):
                start = time.process_time()
                for item in new[:100]:
                    entries.remember(db, item, now=START)
                first = time.process_time() - start
            took = []
            for at in range(100, asked, 100):
                with transaction(db):
                    start = time.process_time()
                    for item in new[at : at + 100]:
                        entries.remember(db, item, now=START)
                    took.append((time.process_time() - start) / 100 * 1e6)
        base = base or median(took)
        rows.append(
            [f"{many:,}", spread(took, ",.0f"), f"{median(took) / base:.2f}x", f"{first:.2f}"]
        )
    table(
        f"Remembering a headline ({machine()})",
        [
            "kept entries",
            "microseconds",
            "to the first",
            "seconds for the first 100, window and all",
        ],
        rows,
    )


def _titles(prose: Prose, many: int) -> list[str]:
    return [prose.title(f"n{number}") for number in range(many)]


def _world_titles(world: Path) -> list[str]:
    titles = {
        headline_key(case.sightings[0].title): case.sightings[0].title for case in cases(world)
    }
    found = [title for title in titles.values() if len(title.split()) >= 5]
    random.Random(3).shuffle(found)
    return found


def main() -> None:
    parser: ArgumentParser = options(__doc__.partition("\n")[0])
    parser.add_argument("--world", type=Path, help="a world folder, for real headlines")
    chosen = parser.parse_args()
    size, asked, rounds, kept = 10_000, 3_000, ROUNDS, (10_000, 1_000_000)
    if chosen.quick:
        size, asked, rounds, kept = 100, 50, 1, (100, 200)
    titles = _world_titles(chosen.world) if chosen.world else _titles(Prose(1), size + asked)
    if chosen.world:
        size, asked = min(size, len(titles) * 3 // 4), min(asked, len(titles) // 4)
    with TemporaryDirectory() as folder:
        compare(edited(titles, size=size, asked=asked), rounds, Path(folder))
        compare(told(chosen.world), rounds, Path(folder))
    placing(kept, max(asked, 300))


if __name__ == "__main__":
    main()
