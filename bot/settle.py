"""SETTLE what may or may not stand in its channel, by reading the channel back (async)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import story
from bot.owed import card_at
from bot.pace import Pace
from bot.poster import DeliveryError, Outcome, Posted, Poster
from bot.steps import Manner, manner_of
from bot.storage_thread import Storage
from storage import cards, deliveries, outbox, restored, uncertain
from storage.deliveries import Delivery, State
from storage.uncertain import Verdict

log = logging.getLogger(__name__)

#: A message is looked for once its outcome was unknown for as long as the client waits for an answer
#: (30 s), and as long again, for Slack does not say how soon its history shows what it took.
SETTLE_AFTER_SECONDS = 60.0
#: How far before the first attempt a channel is read: it costs no more calls than a minute would,
#: and our clock may have gone back by so much since.
MARGIN = timedelta(days=1)
#: Until a channel that could not be read back is tried again: somebody may have invited the bot.
REFUSED_SECONDS = 3600.0
#: Slack did not say when to come back.
RETRY_SECONDS = 30.0
#: Whom the history of a delivery names when no person settled it.
NOBODY = "rulewire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An uncertain delivery, and where it stands if it does."""

    delivery: Delivery
    conversation: str
    #: Of a reply: the `ts` of its card.
    thread: str | None
    #: How long ago it was tried first, by our own clock.
    age: timedelta


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
            pace: Of the workspace.
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
        self._resume_at = 0.0

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
        doubts = [each for each in await self._doubts(now) if self._serves(each.delivery.channel)]
        self._watch(doubts)
        if self._elapsed() < self._resume_at:
            return len(doubts)
        ripe = [each for each in doubts if self._due[_attempt(each)] <= self._elapsed()]
        settled = 0
        for sweep in _sweeps(ripe):
            await self._pace.read_turn()
            try:
                settled += await self._sweep(sweep)
            except DeliveryError as error:
                log.warning("read back channel=%s later reason=%s", sweep[0].conversation, error)
                self._resume_at = self._elapsed() + (error.retry_after or RETRY_SECONDS)
                break
        return sum(not each.delivery.unreadable for each in doubts) - settled

    async def _doubts(self, now: datetime) -> list[Doubt]:
        return await self._storage.run(_doubts, now=now)

    def _watch(self, doubts: Sequence[Doubt]) -> None:
        """Give each new doubt its time; one that was never tried from here is due at once."""
        now = self._elapsed()
        self._due = {
            _attempt(each): self._due.get(
                _attempt(each), now + SETTLE_AFTER_SECONDS * bool(each.delivery.attempts)
            )
            for each in doubts
        }

    async def _sweep(self, sweep: Sequence[Doubt]) -> int:
        """Settle the doubts of one conversation or thread; returns how many are.

        Raises:
            DeliveryError: waiting helps.
        """
        first, found = sweep[0], None
        age = max(each.age for each in sweep) + MARGIN
        try:
            found = await self._poster.read_back(first.conversation, thread=first.thread, age=age)
            reason = "" if found is not None else "what was printed cannot be read back"
        except DeliveryError as error:
            if error.outcome is Outcome.LATER:
                raise
            if error.outcome is Outcome.CARD_GONE:
                found = {}
            reason = error.reason
        if found is None and all(each.delivery.attempts for each in sweep):
            await self._storage.run(_refused, sweep, reason=reason)
            for each in sweep:
                self._due[_attempt(each)] = self._elapsed() + REFUSED_SECONDS
            log.warning("read back channel=%s status=refused reason=%s", first.conversation, reason)
            return 0
        verdicts = await self._storage.run(_settle, sweep, found or {}, now=self._clock())
        log.info(
            "read back channel=%s found=%d absent=%d",
            first.conversation,
            verdicts.count(Verdict.FOUND),
            verdicts.count(Verdict.ABSENT),
        )
        return len(verdicts)


def _attempt(doubt: Doubt) -> tuple[int, int]:
    return doubt.delivery.id, doubt.delivery.attempts


def _sweeps(doubts: Iterable[Doubt]) -> list[list[Doubt]]:
    """One for each conversation and thread."""
    sweeps: dict[tuple[str, str | None], list[Doubt]] = defaultdict(list)
    for each in doubts:
        sweeps[each.conversation, each.thread].append(each)
    return list(sweeps.values())


def _doubts(db: Database, *, now: datetime) -> list[Doubt]:
    """What is uncertain, but for edits of cards, which can be repeated: they are owed again at once.

    Of a story that was told before the database was restored only the first: which message is its
    card, and so in which thread the others stand, is known then.
    """
    backed_up_at = restored.backed_up_at(db)
    found: list[Doubt] = []
    stories: set[tuple[str, int]] = set()
    for each in deliveries.in_state(db, State.UNCERTAIN):
        manner = manner_of(each.event.step)
        if manner is Manner.EDIT or (manner is Manner.COUNT and each.thread):
            uncertain.settle(db, each, Verdict.ABSENT, by=NOBODY, now=now)
            continue
        told = (each.channel, each.event.story_id)
        if each.conversation is None and told in stories:
            continue
        stories.add(told)
        card = None
        if each.conversation is None:
            card = cards.standing(db, channel=each.channel, story_id=each.event.story_id)
        known = [at for at in (each.started_at, backed_up_at) if at]
        found.append(
            Doubt(
                delivery=each,
                conversation=card.conversation if card else each.conversation or each.channel,
                thread=card.ts if card else each.thread,
                age=now - min([*known, now]),
            )
        )
    return found


def _settle(
    db: Database, sweep: Sequence[Doubt], found: Mapping[str, Posted], *, now: datetime
) -> list[Verdict]:
    verdicts = []
    for each in sweep:
        delivery, posted = each.delivery, found.get(each.delivery.delivery_id)
        verdict = Verdict.FOUND if posted else Verdict.ABSENT
        ts = posted.ts if posted else None
        if not uncertain.settle(db, delivery, verdict, by=NOBODY, ts=ts, now=now):
            continue  # an answer came after all, or a person was quicker
        verdicts.append(verdict)
        if posted:
            _stands(db, delivery, posted)
    return verdicts


def _stands(db: Database, delivery: Delivery, posted: Posted) -> None:
    """The message is its story's card, or its card may not show it yet."""
    story_id = delivery.event.story_id
    known = story.here(db, story_id, channel=delivery.channel)
    if known and known.standing is None:
        cards.put(db, card_at(posted, channel=delivery.channel, head=known.head))
    cards.outdate(db, channel=delivery.channel, story_id=story_id)


def _refused(db: Database, sweep: Sequence[Doubt], *, reason: str) -> None:
    for each in sweep:
        uncertain.unreadable(db, each.delivery, reason=reason)
