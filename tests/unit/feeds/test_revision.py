"""What counts as a change of facts, and what is only spelling."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Item
from feeds.revision import ChangedFact, changed_facts
from tests.factories import make_document, make_filing, make_item, make_press


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


def test_each_date_that_moved_is_a_change() -> None:
    before = make_item()
    after = make_item(
        document=make_document(effective_on=date(2020, 7, 1), comments_close_on=date(2020, 9, 16))
    )

    assert changed_facts(before, after) == (
        ChangedFact(name="effective date", before="2020-06-18", after="2020-07-01"),
        ChangedFact(name="comment deadline", before="2020-08-17", after="2020-09-16"),
    )


def test_a_date_that_appears_or_vanishes_is_no_change() -> None:
    without = make_item(document=make_document(effective_on=None))

    assert changed_facts(without, make_item()) == ()
    assert changed_facts(make_item(), without) == ()


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
