"""Stored queries: which of them an item matches."""

from __future__ import annotations

from itertools import permutations

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from feeds import matching, query, topics
from feeds.anchor_index import AnchorIndex
from feeds.anchors import Chooser
from feeds.feature_finder import Finder
from feeds.model import CfrPart, Document, DocumentType, Item
from feeds.prepared import Prepared, prepare
from feeds.query import Query
from feeds.stored_queries import StoredQueries
from tests.factories import make_item
from tests.query_strategies import items, nodes

_changes = st.lists(st.tuples(st.integers(0, 12), st.none() | nodes()), min_size=8, max_size=30)


def one_by_one(kept: dict[int, Query], item: Prepared) -> set[int]:
    return {key for key, asked in kept.items() if matching.match(asked, item)}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(_changes, st.lists(items, min_size=1, max_size=6))
def test_the_answer_is_that_of_asking_each_query_whatever_was_added_and_removed(
    changes: list[tuple[int, Query | None]], seen: list[Item]
) -> None:
    stored: StoredQueries[int] = StoredQueries()
    kept: dict[int, Query] = {}
    prepared = [prepare(item) for item in seen]

    for number, (key, asked) in enumerate(changes):
        if asked is not None:
            stored.add(key, asked)
            kept[key] = asked
        elif key in kept:
            stored.remove(key)
            del kept[key]
        item = prepared[number % len(prepared)]

        found = stored.matching(item)

        assert set(found) == one_by_one(kept, item)
        assert len(found) == len(set(found))


def stored_of(*texts: str) -> StoredQueries[str]:
    stored: StoredQueries[str] = StoredQueries()
    for text in texts:
        stored.add(text, query.parse(text))
    return stored


def titled(title: str, *parts: CfrPart) -> Prepared:
    return prepare(make_item(title=title, summary="", document=make_document(*parts)))


def make_document(*parts: CfrPart) -> Document:
    return Document(number="2020-13093", type=DocumentType.RULE, cfr_parts=parts)


def test_either_side_of_an_or_finds_the_query() -> None:
    stored = stored_of("(zte OR hytera) standards")

    found = [stored.matching(titled(f"{name} and standards")) for name in ("ZTE", "Hytera", "DJI")]

    assert [len(each) for each in found] == [1, 1, 0]


@pytest.mark.parametrize(
    ("part", "within"),
    [("729", False), ("730", True), ("744", True), ("744a", True), ("774", True), ("775", False)],
)
def test_a_range_of_parts_has_both_its_ends_and_nothing_beyond(part: str, within: bool) -> None:
    stored = stored_of("cfr:15/730-774", "cfr:15/0-0", "cfr:16/1-99999")

    found = stored.matching(titled("A rule", CfrPart(title=15, part=part)))

    assert found == ({"cfr:15/730-774"} if within else set())


def test_a_beginning_is_found_as_written_and_as_a_token() -> None:
    stored = stored_of("entities*", "entiti*", "entity*", "title:entit*")

    found = stored.matching(titled("The Entity List"))

    assert found == {"entiti*", "entity*", "title:entit*"}


def test_a_query_of_exclusions_alone_is_asked_of_every_item() -> None:
    stored = stored_of("-notice", "before:2021-01-01 -rule")

    assert stored.matching(titled("A list")) == {"-notice", "before:2021-01-01 -rule"}
    assert stored.matching(titled("Notice of a rule")) == set()


def test_equal_queries_are_stored_once_and_answer_under_each_key() -> None:
    stored: StoredQueries[int] = StoredQueries()
    for key in range(3):
        stored.add(key, query.parse("huawei standards"))

    stored.remove(1)

    assert stored.matching(titled("Huawei in standards bodies")) == {0, 2}
    assert len(stored) == 2


def test_a_key_has_the_query_that_was_added_last() -> None:
    stored: StoredQueries[int] = StoredQueries()
    stored.add(1, query.parse("huawei"))

    stored.add(1, query.parse("zte"))

    assert stored.matching(titled("Huawei")) == set()
    assert stored.matching(titled("ZTE")) == {1}


def test_a_key_that_is_not_there_cannot_be_removed() -> None:
    stored = stored_of("huawei")

    with pytest.raises(KeyError):
        stored.remove("zte")


