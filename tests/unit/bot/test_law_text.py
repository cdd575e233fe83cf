"""What a change of the law says: counts and names, passages that are short and together whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import law_text
from feeds import law_change, redline, regulation_xml
from feeds.law_change import LawChange
from feeds.model import CfrPart
from feeds.redline import Op
from storage.amendments import Amendment, State
from tests.ecfr_server import entity_list, part, row, section
from tests.factories import make_entry

PART = CfrPart(title=15, part="744")
DAYS = (date(2020, 6, 17), date(2020, 6, 18))
LATE = "Text of 15 CFR 744 not yet updated: in effect since 18 June 2020"
AWAITED = Amendment(
    entry=make_entry(),
    part=PART,
    effective_on=date(2020, 6, 18),
    state=State.AWAITED,
    shown_until=None,
    attempts=0,
    last_error=None,
    change=None,
    settled_at=None,
)


def compare(before: bytes, after: bytes) -> LawChange:
    old, new = (regulation_xml.read(xml, feed="ecfr") for xml in (before, after))
    return law_change.compare(old, new, part=PART, days=DAYS)


def summaries(before: bytes, after: bytes) -> list[str]:
    return [law_text.summary(each) for each in compare(before, after).sections]


def test_a_summary_counts_words() -> None:
    before = part(section("744.11", "(a) One two."), section("744.12", "x y"))
    after = part(section("744.11", "(a) One three.", "(b) New."), section("744.13", "p q r"))

    assert summaries(before, after) == [
        "§ 744.11: 3 words added, 1 word removed",
        "§ 744.13: added, 3 words",
        "§ 744.12: removed, 2 words",
    ]


def test_a_summary_names_the_entries_of_a_list() -> None:
    names = [f"Firm {letter}, Wuhan" for letter in "ABCDEF"]
    before = part(entity_list(row("Old Ltd., X", country="CHINA"), row("Kept, X")))
    after = part(entity_list(row("Kept, Y", country="CHINA"), *map(row, names)))

    first, rest = "Firm A; Firm B; Firm C; Firm D", " 1 removed (Old Ltd.), 1 changed (Kept)"
    assert summaries(before, after) == [
        f"Supplement No. 4 to Part 744: 6 entries added ({first}; and 2 more),{rest}"
    ]


def test_a_passage_of_an_entry_is_headed_by_its_name_and_country() -> None:
    change = compare(
        part(entity_list(row("Kept, X", country="CHINA"))),
        part(entity_list(row("Kept, X", country="CHINA"), row("New, Y"))),
    )

    (passage,) = law_text.passages(change)

    assert passage.heading == "Supplement No. 4 to Part 744: New, CHINA (added)"
    assert [line.label for line in passage.lines] == [
        "Entity",
        "License requirement",
        "License review policy",
        "Federal Register citation",
    ]
    assert [line.minor for line in passage.lines] == [False, False, False, True]


def test_a_section_that_was_renumbered_says_what_it_was() -> None:
    text = "The Bureau may at any time revise the list by a rule that it prints."

    (passage,) = law_text.passages(
        compare(part(section("744.2", text)), part(section("744.9", text).replace("of 744.9", "of 744.2")))
    )  # fmt: skip

    assert passage.heading == "§ 744.9 Heading of 744.2 (was § 744.2)"
    assert passage.lines == ()


def test_long_stretches_without_a_change_are_cut_down_to_the_words_beside_it() -> None:
    same = " ".join(f"w{number}" for number in range(100))

    short = law_text.shortened(redline.words(f"{same} old {same}", f"{same} new {same}"), 4)

    assert [run.text for run in short] == [
        "w0 w1 … w96 w97 w98 w99",
        "old",
        "new",
        "w0 w1 w2 w3 …",
    ]


WORDS = st.lists(st.text("ab§&", min_size=1, max_size=1_000), min_size=1, max_size=60)


@given(WORDS)
@settings(max_examples=30)
def test_a_long_addition_is_shown_whole_in_passages_of_bounded_length(words: list[str]) -> None:
    change = compare(part(section("1.1")), part(section("1.1", " ".join(words))))

    passages = list(law_text.passages(change))

    runs = [run for each in passages for line in each.lines for run in line.redline]
    assert "".join(run.text for run in runs).replace(" ", "") == "".join(words)
    assert all(run.op is Op.ADDED for run in runs)
    assert all(len(run.text) <= law_text.ROOM for run in runs)


@pytest.mark.parametrize(
    ("amendment", "said"),
    [
        (
            replace(AWAITED, effective_on=date(2020, 7, 1)),
            "Changes 15 CFR 744 from 1 July 2020.",
        ),
        (AWAITED, f"{LATE}."),
        (
            replace(AWAITED, shown_until=date(2020, 6, 16)),
            f"{LATE}; the eCFR has come to 16 June 2020.",
        ),
        (
            replace(AWAITED, shown_until=date(2020, 6, 19)),
            f"{LATE}; the eCFR shows nothing of it as of 19 June 2020.",
        ),
        (
            replace(AWAITED, state=State.UNSEEN),
            "In effect since 18 June 2020, but the eCFR shows no change of 15 CFR 744 by it.",
        ),
        (
            replace(AWAITED, state=State.MADE, change=compare(part(), part(section("744.1", "x")))),
            "The text of 15 CFR 744 has changed: eCFR of 18 June 2020.",
        ),
    ],
)
def test_how_far_an_amendment_has_come_is_a_sentence(amendment: Amendment, said: str) -> None:
    assert law_text.standing(amendment, today=date(2020, 6, 20)) == said
