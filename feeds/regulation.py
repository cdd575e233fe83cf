"""A CFR part as its text is compared: sections of paragraphs and rows (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A country in the lists of part 744 stands in its first row only, in capitals.
_COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: on the Entity List, one entry."""

    #: What the table's columns are called; empty when it does not say.
    columns: tuple[str, ...]
    #: Each row repeats the country that it stands under.
    cells: tuple[str, ...]

    @property
    def group(self) -> str:
        """The country, where rows stand under countries; else empty."""
        return self.cells[0] if by_country(self.columns) and len(self.cells) > 1 else ""

    @property
    def name(self) -> str:
        """What the row is about: "Huawei Technologies Co., Ltd. (Huawei)"."""
        return _name(self.cells[1] if self.group else next(filter(None, self.cells), ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section, appendix or supplement."""

    #: "744.11", "Supplement No. 4 to Part 744".
    identifier: str
    #: As printed: "§ 744.11 License requirements that apply to …".
    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    #: Its own account of what made it: "[As amended at 85 FR 36719, June 18, 2020]".
    history: str = ""

    @property
    def label(self) -> str:
        """What people call it: "§ 744.11", "Supplement No. 4 to Part 744"."""
        return f"§ {self.identifier}" if self.identifier[:1].isdecimal() else self.identifier


def by_country(columns: tuple[str, ...]) -> bool:
    """Whether a table's rows stand under countries, as those of the Entity List do."""
    return bool(columns) and columns[0].casefold() == _COUNTRY


#: What belongs to a company's name although a comma stands before it.
_SUFFIX = re.compile(
    r"\s*(?:co|company|corp|corporation|inc|incorporated|jsc|limited|llc|llp|ltd|lp|plc|pte|pty|s\.?a|gmbh)\b",
    re.IGNORECASE,
)


def _name(entry: str) -> str:
    """An entry's name: up to its other names ("a.k.a.") or its address."""
    known = re.split(r",?\s+\(?(?:a|f)\.k\.a\.", entry, maxsplit=1)[0]
    name, *rest = known.split(",")
    for each in rest:
        if not _SUFFIX.match(each):
            break
        name = f"{name},{each}"
    return name.strip().rstrip(";:")
