"""Say, at most once a week, that digests have had nothing to say (sync)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot import bulletin, gate, terms
from bot.bulletin import Bulletin, BulletinKind
from bot.cadence import next_digest
from bot.wording import day
from storage import bulletins, channels, outbox, silences
from storage.subscriptions import Subscription

#: A week, less what a change of clocks and a round may take of it.
WEEK = timedelta(days=7) - timedelta(hours=2)
#: Subscriptions named in the title.
_NAMED = 3


def say(db: Database, *, now: datetime, timezone: ZoneInfo) -> int:
    """Owe it to channels whose digests were silent for a week; can be repeated at any time.

    A channel that was told anything meanwhile, or is told something of another subscription, was
    not left in silence.

    Args:
        db: Inside a transaction.
        now: Time of the round.
        timezone: Of channels that chose none.

    Returns:
        How many messages came to be owed.
    """
    by_channel: dict[str, list[tuple[Subscription, datetime | None]]] = defaultdict(list)
    for each, since in silences.silent(db, since=now - WEEK):
        by_channel[each.channel].append((each, since))
    return sum(
        _say(db, channel, silent, now=now, timezone=timezone)
        for channel, silent in by_channel.items()
    )


def _say(
    db: Database,
    channel: str,
    silent: Sequence[tuple[Subscription, datetime | None]],
    *,
    now: datetime,
    timezone: ZoneInfo,
) -> int:
    chosen = channels.get(db, channel)
    zone = chosen.timezone or timezone
    known = [(each, since) for each, since in silent if since]
    if len(known) < len(silent):
        silences.spoke(db, channel, now=now)
        return 0
    due = min(next_digest(each, zone=zone, after=begun + WEEK) for each, begun in known)
    if due > now or gate.by_channel(chosen, zone=zone, now=now):
        return 0
    since = min(since for _, since in known)
    if outbox.owed_since(db, channel, since):  # last: it reads all that the channel was told
        silences.spoke(db, channel, now=now)
        return 0
    owed = bulletins.owe(
        db,
        channel=channel,
        kind=BulletinKind.DIGEST.value,
        key=f"nothing since {since.isoformat()}",
        body=bulletin.encode(_said([each for each, _ in known], since=since, zone=zone)),
        now=now,
    )
    silences.spoke(db, channel, now=now)
    return int(owed is not None)


def _said(silent: Sequence[Subscription], *, since: datetime, zone: ZoneInfo) -> Bulletin:
    names = [each.query for each in silent[:_NAMED]]
    more = len(silent) - len(names)
    named = ", ".join([*names, *([f"{more} more"] if more else [])])
    return Bulletin(
        title=f"Nothing new for {named} since {day(since.astimezone(zone))}",
        closing=" · ".join(
            f"{each.query}, {terms.told(each, zone=zone)}" for each in silent[:_NAMED]
        )
        + ". This is said once a week at most.",
    )
