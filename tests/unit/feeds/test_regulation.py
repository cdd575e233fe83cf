"""A part's XML becomes sections of paragraphs and rows; broken and hostile XML becomes a ParseError."""

from __future__ import annotations

import pytest

from feeds import regulation_xml
from feeds.errors import ParseError
from feeds.regulation import Row
from tests.ecfr_server import COLUMNS, ENTITY_LIST, entity_list, part, row, section


def test_a_section_has_its_number_heading_paragraphs_and_history() -> None:
    xml = part(
        section("744.11", "(a) License requirement.", "(b) Criteria.", history="85 FR 36719")
    )

    (read,) = regulation_xml.read(xml, feed="ecfr")

    assert (read.identifier, read.label) == ("744.11", "§ 744.11")
    assert read.heading == "§ 744.11 Heading of 744.11."
    assert read.paragraphs == ("(a) License requirement.", "(b) Criteria.")
    assert read.history == "[85 FR 36719]"


def test_sections_are_found_in_subparts_in_their_order_and_supplements_after_them() -> None:
    subpart = f'<DIV6 TYPE="SUBPART" N="A"><HEAD>Subpart A</HEAD>{section("744.2", "x")}</DIV6>'

    read = regulation_xml.read(part(section("744.1", "x"), subpart, entity_list()), feed="ecfr")

    assert [each.label for each in read] == ["§ 744.1", "§ 744.2", ENTITY_LIST]


def test_markup_within_a_line_leaves_its_words_whole() -> None:
    inner = "<P>(a) <I>De minimis.</I> H<SU>2</SU>O and <E T='03'>Note</E><br/>next line</P>"
    xml = part(section("744.1").replace("</HEAD>", f"</HEAD>{inner}"))

    (read,) = regulation_xml.read(xml, feed="ecfr")

    assert read.paragraphs == ("(a) De minimis. H2O and Note next line",)


def test_no_words_are_lost_in_elements_that_nobody_foresaw() -> None:
    inner = (
        "<EXTRACT><HD1>Form</HD1><FP-2>First</FP-2><UNHEARD>of<LI>listed</LI>after</UNHEARD>"
        "</EXTRACT><NOTE><HED>Note:</HED><P>To it.</P></NOTE>"
    )
    xml = part(section("744.1").replace("</HEAD>", f"</HEAD>{inner}"))

    (read,) = regulation_xml.read(xml, feed="ecfr")

    assert read.paragraphs == ("Form", "First", "of", "listed", "after", "Note:", "To it.")


def test_a_country_is_carried_down_to_the_rows_under_it() -> None:
    listed = entity_list(
        row("First Co., Ltd.", country="CHINA"), row("Second"), row("Third", country="IRAN")
    )

    (read,) = regulation_xml.read(part(listed), feed="ecfr")

    assert [(each.group, each.name) for each in read.rows] == [
        ("CHINA", "First Co., Ltd."),
        ("CHINA", "Second"),
        ("IRAN", "Third"),
    ]
    assert read.rows[0].columns == COLUMNS
    assert read.paragraphs == ()


def test_an_entry_that_slipped_into_the_column_of_countries_is_put_right() -> None:
    slipped = row("HiSilicon Technologies Co., Ltd")[1:]

    (read,) = regulation_xml.read(
        part(entity_list(row("A", country="CHINA"), slipped)), feed="ecfr"
    )

    assert (read.rows[1].group, read.rows[1].name) == ("CHINA", "HiSilicon Technologies Co., Ltd")


def test_footnotes_of_a_table_are_text_and_no_rows() -> None:
    foot = "<TFOOT><TR><TD>1 For this entity see § 734.9.</TD></TR></TFOOT></TABLE>"
    xml = part(entity_list(row("A", country="CHINA")).replace("</TABLE>", foot))

    (read,) = regulation_xml.read(xml, feed="ecfr")

    assert len(read.rows) == 1
    assert read.paragraphs == ("1 For this entity see § 734.9.",)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (
            "Huawei Technologies Co., Ltd. (Huawei), Bantian, China",
            "Huawei Technologies Co., Ltd. (Huawei)",
        ),
        ("Aviation Institute, a.k.a., the following alias: —AI. Beijing", "Aviation Institute"),
        ("Fiber Home (f.k.a., Old Name), Wuhan", "Fiber Home"),
        ("Some Firm, LLC, 12 Street, Moscow", "Some Firm, LLC"),
        ("Nobody", "Nobody"),
    ],
)
def test_an_entry_is_called_by_its_name_without_address_and_other_names(
    entry: str, name: str
) -> None:
    assert Row(columns=COLUMNS, cells=("CHINA", entry)).name == name


def test_a_table_without_countries_is_called_by_its_first_words() -> None:
    found = Row(columns=("ECCN", "Reason"), cells=("", "3A001, b", "NS"))

    assert (found.group, found.name) == ("", "3A001")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE DIV5 [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]><DIV5><DIV8 N="1"><HEAD>&c;</HEAD></DIV8></DIV5>"""
OUTSIDE = b"""<!DOCTYPE DIV5 [<!ENTITY x SYSTEM "file:///etc/passwd">]><DIV5><P>&x;</P></DIV5>"""


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"", "not well-formed"),
        (b"<html><body>Request Access", "not well-formed"),
        (b"<html><body>Request Access</body></html>", "holds no part"),
        (part(section("744.1"))[:-20], "not well-formed"),
        (b"<DIV5>&nbsp;</DIV5>", "not well-formed"),
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (b"<DIV5>" + b"<P>" * 10_000 + b"</P>" * 10_000 + b"</DIV5>", "not well-formed"),
        (b"<DIV5>" + b"<DIV8>" * 40 + b"<P>x</P>" + b"</DIV8>" * 40 + b"</DIV5>", "nests deeper"),
        (b"<DIV5>" + b"<P/>" * 600_001 + b"</DIV5>", "tags"),
        (b'<?xml version="1.0" encoding="nonsense"?><DIV5/>', "not well-formed"),
    ],
    ids=[
        "empty",
        "page",
        "whole page",
        "cut",
        "entity",
        "bomb",
        "file",
        "deep",
        "deep sections",
        "many",
        "encoding",
    ],
)
def test_what_is_no_text_of_a_part_is_refused(xml: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        regulation_xml.read(xml, feed="ecfr")


def test_a_reserved_part_has_no_sections() -> None:
    assert regulation_xml.read(part(), feed="ecfr") == ()


def test_what_stands_in_a_section_within_a_section_is_read_once() -> None:
    (outer,) = regulation_xml.read(
        b"<DIV5><DIV8 N='1'><P>a</P><DIV8 N='2'><P>b</P></DIV8></DIV8></DIV5>", feed="ecfr"
    )

    assert (outer.identifier, outer.paragraphs) == ("1", ("a", "b"))
