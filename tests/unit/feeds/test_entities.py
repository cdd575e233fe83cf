"""feeds/entities.py and entities.toml: companies and every name they go by."""

from __future__ import annotations

import pytest

from feeds import entities, matching, query
from feeds.entities import AliasKind
from feeds.errors import ConfigError, QueryError
from feeds.matching import Reason
from tests.factories import make_item, make_press

KNOWN = entities.bundled()


def finds(text: str, title: str, summary: str = "") -> bool:
    item = make_press(title=title, summary=summary)
    return matching.match(query.parse(text), item) is not None


def test_the_companies_the_product_names_ship_and_every_name_has_its_source() -> None:
    expected = {"huawei", "hisilicon", "zte", "smic", "hikvision", "dahua", "hytera", "dji", "ymtc"}

    assert expected <= set(KNOWN)
    assert all(alias.source for entity in KNOWN.values() for alias in entity.aliases)
    assert all(
        any(alias.kind is AliasKind.NATIVE for alias in KNOWN[name].aliases) for name in expected
    )


@pytest.mark.parametrize(
    ("name", "headline", "expected"),
    [
        ("huawei", "Huawei's affiliates listed", True),
        ("huawei", "HiSilicon cut off from foundries", True),
        ("huawei", "华为技术有限公司", True),
        ("huawei", "海思半导体", True),
        ("huawei", "Guidance on the Ascend 910B chip", True),
        ("huawei", "Tech giants ascend the rankings", False),
        ("huawei", "A school mate wins an honor", False),
        ("huawei", "Kirin sells more beer", False),
        ("hisilicon", "Huawei listed", False),
        ("zte", "Zhongxing Telecommunications pays", True),
        ("smic", "Chipmaker SMIC added", True),
        ("smic", "Le SMIC augmente de deux pour cent", False),
        ("dji", "DJI drones", True),
        ("dji", "DJI closes at a record", False),
        ("ymtc", "Yangtze Memory added", True),
    ],
)
def test_a_name_counts_where_it_means_the_company(
    name: str, headline: str, *, expected: bool
) -> None:
    assert finds(f"entity:{name}", headline) is expected


def test_an_entity_in_the_title_is_not_looked_for_elsewhere() -> None:
    asked = "title:(entity:huawei)"

    assert finds(asked, "HiSilicon listed")
    assert not finds(asked, "A company listed", "HiSilicon, that is.")
    assert str(query.parse(asked)) == asked


def test_a_reason_shows_the_name_found_and_whose_it_is() -> None:
    item = make_item(title="A rule", summary="It lists HiSilicon.", evidence=("Huawei",))

    match = matching.match(query.parse("entity:huawei"), item)

    assert match
    assert match.reasons == (
        Reason(term="hisilicon", where="abstract", sentence="It lists HiSilicon.", entity="Huawei"),
        Reason(term="huawei", where="full text", sentence="Huawei"),
    )


def test_an_ambiguous_name_is_shown_without_what_stands_near_it() -> None:
    item = make_press(title="Ascend AI chips", summary="")

    match = matching.match(query.parse("entity:huawei"), item)

    assert match
    assert {(reason.term, reason.entity) for reason in match.reasons} == {("ascend", "Huawei")}


@pytest.mark.parametrize("typed", ["huawei", "Huawei", "华为", "futurewei"])
def test_an_entity_is_found_by_any_name_that_means_nothing_else(typed: str) -> None:
    assert str(query.parse(f"entity:{typed}")) == "entity:huawei"


def test_several_entities_are_asked_for_with_a_bar() -> None:
    assert str(query.parse("entity:huawei|zte rule")) == "(entity:huawei OR entity:zte) rule"


def test_an_unknown_entity_is_answered_with_the_nearest_and_the_list() -> None:
    with pytest.raises(QueryError) as caught:
        query.parse("rule entity:hauwei")

    assert "there are: dahua, dji" in str(caught.value)
    assert (caught.value.position, caught.value.hint) == (12, "rule entity:huawei")


def test_every_problem_of_a_file_is_told_at_once() -> None:
    text = """
[[entity]]
name = "No Good"
title = "x"
colour = "red"
affiliate_of = "nobody"
[[entity.alias]]
text = "…"
kind = "rumour"
near = "chip"
[[entity]]
name = "empty"
title = "x"
[[entity]]
name = "empty"
title = "x"
alias = [1]
"""

    with pytest.raises(ConfigError) as caught:
        entities.load(text, "own.toml")

    said = "\n".join(caught.value.problems)
    for part in (
        "name 'No Good' must be", "unknown colour", "affiliate_of 'nobody'", "no word in '…'", "kind must be one of",
        "near must be words", "source must be a text", "empty: expected [[entity.alias]]", "empty: is there twice",
    ):  # fmt: skip
        assert part in said


@pytest.mark.parametrize("text", ["[[entity", 'entity = "x"', "entity = [1]"])
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        entities.load(text, "own.toml")
