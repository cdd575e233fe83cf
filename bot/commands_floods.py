"""List the floods, show what one holds, and release or drop it."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlite_utils import Database

from bot import flood_card
from bot.answers import Notice, Problem
from bot.flood_page import FloodRow, Floods, HeldPage
from bot.question import Question
from bot.wording import moment
from storage import flood_entries, floods, restored
from storage.flood_entries import HeldEntry
from storage.floods import Held, State
from storage.workspaces import local

#: Floods listed, and items on a page.
_LISTED, PAGE = 10, 10
#: A flood's number, on a button with the second in which it began, and a page.
_ASKED = re.compile(
    r"(?P<number>[0-9]{1,40})(?:\.(?P<began>[0-9]{0,20}))?(?: (?P<page>[0-9]{1,40}))?"
)
_LOST = Problem(
    message="The flood of this card is no longer known: a backup was put back since. What is held"
    " now has a card of its own.",
    hint="floods",
)
_Answer = HeldPage | Notice | Problem
_SHARED = Problem(
    message="Several workspaces read these feeds: whoever runs the bot releases and drops floods."
)


def answer(db: Database, question: Question) -> Floods | _Answer:
    """Answer `floods`, `floods show 3 [page]`, `floods release 3` and `floods drop 3`.

    Whether somebody may decide is for whoever asks on their behalf to say; where workspaces share
    the feeds, only whoever runs the bot does, and each is told of its own channels alone.
    """
    verb, *words = question.text.lower().split() or ["list"]
    if verb == "list" and not words:
        return Floods(
            floods=tuple(_row(db, question, held) for held in floods.newest(db, limit=_LISTED))
        )
    asked = _ASKED.fullmatch(" ".join(words))
    if asked is None or verb not in {"show", *flood_card.VERDICTS}:
        return Problem(
            message="floods takes show, release or drop and a flood's number.", hint="floods show 3"
        )
    return _about(db, question, verb, asked)


def _about(db: Database, question: Question, verb: str, asked: re.Match[str]) -> _Answer:
    """Answer what is asked about one flood."""
    held = floods.get(db, min(int(asked["number"]), 2**62))
    if asked["began"] is not None and not _meant(db, held, asked["began"]):
        return _LOST
    if held is None:
        return Problem(message=f"There is no flood {asked['number'][:20]}.", hint="floods")
    if not held.entries:
        return Notice(text=f"Flood {held.id} holds nothing: there is nothing to decide.")
    if verb == "show":
        return _page(db, question, held, int(asked["page"] or 1))
    return _decide(db, question, held, flood_card.VERDICTS[verb])


def _meant(db: Database, held: Held | None, began: str) -> bool:
    """Whether a button means the flood that has its number now: it says when its own began.

    Of one that does not, by its number alone, it is known only while no backup was put back since.
    """
    backed_up_at = restored.backed_up_at(db)
    if held is None or not began:
        return backed_up_at is None or (held is not None and held.began_at < backed_up_at)
    return flood_card.name_of(held.id, held.began_at) == f"{held.id}.{began}"


def named(db: Database, *, limit: int = 3) -> str:
    """The floods that wait for a person, in a line for `status`; empty when none does."""
    waiting = floods.undecided(db)
    if not waiting:
        return ""
    said = [f"{held.id} {held.title} ({held.entries:,})" for held in waiting[:limit]]
    if len(waiting) > limit:
        said.append(f"{len(waiting) - limit} more")
    return f"Held back, see floods: {', '.join(said)}"


def kept_from(db: Database, entry_id: int, question: Question) -> str:
    """Why an entry was told to nobody, when a flood keeps it; empty when none does."""
    held = flood_entries.holding(db, entry_id)
    if held is None or held.state is State.RELEASED:
        return ""
    because = " ".join(flood_card.why(db, held)[:1])
    if held.state is State.DROPPED and held.settled_at:
        at = moment(held.settled_at, question.timezone)
        by = f" by {local(name)}" if (name := _by(question, held)) else ""
        return f"Held back as a flood and dropped{by}, {at}. {because}"
    return f"Held back as flood {held.id} until someone decides. {because}"


def _decide(db: Database, question: Question, held: Held, state: State) -> Notice | Problem:
    if not question.may_change_for_all:
        return _SHARED
    owed = flood_entries.settle(db, held.id, state, by=question.user, now=question.now)
    if owed is None:
        return _as_it_is(held, question)
    flood_card.show(db, held.id, now=question.now)
    items = flood_card.counted(held.entries, "item")
    if state is State.DROPPED:
        return Notice(
            text=f"dropped {items} of {held.title}: nobody is told of them.", by=question.user
        )
    told = flood_card.counted(owed, "alert")
    return Notice(text=f"released {items} of {held.title}: {told} to send.", by=question.user)


def _as_it_is(held: Held, question: Question) -> Notice:
    did = flood_card.DECIDED.get(held.state, "decided about").lower()
    at = f", {moment(held.settled_at, question.timezone)}" if held.settled_at else ""
    by = _by(question, held)
    return Notice(text=f"{did} it already{at}." if by else f"Somebody {did} it already{at}.", by=by)


def _page(db: Database, question: Question, held: Held, page: int) -> HeldPage:
    """The page that is asked for, or the nearest that there is."""
    page = min(max(page, 1), -(-held.entries // PAGE))
    first = (page - 1) * PAGE
    shown = flood_entries.entries(db, held.id, first=first, limit=PAGE)
    return HeldPage(
        flood=_row(db, question, held),
        rows=flood_card.rows_of(db, held, [_own(question, each) for each in shown]),
        page=page,
        first=first + 1,
        total=held.entries,
    )


def _row(db: Database, question: Question, held: Held) -> FloodRow:
    if question.shared:
        everything = flood_entries.entries(db, held.id)
        wanted = sum(bool(_own(question, each).wanted) for each in everything)
        held = replace(held, wanted=wanted)
    return FloodRow(
        id=held.id,
        title=flood_card.title(held),
        why=" ".join(flood_card.why(db, held)),
        began_at=held.began_at,
        decided=flood_card.DECIDED.get(held.state, ""),
        by=_by(question, held),
        at=held.settled_at,
    )


def _own(question: Question, held: HeldEntry) -> HeldEntry:
    """With the channels of whoever asks alone: of another workspace not even their number is told."""
    own = {channel: whys for channel, whys in held.wanted.items() if question.sees(channel)}
    return replace(held, wanted=own)


def _by(question: Question, held: Held) -> str | None:
    """Who decided; people are named in their own workspace only."""
    return held.settled_by if held.settled_by and question.sees(held.settled_by) else None
