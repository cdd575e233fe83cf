"""Which of several copies on one database leads: it polls, delivers and reminds; the others wait."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from bot.storage_thread import Storage
from storage import lease
from storage.errors import DatabaseError
from storage.lease import Lease

log = logging.getLogger(__name__)

#: Between two renewals, and between two looks of those who wait.
BEAT_SECONDS = 5.0
#: An owner that has not renewed the lease for so long is gone. With a look before and one after, the
#: next one leads within the 30 seconds that are promised.
EXPIRES_SECONDS = 20.0


def owner_name() -> str:
    """A name for this copy that people can find it by, and no other ever has."""
    return f"{socket.gethostname()} process {os.getpid()} ({uuid.uuid4().hex[:8]})"


class Leader:
    """Takes and renews the lease for one copy.

    Whether another copy is alive is judged by its renewals against our own clock that never jumps;
    no copy's time of day counts.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        owner: str,
        clock: Callable[[], datetime],
        elapsed: Callable[[], float],
    ) -> None:
        """Lead nothing yet.

        Args:
            storage: Opened.
            owner: From `owner_name`.
            clock: Aware time, for people.
            elapsed: Seconds of a clock that never jumps.
        """
        self._storage = storage
        self._owner = owner
        self._clock = clock
        self._elapsed = elapsed
        #: The lease as it was seen last, and since when it has not changed.
        self._seen: Lease | None = None
        self._since = 0.0

    async def beat(self) -> bool:
        """Renew the lease, or take it if nobody has it; True when this copy leads.

        Raises:
            DatabaseError: it is not known who leads.
        """
        expired = self._elapsed() - self._since >= EXPIRES_SECONDS
        found = await self._storage.run(
            lease.take, self._owner, silent=self._seen if expired else None, now=self._clock()
        )
        if found != self._seen:
            self._seen, self._since = found, self._elapsed()
        return found.owner == self._owner

    async def check(self) -> str:
        """Who leads, when it is not this copy; empty when it is."""
        seen = self._seen
        if seen is None or seen.owner == self._owner:
            return "" if seen else "not known yet who leads"
        return f"waits: {seen.owner} leads"

    @asynccontextmanager
    async def once(self) -> AsyncIterator[bool]:
        """Lead within the block, unless another copy shows that it does; gives which it is.

        Raises:
            DatabaseError: it is not known who leads.
        """
        leads = await self._wait()
        renewing = asyncio.create_task(self._until(leads=False), name="renew the lease")
        try:
            yield leads
        finally:
            renewing.cancel()
            await asyncio.wait({renewing})
            await self._storage.run(lease.release, self._owner)

    async def _wait(self) -> bool:
        """Wait until this copy leads, or another one renews the lease; True when this one does."""
        first: Lease | None = None
        while not await self.beat():
            if first not in {None, self._seen}:
                return False
            first = self._seen
            await asyncio.sleep(BEAT_SECONDS / 2)
        return True

    async def lead(self, term: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        """Hold a term whenever this copy leads, until cancelled; the lease is then handed over at once.

        Args:
            term: What only the leader does, from entering to leaving it.
        """
        try:
            while True:
                await self._until(leads=True)
                log.info("leading owner=%s", self._owner)
                async with term():
                    await self._until(leads=False)
                    log.warning("no longer leading owner=%s", self._owner)
        finally:
            await self._storage.run(lease.release, self._owner)

    async def _until(self, *, leads: bool) -> None:
        told = leads is False
        while await self._leads(else_=not leads) is not leads:
            if not told and self._seen:
                log.info("waiting leader=%s", self._seen.owner)
                told = True
            await asyncio.sleep(BEAT_SECONDS)

    async def _leads(self, *, else_: bool) -> bool:
        """As `beat`; what it was before while the database cannot say."""
        try:
            return await self.beat()
        except DatabaseError as error:
            log.error("lease not renewed reason=%s", error)  # noqa: TRY400  it says it all
            return else_
