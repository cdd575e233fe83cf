"""Runs one target under atheris, a coverage-guided fuzzer.

    python -m tests.fuzz TARGET [FOLDER] [-OPTION=…]

See tests/fuzz/README.md. Atheris is not among our dependencies.
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed by whoever fuzzes

with atheris.instrument_imports(include=["bot", "feeds", "feedparser", "sgmllib"]):
    from tests.fuzz import targets

NAME = sys.argv.pop(1) if len(sys.argv) > 1 else ""

if NAME not in targets.TARGETS:
    raise SystemExit(f"python -m tests.fuzz {{{','.join(targets.TARGETS)}}} [FOLDER] [-OPTION=…]")

atheris.Setup(sys.argv, targets.TARGETS[NAME])
atheris.Fuzz()
