"""What a channel chose for itself, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot import terms
from bot.wording import moment
from storage.channels import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a channel chose for itself."""

    timezone: str
    #: Where the steps of a story are told.
    steps: Place
    #: Each subscription, and how many days before comments close it reminds.
    reminders: tuple[tuple[str, tuple[int, ...]], ...]
    #: Between which local times it is quiet; None without quiet hours.
    quiet: tuple[time, time] | None = None
    #: None while the channel is not muted.
    muted_until: datetime | None = None

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each choice's name, and what it says."""
        return [
            ("Steps of a story", _STEPS[self.steps]),
            ("Time zone", terms.place(ZoneInfo(self.timezone))),
            (
                "Quiet hours",
                f"{self.quiet[0]:%H:%M} to {self.quiet[1]:%H:%M}" if self.quiet else "none",
            ),
            *self._mute,
            *((f"Reminders for {query}", reminding(days)) for query, days in self.reminders),
        ]

    @property
    def _mute(self) -> list[tuple[str, str]]:
        if not self.muted_until:
            return []
        return [("Muted until", moment(self.muted_until, ZoneInfo(self.timezone)))]


_STEPS = {
    Place.CHANNEL: "told in the story's thread and shown in the channel",
    Place.THREAD: "told in the story's thread alone",
}


def told(steps: Place) -> str:
    """Where steps are told: "told in the story's thread alone"."""
    return _STEPS[steps]


def reminding(days: tuple[int, ...]) -> str:
    """When a subscription reminds: "14, 3 and 1 days before comments close, …"."""
    if not days:
        return "none"
    *most, last = map(str, days)
    said = f"{', '.join(most)} and {last}" if most else last
    unit = "day" if days == (1,) else "days"
    return f"{said} {unit} before comments close, and the day it takes effect"
