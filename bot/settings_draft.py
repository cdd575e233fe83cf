"""What a channel chose in the form of its settings: checked (pure), and kept (sync)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlite_utils import Database

from bot import terms
from bot.answers import Notice
from bot.choices import reminding, told
from bot.commands_drafting import Done
from bot.drafts import DraftError, day_time, days, zone
from bot.question import Question
from storage import channels, subscriptions
from storage.channels import Channel, Place

#: How long a channel can be muted from the form.
MUTES = {
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}
#: Leaves the mute as it is, and ends it.
KEEP, UNMUTE = "keep", "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsDraft:
    """The form as it is filled in. None is a field that was left as it was."""

    timezone: str | None = None
    steps: str | None = None
    #: Of all the channel's subscriptions.
    reminders: str | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    #: One of `MUTES`, `KEEP` or `UNMUTE`.
    mute: str | None = None


def agree(draft: SettingsDraft, before: Channel, *, by: str, now: datetime) -> Channel:
    """What the channel chose.

    Raises:
        DraftError: everything that is wrong with it.
    """
    mistakes: dict[str, str] = {}
    chosen = before
    try:
        chosen = replace(chosen, timezone=zone(draft.timezone, before.timezone))
    except ValueError as error:
        mistakes["timezone"] = str(error)
    if draft.steps:
        if draft.steps in set(Place):
            chosen = replace(chosen, steps=Place(draft.steps))
        else:
            mistakes["steps"] = "Choose one of the list."
    hours: dict[str, time | None] = {}
    for name, held in (("quiet_from", before.quiet_from), ("quiet_until", before.quiet_until)):
        written = getattr(draft, name)
        try:
            hours[name] = held if written is None else day_time(written)
        except ValueError as error:
            mistakes[name] = str(error)
    begins, ends = hours.get("quiet_from"), hours.get("quiet_until")
    if not mistakes and ((begins is None) is not (ends is None) or (begins and begins == ends)):
        missing = "quiet_from" if begins is None else "quiet_until"
        mistakes[missing] = "Quiet hours have a beginning and another end. Empty both for none."
    if mistakes:
        raise DraftError(mistakes)
    chosen = replace(chosen, quiet_from=begins, quiet_until=ends)
    if draft.mute in MUTES:
        return replace(chosen, muted_until=now + MUTES[draft.mute], muted_by=by)
    return replace(chosen, muted_until=None, muted_by=None) if draft.mute == UNMUTE else chosen


def save(db: Database, question: Question, draft: SettingsDraft) -> Done:
    """Keep what the channel that asks chose; the same again changes nothing.

    Raises:
        DraftError: everything that is wrong with it.
    """
    before = channels.get(db, question.channel)
    chosen = agree(draft, before, by=question.user, now=question.now)
    try:
        reminders = days(draft.reminders, ())
    except ValueError as error:
        raise DraftError({"reminders": str(error)}) from error
    said = _changes(before, chosen, question)
    own = subscriptions.of_channel(db, question.channel)
    if draft.reminders is not None and any(each.reminders != reminders for each in own):
        subscriptions.remind(db, question.channel, query=None, days=reminders)
        said.append(f"reminders: {reminding(reminders)}")
    if chosen != before:
        channels.put(db, question.channel, chosen)
    text = f"changed the settings here: {'; '.join(said)}."
    notice = Notice(text=text, by=question.user, aloud=True) if said else None
    return Done(notice=notice, channel=question.channel)


def shared_reminders(db: Database, channel: str) -> tuple[int, ...] | None:
    """The reminders that all of a channel's subscriptions have; None when they differ, or are none."""
    found = {each.reminders for each in subscriptions.of_channel(db, channel)}
    return found.pop() if len(found) == 1 else None


def _changes(before: Channel, chosen: Channel, question: Question) -> list[str]:
    """What is different now, in words."""
    said = []
    if chosen.timezone != before.timezone:
        said.append(f"time zone {terms.place(chosen.timezone or question.timezone)}")
    if chosen.steps is not before.steps:
        said.append(f"steps are {told(chosen.steps)}")
    if (chosen.quiet_from, chosen.quiet_until) != (before.quiet_from, before.quiet_until):
        begins, ends = chosen.quiet_from, chosen.quiet_until
        hours = f"{begins:%H:%M} to {ends:%H:%M}" if begins and ends else "none"
        said.append(f"quiet hours: {hours}")
    if chosen.muted_until != before.muted_until:
        until = chosen.muted_until
        zone_here = chosen.timezone or question.timezone
        at = f"{until.astimezone(zone_here):%d %B %Y, %H:%M}" if until else ""
        local = f"{at} {terms.place(zone_here)}" if until else ""
        said.append(f"muted until {local}" if until else "no longer muted")
    return said
