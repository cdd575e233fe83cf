"""What a benchmark prints: a table in Markdown, medians, percentiles and ratios."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import statistics
from collections.abc import Iterable, Sequence


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, its columns as wide as they need to be."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    print(f"\n{title}\n")
    for line in lines:
        cells = " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"| {cells} |")
    print(flush=True)


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Write the median, and in brackets the least and the most."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def ratio(ours: Sequence[float], theirs: Sequence[float], *, more_is_better: bool = False) -> str:
    """Write how many times better our median is; below 1.0 we lose."""
    mine, peer = statistics.median(ours), statistics.median(theirs)
    better = mine / peer if more_is_better else peer / mine
    return f"{better:.1f}x" if better >= 1 else f"{better:.2f}x"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def options(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="tiny, only to see that it runs")
    return parser


def machine() -> str:
    """Describe what it was measured on, and how busy that was."""
    load = f"; load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}{load}"
    )
