"""What the bot and its worker say to each other: msgpack in frames, each with its length before it."""

from __future__ import annotations

import struct
from asyncio import StreamReader
from dataclasses import dataclass
from typing import BinaryIO, Literal

import msgspec

from feeds.model import Feed, Item
from feeds.secrets import without_secrets

#: Bytes in an answer: all the items that one visit may bring, each as long as it may be, and more.
MAX_ANSWER = 32 * 1024 * 1024
#: The length of what follows, in bytes, before each message.
_LENGTH = struct.Struct(">I")
HEADER_SIZE = _LENGTH.size
#: Bytes that are kept of what a worker says beside its answers, and that are read at once.
_LAST_WORDS, _HEARD_AT_ONCE = 2_000, 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A body to be read; see `feeds.news_body` for what the parts are."""

    what: Literal["items", "title"]
    body: bytes
    feed: Feed
    content_type: str
    url: str
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was read of it."""

    items: tuple[Item, ...] = ()
    hashes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    title: str = ""
    #: Why nothing can be read from it; None when it could be read.
    problem: str | None = None
    #: The worker has grown, and ends now.
    last: bool = False


_works, _outcomes = msgspec.msgpack.Decoder(Work), msgspec.msgpack.Decoder(Outcome)


def framed(message: Work | Outcome) -> bytes:
    """A message as it is sent."""
    encoded = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(encoded)) + encoded


def length_of(header: bytes) -> int:
    """How many bytes follow a header of `HEADER_SIZE` bytes."""
    length: int = _LENGTH.unpack(header)[0]
    return length


def outcome_of(encoded: bytes) -> Outcome:
    """An outcome as it came; its types are checked, for whoever took over a worker may lie.

    Raises:
        ValueError: it is none.
    """
    return _outcomes.decode(encoded)


def next_work(stream: BinaryIO) -> Work | None:
    """The next work on a blocking stream; None when there will be no more."""
    header = stream.read(HEADER_SIZE)
    return _works.decode(stream.read(length_of(header))) if len(header) == HEADER_SIZE else None


async def last_words(stream: StreamReader) -> str:
    """Hear a worker out, so that it never waits to be heard; the last whole lines, without secrets.

    Of a line that is cut, what told that a secret follows may be lost.
    """
    kept, cut = b"", False
    while said := await stream.read(_HEARD_AT_ONCE):
        kept += said
        cut = cut or len(kept) > _LAST_WORDS
        kept = kept[-_LAST_WORDS:]
    if cut:
        kept = kept.partition(b"\n")[2]
    return without_secrets(kept.decode(errors="replace"))
