"""How alike two things are, and how that is weighed."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

#: A word that says who, not what, counts as this part of a word.
_NAME = 0.35

#: How rare each word is: near 0 for one in every story, about 6 for one never seen.
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """That a story tells the same event."""

    #: As `why` shows it, after "because": "6 telling words in common".
    reason: str
    #: 0 to 1.
    confidence: float
    #: Told by the words of another headline, which is the surest sign.
    by_words: bool = False
    #: Hardly a word differs.
    is_copy: bool = False


def weighed(words: AbstractSet[str], names: AbstractSet[str], weights: Weights) -> float:
    """What words weigh together, those that are names less."""
    total = sum(map(weights.__getitem__, words))
    if named := words & names:
        total -= (1 - _NAME) * sum(map(weights.__getitem__, named))
    return total
