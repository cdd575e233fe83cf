"""Pure: the form of a channel's settings, and how it is read when it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.settings_draft import KEEP, UNMUTE, SettingsDraft
from bot.slack import modals
from bot.slack.blocks import Block
from bot.slack.modals import Filled, Option
from bot.slack.modals_zones import ZONE, zone_field
from bot.slack.parts import section, when, who
from storage.channels import Channel, Place

#: `callback_id` of the form.
SETTINGS = "settings-form"
STEPS, REMINDERS, MUTE = "steps", "reminders", "mute"
QUIET_FROM, QUIET_UNTIL = "quiet_from", "quiet_until"
TITLE = "Channel Settings"

_STEPS = (
    Option(
        label="In the channel and the thread",
        value=Place.CHANNEL.value,
        detail="Published, in force, corrected: seen by everyone",
    ),
    Option(label="In the story's thread only", value=Place.THREAD.value),
)
_MUTES = (
    Option(label="Leave as it is", value=KEEP),
    Option(label="Not muted", value=UNMUTE),
    Option(label="For 1 hour", value="1h"),
    Option(label="For 8 hours", value="8h"),
    Option(label="For 1 day", value="1d"),
    Option(label="For 3 days", value="3d"),
    Option(label="For 7 days", value="7d"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the form is made of."""

    #: The channel's address, or a person's for their direct messages.
    channel: str
    private: bool
    chosen: Channel
    #: None when the channel's subscriptions differ in theirs.
    reminders: tuple[int, ...] | None
    #: What holds where the channel chose no time zone.
    timezone: ZoneInfo
    now: datetime


def view(shown: Shown) -> Block:
    """The form with what holds now."""
    chosen = shown.chosen
    where = "your direct messages" if shown.private else who(shown.channel)
    lines = [f"For everything that is told in {where}"]
    muted = chosen.muted_until is not None and chosen.muted_until > shown.now
    if muted and chosen.muted_until:
        by = f" by {who(chosen.muted_by)}" if chosen.muted_by else ""
        lines.append(f"*Muted* until {when(chosen.muted_until, shown.timezone)}{by}")
    said = " ".join(map(str, shown.reminders)) if shown.reminders is not None else ""
    reminders = modals.field(
        REMINDERS,
        "Reminders",
        modals.text(said, placeholder="14 3 1", longest=40),
        hint="Days before comments close, for every subscription here. Empty for none.",
        optional=True,
    )
    zone = chosen.timezone.key if chosen.timezone else None
    blocks = [
        section("\n".join(lines)),
        zone_field(zone, otherwise=shown.timezone.key),
        modals.field(
            STEPS, "Next steps of a story", modals.radio(_STEPS, chosen=chosen.steps.value)
        ),
        # Left out where it differs, as it would make all alike.
        *([reminders] if shown.reminders is not None else []),
        *_quiet(chosen),
        modals.field(MUTE, "Mute", modals.select(_MUTES, chosen=KEEP)),
    ]
    return modals.view(SETTINGS, TITLE, blocks, submit="Save", metadata=shown.channel)


def _quiet(chosen: Channel) -> list[Block]:
    hours = (
        (QUIET_FROM, "Quiet from", chosen.quiet_from, ""),
        (
            QUIET_UNTIL,
            "Quiet until",
            chosen.quiet_until,
            "What comes in between is told after, in one message. Clear both for no quiet hours.",
        ),
    )
    return [
        modals.field(
            name,
            label,
            modals.clock(f"{at:%H:%M}" if at else ""),
            hint=hint,
            optional=True,
        )
        for name, label, at, hint in hours
    ]


def read(form: Filled) -> SettingsDraft:
    """What was filled in."""
    return SettingsDraft(
        timezone=form.text(ZONE),
        steps=form.text(STEPS),
        reminders=form.text(REMINDERS),
        quiet_from=form.text(QUIET_FROM),
        quiet_until=form.text(QUIET_UNTIL),
        mute=form.text(MUTE),
    )
