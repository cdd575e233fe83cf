"""JSON from outside, decoded within bounds: few bytes of it can stand for very many objects."""

from __future__ import annotations

import json

#: Objects, lists and members; a page of a thousand documents has a tenth of it. Decoded they take
#: at most some 90 MB, where 10 MB of `{},{},` would take several hundred.
MOST_VALUES = 500_000


def decoded(body: bytes) -> object:
    """What a text in JSON says.

    Raises:
        ValueError: it is no JSON, nests deeper than Python recurses, or holds more than
            `MOST_VALUES` values. Commas within texts count, too.
    """
    if sum(map(body.count, (b"{", b"[", b","))) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
