"""What is said of feeds that are out, back, gone or moved: as bulletins (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.bulletin import Bulletin, Part, Row
from bot.wording import day, moment, visible
from feeds.model import Feed, Item
from storage.outages import NETWORK, Out, Outage, Trouble

#: How many feeds of one outage, and how many items that came in meanwhile, are named.
FEEDS, ITEMS = 12, 5

_WHAT = {
    Trouble.FAILING: ("cannot be read", "cannot be read"),
    Trouble.GONE: ("is gone", "are gone"),
    Trouble.SILENT: ("has fallen silent", "have fallen silent"),
}
_CLOSING = {
    Trouble.FAILING: "Tried again at growing intervals, at most 6 hours apart. You hear once more"
    " when it is over.",
    Trouble.GONE: "Asked once a day whether it is back. You hear once more if it is.",
    Trouble.SILENT: "It answers, but brings nothing new: its address may have changed. You hear once"
    " more when it publishes again.",
}


def out(
    kind: Trouble,
    scope: str,
    outs: Sequence[Out],
    feeds: Mapping[str, Feed],
    *,
    timezone: ZoneInfo,
) -> Bulletin:
    """Feeds are out, from one cause.

    Args:
        kind: What is wrong with them.
        scope: What they have in common, as `Outage` has it.
        outs: Which, at least one.
        feeds: The catalog.
        timezone: In which moments are told.
    """
    one, many = _WHAT[kind]
    shared = f" of {visible(scope, 100)}" if scope and scope != NETWORK else ""
    said = f"{_subject(outs, feeds, shared=shared)} {one if len(outs) == 1 else many}"
    paragraphs = [_list(kind, outs, feeds, timezone=timezone)]
    if scope == NETWORK:
        text = f"{len(outs)} of {len(feeds)} feeds fail at once: most likely it is our own network."
        paragraphs.insert(0, Part(text=text))
    if kind is Trouble.GONE:
        fixes = "; ".join(f"rulewire feeds remove {each.feed}" for each in outs[:FEEDS])
        paragraphs.append(Part(text=f"To stop asking: {fixes}"))
    return Bulletin(title=said, parts=tuple(paragraphs), closing=_CLOSING[kind])


def back(
    outage: Outage,
    names: Sequence[str],
    feeds: Mapping[str, Feed],
    *,
    came_in: tuple[int, Sequence[Item]],
    now: datetime,
) -> Bulletin:
    """An outage is over.

    Args:
        outage: As it was told.
        names: Its feeds that are back, at least one.
        feeds: The catalog.
        came_in: How many entries they brought since it began, and the newest of them.
        now: When that was seen.
    """
    returned = [each for each in outage.feeds if each.feed in names]
    verb = "publishes again" if outage.kind is Trouble.SILENT else "is read again"
    if len(returned) > 1:
        verb = "publish again" if outage.kind is Trouble.SILENT else "are read again"
    since = min(each.since for each in returned)
    count, newest = came_in
    parts = []
    if count:
        more = (
            f"{count:,} entries came in meanwhile" if count > 1 else "One entry came in meanwhile"
        )
        rows = [Row(text=visible(item.title, 160), url=item.url) for item in newest[:ITEMS]]
        parts.append(
            Part(text=f"{more}:" if count <= ITEMS else f"{more}, last of all:", rows=tuple(rows))
        )
    else:
        parts.append(Part(text="Nothing new came in meanwhile."))
    still = [each.feed for each in outage.feeds if each.feed not in names and each.feed in feeds]
    if still:
        titles = ", ".join(visible(feeds[name].title, 80) for name in still[:FEEDS])
        parts.append(Part(text=f"Not back: {titles}"))
    shared = f" of {visible(outage.scope, 100)}" if outage.scope not in {"", NETWORK} else ""
    return Bulletin(
        title=f"{_subject(returned, feeds, shared=shared)} {verb}, after {span(now - since)}",
        parts=tuple(parts),
    )


def moved(feed: Feed, before: str) -> Bulletin:
    """A feed has another address for good.

    Args:
        feed: At its new address.
        before: The old one.
    """
    return Bulletin(
        title=f"{visible(feed.title, 100)} has moved",
        parts=(
            Part(
                text="It is read at its new address from now on. If it stands in a feeds.toml of"
                " yours, put there:",
                rows=(
                    Row(
                        text=f'url = "{visible(feed.url, 400)}"',
                        detail=f"was {visible(before, 400)}",
                    ),
                ),
            ),
        ),
    )


def span(time: timedelta) -> str:
    """Roughly how long: "40 minutes", "5 hours", "3 days"."""
    minutes = max(1, round(time.total_seconds() / 60))
    for unit, length in (("day", 1_440), ("hour", 60), ("minute", 1)):
        if minutes >= 2 * length or length == 1:
            count = round(minutes / length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return ""


def _subject(outs: Sequence[Out], feeds: Mapping[str, Feed], *, shared: str) -> str:
    if len(outs) == 1:
        name = outs[0].feed
        return visible(feeds[name].title if name in feeds else name, 100)
    return f"{len(outs)} feeds{shared}"


def _list(
    kind: Trouble, outs: Sequence[Out], feeds: Mapping[str, Feed], *, timezone: ZoneInfo
) -> Part:
    """Which feeds, each with what is wrong; once, when that is the same for all."""
    said = [_said(kind, each, timezone) for each in outs]
    same = len(said) > 1 and len(set(said)) == 1
    rows = [
        Row(
            text=visible(feed.title if feed else each.feed, 100),
            url=feed.url if feed else "",
            detail="" if same else detail,
        )
        for each, detail in zip(outs[:FEEDS], said, strict=False)
        for feed in (feeds.get(each.feed),)
    ]
    if len(outs) > FEEDS:
        rows.append(Row(text=f"and {len(outs) - FEEDS} more; `status` lists them"))
    return Part(text=f"All {said[0]}" if same else "", rows=tuple(rows))


def _said(kind: Trouble, out: Out, timezone: ZoneInfo) -> str:
    if kind is Trouble.SILENT:
        since = f"last new item on {day(out.since.date())}"
    else:
        since = f"since {moment(out.since, timezone)}"
    return f"{since}: {visible(out.reason, 200)}"
