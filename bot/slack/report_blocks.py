"""Pure: what the bot says of itself as Block Kit: why somebody was told, and how the feeds are doing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.card import Card
from bot.report import Explanation, FeedStatus, Status, Telling
from bot.slack import buttons, mrkdwn, story_buttons
from bot.slack.parts import LINE, Message, clipped, code, listed, section, when, who
from bot.wording import visible

#: Uncertain deliveries that `status` shows with buttons, those of the channel first; the others have
#: their numbers, for `settle`.
_SETTLED_AT_ONCE = 5


def explanation(answer: Explanation, timezone: ZoneInfo) -> Message:
    """Who was told of a story, when and why; or which gate kept it from being told."""
    head = f"*Why: {line(answer.card)}*\nFirst seen {when(answer.first_seen_at, timezone)}"
    lines = [mrkdwn.escape(answer.joined, LINE)] if answer.joined else []
    lines += [mrkdwn.escape(f"Not told here. {answer.silence}", LINE)] if answer.silence else []
    tellings = [(each, True) for each in answer.here] + [(each, False) for each in answer.elsewhere]
    for each, here in tellings:
        lines += [""] if lines else []
        lines += _telling(each, answer.card.title, timezone, here=here)
    if answer.people:
        lines.append(f"In direct messages: {answer.people}")
    return listed(head, lines, last=[story_buttons.timeline(answer.card.entry_id)])


def status(answer: Status, timezone: ZoneInfo) -> Message:
    """Whether everything was read and told, troubles first."""
    about = (answer.held, answer.complete, answer.kept, answer.led)
    lines = [mrkdwn.escape(each, LINE) for each in about if each]
    lines += [_feed(feed, answer.at, feed.trouble) for feed in answer.troubled]
    lines += [
        f"{who(each.channel)} {code(each.query)} stopped: {code(each.stopped or '')}"
        for each in answer.stopped
    ]
    said = [_uncertain(each, timezone) for each in answer.uncertain]
    lines += said[_SETTLED_AT_ONCE:]
    lines += [_feed(feed, answer.at, feed.warning) for feed in answer.sound if feed.warning]
    table = [
        (feed.name, f"read {read}", f"next {following}")
        for feed in answer.sound
        for read, following in [feed.visits(answer.at)]
    ]
    rows = [
        row
        for line, each in zip(said[:_SETTLED_AT_ONCE], answer.uncertain, strict=False)
        if each.number
        for row in (section(line), buttons.settle(each.number))
    ]
    head = f"*{mrkdwn.escape(answer.headline, LINE)}*"
    text, blocks = listed(head, lines, table, last=rows)
    return clipped("\n".join([text, *said[:_SETTLED_AT_ONCE]])), blocks


def _uncertain(telling: Telling, timezone: ZoneInfo) -> str:
    return (
        f"{who(telling.channel)} perhaps told {when(telling.at, timezone)}:"
        f" {mrkdwn.escape(telling.title, LINE)}"
        f" ({code(telling.reason or '')}, delivery {telling.number})"
    )


def line(card: Card) -> str:
    """One line: its title, linked when the address is short enough, and its stage."""
    linked = mrkdwn.link(card.url, visible(card.title, 120), LINE)
    return f"{linked} · {mrkdwn.escape(card.headline, 100)}"


def _feed(feed: FeedStatus, now: datetime, trouble: str) -> str:
    read, following = feed.visits(now)
    said = [trouble, f"read {read}" if read else "", f"next {following}" if following else ""]
    phrases = "; ".join(mrkdwn.escape(one, LINE) for one in said if one)
    return f"*{mrkdwn.escape(feed.name, 80)}* {phrases}"


def _telling(telling: Telling, title: str, timezone: ZoneInfo, *, here: bool) -> list[str]:
    place = "This channel" if here else who(telling.channel)
    state = mrkdwn.link(telling.link, telling.state, LINE) if telling.link else telling.state
    said = f"*{place}: {telling.step}*, {state}, {when(telling.at, timezone)}"
    other = [telling.title] if visible(telling.title, 300) != title else []
    lines = [said, *(mrkdwn.escape(line, LINE) for line in (*other, *telling.why))]
    lines += [f"> {mrkdwn.escape(line, LINE)}" for line in telling.quotes]
    if telling.reason:
        lines.append(mrkdwn.escape(telling.reason, LINE))
    return lines
