"""Answers say the same wherever they are shown, and become plain data."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from bot.answers import Details, Entries, Notice, Place, Problem, Topics
from bot.card import UTC, card
from bot.report import FeedStatus, Status
from bot.slack.answer_blocks import message
from bot.terminal_answers import render_answer
from storage.search import Order
from tests.factories import NOW, make_entry

CARD = card(make_entry(), now=NOW)
PAGE = Entries(
    title="Search: huawei",
    place=Place(query="huawei", page=2, trail=("newest~2020~3",)),
    cards=(CARD, CARD),
    first=6,
    total=7,
)
FEED = FeedStatus(
    name="bis",
    title="BIS",
    read_at=NOW,
    next_at=NOW + timedelta(minutes=15),
    failures=0,
    error=None,
    warning=None,
    late=False,
)
STATUS = Status(at=NOW, feeds=(FEED,), entries=1234, owed={"sent": 2}, stopped=(), uncertain=())


@pytest.mark.parametrize(
    "answer", [Notice(text="done"), PAGE, Details(card=CARD), Topics(topics=()), STATUS]
)
def test_an_answer_becomes_plain_data(answer: object) -> None:
    data = msgspec.json.decode(msgspec.json.encode(answer))

    assert isinstance(data, dict)


def test_a_problem_points_at_its_place() -> None:
    problem = Problem(message="This is never closed.", text="huawei (standards", position=7)

    pointed = problem.pointed()

    assert pointed == ("huawei (standards", "       ^")


def test_a_problem_far_into_a_long_query_shows_what_is_around_it() -> None:
    problem = Problem(message="No.", text="a" * 500 + "(" + "b" * 500, position=500)

    shown, arrow = problem.pointed() or ("", "")

    assert shown[len(arrow) - 1] == "("
    assert len(shown) <= 120


def test_a_control_character_does_not_shift_the_pointer() -> None:
    problem = Problem(message="No.", text="\x1b[31m\n\u202ehuawei (", position=14)

    shown, arrow = problem.pointed() or ("", "")

    assert shown[len(arrow) - 1] == "("
    assert shown.isprintable()


@pytest.mark.parametrize("position", [-5, 99])
def test_a_position_outside_the_text_is_pointed_at_its_edge(position: int) -> None:
    problem = Problem(message="No.", text="huawei", position=position)

    pointed = problem.pointed()

    assert pointed in {("huawei", "^"), ("huawei", "      ^")}


def test_a_problem_without_a_place_points_nowhere() -> None:
    problem = Problem(message="No.", hint="help")

    assert problem.pointed() is None


def test_a_page_says_which_of_how_many() -> None:
    assert PAGE.extent == "6 to 7 of 7, newest first"
    assert replace(PAGE, total=1000, capped=True).extent == "6 to 7 of at least 1,000, newest first"
    assert replace(PAGE, cards=(), total=0).extent == "Nothing found."


def test_a_page_of_nothing_says_wherever_it_is_shown_what_finds_something() -> None:
    page = replace(PAGE, cards=(), total=0, alone="By itself: <!here> 0, agency:bis 1,234.")
    console = Console(file=StringIO(), width=200, record=True)

    console.print(render_answer(page, UTC))
    text, blocks = message(page, UTC)

    said = "Nothing found. By itself: {} 0, agency:bis 1,234."
    assert said.format("<!here>") in console.export_text()
    assert said.format("&lt;!here&gt;") in text
    assert said.format("&lt;!here&gt;") in blocks[0]["text"]["text"]


def test_a_page_says_wherever_it_is_shown_that_not_all_were_ranked() -> None:
    best = Place(query="huawei", order=Order.BEST)
    page = replace(PAGE, place=best, total=300, capped=True, bounded=True)
    console = Console(file=StringIO(), width=200, record=True)

    console.print(render_answer(page, UTC))
    text, blocks = message(page, UTC)

    said = "6 to 7 of at least 300, best first. Too many to rank all: the best of the newest and likeliest"
    assert page.extent.startswith(said)
    assert said in console.export_text()
    assert said in text
    assert said in blocks[0]["text"]["text"]
    assert msgspec.to_builtins(page)["bounded"] is True


def test_status_is_calm_when_every_feed_was_read_when_due() -> None:
    assert STATUS.headline == "1 feed, each read when due"
    assert STATUS.kept == "1,234 entries; deliveries: 2 sent"
    assert replace(STATUS, entries=1).kept == "1 entry; deliveries: 2 sent"


def test_status_counts_what_is_failing_late_and_unread() -> None:
    feeds = (
        FEED,
        replace(FEED, failures=3, error="HTTP 500", late=True),
        replace(FEED, late=True),
        replace(FEED, read_at=None),
    )

    status = replace(STATUS, feeds=feeds)

    assert status.headline == "4 feeds: 1 failing, 1 late, 1 not read yet"
    assert feeds[1].trouble == "failing, 3 times in a row: HTTP 500"


@pytest.mark.parametrize(
    ("read_at", "next_at", "said"),
    [
        (NOW - timedelta(seconds=40), NOW + timedelta(seconds=61), ("40s ago", "in 1m")),
        (NOW - timedelta(minutes=119), NOW + timedelta(hours=2), ("119m ago", "in 2h")),
        (NOW - timedelta(days=3), NOW - timedelta(minutes=1), ("3d ago", "now")),
        (None, None, ("", "")),
    ],
)
def test_visits_are_told_in_few_letters(
    read_at: datetime | None, next_at: datetime | None, said: tuple[str, str]
) -> None:
    feed = replace(FEED, read_at=read_at, next_at=next_at)

    assert feed.visits(NOW) == said


def test_an_address_to_copy_is_shown_letter_for_letter() -> None:
    url = "https://rules.example/my_app/calendar/1-_ab_-c~d*e*" + "_x" * 30 + ".ics"
    screen = Console(file=StringIO(), width=40, record=True)

    text, blocks = message(Notice(text="Here:", url=url), UTC)
    screen.print(render_answer(Notice(text="Here:", url=url), UTC))

    assert text == blocks[0]["text"]["text"] == f"Here:\n<{url}>"
    assert screen.export_text().replace("\n", "") == f"Here:{url}"
