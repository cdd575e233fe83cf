"""Settle by hand what may or may not stand in a channel: it was sent, or it is sent again."""

from __future__ import annotations

from sqlite_utils import Database

from bot import bulletin
from bot.answers import Notice, Problem
from bot.question import Question
from storage import entries, outbox, uncertain
from storage.bulletins import BulletinDelivery
from storage.deliveries import Delivery, OutboxRow, State
from storage.uncertain import Settlement, Verdict
from storage.workspaces import local

_SAID = {
    Verdict.SENT: "marked as sent",
    Verdict.AGAIN: "sent again",
    Verdict.FOUND: "found in the channel",
    Verdict.ABSENT: "not found in the channel and sent again",
}
#: What a person can decide.
VERDICTS = {"sent": Verdict.SENT, "again": Verdict.AGAIN}


def settle(db: Database, question: Question) -> Notice | Problem:
    """Do with an uncertain delivery as a person says, wherever they ask; a second time changes nothing.

    It is only one of their workspace, of any to whoever runs the bot. That they govern it is asked
    before (`bot.slack.rights`). Aloud in the delivery's own channel alone: another is not told of it.
    """
    number, _, word = question.text.partition(" ")
    verdict = VERDICTS.get(word.strip().lower())
    if not number.isascii() or not number.isdecimal() or len(number) > 18 or verdict is None:
        return Problem(
            message="settle takes the number of an uncertain delivery, and sent or again.",
            hint="settle 12 sent",
        )
    delivery = outbox.get(db, int(number))
    if delivery is None or not question.sees(delivery.channel):
        return Notice(text=f"No delivery {number} of this workspace is uncertain.")
    if delivery.state is not State.UNCERTAIN:
        said = _as_it_is(delivery, uncertain.last(db, delivery.id))
        return Notice(text=said, place=delivery.channel)
    uncertain.settle(db, delivery, verdict, by=question.user, now=question.now)
    return Notice(
        text=f"has {_SAID[verdict]}: {_title(db, delivery)}",
        by=question.user,
        place=delivery.channel,
        aloud=question.channel == delivery.channel,
    )


def _title(db: Database, delivery: Delivery | BulletinDelivery) -> str:
    if isinstance(delivery, BulletinDelivery):
        return bulletin.decode(delivery.body).title
    entry = entries.get(db, delivery.event.entry_id)
    return entry.item.title if entry else "an entry that is gone"


def _as_it_is(delivery: OutboxRow, settled: Settlement | None) -> str:
    if settled is None:
        return f"Delivery {delivery.id} is not uncertain: it is {delivery.state.value}"
    return f"Delivery {delivery.id} is settled already: {_SAID[settled.verdict]} by {local(settled.by)}"
