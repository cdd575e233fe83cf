"""Pure: an Answer as Block Kit, and as the text that stands for it."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from html import escape as entities
from zoneinfo import ZoneInfo

from bot.answers import (
    Details,
    Entries,
    Help,
    Notice,
    Problem,
    Rehearsal,
    Subscriptions,
    Topics,
)
from bot.card import Card
from bot.report import Explanation, FeedStatus, Status, SubscriptionRow, Telling
from bot.slack import buttons, mrkdwn
from bot.slack.blocks import Block, alert, entry_row, fallback, mrkdwn_text
from bot.slack.parts import (
    LINE,
    QUERY,
    Message,
    clipped,
    code,
    context,
    fitting,
    listed,
    plain_lines,
    section,
    size,
    when,
    who,
)
from bot.wording import visible

#: An entry that takes more is listed by its title alone, so that a page always holds its five
#: (characters of JSON).
_ROW = 1_500


@singledispatch
def message(answer: object, _timezone: ZoneInfo) -> Message:
    """An answer as a message within Slack's limits; outside text in it does nothing.

    Args:
        answer: Any `bot.answers.Answer`.
        _timezone: For the words that stand for a moment where Slack cannot show the reader's own.
    """
    raise TypeError(f"{type(answer).__name__} is no answer")


@message.register
def _notice(answer: Notice, _timezone: ZoneInfo) -> Message:
    said = mrkdwn.escape(answer.text, 2_800)
    text = f"{who(answer.by)} {said}" if answer.by else said
    undo = [buttons.undo(*answer.undo)] if answer.undo else []
    return text, [section(text), *undo]


@message.register
def _problem(answer: Problem, _timezone: ZoneInfo) -> Message:
    lines = [mrkdwn.escape(answer.message, 500)]
    pointed = answer.pointed()
    if pointed:
        shown, arrow = (entities(line.replace("`", "'"), quote=False) for line in pointed)
        lines.append(f"```{shown}\n{arrow}```")
    # Half a command is worse than none.
    if answer.hint and len(answer.hint) < QUERY - len("/rulewire "):
        lines.append(f"Try {code('/rulewire ' + answer.hint)}")
    text = "\n".join(lines)
    return text, [section(text)]


@message.register
def _help(answer: Help, _timezone: ZoneInfo) -> Message:
    head = "*Rulewire* tells when a US rule about Huawei or technology standards moves."
    lines = [
        f"{code('/rulewire ' + example.command)} · {mrkdwn.escape(example.does, LINE)}"
        for example in answer.examples
    ]
    return listed(head, lines)


@message.register
def _entries(answer: Entries, _timezone: ZoneInfo) -> Message:
    head = f"*{mrkdwn.escape(answer.title, LINE)}*\n{answer.extent}"
    text = "\n".join([head, *(_line(card) for card in answer.cards)])
    rows = [block for card in answer.cards for block in _row(card)]
    elements = buttons.of_page(answer)
    last: list[Block] = [{"type": "actions", "elements": elements}] if elements else []
    return clipped(text), fitting([section(head)], rows, last)


@message.register
def _details(answer: Details, _timezone: ZoneInfo) -> Message:
    others = [context(_line(card)) for card in answer.others]
    heading = [context("Also in this story:")] if others else []
    return fallback(answer.card), fitting(alert(answer.card), [*heading, *others])


@message.register
def _topics(answer: Topics, _timezone: ZoneInfo) -> Message:
    head = "*Topics*: a name for a query that is kept up to date."
    rows = []
    for topic in answer.topics:
        named = f"*{mrkdwn.escape(topic.title, 100)}* {code('topic:' + topic.name)}"
        about = mrkdwn.escape(topic.about, LINE) + " _Subscribed._" * topic.subscribed
        button = None if topic.subscribed else buttons.topic(topic.name)
        rows.append(section(f"{named}\n{about}") | ({"accessory": button} if button else {}))
    lines = (f"{topic.name}{' (subscribed)' * topic.subscribed}" for topic in answer.topics)
    return plain_lines("Topics", lines), fitting([section(head)], rows)


@message.register
def _subscriptions(answer: Subscriptions, timezone: ZoneInfo) -> Message:
    if not answer.subscriptions:
        text = f"No subscription here yet. Try {code('/rulewire topics')}"
        return text, [section(text)]
    head = "*Subscriptions*"
    rows = [
        section(_subscription(row, timezone)) | {"accessory": buttons.subscription(row.id)}
        for row in answer.subscriptions
    ]
    lines = (row.query for row in answer.subscriptions)
    return plain_lines("Subscriptions", lines), fitting([section(head)], rows)


@message.register
def _rehearsal(answer: Rehearsal, _timezone: ZoneInfo) -> Message:
    head = f"*Rehearsal* {code(answer.query)}\n{answer.lookback.sentence}"
    near = [f"{_line(miss.card)} · {mrkdwn.escape(miss.because, LINE)}" for miss in answer.near]
    heading = [context("Near misses:")] if near else []
    rows = [block for card in answer.examples for block in _row(card)]
    rows += [*heading, *map(context, near)]
    last = [] if answer.subscribed else buttons.subscribe(answer.query)
    text = "\n".join([head, *map(_line, answer.examples), *near])
    return clipped(text), fitting([section(head)], rows, last)


@message.register
def _explanation(answer: Explanation, timezone: ZoneInfo) -> Message:
    head = f"*Why: {_line(answer.card)}*\nFirst seen {when(answer.first_seen_at, timezone)}"
    lines = [_telling(each, timezone, here=True) for each in answer.here]
    lines += [mrkdwn.escape(f"Not told here. {answer.silence}", LINE)] if answer.silence else []
    lines += [_telling(each, timezone, here=False) for each in answer.elsewhere]
    if answer.people:
        lines.append(f"In direct messages: {answer.people}")
    return listed(head, lines)


@message.register
def _status(answer: Status, timezone: ZoneInfo) -> Message:
    lines = [mrkdwn.escape(answer.kept, LINE)]
    lines += [_feed(feed, answer.at, feed.trouble) for feed in answer.troubled]
    lines += [
        f"{who(each.channel)} {code(each.query)} stopped: {code(each.stopped or '')}"
        for each in answer.stopped
    ]
    lines += [
        f"{who(each.channel)} perhaps told {when(each.at, timezone)}:"
        f" {mrkdwn.escape(each.title, LINE)} ({code(each.reason or '')})"
        for each in answer.uncertain
    ]
    lines += [_feed(feed, answer.at, feed.warning) for feed in answer.sound if feed.warning]
    table = [
        (feed.name, f"read {read}", f"next {following}")
        for feed in answer.sound
        for read, following in [feed.visits(answer.at)]
    ]
    return listed(f"*{mrkdwn.escape(answer.headline, LINE)}*", lines, table)


def shared(answer: Entries, *, by: str, timezone: ZoneInfo) -> Message:
    """A page of entries for everyone in the channel: no buttons that would turn the page."""
    text, blocks = message(answer, timezone)
    kept = [block for block in blocks if block["type"] != "actions"]
    return clipped(f"{who(by)} shared: {text}"), [context(f"Shared by {who(by)}"), *kept]


def muted_by(user: str) -> Block:
    """The last line of a muted card."""
    return context(f"Muted by {who(user)}")


def _row(card: Card) -> list[Block]:
    row = entry_row(card)
    if size(row) <= _ROW:
        return row
    line = mrkdwn.escape(f"{card.headline}: {card.title}", LINE)
    return [{**row[0], "text": mrkdwn_text(line)}]


def _line(card: Card) -> str:
    """One line: its title, linked when the address is short enough, and its stage."""
    linked = mrkdwn.link(card.url, visible(card.title, 120), LINE)
    return f"{linked} · {mrkdwn.escape(card.headline, 100)}"


def _subscription(row: SubscriptionRow, timezone: ZoneInfo) -> str:
    text = f"{code(row.query)}\nby {who(row.created_by)}, {when(row.created_at, timezone)}"
    return f"{text}\nStopped: {mrkdwn.escape(row.stopped, LINE)}" if row.stopped else text


def _feed(feed: FeedStatus, now: datetime, trouble: str) -> str:
    read, following = feed.visits(now)
    said = [trouble, f"read {read}" if read else "", f"next {following}" if following else ""]
    phrases = "; ".join(mrkdwn.escape(one, LINE) for one in said if one)
    return f"*{mrkdwn.escape(feed.name, 80)}* {phrases}"


def _telling(telling: Telling, timezone: ZoneInfo, *, here: bool) -> str:
    place = "This channel" if here else who(telling.channel)
    said = f"{place}: {telling.step}, {telling.state}, {when(telling.at, timezone)}"
    lines = [said, *(mrkdwn.escape(line, LINE) for line in telling.why)]
    if telling.reason:
        lines.append(mrkdwn.escape(telling.reason, LINE))
    return "\n".join(lines)
