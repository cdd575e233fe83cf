"""A server that says any bytes at all, for ever if need be, and counts how many it got rid of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

#: What is said to one question, piece by piece.
Speech = Callable[[], Iterable[bytes]]


@dataclass(slots=True)
class HostileServer:
    """Answers every question with the same speech, as fast as it is listened to."""

    speech: Speech
    url: str = ""
    #: Bytes that were sent, or lie in the system's buffers.
    sent: int = 0
    questions: int = 0
    _talks: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.questions += 1
            for piece in self.speech():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
                self.sent += len(piece)
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()
        except asyncio.CancelledError:  # what lies in the buffers would keep it open for ever
            writer.transport.abort()
            raise

    async def hush(self) -> None:
        """End every talk."""
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await asyncio.sleep(0)  # a connection is lost in the next turn of the loop


@asynccontextmanager
async def hostile_server(speech: Speech) -> AsyncIterator[HostileServer]:
    """Run one on a free port of 127.0.0.1."""
    running = HostileServer(speech)
    server = await asyncio.start_server(running.accept, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"
    try:
        yield running
    finally:
        server.close()
        await running.hush()
