"""Reads a folder of recorded feeds as the bot would, and prints what cannot be read cleanly.

    python -m tests.fuzz.recorded FOLDER

Every file must give items or a clean ParseError, within the worker's limits, and every item must be
fit to be stored and shown. Prints the counts and every finding; exits 1 when there is one. The sources
of feedparser hold some thousands: tests/fuzz/README.md says how to get them.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from feeds.errors import ParseError
from feeds.worker import Worker
from tests.fuzz.targets import FEED, sound

#: What feedparser's own files say of the header that they came under.
_HEADER = "Content-type:"


def header(body: bytes) -> str:
    """The Content-Type that a file of feedparser's asks to be served with; empty when it does not."""
    for line in body[:2_000].decode("latin-1").splitlines():
        name, found, value = line.partition(_HEADER)
        if found and len(name) < 10:
            return value.strip()
    return ""


async def main(files: Sequence[Path]) -> int:
    """Read them all; how many findings there are."""
    counts: Counter[str] = Counter()
    async with Worker() as worker:
        for path in files:
            body = path.read_bytes()
            try:
                items, _, warnings = await worker.items(
                    body, feed=FEED, content_type=header(body), url=FEED.url
                )
                await worker.title(body, feed=FEED, content_type=header(body))
            except ParseError as error:
                counts["refused"] += 1
                if "parser" in error.reason or "takes" in error.reason:
                    counts["finding"] += 1
                    print(f"{path}: {error.reason}")
                continue
            counts["read"] += 1
            counts["items"] += len(items)
            counts["with a warning"] += bool(warnings)
            try:
                for item in items:
                    sound(item)
            except (AssertionError, ValueError, LookupError, TypeError):
                counts["finding"] += 1
                print(f"{path}: {traceback.format_exc(limit=-2)}")
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return counts["finding"]


if __name__ == "__main__":
    every = sorted(each for each in Path(sys.argv[1]).rglob("*") if each.is_file())
    raise SystemExit(min(asyncio.run(main(every)), 1))
