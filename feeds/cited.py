"""Register citations in a text, and whether one names a page of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: "85 FR 36719", as the CFR writes it in a section's history and in the last column of the Entity List.
_CITED = re.compile(r"\b(\d{1,3}) FR (\d{1,6})\b")
#: How far a document reaches of which only the first page is known. Longer rules name their first
#: page in every section's history.
_REACH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where a document is printed."""

    volume: int
    first: int
    last: int

    def hold(self, citation: str) -> bool:
        """Whether a citation names one of these pages."""
        found = _CITED.fullmatch(citation)
        return (
            found is not None
            and int(found[1]) == self.volume
            and self.first <= int(found[2]) <= self.last
        )


def pages(citation: str | None, end_page: int | None) -> Pages | None:
    """From "85 FR 36719" and the last page, if known; None when there is no such citation."""
    found = _CITED.fullmatch(citation or "")
    if found is None:
        return None
    first = int(found[2])
    return Pages(volume=int(found[1]), first=first, last=max(first, end_page or first + _REACH))


def citations(text: str) -> tuple[str, ...]:
    """Every citation in a text, each once, in order."""
    found = (f"{volume} FR {page}" for volume, page in _CITED.findall(text))
    return tuple(dict.fromkeys(found))
