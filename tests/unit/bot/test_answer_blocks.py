"""Every answer is a message within Slack's limits, in which outside text does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import (
    Answer,
    Details,
    Entries,
    Example,
    Help,
    Lookback,
    NearMiss,
    Notice,
    Place,
    Problem,
    Rehearsal,
    Subscriptions,
    TopicRow,
    Topics,
)
from bot.card import Card, card
from bot.law_page import LawPage, LawPlace, Line, Passage
from bot.report import Explanation, FeedStatus, Status, SubscriptionRow, Telling
from bot.slack import buttons, mrkdwn
from bot.slack.answer_blocks import message, shared
from feeds import redline
from storage.search import Order
from tests.factories import NOW, make_entry, make_item
from tests.slack_limits import check_limits

ZONE = ZoneInfo("America/New_York")
HOSTILE = (
    "<!channel> <@U01ALICE> @here #general *b* _i_ `c` ``` > q :tada: &amp; <http://x|y> \u202e|"
)
CARD = card(make_entry(), now=NOW)


def answers(text: str, count: int, shown: Card) -> list[Answer]:
    """One answer of each kind, as full of a text as can be."""
    telling = Telling(
        channel="C01GEN",
        title=text,
        step="Published",
        state="told",
        at=NOW,
        why=(text,) * 3,
        quotes=(text,) * 4,
        reason=text,
        link="https://test.slack.com/archives/C01GEN/p1592488800000001",
    )
    feed = FeedStatus(
        name=text,
        title=text,
        read_at=NOW,
        next_at=NOW,
        failures=2,
        error=text,
        warning=text,
        late=True,
    )
    row = SubscriptionRow(
        id=1, channel="C01GEN", query=text, created_by="U01ALICE", created_at=NOW, stopped=text
    )
    topic = TopicRow(name=text, title=text, about=text, query=text, subscribed=False)
    place = Place(query=text, page=3, trail=("newest~2020-06-18T10:00:00.000Z~7",) * 2)
    return [
        Notice(text=text, by="U01ALICE", aloud=True),
        Problem(message=text, hint=text, text=text, position=len(text) // 2),
        Help(examples=(Example(command=text, does=text),) * count),
        Entries(
            title=text,
            place=place,
            cards=(shown,) * 5,
            first=11,
            total=1000,
            next=place,
            previous=place,
            subscribable=text,
        ),
        Details(card=shown, others=(shown,) * count),
        Topics(topics=(topic,) * count),
        Subscriptions(channel="C01GEN", subscriptions=(row,) * count),
        Subscriptions(channel="C01GEN", subscriptions=()),
        Status(
            at=NOW,
            feeds=(feed,) * count,
            entries=1,
            owed={"dead": 1},
            stopped=(row,),
            uncertain=tuple(replace(telling, number=n) for n in range(1, count + 1)),
        ),
        Explanation(
            card=shown,
            first_seen_at=NOW,
            here=(telling,) * count,
            elsewhere=(telling,) * count,
            people=2,
            silence=text,
        ),
        LawPage(
            title=text,
            passages=(_passage(text), _passage(text, opens=True)) * 3,
            page=2,
            pages=3,
            next=LawPlace(named=text, page=3),
            previous=LawPlace(named=text),
        ),
        Rehearsal(
            query=text,
            lookback=Lookback(
                days=90, entries=7, documents=5, press=2, stories=3, begins=NOW.date()
            ),
            examples=(shown,) * 5,
            near=(NearMiss(card=shown, because=f"lacks “{text}”"),) * 3,
            subscribed=False,
        ),
    ]


def _passage(text: str, *, opens: bool = False) -> Passage:
    line = Line(label=text, redline=redline.words(f"old {text}", f"new {text}"))
    return Passage(heading=f"{text}\n{text}", lines=(line, line), opens=opens)


def payload(answer: Answer) -> dict[str, Any]:
    text, blocks = message(answer, ZONE)
    return {"text": text, "blocks": blocks}


def texts(node: object) -> list[dict[str, Any]]:
    """Every text object of a message."""
    if isinstance(node, dict):
        own = [node] if node.get("type") in {"mrkdwn", "plain_text"} else []
        return own + [found for value in node.values() for found in texts(value)]
    if isinstance(node, list):
        return [found for value in node for found in texts(value)]
    return []


@given(text=st.text(min_size=1, max_size=3000), count=st.integers(0, 60))
@settings(max_examples=25)
def test_any_answer_is_within_slacks_limits(text: str, count: int) -> None:
    shown = card(make_entry(item=make_item(title=text, summary=text)), now=NOW)

    found = [check_limits(payload(answer)) for answer in answers(text, count, shown)]

    assert found == [[]] * len(found)


@pytest.mark.parametrize(
    "text", ["&" * 5000, "<" * 300, "`" * 5000, "\U0001f600" * 2000, "a" * 5000]
)
def test_the_worst_texts_are_within_slacks_limits(text: str) -> None:
    shown = card(
        make_entry(item=make_item(title=text, summary=text, url="https://x.example/" + "&" * 2000)),
        now=NOW,
    )

    found = [check_limits(payload(answer)) for answer in answers(text, 30, shown)]

    assert found == [[]] * len(found)


def test_outside_text_mentions_nobody_and_forges_no_link() -> None:
    shown = card(make_entry(item=make_item(title=HOSTILE, summary=HOSTILE)), now=NOW)

    said = [payload(answer) for answer in answers(HOSTILE, 3, shown)]

    for one in said:
        marked = [each for each in texts(one["blocks"]) if each["type"] == "mrkdwn"]
        assert all(each["verbatim"] for each in marked)
        for text in [one["text"], *(each["text"] for each in marked)]:
            assert "<!channel>" not in text
            assert "<http://x" not in text
            assert text.count("<@U01ALICE>") <= text.count("by <@U01ALICE>") + 1


@pytest.mark.parametrize("answer", answers(HOSTILE, 2, CARD), ids=lambda each: type(each).__name__)
def test_every_kind_of_answer_says_something(answer: Answer) -> None:
    text, blocks = message(answer, ZONE)

    assert text.strip()
    assert blocks


def test_a_bad_query_is_pointed_at_in_code_that_nothing_can_end() -> None:
    problem = Problem(message="No.", text="a ``` <!here> (", position=14, hint="search `a`")

    text, _ = message(problem, ZONE)

    assert "```a ''' &lt;!here&gt; (\n              ^```" in text
    assert "Try `/rulewire search 'a'`" in text


def test_a_fix_too_long_to_show_in_full_is_not_shown_by_half() -> None:
    short, _ = message(Problem(message="No.", hint="search " + "a" * 200), ZONE)
    long, _ = message(Problem(message="No.", hint="search " + "a" * 900), ZONE)

    assert "a" * 200 in short
    assert long == "No."


def test_a_page_offers_what_can_be_done_with_it() -> None:
    following = Place(query="huawei", trail=("newest~2020~7",), page=2)
    page = Entries(
        title="Search: huawei",
        place=Place(query="huawei"),
        cards=(CARD,),
        first=1,
        total=6,
        next=following,
        subscribable="huawei",
    )

    elements = {each["action_id"]: each["value"] for each in buttons.of_page(page)}

    assert list(elements) == [
        buttons.NEXT,
        buttons.SORT,
        buttons.SHARE,
        buttons.SUBSCRIBE_SEARCH,
    ]
    assert buttons.read_place(elements[buttons.NEXT]) == following
    assert buttons.read_place(elements[buttons.SORT]) == Place(query="huawei", order=Order.BEST)


def test_the_same_page_twice_has_no_two_buttons_of_one_name() -> None:
    page = answers("huawei", 1, CARD)[3]
    assert isinstance(page, Entries)

    names = [each["action_id"] for each in buttons.of_page(page)]

    assert len(set(names)) == len(names) == 5


def test_a_long_way_back_is_cut_at_its_beginning() -> None:
    trail = tuple(f"newest~2020-06-18T10:00:00.000Z~{n}" for n in range(40))
    page = Entries(
        title="",
        place=Place(query="huawei"),
        cards=(),
        first=1,
        total=0,
        next=Place(query="huawei", trail=trail, page=41),
    )

    (element,) = buttons.of_page(page)
    place = buttons.read_place(element["value"])

    assert place
    assert (place.page, place.trail[-1]) == (41, trail[-1])
    assert len(element["value"]) <= 600


def test_a_query_too_long_for_a_button_is_shown_without_buttons() -> None:
    page = Entries(
        title="",
        place=Place(query="a" * 1900),
        cards=(CARD,),
        first=1,
        total=9,
        next=Place(query="a" * 1900, trail=("newest~2020~1",), page=2),
        subscribable="a" * 1900,
    )

    _, blocks = message(page, ZONE)

    assert [block["type"] for block in blocks] == ["section", "section"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "[]",
        "null",
        '{"query": 5}',
        '{"query": "a", "order": "worst"}',
        "\ud800",
        "x" * 3000,
    ],
)
def test_a_value_that_is_not_ours_is_no_place(value: str) -> None:
    assert buttons.read_place(value) is None


@pytest.mark.parametrize("value", ["", "-1", "1.0", "٣", "1" * 40, "x"])
def test_a_value_that_is_not_ours_is_no_id(value: str) -> None:
    assert buttons.read_id(value) is None


def test_what_is_shared_has_no_page_buttons_and_names_who_shared() -> None:
    page = answers("huawei", 1, CARD)[3]
    assert isinstance(page, Entries)

    text, blocks = shared(page, by="U01ALICE", timezone=ZONE)

    assert "page-next" not in json.dumps(blocks)
    assert text.startswith("Shared by <@U01ALICE>: ")
    assert check_limits({"text": text, "blocks": blocks}) == []


def test_a_name_that_is_no_slack_id_is_not_written_as_a_mention() -> None:
    forged = mrkdwn.who("U01> <!channel")

    assert "<!channel" not in forged
    assert mrkdwn.who("U01ALICE") == "<@U01ALICE>"


def test_a_feed_in_trouble_is_listed_before_the_others() -> None:
    status = answers("feed", 2, CARD)[8]
    assert isinstance(status, Status)
    sound = replace(status.feeds[0], name="sound", failures=0, late=False, warning=None, error=None)

    _, blocks = message(replace(status, feeds=(sound, status.feeds[1])), ZONE)

    shown = json.dumps(blocks)
    assert shown.index("failing, 2 times") < shown.index("sound")


@pytest.mark.parametrize(("feeds", "least"), [(1, 1), (35, 35), (140, 140), (1000, 150)])
def test_feeds_that_are_well_are_a_line_each_as_far_as_there_is_room(
    feeds: int, least: int
) -> None:
    status = answers("feed", 1, CARD)[8]
    assert isinstance(status, Status)
    well = replace(
        status.feeds[0],
        name="",
        failures=0,
        late=False,
        warning=None,
        read_at=NOW - timedelta(minutes=12),
        next_at=NOW + timedelta(minutes=3),
    )
    named = tuple(
        replace(well, name=f"the-{number:04}-long-name-of-a-feed") for number in range(feeds)
    )

    text, blocks = message(replace(status, feeds=named, stopped=(), uncertain=()), ZONE)

    shown = "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")
    lines = [line for line in shown.replace("```", "").split("\n") if line.startswith("the-")]
    assert lines == [f"{each.name}  read 12m ago  next in 3m" for each in named[: len(lines)]]
    assert len(lines) >= least
    assert lines[0] in text
    left = feeds - len(lines)
    assert (f"… and {left} more" in json.dumps(blocks, ensure_ascii=False)) == (left > 0)
    assert check_limits({"text": text, "blocks": blocks}) == []


def test_uncertain_alerts_beyond_those_with_buttons_are_told_by_their_numbers() -> None:
    status = answers("feed", 7, CARD)[8]
    assert isinstance(status, Status)

    _, blocks = message(replace(status, stopped=()), ZONE)

    rows = [block["elements"][0]["value"] for block in blocks if block["type"] == "actions"]
    assert rows == ["1", "2", "3", "4", "5"]
    said = json.dumps(blocks)
    assert [said.count(f"delivery {number})") for number in range(1, 9)] == [1] * 7 + [0]


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(TypeError):
        message("no answer", ZONE)
