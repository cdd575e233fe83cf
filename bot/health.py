"""DECIDE which feeds are out, by what cause, and which are back (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from feeds.model import EASTERN, Feed
from feeds.silence import LEAST, missed, patience
from storage.outages import NETWORK, Out, Outage, Trouble
from storage.polls import Poll
from storage.publishing import Publishing

#: A feed is failing after so many tries in a row and so long a time; one that was out within the
#: last day is given longer, so that a feed that comes and goes is told of twice a day at most.
TRIES, FAILING, FAILING_AGAIN = 4, timedelta(hours=2), timedelta(hours=12)
#: Silence is heard only of a feed that was read so lately.
READ_LATELY = timedelta(days=1)
#: Failing feeds of so many hosts, and half of all feeds: it is our own network.
HOSTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One feed of the catalog, as its visits went."""

    feed: Feed
    #: Where it is read from.
    host: str
    poll: Poll
    publishing: Publishing | None
    #: When its last outage ended; None when it never had one.
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """Feeds that are out from now on by one cause."""

    kind: Trouble
    scope: str
    feeds: tuple[Out, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """More feeds are out by a cause that was told."""

    outage: Outage
    feeds: tuple[Out, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What became of an outage that was told."""

    outage: Outage
    #: Feeds that are out no more.
    left: tuple[str, ...]
    #: Nearly all are back, or none is of the catalog any more.
    over: bool
    #: Those that are read again: not the ones that were removed, or are gone since.
    back: tuple[str, ...]


Change = Began | Joined | Left


def changes(
    feeds: Mapping[str, Known], lasting: Sequence[Outage], *, now: datetime
) -> list[Change]:
    """What is to be told, and written down, since the last look.

    Args:
        feeds: The catalog, by name.
        lasting: Outages that were told and are not over.
        now: Of this look.
    """
    ended = [left for outage in lasting if (left := _left(outage, feeds))]
    gone_on = {name for left in ended for name in left.left}
    taken = {out.feed for outage in lasting for out in outage.lasting} - gone_on
    out = {
        name: found
        for name, known in feeds.items()
        if name not in taken and (found := ill(known, now=now))
    }
    over = {left.outage.id for left in ended if left.over}
    open_still = {
        outage.scope: outage
        for outage in lasting
        if outage.kind is Trouble.FAILING and outage.id not in over
    }
    failing = {name: each for name, (kind, each) in out.items() if kind is Trouble.FAILING}
    joined: dict[str, list[Out]] = {}
    for name in list(failing):
        scope = NETWORK if NETWORK in open_still else feeds[name].host
        if scope in open_still:
            joined.setdefault(scope, []).append(failing.pop(name))
    return [
        *ended,
        *(Joined(outage=open_still[scope], feeds=tuple(them)) for scope, them in joined.items()),
        *_failing(failing, feeds, taken=taken),
        *_by_host(Trouble.GONE, out, feeds),
        *_silent(out),
    ]


def ill(known: Known, *, now: datetime) -> tuple[Trouble, Out] | None:
    """What has been wrong with a feed for longer than passes by itself."""
    poll, publishing = known.poll, known.publishing
    if poll.failing_since is not None:
        out = _failing_out(poll)
        if poll.gone:
            return Trouble.GONE, out
        again = known.back_at is not None and now - known.back_at < READ_LATELY
        long = now - poll.failing_since >= (FAILING_AGAIN if again else FAILING)
        return (Trouble.FAILING, out) if long and poll.failures >= TRIES else None
    if publishing is None or poll.succeeded_at is None or now - poll.succeeded_at > READ_LATELY:
        return None
    paused = missed(publishing.last, now.astimezone(EASTERN).date())
    allowed = patience(publishing.days) if paused >= LEAST else None
    if allowed is None or paused < allowed:
        return None
    since = datetime.combine(publishing.last, time(), EASTERN)
    reason = f"{paused} working days without anything new; {allowed - 1} were no surprise"
    return Trouble.SILENT, Out(feed=known.feed.name, since=since, reason=reason)


def _failing_out(poll: Poll) -> Out:
    return Out(
        feed=poll.feed,
        since=poll.failing_since or poll.next_poll_at,
        reason=poll.last_error or "no reason known",
    )


def _left(outage: Outage, feeds: Mapping[str, Known]) -> Left | None:
    left = [out for out in outage.lasting if _is_over(outage.kind, out, feeds.get(out.feed))]
    if not left:
        return None
    remaining = len(outage.lasting) - len(left)
    names = {out.feed for out in left} | {out.feed for out in outage.feeds if out.ended_at}
    back = [name for name in sorted(names) if name in feeds and not feeds[name].poll.failing_since]
    return Left(
        outage=outage,
        left=tuple(out.feed for out in left),
        # One feed of many that never comes back does not keep the others from being told of.
        over=2 * remaining < len(outage.feeds),
        back=tuple(back),
    )


def _is_over(kind: Trouble, out: Out, known: Known | None) -> bool:
    """It is back, or out in another way, or nobody wants it any more."""
    if known is None:
        return True
    match kind:
        case Trouble.FAILING:
            return known.poll.failing_since is None or known.poll.gone
        case Trouble.GONE:
            return not known.poll.gone
        case Trouble.SILENT:
            last = known.publishing.last if known.publishing else None
            return last is not None and last > out.since.astimezone(EASTERN).date()


def _failing(
    ripe: Mapping[str, Out], feeds: Mapping[str, Known], *, taken: set[str]
) -> Iterator[Began]:
    """One outage for all when the network is ours, else one for each host."""
    if not ripe:
        return
    shaky = {
        name: _failing_out(known.poll)
        for name, known in feeds.items()
        if known.poll.failing_since and not known.poll.gone and name not in taken
    }
    hosts = {feeds[name].host for name in shaky}
    if len(hosts) >= HOSTS and 2 * len(shaky) >= len(feeds):
        yield Began(kind=Trouble.FAILING, scope=NETWORK, feeds=tuple(shaky.values()))
        return
    for host in sorted({feeds[name].host for name in ripe}):
        everyone = {name for name, known in feeds.items() if known.host == host}
        # The others of a host that fails as a whole would be told of within hours.
        them = shaky if everyone <= shaky.keys() else ripe
        outs = tuple(out for name, out in them.items() if name in everyone)
        yield Began(kind=Trouble.FAILING, scope=host, feeds=outs)


def _by_host(
    kind: Trouble, out: Mapping[str, tuple[Trouble, Out]], feeds: Mapping[str, Known]
) -> Iterator[Began]:
    found: dict[str, list[Out]] = {}
    for name, (what, each) in out.items():
        if what is kind:
            found.setdefault(feeds[name].host, []).append(each)
    for host, them in found.items():
        yield Began(kind=kind, scope=host, feeds=tuple(them))


def _silent(out: Mapping[str, tuple[Trouble, Out]]) -> Iterator[Began]:
    """Those that fall silent on one day are told of together: a holiday that is not known, perhaps."""
    silent = tuple(each for kind, each in out.values() if kind is Trouble.SILENT)
    if silent:
        yield Began(kind=Trouble.SILENT, scope="", feeds=silent)
