"""What an alert says, before anyone decides how it looks: Card and how it is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot import date_wording
from bot.wording import Fact, day, facts, issued_by, moment, references, visible
from feeds import document_dates, footing, standing, summary
from feeds.footing import Footing
from feeds.matching import Reason
from feeds.model import EASTERN, DocumentType, Item, Stage
from feeds.standing import Later, Standing
from storage.deliveries import FOLLOWED, Why
from storage.entries import Entry
from storage.stories import Mark, Marked
from storage.subscriptions import NOTE

UTC = ZoneInfo("UTC")

#: How many matched words, and how many subscriptions, an alert names.
_REASONS, _WHYS = 4, 3
#: How many sentences an explanation quotes, and how long they may be (characters).
_QUOTES, _QUOTE = 4, 440

_STAGES = {
    Stage.REPORTED: "Reported",
    Stage.INSPECTION: "On public inspection",
    Stage.WITHDRAWN: "Withdrawn from public inspection",
    Stage.PUBLISHED: "Published",
}
FOOTINGS = {Footing.LEAK: "Leak", Footing.ANNOUNCED: "Announced", Footing.REPORTED: "Reported"}
_BEFORE = {Footing.LEAK: "leak", Footing.ANNOUNCED: "announcement", Footing.REPORTED: "report"}
_TYPES = {
    DocumentType.RULE: "Rule",
    DocumentType.PROPOSED: "Proposed rule",
    DocumentType.NOTICE: "Notice",
    DocumentType.PRESIDENTIAL: "Presidential document",
    DocumentType.OTHER: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything an alert says.

    All text is one line of bounded length, without control or direction characters. It is still
    outside text: whoever shows it escapes it. The urls are as the source wrote them.
    """

    entry_id: int
    story_id: int
    stage: Stage
    #: The stage and the action as the document prints it: "Published · Interim final rule".
    headline: str
    title: str
    url: str
    #: As `feeds.summary.extract` takes them from the source, word for word.
    sentences: tuple[str, ...]
    #: Effective date and what it rests on, comment deadline, filing, CFR parts, print: in this order.
    facts: tuple[Fact, ...]
    #: What else it is known by: document number, docket, RIN.
    references: tuple[Fact, ...]
    #: Empty for press.
    issued_by: str
    #: Why this channel is told: a line a subscription, and one for its note. Empty when a person
    #: asked for the card.
    why: tuple[str, ...]
    pdf_url: str | None
    marks: frozenset[Mark]
    #: Who muted the story where the card stands, and when; None while it is not muted there.
    muted: Marked | None = None
    #: That moment in words, in the time zone of where the card stands; empty while it is not muted.
    muted_at: str = ""


def card(
    entry: Entry,
    *,
    whys: Sequence[Why] = (),
    now: datetime,
    timezone: ZoneInfo = UTC,
    press: int = 0,
    earlier: Entry | None = None,
    marks: frozenset[Mark] = frozenset(),
    muted: Marked | None = None,
    preamble: str = "",
    later: Sequence[Later] = (),
    found_late: datetime | None = None,
    notes: Mapping[str, str] = MappingProxyType({}),
) -> Card:
    """Say what is known of an entry.

    Args:
        entry: What it is about. Facts that its source left out are left out.
        whys: Who is told, and what matched for them.
        now: Days left are counted from its Eastern day.
        timezone: For moments; plain days (effective, comments) are the Register's own.
        press: How many press items tell the same story, this one included.
        earlier: What came before it, such as a leak.
        marks: Decide which buttons are offered.
        muted: Who muted it where the card stands.
        preamble: What was read of the document, as far as its preamble reaches: it tells what is
            done and the dates of what is only filed.
        later: What later documents do to it.
        found_late: When it was found to be missing; None when a poll brought it.
        notes: Why the channel follows what it does, by subscription.
    """
    item, document = entry.item, entry.item.document
    dates = document_dates.of(document, stage=item.stage, text=preamble) if document else ()
    stands = standing.of(dates, later, stage=item.stage, now=now)
    today = now.astimezone(EASTERN).date()
    return Card(
        entry_id=entry.id,
        story_id=entry.story_id,
        stage=item.stage,
        headline=_headline(item, stands),
        title=visible(item.title, 300) or "Untitled",
        url=item.url,
        sentences=_sentences(item, whys, preamble),
        facts=facts(
            item,
            dated=date_wording.facts(document, dates, stands, today=today) if document else (),
            timezone=timezone,
        ),
        references=(*references(item, press=press), *_followed(earlier), *_late(found_late)),
        issued_by=issued_by(document.agencies) if document else "",
        why=tuple(line for why in whys[:_WHYS] for line in (_why(why), *_note(why, notes))),
        pdf_url=document.pdf_url if document else None,
        marks=marks,
        muted=muted,
        muted_at=moment(muted.made_at, timezone) if muted else "",
    )


