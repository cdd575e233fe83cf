"""Pure: in words, on what terms a subscription speaks."""

from __future__ import annotations

from datetime import time

from storage.subscriptions import Cadence, Terms

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def told(terms: Terms) -> str:
    """When it speaks: "Weekly on Monday at 09:00, Europe/Berlin time; urgent steps at once"."""
    at = f"{clock_time(terms.at)}{f', {terms.timezone.key} time' if terms.timezone else ''}"
    said = {
        Cadence.NOW: "At once",
        Cadence.HOURLY: "Hourly",
        Cadence.DAILY: f"Daily at {at}",
        Cadence.WEEKLY: f"Weekly on {WEEKDAYS[terms.weekday]} at {at}",
    }[terms.cadence]
    breaks_through = terms.urgent and terms.cadence is not Cadence.NOW
    return f"{said}; urgent steps at once" if breaks_through else said


def clock_time(at: time) -> str:
    """A time of day as everyone reads it: "09:00"."""
    return f"{at:%H:%M}"
