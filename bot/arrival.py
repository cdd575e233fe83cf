"""Arrival: one item of a visit as it was remembered, and who asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feeds.model import Item
from storage.deliveries import Why
from storage.entries import Remembered
from storage.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One item of a visit as it was remembered, and what may be told of it."""

    #: As the feed shows it now.
    item: Item
    sighting: Remembered
    #: None for one that was seen before.
    event: Event | None = None
    #: Who asks for it, and did not for what it was before.
    wanted: Mapping[str, Sequence[Why]] = field(default_factory=dict)
