"""The captions of a preamble in plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import preamble

_TEXT = """\
BILLING CODE: 3510-33-P

DEPARTMENT OF COMMERCE

Bureau of Industry and Security

RIN: 0694-AI06

AGENCY: Bureau of Industry and Security, Commerce.

ACTION: Interim final rule.

SUMMARY: The Bureau amends the regulations.

2

DATES: This rule is effective [INSERT DATE OF PUBLICATION IN THE
FEDERAL REGISTER]. Comments must be
received by August 17, 2020.

FOR FURTHER INFORMATION CONTACT: Somebody, at 202-555-0100.

SUPPLEMENTARY INFORMATION:

Background
"""


def test_a_section_is_one_line_and_ends_at_the_next_caption() -> None:
    assert preamble.section(_TEXT, "DATES") == (
        "This rule is effective [INSERT DATE OF PUBLICATION IN THE FEDERAL REGISTER]."
        " Comments must be received by August 17, 2020."
    )


def test_the_number_of_a_page_is_no_part_of_it() -> None:
    assert preamble.section(_TEXT, "SUMMARY") == "The Bureau amends the regulations."


def test_any_of_several_captions_will_do() -> None:
    text = "EFFECTIVE DATE: June 18, 2020.\n\nADDRESSES: Here."

    assert preamble.section(text, "DATES", "EFFECTIVE DATE") == "June 18, 2020."


@pytest.mark.parametrize("text", ["", "No caption here.", "We list DATES: in a sentence."])
def test_nothing_is_found_where_there_is_no_such_caption(text: str) -> None:
    assert preamble.section(text, "DATES") == ""


@given(st.text(alphabet="AD TES:\n1[]a.", max_size=300))
def test_a_section_is_always_one_line_of_the_text(text: str) -> None:
    found = preamble.section(text, "DATES")

    assert "\n" not in found
    assert set(found.split()) <= set(text.replace(":", ": ").split()) | set(text.split())
