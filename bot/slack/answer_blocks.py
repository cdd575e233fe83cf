"""Pure: an Answer as Block Kit, and as the text that stands for it."""

from __future__ import annotations

from functools import singledispatch
from html import escape as entities
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from bot.answers import Details, Entries, Help, Notice, Problem, Rehearsal, Subscriptions, Topics
from bot.card import Card
from bot.choices import Choices
from bot.flood_page import Floods, HeldPage
from bot.law_page import LawPage
from bot.personal import Noted, Offer, Promised, Suggested
from bot.report import Explanation, Status, SubscriptionRow
from bot.slack import buttons, flood_blocks, mrkdwn, personal_blocks, redline_blocks, report_blocks
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
from bot.slack.report_blocks import line
from bot.timeline import DaysAhead, Happening, Timeline
from bot.wording import day, visible
from feeds.model import EASTERN

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
    if answer.place:
        text += f" ({who(answer.place)})"
    if answer.url:
        text += f"\n{mrkdwn.address(answer.url)}"
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
    lines = []
    for heading, examples in groupby(answer.examples, key=attrgetter("under")):
        lines.append(f"\n*{heading}*")
        lines += [
            f"{code('/rulewire ' + each.command)} · {mrkdwn.escape(each.does, LINE)}"
            for each in examples
        ]
    return listed(head, lines)


@message.register
def _entries(answer: Entries, _timezone: ZoneInfo) -> Message:
    said = f"{answer.extent} {mrkdwn.escape(answer.alone, LINE)}".rstrip()
    head = f"*{mrkdwn.escape(answer.title, LINE)}*\n{said}"
    text = "\n".join([head, *(line(card) for card in answer.cards)])
    rows = [block for card in answer.cards for block in _row(card)]
    elements = buttons.of_page(answer)
    last: list[Block] = [{"type": "actions", "elements": elements}] if elements else []
    return clipped(text), fitting([section(head)], rows, last)


@message.register
def _details(answer: Details, _timezone: ZoneInfo) -> Message:
    others = [context(line(card)) for card in answer.others]
    heading = [context("Also in this story:")] if others else []
    return fallback(answer.card), fitting(alert(answer.card), [*heading, *others])


@message.register
def _timeline(answer: Timeline, timezone: ZoneInfo) -> Message:
    head = f"*Timeline*: {line(answer.card)}"
    own = visible(answer.card.title, 200)
    lines = [_happening(each, timezone, own=own) for each in answer.happenings]
    rows = [
        section(said) | _taking_out(each, number)
        for number, (said, each) in enumerate(zip(lines, answer.happenings, strict=True), 1)
    ]
    last = [buttons.stories(answer.card.entry_id)]
    return clipped("\n".join([head, *lines])), fitting([section(head)], rows, last)


@message.register
def _days(answer: DaysAhead, _timezone: ZoneInfo) -> Message:
    about = f" {code(answer.query)}" if answer.query else " of the stories told here"
    head = f"*Deadlines*{about}" + ("" if answer.days else "\nNone ahead.")
    lines = [
        f"*{day(each.day)}* · {mrkdwn.escape(each.what, LINE)}, {mrkdwn.escape(each.detail, LINE)}\n"
        f"{mrkdwn.link(each.url, visible(each.title, 160), LINE)}"
        for each in answer.days
    ]
    return listed(head, lines, last=buttons.more_days(answer))


@message.register
def _choices(answer: Choices, _timezone: ZoneInfo) -> Message:
    lines = [
        f"*{mrkdwn.escape(name, LINE)}*: {mrkdwn.escape(said, LINE)}" for name, said in answer.rows
    ]
    examples = (
        "settings steps thread",
        "settings timezone Europe/Berlin",
        "settings reminders 7 1",
    )
    lines.append(f"Try {', '.join(code('/rulewire ' + each) for each in examples)}")
    return listed("*Settings of this channel*", lines, last=[buttons.settings()])


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
    return plain_lines(head, lines), fitting([section(head)], rows)


