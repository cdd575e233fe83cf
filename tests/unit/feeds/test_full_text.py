"""Which documents are worth reading, and what a person reads of their bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.full_text import LONGEST, plain_text, worth_reading
from feeds.model import Agency, CfrPart, DocumentType
from tests.factories import make_document, make_item, make_press

URL = "https://www.federalregister.gov/documents/full_text/text/2020/06/18/2020-13093.txt"
FISHERIES = Agency(name="Fisheries Service", slug="national-oceanic-and-atmospheric-administration")


def document(**but: object) -> object:
    return make_item(document=make_document(**{"raw_text_url": URL, **but}))


@pytest.mark.parametrize(
    "but",
    [
        {},
        {"agencies": (FISHERIES,), "cfr_parts": (CfrPart(title=15, part="744"),)},
        {"agencies": (), "cfr_parts": ()},
        {"agencies": (FISHERIES,), "cfr_parts": (), "type": DocumentType.PRESIDENTIAL},
    ],
)
def test_a_document_of_our_agencies_or_parts_is_read(but: dict[str, object]) -> None:
    assert worth_reading(document(**but))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "but",
    [
        {"raw_text_url": None},
        {"agencies": (FISHERIES,), "cfr_parts": ()},
        {"agencies": (FISHERIES,), "cfr_parts": (CfrPart(title=50, part="744"),)},
        {"agencies": (FISHERIES,), "cfr_parts": (CfrPart(title=15, part="90a"),)},
    ],
)
def test_another_document_is_not(but: dict[str, object]) -> None:
    assert not worth_reading(document(**but))  # type: ignore[arg-type]


def test_an_order_about_one_person_is_not_read() -> None:
    order = make_item(
        title="Order Denying Export Privileges", document=make_document(raw_text_url=URL)
    )

    assert not worth_reading(order)


def test_press_has_no_text_to_read() -> None:
    assert not worth_reading(make_press())


def test_the_wrapper_is_taken_off_and_its_entities_are_read() -> None:
    body = b"<html>\n<body><pre>\nR&amp;D &lt;em&gt; at Huawei\n</pre></body>\n</html>\n"

    assert plain_text(body) == "R&D <em> at Huawei"


def test_text_without_a_wrapper_keeps_its_signs() -> None:
    assert plain_text(b"a &amp; b < c") == "a &amp; b < c"


def test_page_marks_and_parted_words_do_not_part_a_phrase() -> None:
    body = b"covered telecom-\n  munications equip-\nment\n[[Page 36720]]\n-------\nor services"

    assert plain_text(body) == "covered telecommunications equipment\n\nor services"


def test_a_name_in_its_own_script_is_read() -> None:
    assert plain_text("Huawei (华为)".encode()) == "Huawei (华为)"


def test_a_text_without_end_is_cut() -> None:
    assert len(plain_text(b"word " * 10**6)) <= LONGEST


@given(st.binary(max_size=400))
def test_any_bytes_give_some_text(body: bytes) -> None:
    text = plain_text(body)

    assert text == text.strip()
    assert "\x00" not in text
