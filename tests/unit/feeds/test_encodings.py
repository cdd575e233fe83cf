"""Content encodings, undone in pieces of any size and within the limit."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.encodings import Body, EncodingError, TooLargeError

LIMIT = 10_000


def bare_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", bytes),
    "identity": ("Identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare_deflate),
    "brotli": ("br", brotli.compress),
}


def unpacked(body: Body, packed: bytes, *, piece: int) -> bytes:
    for start in range(0, len(packed), piece):
        body.add(packed[start : start + piece])
    return body.finish()


@pytest.mark.parametrize("encoder", ENCODERS)
@settings(max_examples=25)
@given(text=st.binary(max_size=2_000), piece=st.integers(min_value=1, max_value=500))
def test_any_text_comes_back_from_pieces_of_any_size(encoder: str, text: bytes, piece: int) -> None:
    name, encode = ENCODERS[encoder]

    assert unpacked(Body(name, limit=LIMIT), encode(text), piece=piece) == text


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_body_as_large_as_the_limit_is_read(encoder: str) -> None:
    name, encode = ENCODERS[encoder]
    text = bytes(LIMIT)

    assert unpacked(Body(name, limit=LIMIT), encode(text), piece=1_000) == text


@pytest.mark.parametrize("piece", [100, 10**6])
@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_body_one_byte_larger_is_not(encoder: str, piece: int) -> None:
    name, encode = ENCODERS[encoder]

    with pytest.raises(TooLargeError):
        unpacked(Body(name, limit=LIMIT), encode(bytes(LIMIT + 1)), piece=piece)


@pytest.mark.parametrize("encode", [gzip.compress, brotli.compress])
def test_a_bomb_is_not_unpacked_much_beyond_the_limit(encode: Callable[[bytes], bytes]) -> None:
    body = Body("gzip" if encode is gzip.compress else "br", limit=100_000)

    with pytest.raises(TooLargeError):
        body.add(encode(bytes(20_000_000)))

    assert len(body._decoded) < 10 * 100_000


def test_gzip_members_follow_each_other() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")

    assert unpacked(Body("gzip", limit=LIMIT), packed, piece=7) == b"one two"


def test_gzip_members_without_end_are_refused() -> None:
    with pytest.raises(EncodingError):
        Body("gzip", limit=LIMIT).add(gzip.compress(b"") * 100)


@pytest.mark.parametrize("encoder", ["gzip", "deflate", "brotli"])
def test_a_stream_without_its_end_is_refused(encoder: str) -> None:
    name, encode = ENCODERS[encoder]
    body = Body(name, limit=LIMIT)
    body.add(encode(bytes(range(256)))[:-2])

    with pytest.raises(EncodingError):
        body.finish()


@pytest.mark.parametrize("encoder", ENCODERS)
def test_no_bytes_are_an_empty_body(encoder: str) -> None:
    assert Body(ENCODERS[encoder][0], limit=LIMIT).finish() == b""


@pytest.mark.parametrize("encoding", ["zstd", "gzip, br", "compress", "x"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(EncodingError):
        Body(encoding, limit=LIMIT)


@settings(max_examples=50)
@given(name=st.sampled_from(["gzip", "deflate", "br"]), junk=st.binary(max_size=300))
def test_junk_is_refused_or_read_and_never_anything_else(name: str, junk: bytes) -> None:
    try:
        found = unpacked(Body(name, limit=LIMIT), junk, piece=64)
    except (EncodingError, TooLargeError):
        return
    assert len(found) <= LIMIT
