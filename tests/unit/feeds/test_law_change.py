"""Two texts of a part compared: sections, words, rows, and whose document made which change."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import cited, law_change, redline, regulation_xml
from feeds.law_change import Kind, LawChange
from feeds.model import CfrPart
from feeds.redline import Op
from feeds.regulation import Row
from feeds.rows import RowKind, changed_rows
from tests.ecfr_server import COLUMNS, ENTITY_LIST, entity_list, part, row, section

PART = CfrPart(title=15, part="744")
HUAWEI = "Huawei Technologies Co., Ltd., Bantian, China"


def compare(before: bytes, after: bytes) -> LawChange:
    old, new = (regulation_xml.read(xml, feed="ecfr") for xml in (before, after))
    return law_change.compare(old, new, part=PART, days=(date(2020, 6, 17), date(2020, 6, 18)))


def test_a_text_that_did_not_change_has_no_changed_sections() -> None:
    xml = part(section("744.1", "(a) One."), entity_list(row("A", country="CHINA")))

    assert compare(xml, xml).sections == ()


def test_a_new_paragraph_is_told_with_the_document_that_made_it() -> None:
    change = compare(
        part(section("744.11", "(a) One.", history="84 FR 22961"), section("744.12", "x")),
        part(
            section("744.11", "(a) One.", "(b) Standards.", history="84 FR 22961; 85 FR 36719"),
            section("744.12", "x"),
        ),
    )

    (changed,) = change.sections
    assert (changed.label, changed.kind) == ("§ 744.11", Kind.CHANGED)
    assert changed.words(Op.ADDED) == 2
    assert changed.words(Op.REMOVED) == 0
    assert changed.cites == ("85 FR 36719",)


def test_a_history_that_grew_without_a_word_changed_is_no_change() -> None:
    change = compare(
        part(section("744.11", "(a) One.")),
        part(section("744.11", "(a) One.", history="85 FR 36719")),
    )

    assert change.sections == ()


def test_sections_come_go_and_are_renumbered() -> None:
    long = "The Bureau may at any time revise the list by a rule that it prints in the Register."

    change = compare(
        part(section("744.1", "Stays."), section("744.2", long), section("744.3", "Goes away.")),
        part(section("744.1", "Stays."), section("744.9", f"{long} So."), section("744.4", "New.")),
    )

    assert [(each.kind, each.label, each.moved_from) for each in change.sections] == [
        (Kind.MOVED, "§ 744.9", "§ 744.2"),
        (Kind.ADDED, "§ 744.4", ""),
        (Kind.REMOVED, "§ 744.3", ""),
    ]
    assert change.sections[0].words(Op.ADDED) == 2


def test_a_new_heading_is_a_change_of_words() -> None:
    before = part(section("744.11", "(a) One."))

    (changed,) = compare(before, before.replace(b"Heading of 744.11", b"License policy")).sections

    assert redline.without(changed.paragraphs[0], Op.REMOVED) == "License policy"


def test_entries_are_added_removed_and_changed_by_name() -> None:
    change = compare(
        part(entity_list(row(HUAWEI, country="CHINA"), row("Gone Ltd., Wuhan"), row("Same, X"))),
        part(
            entity_list(
                row("New Corp., Jinan", country="CHINA"),
                row("Same, X"),
                row(f"{HUAWEI} (footnote 1)"),
            )
        ),
    )

    (changed,) = change.sections
    assert changed.label == ENTITY_LIST
    assert [(each.kind, each.group, each.name) for each in changed.rows] == [
        (RowKind.ADDED, "CHINA", "New Corp."),
        (RowKind.CHANGED, "CHINA", "Huawei Technologies Co., Ltd."),
        (RowKind.REMOVED, "CHINA", "Gone Ltd."),
    ]
    (cell,) = changed.rows[1].cells
    assert cell.column == "Entity"
    assert [run.text for run in cell.redline if run.op is Op.ADDED] == ["(footnote 1)"]


def test_an_entry_that_moves_to_another_country_is_one_changed_entry() -> None:
    (changed,) = compare(
        part(entity_list(row("Firm, Kowloon", country="HONG KONG"))),
        part(entity_list(row("Firm, Kowloon", country="CHINA"))),
    ).sections

    (entry,) = changed.rows
    assert (entry.kind, entry.group) == (RowKind.CHANGED, "CHINA")


def test_where_rows_stand_does_not_matter() -> None:
    rows = [Row(columns=COLUMNS, cells=tuple(row(name, country="IRAN"))) for name in "ABCA"]

    assert changed_rows(rows, rows[::-1]) == ()


@given(
    st.lists(st.tuples(st.sampled_from("PQR"), st.sampled_from("abc")), max_size=12),
    st.lists(st.tuples(st.sampled_from("PQR"), st.sampled_from("abc")), max_size=12),
)
def test_rows_added_less_rows_removed_is_how_many_more_there_are(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    before, after = (
        [Row(columns=("Country", "Entity", "Policy"), cells=("X", *each)) for each in rows]
        for rows in (old, new)
    )

    kinds = [each.kind for each in changed_rows(before, after)]

    assert kinds.count(RowKind.ADDED) - kinds.count(RowKind.REMOVED) == len(new) - len(old)


TWO_DOCUMENTS = compare(
    part(
        section("744.11", "(a) One.", history="84 FR 1"),
        section("744.12", "(a) One.", history="84 FR 1"),
        section("744.13", "(a) One.", history="84 FR 1"),
        entity_list(row("A, X", country="CHINA")),
    ),
    part(
        section("744.11", "(a) Two.", history="84 FR 1; 85 FR 51596"),
        section("744.12", "(a) Two.", history="84 FR 1; 85 FR 51335"),
        section("744.13", "(a) Two.", history="84 FR 1"),
        entity_list(row("A, X", country="CHINA"), row("B, Y", cite="85 FR 51603, 8/20/20.")),
    ),
)


@pytest.mark.parametrize(
    ("citation", "end_page", "labels"),
    [
        ("85 FR 51596", 51629, ["§ 744.11", "§ 744.13", ENTITY_LIST]),
        ("85 FR 51335", 51336, ["§ 744.12", "§ 744.13"]),
        ("85 FR 51596", None, ["§ 744.11", "§ 744.13", ENTITY_LIST]),
        ("86 FR 51596", 51629, ["§ 744.13"]),
        (None, None, ["§ 744.11", "§ 744.12", "§ 744.13", ENTITY_LIST]),
    ],
)
def test_each_document_is_told_of_its_own_share(
    citation: str | None, end_page: int | None, labels: list[str]
) -> None:
    theirs = law_change.concerning(TWO_DOCUMENTS, cited.pages(citation, end_page))

    assert [each.label for each in theirs.sections] == labels


def test_a_part_that_is_new_is_added_section_by_section() -> None:
    new = regulation_xml.read(part(section("791.1", "(a) One."), number="791"), feed="ecfr")

    change = law_change.compare((), new, part=PART, days=(date(2024, 1, 1), date(2024, 1, 2)))

    assert [each.kind for each in change.sections] == [Kind.ADDED]


def test_a_list_of_thousands_of_entries_is_compared_entry_by_entry() -> None:
    rows = [row(f"Firm {number}, Wuhan", country="CHINA") for number in range(3_400)]
    new = [row(f"New {number}, Jinan", country="CHINA") for number in range(140)]
    changed = [[*each[:3], "Case by case", each[4]] for each in rows[:300]]

    (list_change,) = compare(
        part(entity_list(*rows)), part(entity_list(*new, *rows[320:], *changed))
    ).sections

    kinds = [each.kind for each in list_change.rows]
    counts = {kind: kinds.count(kind) for kind in RowKind}
    assert counts == {RowKind.ADDED: 140, RowKind.REMOVED: 20, RowKind.CHANGED: 300}
