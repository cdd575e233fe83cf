"""Which earlier document a later one speaks of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlite_utils import Database

from feeds import relations as read
from feeds.model import DocumentType, Item, Stage
from feeds.relation_words import RelationKind
from storage import entries, relations
from storage.entries import Entry
from tests.factories import NOW, make_document, make_item

LATER = datetime(2020, 8, 3, 10, tzinfo=UTC)


def keep(db: Database, item: Item) -> Entry:
    return entries.remember(db, item, now=NOW).entry


def later(number: str, title: str, **but: object) -> Item:
    summary = str(but.pop("summary", ""))
    values: dict[str, object] = {
        "action": None,
        "dates": None,
        "effective_on": None,
        "citation": "85 FR 46000",
        "end_page": None,
        "publication_date": LATER.date(),
    }
    document = make_document(number=number, **(values | but))
    return make_item(
        key=f"fr:{number}", title=title, summary=summary, event_at=LATER, document=document
    )


def related(db: Database, item: Item) -> list[tuple[str, str]]:
    """(kind, key of the earlier document) of everything an item does."""
    found = relations.keep(db, keep(db, item), read.of(item))
    return [(each.relation.kind.value, each.target.item.key) for each in found]


@pytest.mark.parametrize("cited", ["85 FR 36719", "85 FR 36720"])
def test_a_citation_names_its_document_by_an_inner_page_too(db: Database, cited: str) -> None:
    keep(db, make_item())
    text = f"This document extends the comment period for the rule published at {cited}."

    found = related(db, later("2020-17777", "A notice", summary=text, rins=(), dockets=()))

    assert found == [(RelationKind.EXTENDS_COMMENTS.value, "fr:2020-13093")]


def test_a_title_alone_speaks_of_the_latest_earlier_document_of_its_docket(db: Database) -> None:
    old = make_document(
        number="2019-10000", citation="84 FR 100", end_page=None, publication_date=date(2019, 9, 1)
    )
    keep(db, make_item(key="fr:2019-10000", event_at=LATER - timedelta(days=330), document=old))
    keep(db, make_item())

    found = related(db, later("2020-17777", "Release of Technology; Extension of Comment Period"))

    assert found == [(RelationKind.EXTENDS_COMMENTS.value, "fr:2020-13093")]


@pytest.mark.parametrize(
    "title",
    [
        "Something else; Delay of Effective Date",  # it took effect long ago
        "Another Rule; Correction",
        "Another Rule: Extension of Validity",
    ],
)
def test_what_cannot_be_meant_is_not(db: Database, title: str) -> None:
    keep(db, make_item())

    assert related(db, later("2020-17777", title)) == []


def test_a_correction_speaks_of_the_document_of_its_title(db: Database) -> None:
    original = keep(db, make_item())

    assert related(db, later("2020-17777", f"{original.item.title}; Correction")) == [
        (RelationKind.CORRECTS.value, "fr:2020-13093")
    ]


def test_an_extension_of_validity_speaks_of_the_licence_before(db: Database) -> None:
    licence = make_document(number="2020-10614", type=DocumentType.RULE, citation="85 FR 29610")
    title = "Temporary General License: Extension of Validity"
    keep(db, make_item(key="fr:2020-10614", title=title, document=licence))

    assert related(db, later("2020-17777", title)) == [
        (RelationKind.EXTENDS.value, "fr:2020-10614")
    ]


def test_what_a_document_does_is_kept_once_and_read_back(db: Database) -> None:
    original = keep(db, make_item())
    item = later("2020-17777", f"{original.item.title}; Extension of Comment Period")
    entry = keep(db, item)

    first = relations.keep(db, entry, read.of(item))
    again = relations.keep(db, entry, read.of(item))

    assert ([each.new for each in first], [each.new for each in again]) == ([True], [False])
    (step,) = relations.later(db, original.id)
    assert (step.number, step.since) == ("2020-17777", LATER.date())


def suspending(until: str = "", **but: object) -> Item:
    text = f"This rule is suspending the rule published at 85 FR 36719{until}."
    return later("2020-17777", "A notice", summary=text, rins=(), dockets=(), **but)


def test_a_day_that_is_told_only_later_is_known_from_then_on(db: Database) -> None:
    original = keep(db, make_item())
    item, dated = suspending(), suspending(" until September 16, 2020")
    entry = keep(db, item)
    relations.keep(db, entry, read.of(item))

    changed = [relations.keep(db, entry, read.of(each))[0].changed for each in (dated, dated, item)]

    assert changed == [True, False, False]
    (step,) = relations.later(db, original.id)
    assert step.relation.until == date(2020, 9, 16)


@pytest.mark.parametrize("named", ["85 FR 36719", "2020-13093"])
def test_of_two_sentences_on_one_document_the_one_with_a_day_counts(
    db: Database, named: str
) -> None:
    original = keep(db, make_item())
    summary = (
        "We are suspending the rule published at 85 FR 36719."
        f" The rule at {named} is suspended until September 16, 2020."
    )
    item = later("2020-17777", "A notice", summary=summary, rins=(), dockets=())
    entry = keep(db, item)

    changes = [
        [(each.new, each.changed) for each in relations.keep(db, entry, read.of(item))]
        for _ in range(2)
    ]

    assert changes == [[(True, False)], [(False, False)]]
    (step,) = relations.later(db, original.id)
    assert step.relation.until == date(2020, 9, 16)


def test_what_is_withdrawn_before_it_is_printed_does_nothing(db: Database) -> None:
    original = keep(db, make_item())
    filed = replace(suspending(), stage=Stage.INSPECTION)
    relations.keep(db, keep(db, filed), read.of(filed))
    before = relations.later(db, original.id)

    keep(db, replace(filed, stage=Stage.WITHDRAWN))

    assert len(before) == 1
    assert relations.later(db, original.id) == ()