def test_a_query_that_is_gone_leaves_nothing_behind() -> None:
    texts = (
        '"entity list"',
        "cfr:15/1-9 stand*",
        "title:(a NEAR/3 (b OR c))",
        "-x",
        "type:rule a b c",
    )
    stored = stored_of(*texts)

    for text in texts:
        stored.remove(text)

    assert not stored._index
    assert not stored._questions
    assert not stored._finder._asked


def test_only_queries_that_can_match_are_looked_at() -> None:
    stored = stored_of(*(f"huawei standard{n}x -notice" for n in range(500)))

    item = titled("Notice on Huawei and standard7x")

    looked_at = stored._index.met(stored._finder.of(item))

    assert looked_at <= stored._questions
    assert len(looked_at) == 1
    assert stored.matching(item) == set()


def test_a_beginning_that_comes_later_is_found_in_words_that_were_met_before() -> None:
    stored = stored_of("stand*")
    stored.matching(titled("Entities of standards"))

    stored.add("enti*", query.parse("enti*"))

    assert stored.matching(titled("Entities of standards")) == {"stand*", "enti*"}


def test_a_beginning_is_found_among_more_words_than_are_remembered() -> None:
    stored = stored_of("stand*")
    stored.matching(titled("Standards"))
    stored.matching(titled(" ".join(f"w{number}x" for number in range(140_000))))

    found = stored.matching(titled("Standards that nobody knew"))

    assert found == {"stand*"}


def test_words_side_by_side_are_not_taken_from_two_places() -> None:
    stored = stored_of('"a a b"', '"entity list of the entity"')

    found = [
        stored.matching(titled(title))
        for title in (
            "A b, a a",
            "A a a b",
            "The entity list of the list of the entity",
            "Entity list of the entity",
        )
    ]

    assert found == [set(), {'"a a b"'}, set(), {'"entity list of the entity"'}]


def test_a_query_of_words_that_prove_common_is_found_by_rarer_ones_from_then_on() -> None:
    stored = stored_of("alpha beta gamma")
    crowd = [titled(f"{a} {b}") for a, b in permutations(("alpha", "beta"))]
    crowd += [titled("beta gamma"), titled("alpha beta")]
    for item in crowd * 40:
        stored.matching(item)

    found = stored.matching(titled("Gamma, beta and alpha"))

    assert found == {"alpha beta gamma"}
    (pair,) = stored._stored[next(iter(found))].anchors.unsettled
    assert "gamma" in pair


def test_what_a_topic_has_to_offer_is_weighed_once_for_all_queries_that_name_it() -> None:
    known = {name: topic.query for name, topic in topics.bundled().items()}
    weighed: list[str] = []

    def share(feature: str) -> float:
        weighed.append(feature)
        return 0.01

    chooser = Chooser(share)
    counts = []
    for text in ("topic:huawei-and-standards -rumour", "topic:huawei-and-standards -opinion"):
        chooser.anchors(query.parse(text, topics=known).root)
        counts.append(len(weighed))
        weighed.clear()

    assert counts[0] > 3 * counts[1]


def test_what_is_asked_for_late_is_taken_to_be_no_rarer_than_what_was_asked_for_at_once() -> None:
    early, late = Finder(), Finder()
    early.ask({"notice"})
    late.ask({"huawei"})
    for _ in range(200):
        late.learn({"notice", "huawei"})

    late.ask({"notice"})

    assert late.share("notice") == early.share("notice")
    found = [[finder.learn({"notice"}) for _ in range(50)] for finder in (early, late)]
    assert found[0] == found[1]
    assert ["notice"] in found[1]


def test_under_a_feature_that_very_many_share_nothing_is_copied_to_add_one_more() -> None:
    index: AnchorIndex[int] = AnchorIndex()
    for key in range(1_000):
        index.add([("huawei", f"word{key}")], key)
    crowded = index._under["huawei"]

    index.add([("huawei", "word7")], 1_000)

    assert index._under["huawei"] is crowded
    assert index.met({"huawei", "word7"}) == {7, 1_000}
    for key in range(1_000):
        index.remove([("huawei", f"word{key}")], key)
    assert index.met({"huawei", "word7"}) == {1_000}
    assert isinstance(index._under["huawei"], tuple)
