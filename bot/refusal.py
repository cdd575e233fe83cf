"""DECIDE who is told that a channel refuses messages, and when it is tried again (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from storage.refusals import Refusal
from storage.workspaces import ENDED, TOKEN_ERRORS, is_person, workspace_of

#: A channel that refuses is tried again at growing intervals; whoever invites the bot need not wait.
FIRST, LONGEST = timedelta(minutes=15), timedelta(hours=6)
#: Most people who are told of one channel: those who subscribed it first.
PEOPLE = 5
#: So many channels that begin to refuse between two looks are told of one by one; more, together.
FEW = 3


def together(some: Sequence[Refusal]) -> list[list[Refusal]]:
    """Which of those that somebody is to be told of now make one message."""
    return [[each] for each in some] if len(some) <= FEW else [list(some)]


def wait(tries: int) -> timedelta:
    """How long to wait after so many tries, each of which was refused."""
    doubled: timedelta = FIRST * 2 ** min(tries, 16)
    return min(doubled, LONGEST)


def to_tell(
    refusal: Refusal, *, owners: str, subscribers: Iterable[str], deaf: Collection[str]
) -> tuple[str, ...]:
    """Who is told of it: the owners, and whoever subscribed the channel, in its workspace alone.

    Nobody where Slack takes no message at all: a token that ended ends every channel.

    Args:
        refusal: Which lasts.
        owners: Their channel; empty when they have none.
        subscribers: Who made the channel's subscriptions, in their order.
        deaf: Channels that refuse themselves: they are told later, if it lasts until then.
    """
    if refusal.reason in ENDED:
        return ()
    if refusal.reason in TOKEN_ERRORS and not is_person(refusal.channel):
        return ()
    people = [each for each in dict.fromkeys(subscribers) if is_person(each)][:PEOPLE]
    here = workspace_of(refusal.channel)
    return tuple(
        each
        for each in dict.fromkeys((owners, *people))
        if each and each != refusal.channel and workspace_of(each) == here and each not in deaf
    )
