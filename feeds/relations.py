"""What a document does to earlier ones: corrects, delays, extends, suspends, withdraws, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from feeds import date_sentences, facts, preamble, reference
from feeds.links import DASHES
from feeds.model import Item
from feeds.reference import Kind, Reference
from feeds.relation_words import HEADINGS, LASTING, RelationKind, done_by
from feeds.text import sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One thing that a document says it does to an earlier one."""

    kind: RelationKind
    #: What names the earlier document, as given; None when only the title says what is done.
    target: Reference | None
    #: The sentence, title or action it stands in.
    sentence: str
    #: To which day, when the sentence tells: delayed until, extended to, suspended through.
    until: date | None = None
    #: The issue in which the earlier document appeared, when the sentence tells.
    published_on: date | None = None


def of(item: Item, *, text: str = "") -> tuple[Relation, ...]:
    """What an item's document says it does to earlier ones; nothing for a press item.

    Read are the title, the action, DATES and the abstract (while it is missing, SUMMARY), the number
    itself, `correction_of`, and "In FR Doc. … appearing on page …" of the full text. The history of a
    rule ("was extended on May 22") is not what this document does. One document may be named twice,
    by number and by citation.
    """
    document = item.document
    if document is None:
        return ()
    headings = list(_headings([item.title, document.action or ""]))
    told = [
        *sentences(document.dates or preamble.section(text, "DATES")),
        *sentences(item.summary or preamble.section(text, "SUMMARY")),
    ]
    found = [relation for sentence in told for relation in _of_sentence(sentence)]
    found = list(_with_headings(headings, found))
    found += _numbered(item, text)
    return tuple(_each_once(found))


#: From here on a citation is of something else: how the target was changed before, or what to read.
_ASIDE = re.compile(
    r"\bas (?:amended|corrected|extended|revised|modified)\b|\bsee(?: also)?\b", re.IGNORECASE
)
_UNTIL = re.compile(r"\b(?:until|to|through|till)\W+(?:[\w.:]+\W+){0,5}?\Z", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:published\W+"
    r"|(?:published|appeared|Federal Register)\b(?:(?! is | are )[^.;]){0,120}?"
    r"\b(?:on|of)\W+(?:\w+day\W+)?)\Z",
    re.IGNORECASE,
)
#: How a correction begins: "In FR Doc. 2020-13093, appearing on page 36719 …", or, by the Office of
#: the Federal Register itself, "In notice document 2018-04514 beginning on page 9474 …".
_IN_DOCUMENT = re.compile(
    r"\bIn\s+(?:FR\s+Doc(?:ument)?\.?(?:\s+No\.?)?"
    r"|(?:(?:final|proposed)\s+)?(?:rule|notice|presidential)\s+document)\s+"
    r"(?P<number>(?:[CR]\d-)?\w{2,4}-\s?\d{1,6}),?\s+(?:\w+\s+){0,3}?on\s+pages?\b",
    re.IGNORECASE,
)
_REPRINT = re.compile(r"[CR]\d+-(?P<number>.+)")
_LONGEST = 2_000


def _headings(titles: Sequence[str]) -> Iterator[Relation]:
    for title in titles:
        for part in re.split(r"[;:]|\s[-\u2013\u2014]\s|--", title[:_LONGEST].rstrip(" .")):
            for kind, shape in HEADINGS:
                if shape.search(part.strip()):
                    yield Relation(kind=kind, target=None, sentence=title)


def _of_sentence(sentence: str) -> Iterator[Relation]:
    """What is done, once for each document named; with no target where a verb but none is named."""
    bounded = sentence[:_LONGEST]
    aside = _ASIDE.search(bounded)
    end = aside.start() if aside else len(bounded)
    named = [found for start, found in reference.mentions(bounded) if start < end]
    documents = [found for found in named if found.kind in (Kind.NUMBER, Kind.CITATION)]
    kind = done_by(bounded)
    if kind is RelationKind.FOLLOWS and not documents:
        return
    targets: list[Reference | None] = [*(documents or named)]
    for target in targets or [None]:
        yield Relation(
            kind=kind,
            target=target,
            sentence=sentence,
            until=_days(bounded, _UNTIL)[-1] if kind in LASTING else None,
            published_on=_days(bounded, _PUBLISHED)[0],
        )


def _days(sentence: str, lead: re.Pattern[str]) -> list[date | None]:
    """The days with such words before them; one None where there is none."""
    days = date_sentences.days(sentence)
    return [day for start, day in days if lead.search(sentence[:start])] or [None]


def _with_headings(headings: Sequence[Relation], found: Sequence[Relation]) -> Iterator[Relation]:
    """Sentences that name a document, or say what a heading says; and the headings none of them says.

    "Correction" over "we published a rule (85 FR 34495)" is a correction of that rule.
    """
    said = {relation.kind for relation in found if relation.target}
    kinds = {heading.kind for heading in headings}
    lacking = [heading for heading in headings if heading.kind not in said]
    followed = [one for one in found if one.kind is RelationKind.FOLLOWS]
    for relation in found:
        if lacking and followed and relation.sentence == followed[0].sentence:
            yield replace(relation, kind=lacking[0].kind)
        elif relation.target or relation.kind in kinds:
            yield relation
    told = {relation.kind for relation in found} | (
        {lacking[0].kind} if lacking and followed else set()
    )
    yield from (heading for heading in headings if heading.kind not in told)


def _numbered(item: Item, text: str) -> Iterator[Relation]:
    """What the document's number, the Register's own link and a correction's first words say."""
    document = item.document
    if document is None:
        return
    reprint = _REPRINT.fullmatch(document.number)
    for number in filter(None, (document.correction_of, reprint and reprint["number"])):
        target = Reference(kind=Kind.NUMBER, value=number)
        yield Relation(kind=RelationKind.CORRECTS, target=target, sentence=item.title)
    for place in _IN_DOCUMENT.finditer(text.translate(DASHES)):
        number = facts.canonical("number", place["number"].replace(" ", ""))
        yield Relation(
            kind=RelationKind.CORRECTS,
            target=Reference(kind=Kind.NUMBER, value=number),
            sentence=" ".join(place[0].split()),
        )


def _each_once(found: Sequence[Relation]) -> Iterator[Relation]:
    """Without what is said twice: of one target, of none after one, or as "follows" beside more.

    Of two sentences on one target the one that tells until when, else the first.
    """
    said = {(relation.kind, relation.target) for relation in found}
    named = {kind for kind, target in said if target}
    done = {target for kind, target in said if kind is not RelationKind.FOLLOWS}
    best: dict[tuple[RelationKind, Reference | None], Relation] = {}
    for relation in found:
        before = best.get((relation.kind, relation.target))
        if before is None or (relation.until and not before.until):
            best[relation.kind, relation.target] = relation
    for relation in best.values():
        follows = relation.kind is RelationKind.FOLLOWS and relation.target in done
        nameless = relation.target is None and relation.kind in named
        if not (follows or nameless):
            yield relation
