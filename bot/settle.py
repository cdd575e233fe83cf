"""SETTLE what may or may not stand in its channel, by reading the channel back (async)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot import doubts
from bot.doubts import Doubt
from bot.pace import REFUSED_SECONDS, Pace, side_by_side
from bot.poster import DeliveryError, Outcome, Posted, Poster
from bot.storage_thread import Storage
from storage import outbox, restored
from storage.uncertain import Verdict
from storage.workspaces import workspace_of

log = logging.getLogger(__name__)

#: A message is looked for once its outcome was unknown for as long as the client waits for an answer
#: (30 s), and as long again, for Slack does not say how soon its history shows what it took.
SETTLE_AFTER_SECONDS = 60.0
#: How far before the first attempt a channel is read: it costs no more calls than a minute would,
#: and our clock may have gone back by so much since.
MARGIN = timedelta(days=1)
#: Slack did not say when to come back.
RETRY_SECONDS = 30.0


class Settler:
    """Settles for whoever leads; nothing is ever sent again that was not looked for first."""

    def __init__(
        self,
        storage: Storage,
        poster: Poster,
        *,
        clock: Callable[[], datetime],
        elapsed: Callable[[], float],
        serves: Callable[[str], bool],
        sending: Callable[[], Collection[str]],
        pace: Pace,
    ) -> None:
        """Settle nothing before `settle_due`.

        Args:
            storage: Opened.
            poster: Who shows alerts, and reads them back.
            clock: Aware time.
            elapsed: Seconds of a clock that never jumps.
            serves: Whether this poster can reach a channel.
            sending: Channels in which a message of our own is in flight.
            pace: Of each workspace.
        """
        self._storage = storage
        self._poster = poster
        self._clock = clock
        self._elapsed = elapsed
        self._serves = serves
        self._sending = sending
        self._pace = pace
        #: Attempt by attempt, when each doubt may be looked into.
        self._due: dict[tuple[int, int], float] = {}
        #: Workspace by workspace, until when nothing is read there.
        self._resume_at: dict[str, float] = {}

    async def settle_due(self) -> int:
        """Read back the channels of deliveries that are uncertain for long enough.

        Returns:
            How many deliveries still wait to be looked for.
        """
        now = self._clock()
        if restored_at := await self._storage.run(restored.notice, now=now):
            log.warning(
                "restored from a backup of %s: what is owed is looked for before it is told",
                restored_at.isoformat(timespec="seconds"),
            )
        lost = await self._storage.run(outbox.recover, sending=self._sending(), now=now)
        if lost:
            log.warning("recovered deliveries=%d state=uncertain", lost)
        open_ones = await self._open(now)
        self._watch(open_ones)
        ripe: dict[str, list[Doubt]] = defaultdict(list)
        for each in open_ones:
            workspace = workspace_of(each.delivery.channel)
            rests = self._elapsed() < self._resume_at.get(workspace, 0.0)
            if not rests and self._due[each.attempt] <= self._elapsed():
                ripe[workspace].append(each)
        settled = await side_by_side(self._look(at, found) for at, found in ripe.items())
        return sum(not each.delivery.unreadable for each in open_ones) - sum(settled)

    async def _look(self, workspace: str, ripe: Iterable[Doubt]) -> int:
        """Read back in one workspace as much as it lets us now; returns how many are settled."""
        settled = 0
        for sweep in doubts.sweeps(ripe):
            channel = sweep[0].delivery.channel
            if not self._pace.can_read(channel):
                break
            await self._pace.read_turn(channel)
            try:
                settled += await self._sweep(sweep)
            except DeliveryError as error:
                log.warning("read back channel=%s later reason=%s", sweep[0].conversation, error)
                rest = error.retry_after or RETRY_SECONDS
                self._resume_at[workspace] = self._elapsed() + rest
                break
        return settled

    async def _open(self, now: datetime) -> list[Doubt]:
        found = await self._storage.run(doubts.read, now=now)
        return [each for each in found if self._serves(each.delivery.channel)]

    def _watch(self, open_ones: Sequence[Doubt]) -> None:
        """Give each new doubt its time; one that was never tried from here is due at once."""
        now = self._elapsed()
        self._due = {
            each.attempt: self._due.get(
                each.attempt, now + SETTLE_AFTER_SECONDS * bool(each.delivery.attempts)
            )
            for each in open_ones
        }

    async def _found(
        self, sweep: Sequence[Doubt], *, age: timedelta
    ) -> Mapping[str, Posted] | None:
        """What stands where they would, and what digests told. None from a poster that keeps nothing.

        Raises:
            DeliveryError: as `Poster.read_back` says.
        """
        first = sweep[0]
        told: Mapping[str, Posted] = {}
        if first.thread and not all(each.delivery.attempts for each in sweep):
            # What may have been told before a restore may have been told by a digest, in no thread.
            await self._pace.read_turn(first.delivery.channel)
            told = await self._poster.read_back(first.conversation, thread=None, age=age) or {}
        try:
            found = await self._poster.read_back(first.conversation, thread=first.thread, age=age)
        except DeliveryError as error:
            if error.outcome is not Outcome.CARD_GONE or not told:
                raise
            return told
        return None if found is None else {**told, **found}

    async def _sweep(self, sweep: Sequence[Doubt]) -> int:
        """Settle the doubts of one conversation or thread; returns how many are.

        Raises:
            DeliveryError: waiting helps.
        """
        first, blind = sweep[0], sweep
        age = max(each.age for each in sweep) + MARGIN
        try:
            found = await self._found(sweep, age=age)
            reason = "what was printed cannot be read back"
            # What only another database may have printed is printed again: nobody could ever look.
            blind = [each for each in sweep if found is None and each.delivery.attempts]
        except DeliveryError as error:
            if error.outcome is Outcome.LATER:
                raise
            found, reason = None, error.reason
            if error.outcome is Outcome.CARD_GONE:
                blind = []
        if blind:
            await self._storage.run(doubts.refused, blind, reason=reason)
            for each in blind:
                self._due[each.attempt] = self._elapsed() + REFUSED_SECONDS
            log.warning("read back channel=%s status=refused reason=%s", first.conversation, reason)
        sweep = [each for each in sweep if each not in blind]
        if not sweep:
            return 0
        verdicts = await self._storage.run(doubts.settle, sweep, found or {}, now=self._clock())
        log.info(
            "read back channel=%s found=%d absent=%d",
            first.conversation,
            verdicts.count(Verdict.FOUND),
            verdicts.count(Verdict.ABSENT),
        )
        return len(verdicts)