@message.register
def _subscriptions(answer: Subscriptions, timezone: ZoneInfo) -> Message:
    if not answer.subscriptions:
        text = f"No subscription here yet. Try {code('/rulewire topics')}"
        return text, [section(text)]
    head = "*Subscriptions*"
    rows = [
        section(_subscription(row, timezone))
        | {"accessory": buttons.subscription(row.id, row.query)}
        for row in answer.subscriptions
    ]
    lines = (". ".join(filter(None, (row.query, row.feedback))) for row in answer.subscriptions)
    return plain_lines(head, lines), fitting([section(head)], rows)


@message.register
def _rehearsal(answer: Rehearsal, _timezone: ZoneInfo) -> Message:
    head = f"*Rehearsal* {code(answer.query)}\n{answer.lookback.sentence}"
    near = [f"{line(miss.card)} · {mrkdwn.escape(miss.because, LINE)}" for miss in answer.near]
    heading = [context("Near misses:")] if near else []
    rows = [block for card in answer.examples for block in _row(card)]
    rows += [*heading, *map(context, near)]
    last = [] if answer.subscribed else buttons.subscribe(answer.query)
    text = "\n".join([head, *map(line, answer.examples), *near])
    return clipped(text), fitting([section(head)], rows, last)


message.register(Floods)(flood_blocks.floods)
message.register(HeldPage)(flood_blocks.page)
message.register(Noted)(personal_blocks.noted)
message.register(Offer)(personal_blocks.offer)
message.register(Promised)(personal_blocks.promised)
message.register(Suggested)(personal_blocks.suggested)
message.register(Explanation)(report_blocks.explanation)
message.register(Status)(report_blocks.status)
message.register(LawPage)(redline_blocks.page)


def shared(answer: Entries, *, by: str, timezone: ZoneInfo) -> Message:
    """A page of entries for everyone in the channel: no buttons that would turn the page."""
    text, blocks = message(answer, timezone)
    kept = [block for block in blocks if block["type"] != "actions"]
    return clipped(f"Shared by {who(by)}: {text}"), [context(f"Shared by {who(by)}"), *kept]


def _row(card: Card) -> list[Block]:
    row = entry_row(card)
    if size(row) <= _ROW:
        return row
    line = mrkdwn.escape(f"{card.headline}: {card.title}", LINE)
    return [{**row[0], "text": mrkdwn_text(line)}]


def _taking_out(each: Happening, line: int) -> Block:
    """A press report may have been put into the wrong story; a document's number may not."""
    if each.entry_id is None or not each.press:
        return {}
    return {"accessory": buttons.not_this_story(each.entry_id, line)}


def _happening(each: Happening, timezone: ZoneInfo, *, own: str) -> str:
    """A line of a timeline; the document that the whole is about is not named in each."""
    what = mrkdwn.link(each.url, each.what, LINE) if each.title == own else each.what
    detail = f" · {mrkdwn.escape(each.detail, LINE)}" if each.detail else ""
    said = f"{what}{detail}"
    named = each.title and each.title != own
    title = f" · {mrkdwn.link(each.url, visible(each.title, 120), LINE)}" if named else ""
    at = day(each.at.astimezone(EASTERN).date()) if each.whole_day else when(each.at, timezone)
    return f"{at}: {said}{title}"


def _subscription(row: SubscriptionRow, timezone: ZoneInfo) -> str:
    urgent = ", urgent steps at once" if row.urgent else ""
    made = f"by {who(row.created_by)}, {when(row.created_at, timezone)}"
    said = [
        code(row.query),
        " · ".join(filter(None, (f"told {row.told}{urgent}" if row.told else "", made))),
        f"Why we follow this: {mrkdwn.escape(row.note, LINE)}" if row.note else "",
        row.feedback,
        f"Paused by {who(row.paused_by)}" if row.paused_by else "",
        f"Stopped: {mrkdwn.escape(row.stopped, LINE)}" if row.stopped else "",
    ]
    return "\n".join(filter(None, said))
