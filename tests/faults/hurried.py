"""The real bot, in a world that goes twenty times as fast: its waits are as long, for itself.

`python -m tests.faults.hurried EPOCH FILE` is `rulewire run`, with an event loop and a time of day
that hurry; the file says by how many seconds the time of day is wrong. Nothing of the bot is replaced.
"""

from __future__ import annotations

import asyncio
import faulthandler
import selectors
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot import run as life
from bot import shell

#: Seconds that pass in the bot's world in one of ours.
HASTE = 20.0


def hurried(epoch: float) -> Callable[[], float]:
    """The time of day in the hurried world, which agreed with ours at the epoch."""
    return lambda: epoch + (time.time() - epoch) * HASTE


class HurriedSelector(selectors.DefaultSelector):
    """Waits a twentieth of the time it is asked to."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / HASTE if timeout and timeout > 0 else timeout)


class HurriedLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock hurries, and with it every sleep and timeout."""

    def __init__(self) -> None:
        super().__init__(HurriedSelector())

    def time(self) -> float:
        return super().time() * HASTE


def main() -> None:
    faulthandler.register(signal.SIGUSR1, all_threads=True)  # says where it hangs
    right, error = hurried(float(sys.argv[1])), Path(sys.argv[2])

    def clock() -> datetime:
        return datetime.fromtimestamp(right() + float(error.read_text()), UTC)

    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        runner.run(life.run(shell.settings(), clock=clock))


if __name__ == "__main__":
    main()
