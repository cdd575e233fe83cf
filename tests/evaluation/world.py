"""A world of recorded facts as a live run would meet them: items of documents and headlines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from feeds import catalog, full_text, identity, matching, query
from feeds.links import register_page
from feeds.model import (
    EASTERN,
    Agency,
    CfrPart,
    Document,
    DocumentType,
    Item,
    SourceKind,
    Stage,
)
from feeds.prepared import prepare
from feeds.register_question import phrases

#: What the Register's full-text search would have found by each term that the shipped feeds ask for.
TERMS = tuple(filter(None, (phrases(feed.term) for feed in catalog.bundled())))
_TYPES = {
    "Rule": DocumentType.RULE,
    "Proposed Rule": DocumentType.PROPOSED,
    "Notice": DocumentType.NOTICE,
    "Presidential Document": DocumentType.PRESIDENTIAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that happened, its sightings in order, and what it should have led to."""

    kind: str
    name: str
    sightings: tuple[Item, ...]
    relevant: bool
    #: Near the subject: neither telling nor silence counts.
    adjacent: bool
    #: Finer subject, such as "section-889".
    label: str
    #: The event it tells, as people labelled it; None when it was not given one.
    story: str | None
    year: int


def cases(world: Path) -> Iterator[Case]:
    """Everything in a world folder (documents.jsonl, news.jsonl, publishers.json, labels.jsonl).

    Each has the text that a live run would have: a published document the terms that the Register's
    own search would have found in it, and one that is read whole (`feeds.full_text.worth_reading`)
    its text, on inspection, too; both as far as the world knows the text. A press item has what
    its feed says; one that is a document's own page, from a feed of the Register, is that document
    (`feeds.identity.news_key`).
    """
    documents: dict[str, Case] = {}
    labels = {_label_key(label): label for label in _lines(world / "labels.jsonl")}
    names = {a["slug"]: a["name"] for a in json.loads((world / "agencies.json").read_text())}
    for raw in _lines(world / "documents.jsonl"):
        label = labels[f"{raw['document_number']} {raw.get('publication_date')}"]
        item = _document(raw, names)
        items = [_on_inspection(item, raw)] if raw.get("_pi") is not False else []
        items += [_published(item, raw)] if raw.get("publication_date") else []
        documents[item.key] = _case("document", [_read(each, raw) for each in items], label)
        yield documents[item.key]
    publishers = {p["slug"]: p["name"] for p in json.loads((world / "publishers.json").read_text())}
    for raw in _lines(world / "news.jsonl"):
        headlines = [
            (raw["headline"], raw["published_at"]),
            *((u["headline"], u["at"]) for u in raw.get("updates") or () if "headline" in u),
        ]
        items = [
            _headline(raw, headline, at, publishers[raw["publisher"]]) for headline, at in headlines
        ]
        printed = documents.get(identity.document_key(register_page(items[-1].url) or ""))
        sightings = printed.sightings if printed else ()
        yield _case("headline", [*sightings, *items], labels[raw["id"]])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _label_key(label: dict[str, Any]) -> str:
    if label["kind"] == "document":
        return f"{label['document_number']} {label.get('publication_date')}"
    return str(label["id"])


def _case(kind: str, items: list[Item], label: dict[str, Any]) -> Case:
    last = items[-1]
    return Case(
        kind=kind,
        name=f"{last.key.removeprefix('fr:')} {last.title}",
        sightings=tuple(items),
        relevant=bool(label.get("relevant")),
        adjacent=bool(label.get("adjacent")),
        label=label["label"],
        story=label.get("story"),
        year=last.event_at.year if last.event_at else 0,
    )


