"""Give a subscription another query, and ask that one of what waits by the old (sync)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.audience import Audience
from feeds.prepared import prepare
from storage import deliveries, entries, flood_entries, held, subscriptions, texts
from storage.deliveries import Why
from storage.entries import Entry
from storage.subscriptions import Subscription

_REASON = "its subscription asks for something else now"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anew:
    """A subscription as it was, and what it asks now."""

    before: Subscription
    asks: Audience

    def whys(self, db: Database, entry: Entry | None, whys: Sequence[Why]) -> tuple[Why, ...]:
        """Why the channel is owed an entry: the other subscriptions' reasons, and this one's new."""
        others = tuple(why for why in whys if why.subscription != self.before.query)
        if entry is None or len(others) == len(whys):
            return others
        asked = self.asks.of(prepare(entry.item, texts.body(db, entry.id)))
        return (*others, *asked.get(self.before.channel, ()))


def requery(
    db: Database,
    before: Subscription,
    query: str,
    *,
    topics: Mapping[str, str],
    now: datetime,
) -> bool:
    """Change what a subscription asks for; False when its channel has another one to that.

    What waits for a digest, the end of quiet hours, a mute or a pause, or for a decision about a
    flood, because of the old query alone is told if the new one wants it, too, and else dropped.

    Args:
        db: Inside a transaction.
        before: As it is stored.
        query: Canonical.
        topics: Query of each topic, by name.
        now: When a person said so.
    """
    if not subscriptions.requery(db, before.id, query):
        return False
    awake = replace(before, query=query, paused_by=None, disabled_reason=None)
    anew = _Anew(before=before, asks=Audience([awake], topics))
    for each in deliveries.held_for(db, before.channel):
        whys = anew.whys(db, entries.get(db, each.event.entry_id), each.whys)
        if each.whys and not whys:
            held.drop(db, each.id, reason=_REASON, now=now)
        else:
            held.ask(db, each.id, whys)
    for waiting in flood_entries.wanted_in(db, before.channel):
        whys = anew.whys(db, waiting.entry, waiting.wanted[before.channel])
        flood_entries.ask(db, waiting, channel=before.channel, whys=whys)
    return True
