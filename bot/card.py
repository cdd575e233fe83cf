"""What an alert says, before anyone decides how it looks: Card and how it is built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Stub replaced by the helper who owns this file."""

    entry_id: int
