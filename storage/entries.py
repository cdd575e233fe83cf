"""Remember an item → new | advanced | revised | seen; read entries back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.model import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item we remember."""

    id: int
    item: Item
    #: Entries that tell the same story share it, and share one Slack thread in a channel.
    story_id: int
    #: Count of changed contents since first seen; 0 for an entry never changed.
    revision: int
    first_seen_at: datetime
