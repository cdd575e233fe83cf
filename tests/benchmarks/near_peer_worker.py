"""Finds near duplicates with a peer; runs under any Python that has it, alone: it imports nothing of ours.

Called with "minhash" or "rapidfuzz", a file of JSON (texts in order) and how many of them fill the
window first. Prints a line of JSON: CPU seconds for the others, and for each text the number of the
earlier one that it is nearest to, or null. A text is added to the window after it was looked for.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

#: The slow one is asked only so many texts of a full window.
LOOKED_FOR = {"minhash": 1_000_000, "rapidfuzz": 300}


class MinHash:
    """datasketch's MinHashLSH of 128 permutations at a Jaccard similarity of 0.5, over words."""

    def __init__(self) -> None:
        self._sketch: Any = importlib.import_module("datasketch")
        self._index = self._sketch.MinHashLSH(threshold=0.5, num_perm=128)
        self._known: dict[int, Any] = {}

    def find_and_add(self, number: int, text: str) -> int | None:
        made = self._sketch.MinHash(num_perm=128)
        made.update_batch([word.encode() for word in set(re.findall(r"\w+", text.lower()))])
        near = [
            (self._known[key].jaccard(made), -key)
            for key in self._index.query(made)
        ]  # fmt: skip
        self._index.insert(number, made)
        self._known[number] = made
        best = max(near, default=(0.0, 0))
        return -best[1] if best[0] >= 0.5 else None


class RapidFuzz:
    """rapidfuzz's token_set_ratio of at least 85 over every text of the window."""

    def __init__(self) -> None:
        self._fuzz: Any = importlib.import_module("rapidfuzz")
        self._known: list[str] = []

    def find_and_add(self, _number: int, text: str) -> int | None:
        text = text.lower()
        scorer = self._fuzz.fuzz.token_set_ratio
        best = self._fuzz.process.extractOne(text, self._known, scorer=scorer, score_cutoff=85)
        self._known.append(text)
        return int(best[2]) if best else None


def main(peer: str, file: str, filled: int) -> None:
    texts = json.loads(Path(file).read_text(encoding="utf-8"))
    texts = texts[: filled + LOOKED_FOR[peer]] if filled else texts
    index = MinHash() if peer == "minhash" else RapidFuzz()
    found: list[int | None] = []
    start = time.process_time()
    for number, text in enumerate(texts):
        if number == filled:
            start = time.process_time()
        found.append(index.find_and_add(number, text))
    print(json.dumps({"cpu": time.process_time() - start, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
