"""What its uses in an entry make a word worth."""

from __future__ import annotations

#: What a word counts in the title, the summary and the evidence.
TITLE, SUMMARY, EVIDENCE = 10, 3, 1
#: BM25's k1 and b (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, 3.4, as
#: its BM25F has fields); lengths in bytes.
_K, _B = 1.2, 0.3
_USUAL_LENGTH = 800
#: Merits nearer to each other than this are equal, and the newer comes first.
_STEP = 0.05


def slack(length: int) -> float:
    """How many uses make half of all merit, in an entry whose title and summary are so long."""
    return _K * (1 - _B + _B * min(length / _USUAL_LENGTH, 2.0))


def of(uses: float, slack: float) -> float:
    """From nothing to 1."""
    return uses / (uses + slack)


def steps(merit: float) -> int:
    """A merit as it is compared, from 0 to 20."""
    return round(merit / _STEP)


def uses_for(steps: int, slack: float) -> float:
    """The fewest uses whose merit has so many steps."""
    least = (steps - 0.5) * _STEP
    return slack * least / (1 - least)
