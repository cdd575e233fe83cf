"""Who was told of what, and why; or which gate kept it from being told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import gate_wording, steps
from bot.answers import UNREAD, Notice, Problem
from bot.audience import Audience
from bot.card import card, quotes
from bot.commands_floods import kept_from
from bot.commands_joining import why_joined
from bot.commands_marking import card_for
from bot.commands_rehearsing import because
from bot.question import Question
from bot.refusal_meaning import stopped as why_stopped
from bot.report import Explanation, Telling
from feeds import matching, reference
from feeds import query as queries
from feeds.errors import QueryError
from feeds.prepared import Prepared, prepare
from feeds.query import Query
from feeds.secrets import without_secrets
from feeds.terms import And, Or
from storage import (
    cards,
    deliveries,
    entries,
    lookup,
    outbox,
    rehearsal,
    stories,
    subscriptions,
    texts,
)
from storage.bulletins import BulletinDelivery
from storage.deliveries import Delivery, State
from storage.entries import Entry
from storage.subscriptions import Subscription
from storage.workspaces import is_person

#: Of how many subscriptions it is said what keeps them from matching, and how many such terms.
_NEAR = 3


def why(db: Database, question: Question) -> Explanation | Notice | Problem:
    """Who was told of the document or page that the text names."""
    named = reference.parse(question.text)
    if named is None:
        return Problem(
            message="why takes a document number, citation, docket, RIN or URL.",
            hint="why 2020-13093",
        )
    found = lookup.find(db, named)
    if not found:
        never = f"Never seen: no feed has brought {without_secrets(question.text)}."
        return Notice(text=f"{never} {UNREAD}")
    return explain(db, question, found[0].id)


def explain(db: Database, question: Question, entry_id: int) -> Explanation | Problem:
    """Who was told of an entry's story, when, and by which query and words."""
    entry = entries.get(db, entry_id)
    if entry is None:
        return Problem(message="This entry is not in the archive any more.")
    told = deliveries.of_story(db, entry.story_id)
    items = {each.id: each for each in entries.of_story(db, entry.story_id)}
    here = [each for each in told if each.channel == question.channel]
    itself = any(each.event.entry_id == entry_id for each in here)
    others = [
        each for each in told if each.channel != question.channel and question.sees(each.channel)
    ]
    elsewhere = [each for each in others if not is_person(each.channel)]
    return Explanation(
        card=card_for(db, question, entry),
        first_seen_at=entry.first_seen_at,
        here=tuple(
            telling(db, each, items[each.event.entry_id], now=question.now, zone=question.timezone)
            for each in here
        ),
        elsewhere=tuple(
            telling(db, each, items[each.event.entry_id], now=question.now, zone=question.timezone)
            for each in elsewhere
        ),
        people=len({each.channel for each in others if is_person(each.channel)}),
        joined=why_joined(db, question, entry),
        silence="" if itself else _silent(db, question, entry),
    )


def _silent(db: Database, question: Question, entry: Entry) -> str:
    """What kept an entry from everyone, else from the channel that asks."""
    return kept_from(db, entry.id, question) or _silence(db, question, entry)


def _silence(db: Database, question: Question, entry: Entry) -> str:
    """The gate at which an entry was stopped for the channel that asks."""
    own = subscriptions.of_channel(db, question.channel)
    marks = stories.marks(db, entry.story_id)
    if any(m.mark is stories.Mark.MUTED and m.holder == question.channel for m in marks):
        return "The story is muted here."
    if not own:
        return "There is no subscription here."
    prepared = prepare(entry.item, texts.body(db, entry.id))
    if not Audience(own, question.queries).of(prepared):
        for stopped in (each for each in own if not each.works):
            awake = replace(stopped, disabled_reason=None, paused_by=None)
            if Audience([awake], question.queries).of(prepared):
                reason = why_stopped(stopped) or "it is paused"
                return f"The subscription here that matches it tells nothing: {reason}"
        return f"No subscription here matches it. {_lacking(question, own, prepared)}".strip()
    before = [each for each in own if each.created_at <= entry.first_seen_at]
    if not Audience(before, question.queries).of(prepared):
        return "A subscription here matches it, but was made after it was first seen."
    return (
        "A subscription here matches it. It was remembered in silence: as history, or with a feed's"
        " first reading."
    )


def _lacking(question: Question, own: Sequence[Subscription], prepared: Prepared) -> str:
    """Which one term would have let a subscription's query match, where any one would."""
    said = []
    for each in own:
        try:
            query = queries.parse(each.query, topics=question.queries)
        except QueryError:
            continue  # status says that it is broken
        near = [
            str(term)
            for term, rest in rehearsal.without_one(query.root)
            if not isinstance(term, And | Or) and matching.match(Query(rest), prepared)
        ]
        missing = sorted(dict.fromkeys(near), key=len)[:_NEAR]
        if missing:
            said.append(f"{each.query}: it {', or '.join(because(term) for term in missing)}.")
    return " ".join(said[:_NEAR])


def telling(
    db: Database, delivery: Delivery, entry: Entry, *, now: datetime, zone: ZoneInfo
) -> Telling:
    """One delivery of an entry's, in words."""
    folded = delivery.folded_into
    told_by = outbox.get(db, folded) if folded else None
    standing = cards.standing(db, channel=delivery.channel, story_id=entry.story_id)
    conversation = standing.conversation if standing else delivery.channel
    ts = delivery.ts
    if isinstance(told_by, BulletinDelivery):
        conversation, ts = told_by.conversation or delivery.channel, told_by.ts
    elif told_by:
        ts = told_by.ts
    return Telling(
        channel=delivery.channel,
        title=entry.item.title,
        step=steps.name(delivery.event.step),
        state=gate_wording.standing(delivery, told_by, zone=zone),
        at=delivery.settled_at or delivery.created_at,
        why=card(entry, whys=delivery.whys, now=now).why,
        quotes=quotes(delivery.whys, title=entry.item.title),
        message=(conversation, ts) if ts else None,
        reason=delivery.last_error if delivery.state is not State.SENT else None,
    )
