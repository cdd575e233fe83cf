"""Worker: reads the bodies of feeds in a process of its own, which a hostile one may break."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from feeds.errors import ParseError
from feeds.model import Feed, Item
from feeds.worker_messages import (
    HEADER_SIZE,
    MAX_ANSWER,
    Outcome,
    Work,
    framed,
    last_words,
    length_of,
    outcome_of,
)

log = logging.getLogger(__name__)

#: Seconds a worker is given to end by itself.
_GRACE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one body may take. Real feeds stay far below; see docs/decisions/0015.

    Beside these, a body is at most as large as `feeds.http` reads, and an answer `MAX_ANSWER`.
    """

    #: Address space of the process, code and all. macOS does not enforce it.
    memory_bytes: int = 512 * 1024 * 1024
    #: CPU time.
    cpu_seconds: int = 10
    #: Time on the clock: for what waits instead of working.
    wall_seconds: float = 60.0
    #: Time without work after which the process ends, and its memory is free.
    idle_seconds: float = 60.0


class _BrokenOffError(Exception):
    """No answer came, or none that is one."""


class _StaleError(Exception):
    """The process broke off over a body that need not be at fault."""


class Worker:
    """One process, started when there is work and again after each death; one body at a time.

    Use as `async with`, or `close()`.
    """

    def __init__(self, *, limits: Limits | None = None, command: Sequence[str] = ()) -> None:
        """Nothing is started yet.

        Args:
            limits: For each body.
            command: What to start instead of `feeds.worker_main`.
        """
        self._limits = limits or Limits()
        bounds = (str(self._limits.memory_bytes), str(self._limits.cpu_seconds))
        self._command = command or (sys.executable, "-m", "feeds.worker_main", *bounds)
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._words: asyncio.Task[str] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._resting: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def pid(self) -> int | None:
        """The process as it is now; None while there is none."""
        return self._process.pid if self._process else None

    async def close(self) -> None:
        """End the process, if there is one. Later work starts another."""
        async with self._turn:
            await self._dismiss()

    async def items(
        self,
        body: bytes,
        *,
        feed: Feed,
        content_type: str,
        url: str,
        known: Collection[str] = (),
    ) -> tuple[tuple[Item, ...], tuple[str, ...], tuple[str, ...]]:
        """As `feeds.news_body.read`, within the limits.

        Raises:
            ParseError: nothing can be read from it, or not within the limits.
        """
        outcome = await self._outcome(
            Work(
                what="items",
                body=body,
                feed=feed,
                content_type=content_type,
                url=url,
                known=tuple(known),
            )
        )
        return outcome.items, outcome.hashes, outcome.warnings

    async def title(self, body: bytes, *, feed: Feed, content_type: str) -> str:
        """As `feeds.news_body.title_of`, within the limits. Raises as `items`."""
        work = Work(what="title", body=body, feed=feed, content_type=content_type, url=feed.url)
        return (await self._outcome(work)).title

    async def _outcome(self, work: Work) -> Outcome:
        async with self._turn:
            if self._idle:
                self._idle.cancel()
            try:
                outcome = await self._attempt(work)
            except _StaleError:  # it may have died of something else: only a fresh one is proof
                outcome = await self._attempt(work)
            if outcome.last:
                await self._dismiss()
            elif self._process:
                self._rest_later()
        if outcome.problem is not None:
            raise ParseError(work.feed.name, outcome.problem)
        return outcome

    async def _attempt(self, work: Work) -> Outcome:
        """Let the process try. It is ended, unless it answered.

        Raises:
            _StaleError: it broke off, and had read other bodies before.
        """
        fresh = self._process is None
        process = await self._started()
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                return await _exchange(process, work)
        except TimeoutError:
            await self._end()
            return Outcome(
                problem=f"takes longer than {self._limits.wall_seconds:g} seconds to parse"
            )
        except _BrokenOffError as error:
            code = await self._buried(str(error))
            if code == -signal.SIGXCPU:
                most = self._limits.cpu_seconds
                return Outcome(problem=f"takes more than {most} seconds of CPU time to parse")
            if not fresh:
                raise _StaleError from error
            return Outcome(problem=f"broke its parser ({error}, exit code {code})")
        except BaseException:  # cancelled: what it would answer now belongs to nobody
            await self._end()
            raise

    async def _started(self) -> Process:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                # No secrets for whoever takes it over, and no Ctrl-C that is meant for the bot.
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
            assert self._process.stderr is not None  # noqa: S101  a pipe; this is for the type checker
            hearing = last_words(self._process.stderr)
            self._words = asyncio.create_task(hearing, name="hear the worker")
        return self._process

    async def _end(self) -> tuple[int, str]:
        """Kill the process; its exit code and last words."""
        process, self._process = self._process, None
        if process is None or process.stdout is None or self._words is None:
            return 0, ""
        with suppress(ProcessLookupError):
            process.kill()
        await process.stdout.read()  # an answer that nobody waits for; it ends when its pipes do
        said = await self._words
        return await process.wait(), said

    async def _dismiss(self) -> None:
        """Let the process end by itself, which it does when there will be no more work."""
        if self._idle:
            self._idle.cancel()
        if self._process and self._process.stdin:
            self._process.stdin.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _GRACE)
        await self._end()

    async def _buried(self, problem: str) -> int:
        """End a process that broke off; its exit code. Its last words are for the log."""
        if self._process:  # dying takes a moment, and tells more than being killed
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _GRACE)
        code, said = await self._end()
        log.warning("worker died exit=%d problem=%s said=%r", code, problem, said)
        return code

    def _rest_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._limits.idle_seconds, self._rest)

    def _rest(self) -> None:
        if not self._turn.locked():
            self._resting = asyncio.create_task(self.close(), name="dismiss the worker")


async def _exchange(process: Process, work: Work) -> Outcome:
    """Give work, and wait for what comes of it."""
    assert process.stdin is not None  # noqa: S101  they are pipes; this is for the type checker
    assert process.stdout is not None  # noqa: S101  as above
    try:
        process.stdin.write(framed(work))
        await process.stdin.drain()
        length = length_of(await process.stdout.readexactly(HEADER_SIZE))
        if length > MAX_ANSWER:
            raise _BrokenOffError(f"an answer of {length:,} bytes")
        return outcome_of(await process.stdout.readexactly(length))
    except (ConnectionError, asyncio.IncompleteReadError) as error:
        raise _BrokenOffError("no answer") from error
    except ValueError as error:
        raise _BrokenOffError("an answer that is none") from error
