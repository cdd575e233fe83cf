"""Pure: the form of a subscription, new or to be edited, and how it is read when it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

import msgspec

from bot.drafts import Draft
from bot.slack import modals, mrkdwn
from bot.slack.blocks import Block
from bot.slack.modals import Filled, Option
from bot.slack.modals_zones import ZONE, zone_field
from bot.slack.parts import section, who
from bot.terms import DAYS
from bot.wording import visible
from feeds.topics import Topic
from storage.channels import Place
from storage.subscriptions import NOTE, REMINDERS, Cadence, Subscription

#: `callback_id` of the form.
FORM = "subscription-form"
#: `action_id`s of what tells at once that it was changed, or asks for the count.
TOPIC, QUERY, CADENCE, REHEARSE = "topic", "query", "cadence", "form-rehearse"
#: Other fields that are asked for by name.
CHANNEL = "channel"

#: Chosen in place of a topic: a list cannot be emptied once one was chosen. No topic's name.
_NO_TOPIC = "-"
_NOT_COUNTED = "Not counted yet."
_DIGESTS = {Cadence.DAILY.value, Cadence.WEEKLY.value}
_CADENCES = (
    Option(label="At once", value="now", detail="Each alert as soon as it is known"),
    Option(label="Hourly", value="hourly", detail="One message an hour, when there is anything"),
    Option(label="Daily", value="daily", detail="One message a day"),
    Option(label="Weekly", value="weekly", detail="One message a week"),
)
_STEPS = (
    Option(label="In the channel and the thread", value=Place.CHANNEL.value),
    Option(label="In the story's thread only", value=Place.THREAD.value),
)
_URGENT = (
    Option(
        label="Tell them at once",
        value="on",
        detail="Filed, published, in force: between digests, and in quiet hours",
    ),
)


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What comes back with a form: which subscription it edits. It may have been forged."""

    #: None for a new one.
    subscription: int | None = None

    def written(self) -> str:
        """As `private_metadata`."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the form shows."""

    about: About
    draft: Draft
    #: Slack's id of the channel that is chosen, or whose subscription this is; empty for a direct
    #: message.
    channel: str
    #: What the query would have told, or what is wrong with it; empty before there is one.
    rehearsed: str = ""
    #: Who made the subscription that is edited.
    created_by: str = ""


def view(form: Form, topics: Mapping[str, Topic]) -> Block:
    """The form as it is filled in now."""
    editing = form.about.subscription is not None
    draft = form.draft
    blocks = [
        *([section(_whose(form))] if editing else []),
        *_what(draft, topics),
        _rehearsal(form.rehearsed),
        *([] if editing else [_where(form.channel)]),
        *_when(draft),
        modals.field(
            "urgent",
            "Urgent steps",
            modals.checkboxes(_URGENT, ticked=[draft.urgent or ""]),
            optional=True,
        ),
        modals.field(
            "steps",
            "Next steps of a story",
            modals.radio(_STEPS, chosen=draft.steps),
            hint="For everything this channel is told.",
            optional=True,
        ),
        modals.field(
            "reminders",
            "Reminders",
            modals.text(_reminders(draft), placeholder="14 3 1", longest=40),
            hint="Days before comments close. Leave it empty for none.",
            optional=True,
        ),
        modals.field(
            "note",
            "Why we follow this",
            modals.text(draft.note or "", longest=NOTE, several_lines=True),
            hint="Printed on its alerts, so that whoever joins later knows.",
            optional=True,
        ),
    ]
    return modals.view(
        FORM,
        "Edit Subscription" if editing else "New Subscription",
        blocks,
        submit="Save" if editing else "Subscribe",
        metadata=form.about.written(),
    )


def _reminders(draft: Draft) -> str:
    """What a new subscription begins with, until it is changed."""
    return " ".join(map(str, REMINDERS)) if draft.reminders is None else draft.reminders


def _whose(form: Form) -> str:
    where = who(form.channel) if form.channel else "your direct messages"
    by = f", made by {who(form.created_by)}" if form.created_by else ""
    return f"In {where}{by}"


def _what(draft: Draft, topics: Mapping[str, Topic]) -> list[Block]:
    own = Option(label="None: a query of my own", value=_NO_TOPIC)
    offered = [
        Option(label=visible(topic.title, 75), value=name, detail=visible(topic.about, 75))
        for name, topic in topics.items()
        if not topic.part or name == draft.topic
    ]
    topic = modals.field(
        TOPIC,
        "Topic",
        modals.select([own, *offered], chosen=draft.topic, placeholder="Choose a topic"),
        optional=True,
    )
    query = modals.field(
        QUERY,
        "Or a query of your own",
        modals.text(draft.query or "", placeholder='agency:bis "entity list" -notice'),
        hint="Press Enter, or Count, to see what it would have told in 30 days.",
        optional=True,
    )
    return [*([modals.asking(topic)] if offered else []), modals.asking(query, on_enter=True)]


def _rehearsal(said: str) -> Block:
    text = mrkdwn.escape(said, 600) if said else _NOT_COUNTED
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Count", "emoji": False},
        "action_id": REHEARSE,
        "value": "count",
        "accessibility_label": "Count what it would have told in the last 30 days",
    }
    return section(text) | {"block_id": "rehearsed", "accessory": button}


def _where(channel: str) -> Block:
    return modals.field(
        CHANNEL,
        "Where",
        modals.channel(channel),
        hint="Leave it empty to be told in a direct message.",
        optional=True,
    )


def _when(draft: Draft) -> list[Block]:
    """How often; and for digests when, which nobody else is asked."""
    cadence = draft.cadence or Cadence.NOW.value
    how = modals.asking(
        modals.field(CADENCE, "How often", modals.select(_CADENCES, chosen=cadence))
    )
    if cadence not in _DIGESTS:
        return [how]
    days = [Option(label=name, value=str(number)) for number, name in enumerate(DAYS)]
    day = modals.field("weekday", "Day", modals.select(days, chosen=draft.weekday or "0"))
    at = modals.field("at", "Time", modals.clock(draft.at or f"{time(9):%H:%M}"))
    zone = zone_field(draft.timezone, otherwise="The channel's own")
    return [how, *([day] if cadence == Cadence.WEEKLY else []), at, zone]


def filled(subscription: Subscription, steps: Place) -> Draft:
    """The form of a subscription as it is."""
    name = subscription.query.removeprefix("topic:")
    topic = name if subscription.query == f"topic:{name}" else None
    return Draft(
        topic=topic,
        query=None if topic else subscription.query,
        cadence=subscription.cadence.value,
        at=f"{subscription.at:%H:%M}",
        weekday=str(subscription.weekday),
        timezone=subscription.timezone.key if subscription.timezone else None,
        urgent="on" if subscription.urgent else "",
        steps=steps.value,
        reminders=" ".join(map(str, subscription.reminders)),
        note=subscription.note,
    )


def read(form: Filled) -> Draft:
    """What was filled in."""
    ticked, topic = form.ticked("urgent"), form.text(TOPIC)
    return Draft(
        topic=None if topic is None else topic.removeprefix(_NO_TOPIC),
        query=form.text(QUERY),
        cadence=form.text(CADENCE),
        at=form.text("at"),
        weekday=form.text("weekday"),
        timezone=form.text(ZONE),
        urgent=None if ticked is None else "on" if "on" in ticked else "",
        steps=form.text("steps"),
        reminders=form.text("reminders"),
        note=form.text("note"),
    )


def about(metadata: str) -> About | None:
    """What a form is about; None when it is not one of ours."""
    try:
        return msgspec.json.decode(metadata, type=About)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
