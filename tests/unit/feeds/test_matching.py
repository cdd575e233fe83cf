"""feeds/matching.py: does a query match an item, and why."""

from __future__ import annotations

from dataclasses import astuple, replace

import pytest

from feeds import matching, query
from feeds.matching import Reason
from feeds.model import CfrPart
from feeds.prepared import Text, prepare, text_of
from tests.factories import make_document, make_item, make_press

TOPICS = {"huawei": "huawei OR hisilicon"}


def matches(text: str, **but: object) -> bool:
    return matching.match(query.parse(text, topics=TOPICS), make_item(**but)) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("huawei", True),
        ("HUAWEI'S", True),
        ("hua", False),
        ("standard organizations", True),
        ('"standards organization"', True),
        ('"organizations standards"', False),
        ('"huawei in standards bodies"', True),
        ('"standards organizations bis authorizes"', False),  # the phrase would span two texts
        ("authoriz*", True),
        ("authorization", True),
        ("zation*", False),
        ("title:huawei", False),
        ("title:technology", True),
        ("title:stand*", True),
        ("technology NEAR/2 entities", True),
        ("technology NEAR/1 entities", False),
        ("entities NEAR/2 technology", True),
        ('"entity list" NEAR/0 certain', False),
        ("(zte OR technology) NEAR/6 (list OR phone)", True),
        ("title:technology NEAR/0 title:certain", False),
        ("huawei -zte", True),
        ("huawei -technology", False),
        ("zte OR huawei", True),
        ("topic:huawei", True),
        ("agency:bis", True),
        ("agency:commerce", True),
        ("agency:fcc", False),
        ("agency:fcc|bis", True),
        ("type:rule", True),
        ("type:notice|proposed", False),
        ("cfr:15", True),
        ("cfr:15/744", True),
        ("cfr:15/730-774", True),
        ("cfr:15/745-771", False),
        ("cfr:1/5-744", False),
        ("rin:0694-ai06 docket:bis-2020-0017", True),
        ("source:register stage:published", True),
        ("feed:register-commerce", True),
        ("after:2020-06-18", True),
        ("after:2020-06-19", False),
        ("before:2020-06-18", False),
        ("before:2020-06-19", True),
    ],
)
def test_a_query_matches_what_it_says(text: str, *, expected: bool) -> None:
    assert matches(text) is expected


@pytest.mark.parametrize("printed", ["7", "791"])
@pytest.mark.parametrize("asked", ["cfr:15/7", "cfr:15/791", "cfr:15/1-9", "cfr:15/790-799"])
def test_a_part_that_moved_matches_under_either_number(printed: str, asked: str) -> None:
    document = make_document(cfr_parts=(CfrPart(title=15, part=printed),))

    assert matches(asked, document=document)
    assert not matches(asked)


def test_an_undated_item_is_on_no_day_and_outside_every_span() -> None:
    assert not matches("after:2000-01-01", event_at=None)
    assert not matches("before:2100-01-01", event_at=None)
    assert matches("-after:2000-01-01", event_at=None)


def test_the_day_is_the_eastern_one() -> None:
    late = make_press().event_at  # 15 June 23:20 UTC is still 15 June in Washington

    assert matches("after:2020-06-15 before:2020-06-16", event_at=late)


def test_ideographs_are_found_inside_a_company_name() -> None:
    assert matches("华为", title="关于华为技术有限公司的规则")
    assert not matches("华技", title="关于华为技术有限公司的规则")


def test_words_found_by_the_register_in_the_full_text_count() -> None:
    item = make_item(summary="", evidence=("Entity List", "Huawei"))

    match = matching.match(query.parse("huawei"), item)

    assert match is not None
    assert match.reasons == (Reason(term="huawei", where="full text", sentence="Huawei"),)


def test_reasons_name_the_terms_the_places_and_the_sentences_title_first() -> None:
    item = make_item(
        summary="This rule is short. It lets U.S. companies meet Huawei in standards bodies. More follows."
    )
    asked = query.parse('agency:bis huawei (standards OR phones) "entity list" -zte')

    match = matching.match(asked, item)

    assert match is not None
    assert [(reason.term, reason.where) for reason in match.reasons] == [
        ("standards", "title"),
        ("entity list", "title"),
        ("huawei", "abstract"),
        ("standards", "abstract"),
        ("huawei", "full text"),
        ("agency:industry-and-security-bureau", "agency"),
    ]
    assert match.reasons[2].sentence == "It lets U.S. companies meet Huawei in standards bodies."


def test_a_reason_in_a_text_without_full_stops_is_clipped() -> None:
    item = make_item(title="x", summary="word " * 400 + "huawei", evidence=())

    match = matching.match(query.parse("huawei"), item)

    assert match is not None
    assert 0 < len(match.reasons[0].sentence) <= 300


def test_a_query_of_exclusions_matches_without_reasons() -> None:
    match = matching.match(query.parse("-zte"), make_item())

    assert match is not None
    assert match.reasons == ()


def test_a_prepared_item_answers_as_the_item_does() -> None:
    item = make_item(document=make_document(rins=()))
    asked = query.parse("huawei agency:bis")

    assert matching.match(asked, prepare(item)) == matching.match(asked, item)


def test_a_text_of_one_word_repeated_costs_little() -> None:
    item = make_item(summary="the " * 30_000 + "technology")

    assert matches('"the the" -("the a")', summary=item.summary)
    assert matches("the NEAR/3 technology", summary=item.summary) is True


def test_each_word_beside_a_near_is_looked_for_once_however_many_stand_on_the_other_side() -> None:
    looked_for: list[tuple[str, ...]] = []

    class Watched(Text):
        def starts(self, tokens: tuple[str, ...]) -> list[int]:
            looked_for.append(tokens)
            return super().starts(tokens)

    left, right = ([f"{side}{number}" for number in range(40)] for side in ("aa", "bb"))
    asked = query.parse(f"({' OR '.join(left)}) NEAR/2 ({' OR '.join(right)})")
    item = prepare(make_item())
    text = Watched(*astuple(text_of(f"{' '.join(left)} one two three {' '.join(right)}")))

    found = matching.match(asked, replace(item, texts={**item.texts, "summary": text}))

    assert found is None
    assert sorted(looked_for) == sorted((word,) for word in (*left, *right))
