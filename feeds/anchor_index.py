"""What is anchored at pairs of features, found by the features that an item has."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

#: So many places (two of them a key) under one feature are copied to add another; more are not.
_CROWDED = 256


class AnchorIndex(Generic[Key]):
    """Keys under a first feature, each beside its second one, which an item must have as well.

    Finding costs as much as there are keys under the features of the item, so first features
    should be rare.
    """

    def __init__(self) -> None:
        #: Under a first feature: second, key, second, key and so on. Time goes to fetching from
        #: memory above all, and a flat tuple is the least to fetch; a long one would be copied for
        #: each key that is added, so beyond `_CROWDED` it is a list.
        self._under: dict[str, tuple[Any, ...] | list[Any]] = {}

    def __len__(self) -> int:
        """How many first features there are."""
        return len(self._under)

    def add(self, anchors: Iterable[tuple[str, str]], key: Key) -> None:
        """Keep a key at these pairs, each a first and a second feature."""
        for first, second in anchors:
            under = self._under.get(first, ())
            if len(under) < _CROWDED:
                self._under[first] = (*under, second, key)
            elif isinstance(under, list):
                under += (second, key)
            else:
                self._under[first] = [*under, second, key]

    def remove(self, anchors: Iterable[tuple[str, str]], key: Key) -> None:
        """Drop it from these pairs, at which it was added."""
        for first, second in anchors:
            under: Any = self._under[first]
            places = range(0, len(under), 2)
            at = next(at for at in places if under[at] == second and under[at + 1] == key)
            if len(under) > _CROWDED + 2:
                del under[at : at + 2]
            elif len(under) > 2:
                self._under[first] = (*under[:at], *under[at + 2 :])
            else:
                del self._under[first]

    def met(self, features: set[str]) -> set[Key]:
        """The keys that have both features of a pair among these."""
        under = self._under
        flat: list[Any] = []
        for feature in features:
            if feature in under:
                flat += under[feature]
        places = iter(flat)
        return {key for second, key in zip(places, places, strict=True) if second in features}

    def under(self, first: str) -> set[Key]:
        """The keys under a first feature."""
        return set(self._under.get(first, ())[1::2])
