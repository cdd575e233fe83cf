"""List the floods, show what one holds, and release or drop it."""

from __future__ import annotations

from sqlite_utils import Database

from bot import flood_card
from bot.answers import Notice, Problem
from bot.flood_page import FloodRow, Floods, HeldPage
from bot.question import Question
from bot.wording import moment
from storage import flood_entries, floods
from storage.floods import Held, State

#: Floods listed, and items on a page.
_LISTED, PAGE = 10, 10
_MOST_PAGES = 1_000
_SHARED = Problem(
    message="Several workspaces read these feeds: whoever runs the bot releases and drops floods."
)


def answer(db: Database, question: Question) -> Floods | HeldPage | Notice | Problem:
    """Answer `floods`, `floods show 3 [page]`, `floods release 3` and `floods drop 3`.

    Whether somebody may decide is for whoever asks on their behalf to say; where several workspaces
    read the feeds, only whoever runs the bot may.
    """
    verb, *numbers = question.text.lower().split() or ["list"]
    if verb == "list" and not numbers:
        return Floods(floods=tuple(_row(db, held) for held in floods.newest(db, limit=_LISTED)))
    read = [int(each) for each in numbers if each.isascii() and each.isdecimal()]
    if (
        verb not in {"show", *flood_card.VERDICTS}
        or len(read) != len(numbers)
        or not 0 < len(read) <= 2
    ):
        return Problem(
            message="floods takes show, release or drop and a flood's number.", hint="floods show 3"
        )
    held = floods.get(db, min(read[0], 2**62))
    if held is None:
        return Problem(message=f"There is no flood {numbers[0][:20]}.", hint="floods")
    if not held.entries:
        return Notice(text=f"Flood {held.id} holds nothing: there is nothing to decide.")
    if verb == "show":
        return _page(db, held, min(max([*read, 1][1], 1), _MOST_PAGES))
    return _decide(db, question, held, flood_card.VERDICTS[verb])


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
        return f"Held back as a flood and dropped by {held.settled_by}, {at}. {because}"
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
    return Notice(text=f"{did} it already{at}.", by=held.settled_by)


def _page(db: Database, held: Held, page: int) -> HeldPage:
    first = (page - 1) * PAGE
    shown = flood_entries.entries(db, held.id, first=first, limit=PAGE)
    return HeldPage(
        flood=_row(db, held),
        rows=flood_card.rows_of(db, held, shown),
        page=page,
        first=first + 1,
        total=held.entries,
    )


def _row(db: Database, held: Held) -> FloodRow:
    return FloodRow(
        id=held.id,
        title=flood_card.title(held),
        why=" ".join(flood_card.why(db, held)),
        began_at=held.began_at,
        decided=flood_card.DECIDED.get(held.state, ""),
        by=held.settled_by,
        at=held.settled_at,
    )
