"""Dates of documents: read from the paragraph, counted from placeholders, and beside the Register's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import date_sentences, document_dates
from feeds.date_sentences import DateKind
from feeds.document_dates import Basis, DocumentDate
from feeds.model import Document, DocumentType, Stage
from feeds.periods import Anchor, Period
from tests.factories import make_document

EFFECTIVE, COMMENTS, REPLIES, APPLICABLE, COMPLIANCE, EXPIRES = DateKind

_ON_PUBLICATION = "[INSERT DATE OF PUBLICATION IN THE FEDERAL REGISTER]"
_SIXTY = "[INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER]"
_THIRTY = "[INSERT DATE 30 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER]"
_DISPLAY = "[INSERT DATE OF DISPLAY ON THE PUBLIC INSPECTION LIST]"


_FILED = Document(
    number="2020-13093",
    type=DocumentType.RULE,
    publication_date=date(2020, 6, 18),
    filed_at=datetime(2020, 6, 16, 12, 45, tzinfo=UTC),
)


def filed(**but: Any) -> Document:
    """A rule on public inspection since Tuesday, to be printed on Thursday."""
    return replace(_FILED, **but)


def said(sentence: str) -> list[tuple[DateKind, object, str]]:
    return [(one.kind, one.when, one.applies_to) for one in date_sentences.read(sentence)]


def after(count: int, unit: str = "day") -> Period:
    return Period(anchor=Anchor.PUBLICATION, count=count, unit=unit)


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        ("This rule is effective May 16, 2019.", [(EFFECTIVE, date(2019, 5, 16), "")]),
        (
            "This rule is effective as of 4:15 p.m. on May 16, 2019.",
            [(EFFECTIVE, date(2019, 5, 16), "")],
        ),
        ("Effective 0901 UTC, January 25, 2024.", [(EFFECTIVE, date(2024, 1, 25), "")]),
        ("Effective January 1 2024.", [(EFFECTIVE, date(2024, 1, 1), "")]),
        (
            "Comments must be received on or before: February 04, 2024.",
            [(COMMENTS, date(2024, 2, 4), "")],
        ),
        (
            "Comments due by 11:59 p.m. Eastern Time on Feb. 4, 2024.",
            [(COMMENTS, date(2024, 2, 4), "")],
        ),
        (
            "To be assured of consideration, the deadline for responses is February 1, 2024.",
            [(COMMENTS, date(2024, 2, 1), "")],
        ),
        (
            f"Comments are due on or before {_THIRTY} and reply comments on or before {_SIXTY}.",
            [(COMMENTS, after(30), ""), (REPLIES, after(60), "")],
        ),
        (
            (
                "This rule is effective June 5, 2024, except for amendatory instructions 3 and 5, which"
                " are effective September 1, 2024."
            ),
            [
                (EFFECTIVE, date(2024, 6, 5), ""),
                (EFFECTIVE, date(2024, 9, 1), "amendatory instructions 3 and 5"),
            ],
        ),
        (
            "Effective June 5, 2024, for § 734.9 and July 1, 2024, for §§ 744.11 and 744.16.",
            [
                (EFFECTIVE, date(2024, 6, 5), "§ 734.9"),
                (EFFECTIVE, date(2024, 7, 1), "§§ 744.11 and 744.16"),
            ],
        ),
        (
            (
                "Effective February 5, 2024, except for § 54.9(c) in instruction 3, which is delayed"
                " indefinitely."
            ),
            [
                (EFFECTIVE, date(2024, 2, 5), ""),
                (EFFECTIVE, None, "§ 54.9(c), instruction 3"),
            ],
        ),
        (
            (
                "The amendments to 47 CFR 1.767 and 4.15, published at 81 FR 52354 on August 8, 2016, are"
                " effective January 10, 2024."
            ),
            [(EFFECTIVE, date(2024, 1, 10), "47 CFR 1.767 and 4.15")],
        ),
        (
            (
                "The addition of 47 CFR 64.6040(c), published at 87 FR 75496 on December 9, 2022, and"
                " delayed indefinitely, is effective on January 9, 2023."
            ),
            [(EFFECTIVE, date(2023, 1, 9), "47 CFR 64.6040(c)")],
        ),
        (
            "Effective December 28, 2023, through December 31, 2023.",
            [(EFFECTIVE, date(2023, 12, 28), ""), (EXPIRES, date(2023, 12, 31), "")],
        ),
        (
            "The decision is applicable March 31, 2024, to March 31, 2030.",
            [(APPLICABLE, date(2024, 3, 31), ""), (EXPIRES, date(2030, 3, 31), "")],
        ),
        (
            "The temporary general license is valid through August 19, 2019.",
            [(EXPIRES, date(2019, 8, 19), "")],
        ),
        ("We will accept comments through March 5, 2024.", [(COMMENTS, date(2024, 3, 5), "")]),
        (
            (
                "For the NPRM published November 9, 2023 (88 FR 77420), the comment deadline is extended"
                " from January 8, 2024, to February 7, 2024."
            ),
            [(COMMENTS, date(2024, 2, 7), "")],
        ),
        (
            (
                "The comment period for the notice published December 14, 2023, and scheduled to close on"
                " January 3, 2024, is extended until January 10, 2024."
            ),
            [(COMMENTS, date(2024, 1, 10), "")],
        ),
        (
            (
                "The effective date of the rule published January 5, 2021, at 86 FR 500, is delayed from"
                " February 4, 2021, until March 21, 2021."
            ),
            [(EFFECTIVE, date(2021, 3, 21), "")],
        ),
        (
            "Exporters must comply with § 734.9 by December 31, 2024.",
            [(COMPLIANCE, date(2024, 12, 31), "§ 734.9")],
        ),
        (f"This rule is effective {_DISPLAY}.", [(EFFECTIVE, Period(anchor=Anchor.DISPLAY), "")]),
        ("Comments due within 30 days of publication.", [(COMMENTS, after(30), "")]),
        (
            "The compliance date is [INSERT DATE 1 YEAR AFTER DATE OF PUBLICATION].",
            [(COMPLIANCE, after(1, "year"), "")],
        ),
    ],
)
def test_a_sentence_says_its_dates(
    sentence: str, dates: list[tuple[DateKind, object, str]]
) -> None:
    assert said(sentence) == dates


@pytest.mark.parametrize(
    "sentence",
    [
        "The meeting will be held on Wednesday, January 17, 2024.",
        "Requests to make comments during the meeting are due on January 17, 2024.",
        "The exemption was issued on December 22, 2023.",
        "The incorporation by reference is approved by the Director as of February 5, 2024.",
        "Comments received after February 5, 2024, may not be considered.",
        "The comment period opens January 5, 2024, and closes on February 30, 2024.",
        "Applications must be received by March 1, 2024.",
        "January 17, 2024.",
        "",
    ],
)
def test_a_day_of_another_kind_is_passed_over(sentence: str) -> None:
    assert said(sentence) == []


def test_a_filing_has_its_dates_counted_and_marked_provisional() -> None:
    text = (
        f"DATES: This rule is effective {_ON_PUBLICATION}. Comments must be received by {_SIXTY}.\n"
    )

    effective, comments = document_dates.of(filed(), stage=Stage.INSPECTION, text=text)

    assert (effective.kind, effective.day) == (EFFECTIVE, date(2020, 6, 18))
    assert (comments.kind, comments.day) == (COMMENTS, date(2020, 8, 17))
    assert {one.basis for one in (effective, comments)} == {Basis.PUBLICATION}
    assert effective.provisional
    assert comments.provisional
    assert comments.sentence == f"Comments must be received by {_SIXTY}."


@pytest.mark.parametrize(
    ("filed_at", "day"),
    [
        (datetime(2019, 5, 16, 20, 15, tzinfo=UTC), date(2019, 5, 16)),
        (
            datetime(2019, 5, 17, 1, 0, tzinfo=UTC),
            date(2019, 5, 16),
        ),  # still Thursday in Washington
        (None, None),
    ],
)
def test_effective_on_display_is_the_eastern_day_of_filing(
    filed_at: datetime | None, day: date | None
) -> None:
    document = filed(filed_at=filed_at, publication_date=date(2019, 5, 21))
    text = f"DATES: This rule is effective {_DISPLAY}.\n"

    (effective,) = document_dates.of(document, stage=Stage.INSPECTION, text=text)

    assert (effective.day, effective.basis, effective.provisional) == (day, Basis.DISPLAY, True)


def test_a_filing_without_a_planned_issue_has_no_day_yet() -> None:
    text = f"DATES: This rule is effective {_ON_PUBLICATION}.\n"

    (effective,) = document_dates.of(
        filed(publication_date=None), stage=Stage.INSPECTION, text=text
    )

    assert effective.day is None
    assert effective.basis is Basis.PUBLICATION


def test_a_day_stated_in_a_filing_is_not_provisional() -> None:
    text = "DATES: Comments must be received by July 14, 2020.\n"

    (comments,) = document_dates.of(filed(), stage=Stage.INSPECTION, text=text)

    assert (comments.basis, comments.provisional) == (Basis.STATED, False)


def test_the_published_fields_replace_what_was_counted() -> None:
    document = make_document(dates=None)
    text = f"DATES: This rule is effective {_ON_PUBLICATION}. Comments are due by {_SIXTY}.\n"

    dates = document_dates.of(document, stage=Stage.PUBLISHED, text=text)

    assert [(one.kind, one.day, one.basis) for one in dates] == [
        (EFFECTIVE, date(2020, 6, 18), Basis.FIELD),
        (COMMENTS, date(2020, 8, 17), Basis.FIELD),
    ]
    assert not any(one.provisional for one in dates)
    assert dates[1].sentence == f"Comments are due by {_SIXTY}."


def test_a_published_paragraph_adds_what_the_fields_leave_out() -> None:
    document = make_document(
        dates="This rule is effective June 18, 2020. Comments must be received by August 17, 2020."
        " Reply comments are due September 16, 2020. Section 734.9 is effective January 4, 2021."
    )

    dates = document_dates.of(document, stage=Stage.PUBLISHED)

    assert [(one.kind, one.day, one.applies_to) for one in dates] == [
        (EFFECTIVE, date(2020, 6, 18), ""),
        (COMMENTS, date(2020, 8, 17), ""),
        (REPLIES, date(2020, 9, 16), ""),
        (EFFECTIVE, date(2021, 1, 4), "Section 734.9"),
    ]


def test_a_disagreement_of_field_and_text_stays_visible() -> None:
    document = make_document(dates="This rule is effective June 19, 2020.")

    told = document_dates.of(document, stage=Stage.PUBLISHED)

    (otherwise,) = document_dates.disagreement(told, EFFECTIVE)
    assert otherwise.day == date(2020, 6, 19)
    main = document_dates.main(told, EFFECTIVE)
    assert main is not None
    assert (main.day, main.basis) == (date(2020, 6, 18), Basis.FIELD)


def test_two_days_of_which_the_field_is_one_are_no_disagreement() -> None:
    document = make_document(
        effective_on=date(2024, 2, 9),
        dates="This system is effective January 10, 2024."
        " New routine uses will be effective February 9, 2024.",
    )

    dates = document_dates.of(document, stage=Stage.PUBLISHED)

    assert document_dates.disagreement(dates, EFFECTIVE) == ()
    assert {one.day for one in dates if one.kind is EFFECTIVE} == {
        date(2024, 2, 9),
        date(2024, 1, 10),
    }


def test_the_main_date_is_one_for_the_whole_document_with_a_day() -> None:
    def one(day: date | None, applies_to: str = "") -> DocumentDate:
        return DocumentDate(kind=EFFECTIVE, day=day, basis=Basis.STATED, applies_to=applies_to)

    part, open_, whole = one(date(2020, 1, 1), "§ 1.1"), one(None), one(date(2020, 3, 3))

    assert document_dates.main([part, open_, whole], EFFECTIVE) == whole
    assert document_dates.main([part, open_], EFFECTIVE) == part
    assert document_dates.main([open_], EFFECTIVE) == open_
    assert document_dates.main([whole], COMMENTS) is None


def test_an_announcement_to_come_adds_nothing_to_a_date_that_is_told() -> None:
    idle = "The Commission will publish a document announcing the effective date."
    both = make_document(effective_on=None, dates=f"Effective June 18, 2020. {idle}")
    alone = make_document(effective_on=None, dates=idle)

    assert len(document_dates.of(both, stage=Stage.PUBLISHED)) == 2  # comments, by the field
    told = document_dates.main(document_dates.of(alone, stage=Stage.PUBLISHED), EFFECTIVE)
    assert told is not None
    assert (told.day, told.basis) == (None, Basis.OPEN)


_CHUNKS = st.sampled_from(
    [
        _SIXTY,
        _DISPLAY,
        "is effective",
        "comments",
        "must be received",
        "through",
        "from",
        "published",
        "June 18, 2020",
        "February 30, 2024",
        "§ 734.9",
        "delayed indefinitely",
        "30 days after publication",
        "upon publication",
        "[",
        "]",
        ". ",
        "\n",
        ",",
        "INSERT DATE",
    ]
)


@given(
    st.lists(_CHUNKS | st.text(max_size=8), max_size=25).map(" ".join),
    st.sampled_from(Stage),
    st.data(),
)
def test_whatever_a_text_says_each_date_can_be_accounted_for(
    text: str, stage: Stage, data: st.DataObject
) -> None:
    printed = data.draw(st.none() | st.dates(date(1994, 1, 1), date(2100, 1, 1)))
    document = filed(publication_date=printed, dates=text)

    dates = document_dates.of(document, stage=stage)

    assert len(set(dates)) == len(dates)
    for one in dates:
        assert one.sentence in " ".join(text.split("\n"))
        assert one.applies_to == "" or one.applies_to.split(",")[0] in one.sentence
        counted = one.basis in (Basis.PUBLICATION, Basis.DISPLAY)
        assert one.provisional == (counted and stage is not Stage.PUBLISHED)
        if one.basis is Basis.OPEN or (one.basis is Basis.PUBLICATION and printed is None):
            assert one.day is None
        else:
            assert one.day is not None


@pytest.mark.parametrize("year", ["0001", "0202", "9999"])
def test_a_year_that_is_a_slip_sets_no_day(year: str) -> None:
    sentence = f"This rule is effective January 1, {year}, through December 31, {year}."

    assert list(date_sentences.read(sentence)) == []
    assert list(date_sentences.days(sentence)) == []