def _followed(earlier: Entry | None) -> tuple[Fact, ...]:
    """What came before, named by its day: "Follows the leak of 7 May 2020"."""
    if earlier is None:
        return ()
    item = earlier.item
    what = "document" if item.document else _BEFORE[footing.of(item)]
    on = f" of {day(item.event_day)}" if item.event_day else ""
    return (Fact(label="Follows", value=f"the {what}{on}"),)


def _late(found: datetime | None) -> tuple[Fact, ...]:
    """No poll brought it, and the nightly comparison with the Register's lists did."""
    return (Fact(label="Found late", value=day(found.astimezone(EASTERN).date())),) if found else ()


def _headline(item: Item, stands: Standing) -> str:
    stage = date_wording.stage_and_force(_STAGES[item.stage], stands)
    document = item.document
    if document is None:
        stage, detail = FOOTINGS[footing.of(item)], visible(item.publisher or "", 80)
    elif item.stage is Stage.PUBLISHED and document.action:
        detail = visible(document.action, 120).rstrip(". ")
    else:
        filed = item.stage is Stage.INSPECTION and document.filing_type
        words = (_TYPES[document.type], f"{document.filing_type} filing" if filed else "")
        detail = ", ".join(word for word in words if word)
    return f"{stage} · {detail}" if detail else stage


def _sentences(item: Item, whys: Sequence[Why], preamble: str) -> tuple[str, ...]:
    matched = {reason.sentence for why in whys for reason in why.reasons if reason.sentence}
    told = summary.extract(item, full_text=preamble, matched=matched)
    return tuple(visible(one, summary.LENGTH) for one in told)


def _why(why: Why) -> str:
    """Topic huawei: “standards organization”, “Huawei” in the title, “5G” in the abstract.

    The longest terms of a place come first, as they tell most: “us” decides and explains little.
    """
    ordered = [
        reason
        for _, reasons in groupby(why.reasons, key=lambda reason: reason.where)
        for reason in sorted(reasons, key=lambda reason: -len(reason.term))
    ]
    named = ordered[:_REASONS]
    places = [
        _place(where, [_term(reason) for reason in reasons])
        for where, reasons in groupby(named, key=lambda reason: reason.where)
    ]
    more = len(why.reasons) - len(named)
    matched = ", ".join(places) + (f" and {more} more" if more > 0 else "")
    asked = _asked(visible(why.subscription, 100))
    return f"{asked}: {matched}" if matched else asked


def _note(why: Why, notes: Mapping[str, str]) -> Iterator[str]:
    """What people noted on a subscription; theirs, and so outside text like any other."""
    if note := notes.get(why.subscription):
        yield f"Why we follow this: {visible(note, NOTE)}"


def quotes(whys: Sequence[Why], *, title: str) -> tuple[str, ...]:
    """The sentences beside the title in which something matched: `Abstract, “huawei”: …`.

    Places in the order of `feeds.matching`; of a place the sentence with the most terms first.

    Args:
        whys: Who was told, and what matched for them.
        title: Shown anyhow, and often the first line of the text as well.
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    for reason in (reason for why in whys for reason in why.reasons):
        said = reason.sentence.casefold()
        if reason.where != "title" and said not in {"", title.casefold(), reason.term}:
            terms = found.setdefault(reason.where, {}).setdefault(reason.sentence, {})
            terms[_term(reason)] = None
    return tuple(
        f"{where.capitalize()}, {', '.join([*terms][:_REASONS])}: {visible(sentence, _QUOTE)}"
        for where, sentences_there in found.items()
        for sentence, terms in sorted(sentences_there.items(), key=lambda each: -len(each[1]))
    )[:_QUOTES]


def _asked(subscription: str) -> str:
    """Who is told: a topic's subscribers, a query's, or a person who follows the story."""
    if subscription == FOLLOWED:
        return "You follow this story"
    topic = subscription.removeprefix("topic:")
    return f"Topic {topic}" if topic != subscription else subscription


def _term(reason: Reason) -> str:
    """“hisilicon”, listed as Huawei; a field's term needs no marks."""
    term = visible(reason.term, 60)
    if term.startswith(f"{reason.where}:"):
        return term
    return f"“{term}”" + (f" (listed as {visible(reason.entity, 60)})" if reason.entity else "")


def _place(where: str, terms: Sequence[str]) -> str:
    """“Huawei”, “HiSilicon” in the title; a field's term says itself where it stands: agency:bis."""
    if any(term.startswith(f"{where}:") for term in terms):
        return ", ".join(terms)
    return f"{', '.join(terms)} in the {visible(where, 40)}"
