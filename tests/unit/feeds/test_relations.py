"""Relations: what a document says it does to earlier ones, and no more than it says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import relations
from feeds.model import Item
from feeds.reference import Kind, Reference
from feeds.relation_words import VERBS, RelationKind, done_by
from feeds.relations import Relation
from tests.factories import make_document, make_item, make_press

CORRECTS, DELAYS, REOPENS, EXTENDS_COMMENTS, EXTENDS, SUSPENDS, WITHDRAWS = list(RelationKind)[:7]
SUPERSEDES, CONFIRMS, AMENDS, FOLLOWS = list(RelationKind)[7:]


def saying(*, title: str = "A Rule", summary: str = "", **but: Any) -> Item:
    facts = {"action": None, "dates": None, **but}
    return make_item(title=title, summary=summary, document=make_document(**facts))


def told(item: Item, text: str = "") -> list[tuple[RelationKind, str | None]]:
    found = relations.of(item, text=text)
    return [(one.kind, one.target.value if one.target else None) for one in found]


@pytest.mark.parametrize(
    ("sentence", "kind", "target"),
    [
        (
            "BIS is correcting the rule published May 21, 2019 (84 FR 22961).",
            CORRECTS,
            "84 FR 22961",
        ),
        (
            "This document corrects FR Doc. 2020- 13093, which appeared in June.",
            CORRECTS,
            "2020-13093",
        ),
        (
            "This rule delays the effective date of the rule published at 90 FR 5360.",
            DELAYS,
            "90 FR 5360",
        ),
        (
            "The effective date of the rule at 86 FR 4909 is further delayed until March 22, 2021.",
            DELAYS,
            "86 FR 4909",
        ),
        (
            "The comment period for the notice published at 88 FR 86718 is extended to May 5, 2024.",
            EXTENDS_COMMENTS,
            "88 FR 86718",
        ),
        (
            "AMS is reopening the comment period on the notice published at 82 FR 48971.",
            REOPENS,
            "82 FR 48971",
        ),
        (
            "This rule extends the validity of the temporary general license (84 FR 23468).",
            EXTENDS,
            "84 FR 23468",
        ),
        (
            "BIS suspends the interim final rule published at 90 FR 47201 until November 9, 2026.",
            SUSPENDS,
            "90 FR 47201",
        ),
        (
            "VA is withdrawing the proposed rule, RIN 2900-AO13, published at 78 FR 71,042.",
            WITHDRAWS,
            "78 FR 71042",
        ),
        (
            "This notice replaces the version published on March 22, 2018 (83 FR 12646).",
            SUPERSEDES,
            "83 FR 12646",
        ),
        (
            "The amendments to § 1.767, published at 81 FR 52354, are effective January 10, 2024.",
            CONFIRMS,
            "81 FR 52354",
        ),
        (
            "The Bureau adopts the interim final rule published at 85 FR 36719 as final.",
            CONFIRMS,
            "85 FR 36719",
        ),
        (
            "VA is amending the system of records as set forth in 79 FR 8245.",
            AMENDS,
            "79 FR 8245",
        ),
        (
            "The interim final rule published June 18, 2020 (85 FR 36719) added an authorization.",
            FOLLOWS,
            "85 FR 36719",
        ),
        ("DOE is withdrawing RIN 1904-AD08.", WITHDRAWS, "1904-AD08"),
        ("DOE is withdrawing docket EERE-2013-BT-NOA-0047.", WITHDRAWS, "EERE-2013-BT-NOA-0047"),
    ],
)
def test_a_sentence_says_what_is_done_to_which_document(
    sentence: str, kind: RelationKind, target: str
) -> None:
    assert told(saying(summary=sentence)) == [(kind, target)]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Entity List Rule; Correction", CORRECTS),
        ("Addition of Entities; Correction of Existing Entries on the Entity List", CORRECTS),
        ("Independent Contractor Status: Delay of Effective Date", DELAYS),
        ("Secure Tests: Extension of Comment Period", EXTENDS_COMMENTS),
        ("New Drugs; Public Hearing; Reopening of the Comment Period", REOPENS),
        ("Temporary General License: Extension of Validity", EXTENDS),
        (
            (
                "One Year Suspension of Expansion of End-User Controls for Affiliates of Certain"
                " Listed Entities"
            ),
            SUSPENDS,
        ),
        ("Withdrawal of Proposed Rule on Furnaces", WITHDRAWS),
        (
            "Addition of Affiliates, the Removal of Temporary General License, and Amendments",
            SUPERSEDES,
        ),
        ("Calcium Carbonate; Confirmation of Effective Date", CONFIRMS),
    ],
)
def test_a_title_alone_says_what_is_done_but_not_to_what(title: str, kind: RelationKind) -> None:
    (relation,) = relations.of(saying(title=title))

    assert (relation.kind, relation.target, relation.sentence) == (kind, None, title)


@pytest.mark.parametrize(
    "title",
    [
        "Establishment of Procedures for Requests for Correction",
        "Withdrawal of Public Lands in Nevada",
        "Suspension of Community Eligibility",
        "Removing Regulatory Barriers for Vehicles With Automated Driving Systems",
        "Removal of Hong Kong as a Separate Destination",
        "Agency Information Collection Activities; Extension",
    ],
)
def test_a_title_that_only_sounds_so_says_nothing(title: str) -> None:
    assert relations.of(saying(title=title)) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "The rule was corrected on June 5, 2020.",
        "This rule amends the Export Administration Regulations.",
        "Comments may be withdrawn at any time.",
    ],
)
def test_history_and_plain_changes_of_the_law_are_no_relations(sentence: str) -> None:
    assert relations.of(saying(summary=sentence)) == ()


def test_a_heading_tells_what_the_document_named_below_is_in_for() -> None:
    item = saying(
        title="Entity List; Correction",
        summary="The Bureau published a rule on May 21, 2019 (84 FR 22961).",
    )

    (relation,) = relations.of(item)

    assert (relation.kind, relation.target) == (
        CORRECTS,
        Reference(kind=Kind.CITATION, value="84 FR 22961"),
    )
    assert relation.published_on == date(2019, 5, 21)


def test_how_the_target_was_changed_before_is_left_aside() -> None:
    sentence = "BIS is correcting the rule at 84 FR 22961, as extended at 84 FR 43487."

    assert told(saying(summary=sentence)) == [(CORRECTS, "84 FR 22961")]


def test_a_relation_keeps_its_sentence_its_end_and_the_issue_of_its_target() -> None:
    sentence = (
        "The comment period for the advance notice published October 31, 2023, at 88 FR 74379, is"
        " extended from January 2, 2024, to April 1, 2024."
    )

    assert relations.of(saying(dates=sentence)) == (
        Relation(
            kind=EXTENDS_COMMENTS,
            target=Reference(kind=Kind.CITATION, value="88 FR 74379"),
            sentence=sentence,
            until=date(2024, 4, 1),
            published_on=date(2023, 10, 31),
        ),
    )


@pytest.mark.parametrize(
    ("number", "correction_of", "target"),
    [
        ("C1-2018-04514", "2018-04514", "2018-04514"),
        ("C1-2018-04514", None, "2018-04514"),
        ("R1-2023-28849", None, "2023-28849"),
        ("2024-99001", "2024-15810", "2024-15810"),
    ],
)
def test_the_number_and_the_registers_own_link_say_what_is_corrected(
    number: str, correction_of: str | None, target: str
) -> None:
    item = saying(title="Boundary Survey", number=number, correction_of=correction_of)

    assert told(item) == [(CORRECTS, target)]


@pytest.mark.parametrize(
    "text",
    [
        "Correction\n\nIn FR Doc. 2020-13093, appearing on page 36719 in the Federal Register of",
        "In FR Doc. No. 2020\u201313093 appearing on page 36719, make the following correction:",
        "In rule document 2020-13093, beginning on page 36719 in the issue of Thursday,",
    ],
)
def test_the_first_words_of_a_correction_name_what_it_corrects(text: str) -> None:
    assert told(saying(), text) == [(CORRECTS, "2020-13093")]


def test_a_filing_is_read_from_its_full_text() -> None:
    text = (
        "SUMMARY: In this document, BIS extends the validity of the temporary general license"
        " (84 FR 23468) through November 18, 2019.\n\nDATES: Effective on filing.\n"
    )

    (relation,) = relations.of(saying(title="Temporary General License"), text=text)

    assert (relation.kind, relation.until) == (EXTENDS, date(2019, 11, 18))


def test_a_press_item_does_nothing_to_any_document() -> None:
    assert relations.of(make_press(title="Rule (84 FR 22961); Correction")) == ()


@given(
    st.text(alphabet="aI (.;:)84FR2961-", max_size=60)
    | st.sampled_from(
        [
            "; Correction",
            "is extended until June 18, 2020",
            "84 FR 22961",
            "delays the effective date",
            "FR Doc. 2020-13093",
        ]
    ),
    st.lists(
        st.sampled_from(
            [
                "is correcting",
                "comment period",
                "is extended",
                "84 FR 22961",
                "2020-13093",
                "0694-AI06",
                "published",
                "on June 18, 2020",
                "until",
                ". The",
                "is suspended",
                "see",
            ]
        ),
        max_size=20,
    ).map(" ".join),
)
def test_whatever_is_said_each_relation_can_be_shown_where_it_stands(
    title: str, summary: str
) -> None:
    found = relations.of(saying(title=title, summary=summary))

    assert len({(one.kind, one.target) for one in found}) == len(found)
    for one in found:
        assert one.sentence in (title, *summary.split("\n")) or one.sentence in summary
        assert one.target is not None or one.kind is not FOLLOWS


@given(st.sampled_from(VERBS).flatmap(lambda verb: st.from_regex(verb[1])))
def test_what_is_done_is_what_the_first_fitting_words_say(sentence: str) -> None:
    assert done_by(sentence) == next(kind for kind, shape in VERBS if shape.search(sentence))
