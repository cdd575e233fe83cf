"""Content encodings undone chunk by chunk, so that a bomb stops at the cap."""

from __future__ import annotations

import zlib

import brotli  # type: ignore[import-untyped]  # it ships no types

#: What we ask for; `deflate` is understood, too, for servers that do not listen.
ACCEPTED = "gzip, br"

#: RFC 1952 lets gzip members follow each other; honest servers send one.
_MAX_MEMBERS = 16


class TooLargeError(ValueError):
    """The body is larger than we read."""


class EncodingError(ValueError):
    """The body cannot be decoded, or ends too early."""


class Body:
    """One answer's body, collected and decoded within a limit."""

    def __init__(self, encoding: str, *, limit: int) -> None:
        """Start with nothing read.

        Args:
            encoding: The Content-Encoding header; empty when there is none.
            limit: Largest count of bytes, both as sent and as decoded.

        Raises:
            EncodingError: an encoding we did not ask for, or several on top of each other.
        """
        decoder = _DECODERS.get(encoding.strip().lower())
        if decoder is None:
            raise EncodingError("unknown content encoding")
        self._decoder = decoder()
        self._limit = limit
        self._raw = 0
        self._decoded = bytearray()

    def add(self, chunk: bytes) -> None:
        """Take the next bytes as they came.

        Raises:
            TooLargeError: the limit is passed; not much more than it was ever held.
            EncodingError: these bytes are not in the announced encoding.
        """
        self._raw += len(chunk)
        if self._raw > self._limit:
            raise TooLargeError(f"larger than {self._limit} bytes")
        try:
            self._decoded += self._decoder.decode(chunk, self._limit - len(self._decoded))
        except (zlib.error, brotli.error) as error:
            raise EncodingError("not in the encoding it announces") from error
        if len(self._decoded) > self._limit:
            raise TooLargeError(f"larger than {self._limit} bytes when unpacked")

    def finish(self) -> bytes:
        """The whole decoded body.

        Raises:
            EncodingError: the encoded stream has not come to its end.
        """
        if self._raw and not self._decoder.finished:
            raise EncodingError("cut short")
        return bytes(self._decoded)


# Each decoder gives at most `room` + 1 bytes a call: one too many tells that the limit is passed.


class _Identity:
    finished = True

    def decode(self, chunk: bytes, room: int) -> bytes:
        return chunk[: room + 1]


class _Gzip:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self._members = 1

    @property
    def finished(self) -> bool:
        return self._inflate.eof

    def decode(self, chunk: bytes, room: int) -> bytes:
        out = bytearray()
        while chunk and len(out) <= room:
            if self._inflate.eof:
                self._next_member()
            out += self._inflate.decompress(chunk, room + 1 - len(out))
            chunk = self._inflate.unused_data
        return bytes(out)

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise EncodingError("too many gzip members")
        self._inflate = zlib.decompressobj(wbits=31)


class _Deflate:
    def __init__(self) -> None:
        self._inflate: zlib._Decompress | None = None

    @property
    def finished(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def decode(self, chunk: bytes, room: int) -> bytes:
        if self._inflate is None:
            # Some servers send deflate bare, without the zlib frame (RFC 9110, 8.4.1.2).
            framed = chunk[:1] != b"" and chunk[0] & 0x0F == zlib.DEFLATED
            self._inflate = zlib.decompressobj(wbits=15 if framed else -15)
        return self._inflate.decompress(chunk, room + 1)


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    @property
    def finished(self) -> bool:
        return bool(self._decompressor.is_finished())

    def decode(self, chunk: bytes, room: int) -> bytes:
        out = bytearray(self._decompressor.process(chunk, output_buffer_limit=room + 1))
        while len(out) <= room and not self._drained:
            out += self._decompressor.process(b"", output_buffer_limit=room + 1 - len(out))
        return bytes(out)

    @property
    def _drained(self) -> bool:
        return self.finished or bool(self._decompressor.can_accept_more_data())


_DECODERS: dict[str, type[_Identity | _Gzip | _Deflate | _Brotli]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
}
