"""Answers on a terminal: tables and panels; nothing in outside text is taken for markup."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import singledispatch
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.answers import Details, Entries, Help, Notice, Problem, Rehearsal, Subscriptions, Topics
from bot.card import UTC, Card
from bot.choices import Choices
from bot.flood_page import Floods, HeldPage
from bot.law_page import LawPage
from bot.report import Explanation, FeedStatus, Status, Telling
from bot.terminal import render_card
from bot.terminal_floods import render_floods, render_page
from bot.terminal_law import render_law
from bot.timeline import DaysAhead, Timeline
from bot.wording import day, moment, safe_url, visible
from feeds.model import EASTERN

#: Longest text of a line (characters): a query in full.
_LINE = 2_000


@singledispatch
def render_answer(answer: object, _timezone: ZoneInfo = UTC) -> RenderableType:
    """An answer as rich shows it.

    Args:
        answer: Any `bot.answers.Answer`.
        _timezone: In which moments are told.
    """
    raise TypeError(f"{type(answer).__name__} is no answer")


@render_answer.register
def _notice(answer: Notice, _timezone: ZoneInfo = UTC) -> RenderableType:
    place = f"({answer.place})" if answer.place else ""
    said = _line(" ".join(filter(None, (answer.by, answer.text, place))))
    if not answer.url:
        return said
    # Linked, as a long one that is broken into lines could not be copied.
    return Group(said, Text(answer.url, Style(link=answer.url), overflow="fold"))


@render_answer.register
def _problem(answer: Problem, _timezone: ZoneInfo = UTC) -> RenderableType:
    lines = [_line(answer.message, "bold red")]
    lines += [Text(f"  {line}") for line in answer.pointed() or ()]
    if answer.hint:
        lines.append(Text("Try ").append_text(_line(answer.hint, "bold")))
    return Group(*lines)


@render_answer.register
def _help(answer: Help, _timezone: ZoneInfo = UTC) -> RenderableType:
    return _table((example.command, example.does) for example in answer.examples)


@render_answer.register
def _entries(answer: Entries, _timezone: ZoneInfo = UTC) -> RenderableType:
    said = f"{answer.extent} {answer.alone}".rstrip()
    lines = [_line(answer.title, "bold"), _line(said, "dim")]
    return Group(*lines, *_numbered(answer.cards, answer.first))


@render_answer.register
def _rehearsal(answer: Rehearsal, _timezone: ZoneInfo = UTC) -> RenderableType:
    lines = [_line(f"Rehearsal: {answer.query}", "bold"), _line(answer.lookback.sentence)]
    lines += _numbered(answer.examples, 1)
    lines += [Text(), Text("Near misses:", style="dim")] if answer.near else []
    for miss in answer.near:
        because = _line(miss.because, "dim")
        lines += [Text("     ").append_text(said) for said in (_title(miss.card), because)]
    return Group(*lines)


@render_answer.register
def _law(answer: LawPage, _timezone: ZoneInfo = UTC) -> RenderableType:
    return render_law(answer)


@render_answer.register
def _details(answer: Details, _timezone: ZoneInfo = UTC) -> RenderableType:
    others = [Text("  ").append_text(_title(card)) for card in answer.others]
    heading = [Text("Also in this story:", style="dim")] if others else []
    return Group(render_card(answer.card), *heading, *others)


@render_answer.register
def _timeline(answer: Timeline, timezone: ZoneInfo = UTC) -> RenderableType:
    rows = []
    for each in answer.happenings:
        said = " · ".join(one for one in (each.what, each.detail, each.title) if one)
        on = day(each.at.astimezone(EASTERN).date())
        rows.append((on if each.whole_day else moment(each.at, timezone), said))
    return Group(_title(answer.card), _table(rows))


@render_answer.register
def _days(answer: DaysAhead, _timezone: ZoneInfo = UTC) -> RenderableType:
    if not answer.days:
        return _line("No deadline ahead.")
    return _table(
        (day(each.day), f"{each.what}, {each.detail} · {each.title}") for each in answer.days
    )


@render_answer.register
def _floods(answer: Floods, timezone: ZoneInfo = UTC) -> RenderableType:
    return render_floods(answer, timezone)


@render_answer.register
def _held(answer: HeldPage, timezone: ZoneInfo = UTC) -> RenderableType:
    return render_page(answer, timezone)


@render_answer.register
def _choices(answer: Choices, _timezone: ZoneInfo = UTC) -> RenderableType:
    return _table(answer.rows)


@render_answer.register
def _topics(answer: Topics, _timezone: ZoneInfo = UTC) -> RenderableType:
    return _table(
        (topic.name, f"{'Subscribed. ' * topic.subscribed}{topic.about}") for topic in answer.topics
    )


@render_answer.register
def _subscriptions(answer: Subscriptions, timezone: ZoneInfo = UTC) -> RenderableType:
    if not answer.subscriptions:
        return _line("No subscription yet. Try subscribe huawei-and-standards")
    rows = []
    for each in answer.subscriptions:
        place = f"{each.channel}: " if answer.channel is None else ""
        urgent = ", urgent steps at once" if each.urgent else ""
        said = (
            f"told {each.told}{urgent}" if each.told else "",
            f"by {each.created_by}, {moment(each.created_at, timezone)}",
            f"why we follow this: {each.note}" if each.note else "",
            f"paused by {each.paused_by}" if each.paused_by else "",
            f"stopped: {each.stopped}" if each.stopped else "",
        )
        rows.append((f"{place}{each.query}", "; ".join(filter(None, said))))
    return _table(rows)


@render_answer.register
def _status(answer: Status, _timezone: ZoneInfo = UTC) -> RenderableType:
    lines: list[RenderableType] = [_line(answer.headline, "bold")]
    lines += [_line(answer.held, "yellow")] if answer.held else []
    lines += [_line(each) for each in (answer.complete, answer.kept, answer.led) if each]
    lines += [
        _line(f"{each.channel} {each.query} stopped: {each.stopped}", "yellow")
        for each in answer.stopped
    ]
    lines += [
        _line(
            f"{each.channel} perhaps told: {each.title} ({each.reason}){_settled_by(each)}",
            "yellow",
        )
        for each in answer.uncertain
    ]
    rows = [(feed.name, _feed(feed, answer.at)) for feed in (*answer.troubled, *answer.sound)]
    return Group(*lines, Text(), _table(rows))


def _settled_by(telling: Telling) -> str:
    number = telling.number
    return (
        f". It stands: settle {number} sent. It does not: settle {number} again" if number else ""
    )


@render_answer.register
def _explanation(answer: Explanation, timezone: ZoneInfo = UTC) -> RenderableType:
    lines = [_title(answer.card), _line(f"First seen {moment(answer.first_seen_at, timezone)}")]
    if answer.joined:
        lines.append(_line(answer.joined))
    if answer.silence:
        lines.append(_line(f"Not told here. {answer.silence}"))
    for telling in (*answer.here, *answer.elsewhere):
        lines += _telling(telling, answer.card.title, timezone)
    if answer.people:
        lines.append(_line(f"In direct messages: {answer.people}"))
    return Group(*lines)


def _numbered(cards: Iterable[Card], first: int) -> list[Text]:
    """Each card as its title and a line of facts, with its place in the list."""
    lines = []
    for number, card in enumerate(cards, first):
        lines += [Text(), Text(f"{number:>3}  ").append_text(_title(card)), _facts(card)]
    return lines


def _telling(telling: Telling, title: str, timezone: ZoneInfo) -> list[Text]:
    at = moment(telling.at, timezone)
    said = _line(f"{telling.channel}: {telling.step}, {telling.state}, {at}", "bold")
    other = telling.title if visible(telling.title, 300) != title else None
    below = [other, *telling.why, *telling.quotes, telling.reason, telling.link]
    return [said, *(Text("  ").append_text(_line(each)) for each in below if each)]


def _feed(feed: FeedStatus, now: datetime) -> str:
    read, following = feed.visits(now)
    said = [
        feed.trouble,
        f"read {read}" if read else "",
        f"next {following}" if following else "",
        feed.warning,
    ]
    return "; ".join(one for one in said if one)


def _title(card: Card) -> Text:
    return Text(card.title, style=Style(bold=True, link=safe_url(card.url)))


def _facts(card: Card) -> Text:
    said = [card.headline, *(fact.phrase for fact in card.facts), card.issued_by]
    return Text("     " + " · ".join(one for one in said if one), style="dim")


def _line(text: str, style: str = "") -> Text:
    """Text from anywhere, without what could steer a terminal."""
    return Text(visible(text, _LINE), style=style)


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for name, said in rows:
        table.add_row(_line(name), _line(said))
    return table
