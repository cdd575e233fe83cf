"""What `storage.channels` promises, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage import channels
from storage.channels import Channel, Place
from tests.factories import NOW

CHOSEN = Channel(
    timezone=ZoneInfo("Asia/Tokyo"),
    steps=Place.THREAD,
    quiet_from=time(22),
    quiet_until=time(0),
    muted_until=NOW + timedelta(hours=2),
    muted_by="U1",
)


def test_a_channel_that_never_chose_has_the_defaults(db: Database) -> None:
    channels.put(db, "C2", CHOSEN)

    assert channels.get(db, "C1") == Channel()


def test_what_a_channel_chose_is_read_back(db: Database) -> None:
    channels.put(db, "C1", CHOSEN)
    kept = channels.get(db, "C1")
    channels.put(db, "C1", replace(kept, muted_until=None, muted_by=None, quiet_from=None))

    assert kept == CHOSEN
    assert channels.get(db, "C1") == replace(
        CHOSEN, muted_until=None, muted_by=None, quiet_from=None
    )
