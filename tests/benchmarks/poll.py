"""Polls the same feeds with Rulewire and with `reader`, in turns: fetched, parsed and stored.

    python -m tests.benchmarks.poll [--quick] [--reader-python PATH]

The first poll finds every feed new. Then, in each cycle, half the feeds answer 304 and half answer
200 with one new item of 31; in the last phase these also carry one edited item. Both programs visit
before the next cycle begins, and take turns at going first.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen
from subprocess import run as run_command
from tempfile import TemporaryDirectory

from tests.benchmarks.feed_server import EDITED, serving
from tests.benchmarks.measured import machine, options, ratio, spread, table

HERE = Path(__file__).parent
#: What the two are called on, and in which order the phases come.
PHASES = ("first poll", "steady state", "with edits")

Answer = dict[str, float]


@dataclass(slots=True)
class Program:
    """One of the two, as a process that polls when it is told to."""

    process: Popen[str]
    name: str = ""
    polls: dict[str, list[Answer]] = field(default_factory=dict)

    def ask(self, what: str) -> Answer:
        """Let it poll, or count what it holds."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> Answer:
        """Read its next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name or 'a worker'} ended early")
        answer: Answer = json.loads(line)
        return answer

    def poll(self, phase: str) -> None:
        """Let it poll once, and note how long that took."""
        self.polls.setdefault(phase, []).append(self.ask("poll"))

    def figures(self, phase: str, name: str) -> list[float]:
        """What one figure was in each poll of a phase."""
        return [poll[name] for poll in self.polls[phase]]


@contextmanager
def started(command: list[str], *, base: str, feeds: int, database: Path) -> Iterator[Program]:
    """Run a worker."""
    command = [*command, base, str(feeds), str(database), EDITED]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            program = Program(process)
            program.name = str(program.hear()["name"])
            yield program
        finally:
            process.terminate()


def set_cycle(base: str, cycle: int, edits_after: int | None) -> None:
    edits = f"?edits={edits_after}" if edits_after is not None else ""
    urllib.request.urlopen(f"{base}/cycle/{cycle}{edits}").close()


def measure(programs: list[Program], *, base: str, pairs: int) -> None:
    """Go through the phases; whoever went first goes last in the next cycle."""
    for cycle in range(2 * pairs + 2):
        # The second cycle is the first in which anything can be a repeat: it warms up.
        phase = PHASES[0] if not cycle else PHASES[1] if cycle <= pairs + 1 else PHASES[2]
        set_cycle(base, cycle, pairs + 1 if phase == PHASES[2] else None)
        for program in programs if cycle % 2 else reversed(programs):
            program.poll("warming up" if cycle == 1 else phase)


def has_reader(python: str) -> bool:
    command = [python, "-c", "import reader"]
    return run_command(command, capture_output=True, check=False).returncode == 0


def report(programs: list[Program], *, feeds: int) -> None:
    """Print the tables, after making sure that all hold the same."""
    held = [program.ask("count") for program in programs]
    assert all(each == held[0] for each in held), f"they hold different entries: {held}"
    rows = []
    for phase in PHASES:
        for program in programs:
            wall, cpu = program.figures(phase, "wall"), program.figures(phase, "cpu")
            rate = f"{feeds / sorted(wall)[len(wall) // 2]:.0f}"
            rss = f"{max(program.figures(phase, 'rss')):.0f}"
            rows.append([phase, program.name, rate, spread(wall), spread(cpu), rss])
    head = ["phase", "program", "feeds/s", "wall s", "CPU s", "peak MB"]
    table(f"Polling {feeds} feeds ({machine()})", head, rows)
    if len(programs) == 2:
        ours, theirs = programs
        faster = [
            [
                phase,
                *(
                    ratio(ours.figures(phase, of), theirs.figures(phase, of))
                    for of in ("wall", "cpu")
                ),
            ]
            for phase in PHASES
        ]
        table(f"{theirs.name} takes, of our time", ["phase", "wall", "CPU"], faster)
    print(f"Each holds {held[0]['entries']:.0f} entries, {held[0]['edited']:.0f} of them edited.")


def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    python = os.environ.get("READER_PYTHON", sys.executable)
    parser.add_argument("--reader-python", default=python, help="a Python that has reader")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--pairs", type=int, default=3, help="polls of each program in a phase")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds a server takes")
    given = parser.parse_args()
    feeds, pairs, latency = given.feeds, given.pairs, given.latency
    if given.quick:
        feeds, pairs, latency = 6, 1, 0.0
    commands = [[sys.executable, "-m", "tests.benchmarks.rulewire_worker"]]
    if has_reader(given.reader_python):
        commands.append([given.reader_python, str(HERE / "reader_worker.py")])
    else:
        print("reader is not installed beside this Python, so nothing is compared with it.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        base = stack.enter_context(serving(entries=30, latency=latency))
        programs = [
            stack.enter_context(
                started(command, base=base, feeds=feeds, database=folder / f"{number}.db")
            )
            for number, command in enumerate(commands)
        ]
        measure(programs, base=base, pairs=pairs)
        report(programs, feeds=feeds)


if __name__ == "__main__":
    main()
