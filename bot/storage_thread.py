"""The one thread that writes SQLite: `await storage.run(fn, …)`; and one that only reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from storage import ledger
from storage.database import open_database, open_reader, transaction

P = ParamSpec("P")
T = TypeVar("T")


class Storage:
    """Runs storage functions on one thread, each call in one transaction.

    A SQLite connection belongs to the thread that opened it, and a locked file must never freeze
    the event loop (docs/decisions/0002).
    """

    def __init__(self, path: Path | str, *, clock: Callable[[], datetime] | None = None) -> None:
        """Nothing is opened yet.

        Args:
            path: The database.
            clock: Aware time of what the ledger is told; None leaves that to SQLite's clock.
        """
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        self._long = asyncio.Lock()
        self._db: Database | None = None
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage-reading")
        self._reader: Database | None = None

    async def open(self) -> None:
        """Open and migrate the database.

        Raises:
            DatabaseError: the file cannot be used.
        """
        self._db = await self._submit(lambda: open_database(self._path))

    async def run(
        self, fn: Callable[Concatenate[Database, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `fn(db, …)` on the storage thread. All that it writes is kept, or none of it.

        When the caller is cancelled, what has started runs to its end and what still waits for its
        turn is dropped.

        Raises:
            DatabaseError: as `storage.database.transaction` says.
        """

        def whole() -> T:
            db = self._opened()
            with transaction(db):
                ledger.acting(db, at=self._clock() if self._clock else None)
                return fn(db, *args, **kwargs)

        return await self._submit(whole)

    async def run_long(
        self, fn: Callable[Concatenate[Database, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `run`, of what takes long and nobody waits for.

        Of such calls one at a time is in the thread's queue: whoever asks something meanwhile waits for
        that one at most, however many feeds have just been read.
        """
        async with self._long:
            return await self.run(fn, *args, **kwargs)

    async def read(
        self, fn: Callable[Concatenate[Database, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `run`, of what only reads, little, and is needed before Slack can be acknowledged.

        It has a thread of its own and waits for nobody who writes, in whatever process. It sees what
        was committed before it began.
        """
        if str(self._path) == ":memory:":  # which no second connection sees
            return await self.run(fn, *args, **kwargs)
        self._opened()

        def whole() -> T:
            self._reader = self._reader or open_reader(self._path)
            with transaction(self._reader, reads=True):
                return fn(self._reader, *args, **kwargs)

        return await asyncio.wrap_future(self._reading.submit(whole))

    async def run_in_pieces(
        self,
        fn: Callable[Concatenate[Database, P], Generator[None, None, T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As `run`, of a long function that yields where others may come between.

        Each piece is a transaction of its own, so what it reads may have changed since the last.
        """
        pieces = fn(self._opened(), *args, **kwargs)
        ended: list[T] = []

        def piece(_: Database) -> None:
            try:
                next(pieces)
            except StopIteration as end:
                ended.append(end.value)

        while not ended:
            await self.run(piece)
        return ended[0]

    async def run_plain(
        self, fn: Callable[Concatenate[Database, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `run`, without a transaction: for a backup, a check or a checkpoint."""
        return await self._submit(lambda: fn(self._opened(), *args, **kwargs))

    async def close(self) -> None:
        """Finish what is running, close the database and end the thread."""
        if self._reader is not None:
            await asyncio.wrap_future(self._reading.submit(self._reader.close))
            self._reader = None
        self._reading.shutdown()
        if self._db is not None:
            await self._submit(self._db.close)
            self._db = None
        self._thread.shutdown()

    def _opened(self) -> Database:
        if self._db is None:
            message = "Storage.open() was not called"
            raise RuntimeError(message)
        return self._db

    async def _submit(self, work: Callable[[], T]) -> T:
        # Cancelling it cancels the work in the thread's queue, and never work that runs.
        return await asyncio.wrap_future(self._thread.submit(work))
