"""What Slack has brought already: it brings an event again when its acknowledgement came late or never."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from storage.database import to_text

#: Slack tries three times within six minutes, and with "Delayed Events" hourly for a day
#: (docs.slack.dev/apis/events-api).
KEPT = timedelta(days=1, hours=1)


def first(db: Database, key: str, *, now: datetime) -> bool:
    """Whether a thing is brought for the first time in a day; from now on it is not.

    Once in all: what a crash interrupts is not done when Slack brings it again, and a person asks anew.

    Args:
        db: Also forgets what is older than a day.
        key: Slack's `event_id` of an event, `trigger_id` of a command or click; channel and `ts` of
            a message, which may come as two events.
        now: Aware.
    """
    db.execute("DELETE FROM seen_events WHERE seen_at < ?", [to_text(now - KEPT)])
    done = db.execute(
        "INSERT OR IGNORE INTO seen_events (key, seen_at) VALUES (?, ?)", [key, to_text(now)]
    )
    return done.rowcount > 0
