"""feeds/query.py: parse, print, refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import matching, query
from feeds.errors import QueryError
from feeds.fields import FIELDS
from feeds.query import Query
from feeds.terms import And, spelled_out
from feeds.topics import bundled
from tests.factories import make_press
from tests.query_strategies import TOPICS, nodes


def understood(text: str) -> tuple[Query | None, QueryError | None]:
    try:
        return query.parse(text), None
    except QueryError as error:
        return None, error


PRINTED = {
    'Huawei "Entity List"': 'huawei "entity list"',
    "huawei AND zte": "huawei zte",
    "a1 b2 OR c3": "(a1 b2) OR c3",
    "(huawei OR hisilicon) NOT notice": "(huawei OR hisilicon) -notice",
    "-(huawei zte)": "-(huawei zte)",
    "NOT -huawei": "huawei",
    "“smart quotes”": '"smart quotes"',
    "foreign-produced": '"foreign produced"',
    "Standard*": "standard*",
    "华为": "华为",
    "华为*": "华为",
    "huawei NEAR standards": "huawei NEAR/10 standards",
    "(huawei OR hisilicon) NEAR/3 standards": "(huawei OR hisilicon) NEAR/3 standards",
    "title:(huawei -phone)": "title:huawei -title:phone",
    'Title:"entity list"': 'title:"entity list"',
    "title:(huawei NEAR/2 list)": "title:(huawei NEAR/2 list)",
    "agency:bis|FCC": "agency:industry-and-security-bureau|federal-communications-commission",
    'agency:"Department of Commerce"': "agency:commerce-department",
    "type:Rule|PRORULE": "type:rule|proposed",
    "cfr:15/730-774|15": "cfr:15/730-774|15",
    'cfr:"47 CFR part 2"': "cfr:47/2",
    "cfr:41/102-3": "cfr:41/102-3",
    "cfr:15/7": "cfr:15/7|15/791",
    "cfr:15/791|15/7": "cfr:15/791|15/7",
    "cfr:15/790-799": "cfr:15/790-799|15/7",
    "rin:0694-ai06": "rin:0694-AI06",
    'docket:"WC Docket No. 18-89"': "docket:18-89",
    "source:news stage:reported": "source:news stage:reported",
    "feed:public-inspection publisher:Reuters": "feed:public-inspection publisher:reuters",
    "after:2020 before:2020-07": "after:2020-01-01 before:2020-07-01",
    "topic:main": "topic:main",
    "Entity:Huawei": "entity:huawei",
    "entity:zte|华为 rule": "(entity:zte OR entity:huawei) rule",
    "title:(entity:huawei rule)": "title:(entity:huawei) title:rule",
    "-entity:smic huawei": "-entity:smic huawei",
}


@pytest.mark.parametrize("text", PRINTED)
def test_a_query_is_printed_in_its_canonical_form(text: str) -> None:
    parsed = query.parse(text, topics=TOPICS)

    assert str(parsed) == PRINTED[text]
    assert query.parse(str(parsed), topics=TOPICS) == parsed


@settings(max_examples=300)
@given(nodes())
def test_any_tree_is_printed_to_text_that_parses_to_it(tree: query.Query) -> None:
    again = query.parse(str(tree), topics=TOPICS, limits=query.SHIPPED)

    assert again == tree


@pytest.mark.parametrize(
    ("text", "position", "says", "hint"),
    [
        ("", 0, "empty", ""),
        ("huawei (zte", 7, "never closed", "huawei (zte)"),
        ('huawei "entity list', 7, "never closed", 'huawei "entity list"'),
        ("huawei) zte", 6, 'no "("', "huawei zte"),
        ("huawei OR", 9, "Expected a word", "huawei"),
        ("OR huawei", 0, "Expected a word", "huawei"),
        ("huawei ()", 7, "empty", "huawei"),
        ("huawei &", 7, "no word", "huawei"),
        ("agancy:bis", 0, "did you mean agency", "agency:bis"),
        ("agency: bis", 7, "right after agency:", "agency:bis"),
        ("https://example.com/a", 0, "no field https", '"https //example.com/a"'),
        ("type:rul", 5, "no type rul", "type:rule"),
        ("type:rule|notise", 10, "no type notise", "type:rule|notice"),
        ("topic:hauwei", 6, "no topic", "topic:huawei"),
        ("entity:hauwei", 7, "no entity hauwei", "entity:huawei"),
        ("huawei NEAR entity:zte", 7, "NEAR stands between", ""),
        ("after:6/18/2020", 6, "year-month-day", "after:2020-06-18"),
        ("after:2020-13-01", 6, "no day", ""),
        ("after:yesteryear", 6, "year-month-day", ""),
        ("cfr:15/744.11", 4, "parts, not sections", "cfr:15/744"),
        ("cfr:15/774-730", 4, "no range", ""),
        ("cfr:export", 4, "a title, a part", ""),
        ("foo-bar*", 0, "one word", "foo bar*"),
        ("x*", 0, "2 letters", ""),
        ("aa NEAR/3 bb NEAR/3 cc", 13, "two sides", ""),
        ("aa NEAR/3 (bb cc)", 3, "NEAR stands between", ""),
        ("title:", 6, "right after title:", ""),
        ("topic:circle", 6, "made of itself", ""),
    ],
)
def test_a_bad_query_is_answered_with_the_place_and_the_fix(
    text: str, position: int, says: str, hint: str
) -> None:
    topics = {**TOPICS, "circle": "zte topic:circle"}

    with pytest.raises(QueryError) as caught:
        query.parse(text, topics=topics)

    assert says in str(caught.value)
    assert (caught.value.position, caught.value.hint) == (position, hint)


@settings(max_examples=400)
@given(st.text(alphabet='ab"()-:*/|. 华ORANDTNEAR1title', max_size=40) | st.text(max_size=40))
def test_no_text_does_more_than_parse_or_be_refused(text: str) -> None:
    parsed, refused = understood(text)

    assert parsed is None or query.parse(str(parsed)) == parsed
    assert refused is None or 0 <= refused.position <= len(text)
    assert refused is None or not refused.hint or query.parse(refused.hint)


@pytest.mark.parametrize(
    "text", ["a" * 2_001, "(" * 21 + "aa" + ")" * 21, "NOT " * 21 + "aa", " ".join(["aa"] * 201)]
)
def test_a_query_beyond_the_limits_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        query.parse(text)


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("huawei", True),
        ("agency:bis", True),
        ("huawei -notice", True),
        ("-notice", False),
        ("after:2020-01-01", False),
        ("huawei OR -notice", False),
        ("(huawei OR zte) after:2020", True),
        ("topic:huawei", True),
        ("entity:huawei", True),
    ],
)
def test_a_query_knows_whether_it_asks_for_anything(text: str, *, positive: bool) -> None:
    parsed = query.parse(text, topics=TOPICS)

    assert parsed.has_positive is positive


def documented(heading: str) -> list[list[str]]:
    """The code spans of each table row under a heading of the documentation."""
    text = (Path(__file__).parents[3] / "docs" / "query-language.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [re.findall(r"`([^`]+)`", row.replace("\\|", "|")) for row in rows]


@pytest.mark.parametrize("row", documented("In short"))
def test_the_documented_examples_parse(row: list[str]) -> None:
    topics = {name: topic.query for name, topic in bundled().items()}

    assert all(query.parse(text, topics=topics) for text in row)


@pytest.mark.parametrize("row", documented("Grammar"))
def test_the_documented_printed_forms_are_right(row: list[str]) -> None:
    written, printed = row

    assert str(query.parse(written)) == printed


@pytest.mark.parametrize("row", documented("When a query is wrong"))
def test_the_documented_corrections_are_given(row: list[str]) -> None:
    wrong, right = row

    with pytest.raises(QueryError) as caught:
        query.parse(wrong)

    assert caught.value.hint == right


@pytest.mark.parametrize("row", documented("Words") + documented("Companies"))
def test_the_documented_examples_find_what_they_say(row: list[str]) -> None:
    text, found, other = row
    asked = query.parse(text)

    assert matching.match(asked, make_press(title=found, summary=""))
    assert not matching.match(asked, make_press(title=other, summary=""))


def test_every_field_is_documented_and_its_example_parses() -> None:
    text = " ".join(span for row in documented("Fields") for span in row)

    assert all(f"{field}:" in text for field in FIELDS)
    assert all(query.parse(example, topics={"huawei": "huawei"}) for example in FIELDS.values())


def test_a_topic_that_many_queries_name_is_read_once() -> None:
    known = {"made": "huawei OR zte"}

    one, other = (query.parse(f"topic:made {word}", topics=known) for word in ("rule", "order"))
    changed = query.parse("topic:made rule", topics={"made": "smic"})

    assert isinstance(one.root, And)
    assert isinstance(other.root, And)
    assert one.root.nodes[0] is other.root.nodes[0]
    assert str(spelled_out(changed.root)) == "smic rule"
