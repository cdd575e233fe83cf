"""What a flood's card says, and owing and changing it with the flood (sync)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot import bulletin
from bot.bulletin import Bulletin, BulletinKind, Button, Part, Row
from feeds.flood import Reason
from storage import bulletins, flood_entries, floods
from storage.flood_entries import HeldEntry
from storage.floods import Held, State

#: What the buttons do; their value is the flood's name (`name_of`), of the last also the page: "3.1592488800 2".
RELEASE, DROP, SHOW = "flood-release", "flood-drop", "flood-show"
PREVIOUS, NEXT = f"{SHOW}-previous", f"{SHOW}-next"
#: What people say for it.
VERDICTS = {"release": State.RELEASED, "drop": State.DROPPED}
#: Titles on the card itself; *Show* has the others.
_SHOWN = 5
#: What is said of so many items for each reason.
_WHY: Mapping[Reason, str] = {
    Reason.REISSUED: "{items} came before, under other ids, links or dates.",
    Reason.FOREIGN: "{items} look like another site's{origin}.",
    Reason.OLD: "{items} are dated long before the feed was last read, and were not there then.",
    Reason.REWRITTEN: "{items} we knew were rewritten at once, and match a subscription only now.",
    Reason.BURST: "{items} came on top of many times what the feed usually brings.",
}
#: The reason beside a title.
_SHORT: Mapping[Reason, str] = {
    Reason.REISSUED: "came before",
    Reason.FOREIGN: "another site's",
    Reason.OLD: "old",
    Reason.REWRITTEN: "rewritten",
    Reason.BURST: "too many at once",
}
#: What became of it, as the card's last line begins.
DECIDED: Mapping[State, str] = {State.RELEASED: "Released", State.DROPPED: "Dropped"}


def show(db: Database, flood_id: int, *, now: datetime) -> None:
    """Owe the flood's card, or have the one that stands say what is so now.

    Belongs in the transaction that changed the flood.
    """
    held = floods.get(db, flood_id)
    if held is None:
        return
    body = bulletin.encode(of(db, held))
    key = str(flood_id)
    owed = bulletins.owe(
        db,
        channel=held.channel,
        kind=BulletinKind.FLOOD,
        key=key,
        body=body,
        now=now,
        since=held.began_at,
    )
    if owed is None:
        bulletins.change(db, channel=held.channel, kind=BulletinKind.FLOOD, key=key, body=body)


def of(db: Database, held: Held) -> Bulletin:
    """The card as the flood is now."""
    shown = flood_entries.entries(db, held.id, limit=_SHOWN)
    parts = [Part(text=" ".join(why(db, held)))]
    if shown:
        parts.append(Part(rows=rows_of(db, held, shown)))
    if more := held.entries - len(shown):
        parts.append(Part(text=f"… and {more:,} more"))
    return Bulletin(
        title=title(held),
        parts=tuple(parts),
        buttons=_buttons(held),
        closing=DECIDED.get(held.state) or _waiting(held),
        by=held.settled_by or "",
        at=held.settled_at,
    )


def title(held: Held) -> str:
    """What is the matter, in a line."""
    if held.entries:
        return f"{held.title}: {counted(held.entries, 'item')} held back"
    if not held.known:
        return f"{held.title}: nothing is held back any more"
    return f"{held.title}: {counted(held.known, 'item')} came again and told nobody"


def why(db: Database, held: Held) -> list[str]:
    """Why it is held, whom it concerns, and what of the same visits is not held, in sentences."""
    origin = f": they link to or came from {held.origin}" if held.origin else ""
    said = [
        _WHY[reason].format(items=counted(count, "item"), origin=origin)
        for reason, count in flood_entries.tally(db, held.id).items()
    ]
    if held.entries:
        said.append(_matching(held))
    if held.known:
        said.append(
            f"{counted(held.known, 'item')} came again under other ids or dates and needed no holding:"
            " we knew them."
        )
    if held.told:
        said.append(f"{counted(held.told, 'new item')} in the same visits passed as ever.")
    return said


def rows_of(db: Database, held: Held, entries: Sequence[HeldEntry]) -> tuple[Row, ...]:
    """Held items as lines: each with its own reason only where a flood has several."""
    mixed = len(flood_entries.tally(db, held.id)) > 1
    return tuple(_row(each, mixed=mixed) for each in entries)


def _row(each: HeldEntry, *, mixed: bool) -> Row:
    item = each.entry.item
    wanted = f"wanted in {counted(len(each.wanted), 'channel')}" if each.wanted else ""
    said = (_SHORT[each.reason] if mixed else "", wanted)
    return Row(text=item.title, url=item.url, detail=", ".join(filter(None, said)))


def name_of(flood_id: int, began_at: datetime) -> str:
    """What a button calls a flood: its number, and the second in which it began (Unix time).

    In a database that was restored numbers are given again, and cards of the lost one still stand.
    """
    return f"{flood_id}.{began_at.timestamp():.0f}"


def decides(text: str) -> bool:
    """Whether what follows the word `floods` asks for more than to look."""
    return bool(VERDICTS.keys() & set(text.lower().split()))


def counted(count: int, what: str) -> str:
    """With its number: "1 item", "25 items"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _matching(held: Held) -> str:
    if not held.wanted:
        return "No subscription asks for any of them."
    if held.wanted == 1:
        return "1 of them matches a subscription."
    return f"{held.wanted:,} of them match subscriptions."


def _buttons(held: Held) -> tuple[Button, ...]:
    """Nothing is to be decided about what was known anyway."""
    if not held.entries:
        return ()
    name = name_of(held.id, held.began_at)
    show = Button(label="Show", action=SHOW, value=name)
    if held.state is not State.HELD:
        return (show,)
    return (
        Button(
            label="Release",
            action=RELEASE,
            value=name,
            confirm=f"Each channel will be told what it asked for: {held.wanted:,} of"
            f" {counted(held.entries, 'item')}.",
        ),
        Button(
            label="Drop",
            action=DROP,
            value=name,
            style="danger",
            confirm="Nobody will ever be told of them. They stay in the archive.",
        ),
        show,
    )


def _waiting(held: Held) -> str:
    return (
        "Held until someone decides. New items are told as ever."
        if held.entries
        else "Nothing to do."
    )
