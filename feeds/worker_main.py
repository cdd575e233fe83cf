"""The worker process: reads one body after the other, within limits that the system enforces.

    python -m feeds.worker_main MEMORY_BYTES CPU_SECONDS

Started by `feeds.worker` and nobody else. It has no secrets in its environment, and can neither
start a process nor write a file.
"""

from __future__ import annotations

import re
import resource
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from feeds import news_body
from feeds.errors import ParseError
from feeds.worker_messages import Outcome, Work, framed, next_work

#: A process that has been larger than this is given up for a fresh one, so that what one feed left
#: behind is not held against the next. It begins with 27 MB, and a feed of 1 MB takes 10.
GROWN_BYTES = 64 * 1024 * 1024
#: What `ru_maxrss` counts in (getrusage(2)): bytes on macOS, else kilobytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main(memory_bytes: int, cpu_seconds: int) -> None:
    """Read until the bot has no more work, or has gone."""
    taken, given = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints would break the protocol
    _bound(memory_bytes)
    last = False
    while not last and (work := next_work(taken)):
        _allow(cpu_seconds)
        outcome = _outcome(work)
        last = _peak_bytes() > GROWN_BYTES
        given.write(framed(replace(outcome, last=last)))
        given.flush()


def _outcome(work: Work) -> Outcome:
    try:
        if work.what == "title":
            title = news_body.title_of(work.body, feed=work.feed, content_type=work.content_type)
            return Outcome(title=title)
        items, hashes, warnings = news_body.read(
            work.body,
            feed=work.feed,
            content_type=work.content_type,
            url=work.url,
            known=frozenset(work.known),
        )
        return Outcome(items=items, hashes=hashes, warnings=warnings)
    except ParseError as error:
        return Outcome(problem=error.reason)
    except MemoryError:
        return Outcome(problem="needs more memory than a feed may take")


def _bound(memory_bytes: int) -> None:
    """Take away what no parser needs."""
    for limit, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
    ):
        with suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and does not let it be set
            resource.setrlimit(limit, (most, most))


def _allow(cpu_seconds: int) -> None:
    """So many seconds of CPU time from now on; then the system ends this process (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds, hard)
    )


def _peak_bytes() -> int:
    """The most that this process held; on Linux without what the bot held, which it was forked from."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
    peak = re.search(r"^VmHWM:\s+([0-9]+) kB", status, re.MULTILINE)
    return int(peak[1]) * 1024 if peak else 0


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
