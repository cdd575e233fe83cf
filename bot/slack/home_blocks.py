"""Pure: a HomePage as Block Kit, within a view's 100 blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from bot.home import HomePage, KeptRow, Listed, Row, SubscriptionLine
from bot.report import FeedStatus, Telling
from bot.slack import buttons, mrkdwn
from bot.slack.blocks import Block, plain_text
from bot.slack.parts import actions, code, context, section, when, who
from bot.wording import visible
from storage.homes import Shelf

#: `action_id`s of what opens a form.
SETTINGS = "home-settings"
STORIES = "home-stories"
#: The value of a button that needs none: Slack takes no empty one.
NOTHING = "-"
#: Their value is a shelf and a page: "saved:2".
TURN, BACK = "home-turn", "home-back"
NEXT, PREVIOUS = "home-next", "home-previous"
#: Their value is a subscription's id.
EDIT, PAUSE, RESUME, REMOVE = "home-edit", "home-pause", "home-resume", "home-remove"
#: Their value is a story's id.
UNFOLLOW, UNSAVE = "home-unfollow", "home-unsave"
#: Their value is the number of an uncertain delivery.
AGAIN, SENT = "home-again", "home-sent"

#: Longest parts of a row, as sent (characters).
_TITLE, _LINE = 400, 300
#: Feeds in trouble and uncertain deliveries that are shown; the rest is counted.
_TROUBLES, _UNCERTAIN = 5, 5

_WELCOME = (
    "*Welcome.* I read the Federal Register and the press, and tell you when a US rule about Huawei"
    " or technology standards moves: reported, filed, published, in force, open for comments.\n"
    "This page is yours alone: what you follow, what your channels are subscribed to, what you saved."
)


def home(page: HomePage, timezone: ZoneInfo, *, said: str = "") -> Block:
    """The view that Slack publishes.

    Args:
        page: Outside text in it does nothing.
        timezone: For the words that stand for a moment where Slack cannot show the reader's own.
        said: What became of what the person just did; nothing in it is markup.
    """
    answer = [section(mrkdwn.escape(said, 2_000))] if said else []
    shown = (_overview if page.shelf is Shelf.OVERVIEW else _shelf)(page, timezone)
    updated = context(f"Updated {when(page.at, timezone)}. Only you see this page.")
    return {"type": "home", "blocks": [*answer, *shown, updated]}


def _overview(page: HomePage, timezone: ZoneInfo) -> list[Block]:
    offered = [
        _button("New Subscription", buttons.NEW, "", style="primary"),
        _button("My Settings", SETTINGS, page.person),
        _button("Join or Split Stories", STORIES, ""),
    ]
    welcome = [section(_WELCOME)] if page.welcome else []
    return [
        *welcome,
        actions(*offered),
        *_list("You follow", Shelf.FOLLOWED, page.followed, _followed, _NO_FOLLOWED),
        *_subscriptions(page, timezone),
        *_list("You saved", Shelf.SAVED, page.saved, _saved, _NO_SAVED),
        *_health(page, timezone),
    ]


def _shelf(page: HomePage, timezone: ZoneInfo) -> list[Block]:
    """One list alone, and the way on and back."""
    turns = [_button("Back", BACK, f"{Shelf.OVERVIEW}:1")]
    if page.page > 1:
        turns.append(_button("Previous", PREVIOUS, f"{page.shelf}:{page.page - 1}"))
    if page.page < page.pages:
        turns.append(_button("Next", NEXT, f"{page.shelf}:{page.page + 1}"))
    shown = [
        *_rows("You follow", page.followed, _followed, _NO_FOLLOWED),
        *_rows(
            "Subscriptions",
            page.subscriptions,
            partial(_subscription, page=page, timezone=timezone),
            "None where you are.",
        ),
        *_rows("You saved", page.saved, _saved, _NO_SAVED),
    ]
    place = context(f"Page {page.page:,} of {page.pages:,}")
    return [*shown, place, actions(*turns)]


_NO_FOLLOWED = (
    "Nothing yet. *Follow story* below an alert brings its next steps to your direct messages, and"
    " its deadlines here."
)
_NO_SAVED = "Nothing yet. *Save* in the menu of an alert or of a search keeps a story here."
_UNKNOWN = "Slack did not say which channels you are in, so only your own are shown for now."
_TRY = "Nobody where you are is told of anything yet. Try one of these, or write your own:"


def _subscriptions(page: HomePage, timezone: ZoneInfo) -> list[Block]:
    shown = _list(
        "Subscriptions",
        Shelf.SUBSCRIPTIONS,
        page.subscriptions,
        partial(_subscription, page=page, timezone=timezone),
        _TRY,
    )
    examples = [
        section(f"{code(each.command)}\n{mrkdwn.escape(each.does, _LINE)}")
        | {"accessory": _button("Try", buttons.NEW, each.command, label=f"Try {each.command}")}
        for each in page.examples
    ]
    unknown = [] if page.members_known else [context(_UNKNOWN)]
    return [*shown, *examples, *unknown]


def _list(
    title: str,
    shelf: Shelf,
    listed: Listed[Row] | None,
    row: Callable[[Row], list[Block]],
    empty: str,
) -> list[Block]:
    """A list on the overview: its beginning, and a way to all of it."""
    shown = _rows(title, listed, row, empty)
    if listed is None or listed.total <= len(listed.rows):
        return shown
    return [*shown, actions(_button(f"See All {listed.total:,}", TURN, f"{shelf}:1"))]


def _rows(
    title: str, listed: Listed[Row] | None, row: Callable[[Row], list[Block]], empty: str
) -> list[Block]:
    if listed is None:
        return []
    rows = [block for each in listed.rows for block in row(each)]
    return [_header(title), *(rows or [section(empty)])]


def _header(title: str) -> Block:
    return {"type": "header", "text": plain_text(title, 150)}


def _followed(row: KeptRow) -> list[Block]:
    return [_kept(row) | {"accessory": _named("Unfollow", UNFOLLOW, row)}]


def _saved(row: KeptRow) -> list[Block]:
    return [_kept(row) | {"accessory": _named("Remove", UNSAVE, row)}]


def _kept(row: KeptRow) -> Block:
    stands = mrkdwn.escape(row.headline, _LINE)
    ahead = f"\n*{mrkdwn.escape(row.ahead, _LINE)}*" if row.ahead else ""
    return section(f"{mrkdwn.link(row.url, visible(row.title, 160), _TITLE)}\n{stands}{ahead}")


def _subscription(line: SubscriptionLine, *, page: HomePage, timezone: ZoneInfo) -> list[Block]:
    named = f"*{mrkdwn.escape(line.title, _TITLE)}*" if line.title else code(line.query)
    where = "your direct messages" if line.channel == page.person else who(line.channel)
    said = [
        f"{named} in {where}",
        f"{mrkdwn.escape(line.told, _LINE)} · by {who(line.created_by)}",
        *_states(line, timezone),
    ]
    if line.note:
        said.append(f"_{mrkdwn.escape(line.note, _TITLE)}_")
    value = str(line.id)
    sleeping = line.paused_by is not None or line.stopped is not None
    offered = [
        _button("Edit", EDIT, value, label=f"Edit {line.query}"),
        _button("Resume", RESUME, value, label=f"Resume {line.query}")
        if sleeping
        else _button("Pause", PAUSE, value, label=f"Pause {line.query}"),
        _button("Remove", REMOVE, value, label=f"Remove {line.query}") | {"confirm": _CONFIRM},
    ]
    return [section("\n".join(said)), actions(*offered)]


def _states(line: SubscriptionLine, timezone: ZoneInfo) -> list[str]:
    """Whatever keeps it silent."""
    said = []
    if line.stopped:
        said.append(f"*Stopped*: {mrkdwn.escape(line.stopped, _LINE)}")
    if line.paused_by:
        said.append(f"*Paused* by {who(line.paused_by)}")
    if line.muted:
        until, by = line.muted
        said.append(f"*Muted* until {when(until, timezone)}" + (f" by {who(by)}" if by else ""))
    return said


_CONFIRM = {
    "title": plain_text("Remove this subscription?", 100),
    "text": plain_text("Its channel will no longer be told of it.", 300),
    "confirm": plain_text("Remove", 30),
    "deny": plain_text("Keep", 30),
    "style": "danger",
}


def _health(page: HomePage, timezone: ZoneInfo) -> list[Block]:
    """Troubles first; for those who may do something about them."""
    health = page.health
    if health is None:
        return []
    troubles = "\n".join(_trouble(feed) for feed in health.troubled[:_TROUBLES])
    unknown = health.uncertain[:_UNCERTAIN]
    left = len(health.troubled[_TROUBLES:]) + len(health.uncertain[_UNCERTAIN:])
    return [
        _header("Sources"),
        section(mrkdwn.escape(health.headline, _LINE)),
        *([section(troubles)] if troubles else []),
        *(block for each in unknown for block in _uncertain(each, timezone)),
        *([context(f"… and {left:,} more: {code('/rulewire status')}")] if left else []),
    ]


def _trouble(feed: FeedStatus) -> str:
    return f"*{mrkdwn.escape(feed.title or feed.name, 80)}* {mrkdwn.escape(feed.trouble, _LINE)}"


def _uncertain(each: Telling, timezone: ZoneInfo) -> Sequence[Block]:
    said = section(
        f"{who(each.channel)} perhaps told {when(each.at, timezone)}:"
        f" {mrkdwn.escape(each.title, _LINE)}\nIts answer was lost. Look for it there, then decide."
    )
    if each.number is None:
        return [said]
    value = str(each.number)
    return [
        said,
        actions(_button("Send Again", AGAIN, value), _button("Mark Sent", SENT, value)),
    ]


def _named(label: str, action_id: str, row: KeptRow) -> Block:
    return _button(label, action_id, str(row.story_id), label=f"{label} {row.title}")


def _button(text: str, action_id: str, value: str, *, style: str = "", label: str = "") -> Block:
    made: Block = {"type": "button", "text": plain_text(text, 75), "action_id": action_id}
    named = {"accessibility_label": visible(label, 75)} if label else {}
    return made | {"value": value[:2000] or NOTHING} | named | ({"style": style} if style else {})
