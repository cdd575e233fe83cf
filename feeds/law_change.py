"""What changed in a CFR part between two days: sections, words, rows of tables, and by whose document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from feeds import redline
from feeds.cited import Pages, citations
from feeds.model import CfrPart
from feeds.redline import Op, Redline
from feeds.regulation import Section
from feeds.rows import RowChange, changed_rows

#: Share of words in common from which a section that went and one that came are one, renumbered.
_MOVED = 0.85
#: Renumbered sections are looked for among so many pairs.
_MOST_PAIRS = 2_500


class Kind(StrEnum):
    """What became of a section."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  # renumbered, with or without changes


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChange:
    """What changed in one section, appendix or supplement."""

    label: str
    heading: str
    kind: Kind
    #: Its label before, when it was moved.
    moved_from: str = ""
    paragraphs: tuple[Redline, ...] = ()
    rows: tuple[RowChange, ...] = ()
    #: Citations that its history did not hold before: the documents that made the change.
    cites: tuple[str, ...] = ()

    def words(self, op: Op) -> int:
        """Words of its paragraphs that were added or removed."""
        return redline.count(self.paragraphs, op)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawChange:
    """What changed in the text of one CFR part between two days."""

    part: CfrPart
    #: The last day of the text before, and the day of the text after, as the eCFR dates them.
    before: date
    as_of: date
    #: In the part's own order; those removed stand last.
    sections: tuple[SectionChange, ...]


def compare(
    before: Sequence[Section],
    after: Sequence[Section],
    *,
    part: CfrPart,
    days: tuple[date, date],
) -> LawChange:
    """What changed between two texts of one part.

    It costs time in proportion to the texts: up to a second for part 744 with its lists. A section
    whose words, rows and heading are the same did not change.

    Args:
        before: The part's sections on the first day; empty when there was no such part.
        after: On the second.
        part: Whose text it is.
        days: The two days.
    """
    old = {section.identifier: section for section in before}
    new = {section.identifier: section for section in after}
    gone = [section for name, section in old.items() if name not in new]
    came = [section for name, section in new.items() if name not in old]
    moved = _moved(gone, came)
    sources = {new_name: old[old_name] for old_name, new_name in moved.items()}
    changes = [
        _change(sources.get(name) or old.get(name), section) for name, section in new.items()
    ]
    changes += [_removed(section) for section in gone if section.identifier not in moved]
    return LawChange(
        part=part,
        before=days[0],
        as_of=days[1],
        sections=tuple(change for change in changes if change),
    )


def concerning(change: LawChange, pages: Pages | None) -> LawChange:
    """The share of a change that a document may have made.

    Several documents may amend a part on one day. A section or row that names new documents was
    changed by those; one that names none may have been changed by any.
    """
    if pages is None:
        return change
    sections = (_share(section, pages) for section in change.sections)
    return replace(change, sections=tuple(section for section in sections if section))


def _share(section: SectionChange, pages: Pages) -> SectionChange | None:
    if section.cites and not any(map(pages.hold, section.cites)):
        return None
    rows = tuple(row for row in section.rows if not row.cites or any(map(pages.hold, row.cites)))
    if section.rows and not rows and not section.paragraphs:
        return None
    return replace(section, rows=rows)


def _change(before: Section | None, after: Section) -> SectionChange | None:
    """How a section of today differs from what it was; None when it does not."""
    old = before or Section(identifier=after.identifier, heading=after.heading)
    moved = old.identifier != after.identifier
    paragraphs = redline.paragraphs(old.paragraphs, after.paragraphs)
    if _title(old) != _title(after):
        paragraphs = (redline.words(_title(old), _title(after)), *paragraphs)
    rows = changed_rows(old.rows, after.rows)
    if before and not (paragraphs or rows or moved):
        return None
    known = citations(old.history)
    return SectionChange(
        label=after.label,
        heading=after.heading,
        kind=Kind.MOVED if moved else Kind.CHANGED if before else Kind.ADDED,
        moved_from=old.label if moved else "",
        paragraphs=paragraphs,
        rows=rows,
        cites=tuple(each for each in citations(after.history) if each not in known),
    )


def _removed(section: Section) -> SectionChange:
    return SectionChange(
        label=section.label,
        heading=section.heading,
        kind=Kind.REMOVED,
        paragraphs=redline.paragraphs(section.paragraphs, ()),
        rows=changed_rows(section.rows, ()),
    )


def _title(section: Section) -> str:
    """A heading without the number that the label says already."""
    return section.heading.removeprefix(section.label).strip(" .—-")


def _moved(gone: Sequence[Section], came: Sequence[Section]) -> dict[str, str]:
    """Which section that went stands under which new number."""
    if len(gone) * len(came) > _MOST_PAIRS:
        return {}
    split = {id(section): _words(section) for section in (*gone, *came)}
    pairs = [
        (redline.likeness(split[id(old)], split[id(new)]), old.identifier, new.identifier)
        for old in gone
        for new in came
        if split[id(old)] and split[id(new)]
    ]
    moved: dict[str, str] = {}
    for like, old_name, new_name in sorted(pairs, reverse=True):
        if like >= _MOVED and old_name not in moved and new_name not in moved.values():
            moved[old_name] = new_name
    return moved


def _words(section: Section) -> list[str]:
    return [word for paragraph in section.paragraphs for word in paragraph.split()] + [
        word for row in section.rows for cell in row.cells for word in cell.split()
    ]
