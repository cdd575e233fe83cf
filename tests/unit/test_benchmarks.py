"""The benchmarks run, at a size at which they measure nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("benchmark", "told"),
    [
        ("poll", "steady state"),
        ("ingest", "sqlite-utils items/s"),
        ("search", "phrase of common words"),
        ("near", "Remembering a headline"),
        ("startup", "resident MB"),
        ("deliver", "One bad channel among many"),
        ("answer", "event loop late"),
    ],
)
def test_a_benchmark_runs_through_and_prints_its_table(benchmark: str, told: str) -> None:
    command = [sys.executable, "-m", f"tests.benchmarks.{benchmark}", "--quick"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert told in done.stdout