def _document(raw: dict[str, Any], names: dict[str, str]) -> Item:
    day = raw.get("publication_date")
    agencies = tuple(
        Agency(name=names.get(a, a), slug=a) if isinstance(a, str) else Agency(name=a["raw_name"])
        for a in raw.get("agencies") or ()
    )
    document = Document(
        number=raw["document_number"],
        action=raw.get("action"),
        publication_date=date.fromisoformat(day) if day else None,
        type=_TYPES.get(raw["type"], DocumentType.OTHER),
        agencies=agencies,
        cfr_parts=tuple(
            CfrPart(title=c["title"], part=str(c["part"])) for c in raw.get("cfr_references") or ()
        ),
        correction_of=raw.get("correction_of"),
        dockets=tuple(raw.get("docket_ids") or ()),
        rins=tuple(raw.get("regulation_id_numbers") or ()),
        citation=raw.get("citation"),
        raw_text_url=f"https://www.federalregister.gov/{raw['document_number']}.txt",
    )
    moment = datetime.combine(date.fromisoformat(day), time(6), EASTERN) if day else None
    return Item(
        key=identity.document_key(document.number),
        feed="register",
        source=SourceKind.REGISTER,
        stage=Stage.PUBLISHED,
        title=raw["title"],
        url=f"https://www.federalregister.gov/d/{document.number}",
        summary=raw.get("abstract") or "",
        event_at=moment.astimezone(UTC) if moment else None,
        document=document,
    )


def _on_inspection(item: Item, raw: dict[str, Any]) -> Item:
    """Only the title and the office that issued it are known before publication."""
    filed = raw.get("_pi", {}).get("filed_at")
    known = item.document
    assert known is not None
    document = Document(
        number=known.number,
        type=known.type,
        publication_date=known.publication_date,
        agencies=known.agencies[-1:],
        raw_text_url=known.raw_text_url,
        filed_at=datetime.fromisoformat(filed).astimezone(UTC) if filed else _day_before(item),
    )
    return replace(
        item,
        source=SourceKind.INSPECTION,
        stage=Stage.INSPECTION,
        summary="",
        event_at=document.filed_at,
        document=document,
    )


def _day_before(item: Item) -> datetime | None:
    """When a regular filing is shown: 08:45 Eastern on the weekday before it is printed."""
    if item.event_day is None:
        return None
    day = item.event_day - timedelta(days=3 if item.event_day.weekday() == 0 else 1)
    return datetime.combine(day, time(8, 45), EASTERN).astimezone(UTC)


def _published(item: Item, raw: dict[str, Any]) -> Item:
    """With the full-text terms that the Register would have found it by."""
    found_in = replace(item, evidence=(raw.get("_text") or "",))
    prepared = prepare(found_in)
    found = [
        phrase
        for term in TERMS
        if all(matching.match(query.parse(f'"{each}"'), prepared) for each in term)
        for phrase in term
    ]
    return replace(item, evidence=tuple(dict.fromkeys(found)))


def _read(item: Item, raw: dict[str, Any]) -> Item:
    """With the text that a live run would read: the preamble, and the words known to be in the rest."""
    if not full_text.worth_reading(item):
        return item
    agencies = (a if isinstance(a, str) else a["raw_name"] for a in raw.get("agencies") or ())
    parts = (f"{c['title']} CFR Part {c['part']}" for c in raw.get("cfr_references") or ())
    dockets = (f"[Docket No. {docket}]" for docket in raw.get("docket_ids") or ())
    rins = (f"RIN {rin}" for rin in raw.get("regulation_id_numbers") or ())
    known = ("title", "action", "abstract", "_dates", "_text")
    said = (str(raw[key]) for key in known if raw.get(key))
    return replace(
        item, evidence=(*item.evidence, "\n\n".join((*agencies, *parts, *dockets, *rins, *said)))
    )


def _headline(raw: dict[str, Any], headline: str, at: str, publisher: str) -> Item:
    # The Register's own feeds link to its pages, whose addresses begin so.
    site = "www.federalregister.gov" if raw["path"].startswith("/documents/") else "example.com"
    return Item(
        key=f"news:{raw['id']}",
        feed=raw["publisher"],
        source=SourceKind.NEWS,
        stage=Stage.REPORTED,
        title=headline,
        url=raw.get("url") or f"https://{site}{raw['path']}",
        summary=raw.get("description") or "",
        event_at=datetime.fromisoformat(at).astimezone(UTC),
        publisher=publisher,
    )
