"""The stories of the last weeks by their words: which of them a new item may belong to, at a flat cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import islice
from operator import itemgetter

from feeds.gist import Gist
from feeds.likeness import Likeness
from feeds.matters import SINGULAR
from feeds.similarity import Profile, came_before, compare, one_event

#: Stories that nothing was added to for so long, and all beyond so many, are let go.
KEPT = timedelta(days=75)
MOST_STORIES = 20_000

#: How many stories an item's words are looked up in, the newest of each word, rare words first.
_LOOK_UPS, _NEWEST = 128, 64
#: A story that shares less than this of the weight of an item's words is not compared with it; one of a
#: document, whose title is long, less than that.
_PART, _PART_OF_DOCUMENT = 0.45, 0.3
#: What a common matter counts among the weights of words.
_OF_MATTER = 5.0
#: Stories compared word by word.
_COMPARED = 8
#: Words are weighed as if so many other stories were known, so that a young archive weighs them, too.
_OTHERS = 300
#: Two stories that fit about as well: no telling which it is.
_MARGIN = 0.015
#: Two stories are one when a headline fits both so well.
_CERTAIN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that an item fits."""

    story_id: int
    likeness: Likeness


class _Weights(dict[str, float]):
    """How rare each word is among the stories, worked out once for each item."""

    def __init__(self, telling: Mapping[str, Sized], stories: int) -> None:
        super().__init__()
        self._telling = telling
        self._stories = stories + _OTHERS

    def __missing__(self, word: str) -> float:
        weight = math.log(self._stories / (len(self._telling.get(word, ())) + 1))
        self[word] = weight
        return weight


class Window:
    """The stories of the last weeks, in memory. One instance serves one thread."""

    def __init__(self) -> None:
        self._stories: dict[int, Profile] = {}
        self._seen: dict[int, datetime] = {}
        self._telling: dict[str, dict[int, None]] = {}

    def __len__(self) -> int:
        return len(self._stories)

    def add(self, story_id: int, gist: Gist, *, now: datetime) -> None:
        """An item tells a story; the story is the newest now."""
        profile = self._stories.get(story_id)
        if profile is None:
            profile = self._stories[story_id] = Profile(first=gist.at, last=gist.at)
        keys = [*gist.words, *_matter_keys(gist)]
        for key in keys:
            if key not in profile.words:
                self._telling.setdefault(key, {})[story_id] = None
        profile.words.update(keys)
        profile.add(gist)
        self._seen.pop(story_id, None)
        self._seen[story_id] = now
        self._let_go(now)

    def find(self, gist: Gist) -> list[Candidate]:
        """The story that an item fits, and after it those that it shows to be the same story.

        Empty when two fit about as well and are not one.
        """
        weights = _Weights(self._telling, len(self._stories))
        found = [
            Candidate(story_id=story_id, likeness=alike)
            for story_id in self._near(gist, weights)
            if (alike := compare(self._stories[story_id], gist, weights))
        ]
        found.sort(key=lambda one: -one.likeness.confidence)
        same = found[:1] + [one for one in found[1:] if self._one_event(found[0], one)]
        others = [one for one in found if one not in same]
        margin = 0.0 if found and found[0].likeness.is_copy else _MARGIN
        return [] if others and _margin(found[0], others[0]) <= margin else same

    def before(self, gist: Gist) -> Candidate | None:
        """An older story of which an item may be what came: a leak, weeks before the rule.

        It is another event, so nothing is joined: it is only named.
        """
        weights = _Weights(self._telling, len(self._stories))
        found = [
            Candidate(story_id=story_id, likeness=alike)
            for story_id in self._near(gist, weights)
            if (alike := came_before(self._stories[story_id], gist, weights))
        ]
        return max(found, key=lambda one: one.likeness.confidence, default=None)

    def _one_event(self, one: Candidate, other: Candidate) -> bool:
        """Whether two stories are one, as a headline repeats the words of both."""
        return (
            min(one.likeness.confidence, other.likeness.confidence) >= _CERTAIN
            and one.likeness.by_words
            and other.likeness.by_words
            and one_event(self._stories[one.story_id], self._stories[other.story_id])
        )

    def merge(self, story_id: int, *, into: int) -> None:
        """Two stories are one; either may be unknown here."""
        gone = self._stories.pop(story_id, None)
        if gone is None:
            return
        seen = self._seen.pop(story_id)
        kept = self._stories.setdefault(into, Profile(first=gone.first, last=gone.last))
        self._seen.setdefault(into, seen)
        for word in gone.words:
            del self._telling[word][story_id]
            self._telling[word][into] = None
        kept.words |= gone.words
        for gist in gone.press + gone.documents:
            kept.add(gist)

    def _near(self, gist: Gist, weights: _Weights) -> list[int]:
        """Stories that may share enough of an item's words, or a matter of its; the likeliest first.

        Its rarest words are looked up, as many as `_LOOK_UPS` allows; the others count as shared.
        """
        telling = [
            (len(told), word, told)
            for word in gist.vocabulary - gist.names
            if (told := self._telling.get(word))
        ]
        telling.sort(key=itemgetter(0))
        near: dict[int, float] = {}
        whole = sum(map(weights.__getitem__, gist.vocabulary - gist.names))
        others, left = sum(weights[word] for _, word, _ in telling), _LOOK_UPS
        for many, word, told in telling:
            left -= min(many, _NEWEST)
            if left < 0:
                break
            weight = weights[word]
            others -= weight
            for story in told if many <= _NEWEST else islice(reversed(told), _NEWEST):
                near[story] = near.get(story, 0.0) + weight
        stories, least, of_document = (
            self._stories,
            _PART * whole - others,
            _PART_OF_DOCUMENT * whole - others,
        )
        near = {
            story: shared
            for story, shared in near.items()
            if shared >= least or (shared >= of_document and stories[story].documents)
        }
        for key in _matter_keys(gist):
            for story in islice(reversed(self._telling.get(key, {})), _COMPARED):
                near[story] = near.get(story, 0.0) + _OF_MATTER
        return nlargest(_COMPARED, near, key=lambda story: (near[story], story))

    def _let_go(self, now: datetime) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if len(self._seen) <= MOST_STORIES and now - self._seen[oldest] <= KEPT:
                return
            del self._seen[oldest]
            for key in self._stories.pop(oldest).words:
                self._telling[key].pop(oldest, None)
                if not self._telling[key]:
                    del self._telling[key]


def _margin(first: Candidate, second: Candidate) -> float:
    return first.likeness.confidence - second.likeness.confidence


def _matter_keys(gist: Gist) -> Iterator[str]:
    """What an item is found by that tells in other words: each matter it touches."""
    told = gist.matters if gist.document else gist.matters[:1]
    yield from (f"~{matter}" for matter in told if gist.listed or matter in SINGULAR)
