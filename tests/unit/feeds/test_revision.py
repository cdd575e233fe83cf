"""What counts as a change of facts, and what is only spelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Item
from feeds.revision import ChangedFact, changed_facts
from tests.factories import make_filing, make_item, make_press


def titled(title: str) -> Item:
    return make_item(title=title)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Additions to the Entitiy List", "Additions to the Entity List"),
        ("Standards Organisations", "Standards Organizations"),
        ("Release of “Technology”", 'Release of "Technology"'),
        ("Export Controls — Huawei", "Export Controls - Huawei"),
        ("Tele communications", "Telecommunications"),
        ("The Rule", "<b>The Rule</b>"),
    ],
)
def test_spelling_and_markup_are_no_change(before: str, after: str) -> None:
    assert changed_facts(titled(before), titled(after)) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Addition of 38 Entities", "Addition of 46 Entities"),
        ("Releases that require a licence", "Releases that do not require a licence"),
        ("Rule includes standards", "Rule excludes standards"),
        ("Authorized release of technology", "Unauthorized release of technology"),
        ("Import of technology", "Export of technology"),
        ("Addition to the Entity List", "Removal from the Entity List"),
    ],
)
def test_a_title_that_says_something_else_is_a_change(before: str, after: str) -> None:
    (change,) = changed_facts(titled(before), titled(after))

    assert change == ChangedFact(name="title", before=before, after=after)


def test_a_filing_that_is_to_be_printed_on_another_day_is_a_change() -> None:
    before, document = make_filing(), make_filing().document
    assert document
    after = make_filing(document=replace(document, publication_date=date(2020, 6, 19)))

    assert changed_facts(before, after) == (
        ChangedFact(name="publication date", before="2020-06-18", after="2020-06-19"),
    )


def test_a_day_that_appears_or_vanishes_is_no_change() -> None:
    document = make_filing().document
    assert document
    without = make_filing(document=replace(document, publication_date=None))

    assert changed_facts(without, make_filing()) == ()
    assert changed_facts(make_filing(), without) == ()


def test_publication_is_a_step_and_no_edit() -> None:
    assert changed_facts(make_filing(title="Another title altogether"), make_item()) == ()


def test_papers_rewrite_their_headlines_and_that_is_no_change() -> None:
    assert changed_facts(make_press(), make_press(title="Something else entirely")) == ()


@given(st.text(), st.text())
def test_whatever_stands_in_a_title_nothing_breaks(before: str, after: str) -> None:
    for change in changed_facts(titled(before), titled(after)):
        assert (change.before, change.after) != ("", "")


@given(st.text())
def test_a_title_that_stays_is_no_change(title: str) -> None:
    assert changed_facts(titled(title), titled(title)) == ()
