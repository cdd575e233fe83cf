"""Watching the law over a real server: what is awaited, asked, found, told once, and given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.card import card
from bot.law import RETRY_FIRST, Law
from bot.poster import Alert
from feeds.date_sentences import DateKind
from feeds.deadlines import Due
from feeds.ecfr import Ecfr
from feeds.http import Http
from feeds.law_change import Kind, LawChange
from feeds.model import CfrPart, DocumentType
from storage import amendments, deadlines, entries, events
from storage.amendments import Amendment, State
from storage.events import Step
from storage.stories import Mark
from tests.archive import ALICE, CHANNEL, Archive, document, open_archive
from tests.delivering import make_deliverer
from tests.ecfr_server import LoopbackEcfr, entity_list, loopback_ecfr, part, row, section
from tests.factories import NOW, make_document, make_entry, make_filing, make_item
from tests.fake_poster import FakePoster
from tests.servers import reply

PART = CfrPart(title=15, part="744")
CARD = card(make_entry(), now=NOW)
#: Where `Archive.tell` lets a card stand.
TS = "1592488800.000001"
#: The rule's day, and a morning two days later, when the eCFR has come to it.
DAY = date(2020, 6, 18)
MORNING = datetime(2020, 6, 20, 12, tzinfo=UTC)
OLD = part(section("744.11", "(a) One.", history="84 FR 22961"))
NEW = part(section("744.11", "(a) One.", "(b) Standards.", history="84 FR 22961; 85 FR 36719"))


@dataclass(kw_only=True)
class World:
    """An archive, an eCFR, and what was told of it."""

    archive: Archive
    ecfr: LoopbackEcfr
    source: Ecfr
    law: Law
    told: list[tuple[Amendment, LawChange]] = field(default_factory=list)

    async def told_rule(self, **but: Any) -> int:
        """A rule that somebody was told of; returns its story."""
        item = make_item(document=make_document(**({"cfr_parts": (PART,)} | but)))
        (entry,) = await self.archive.remember(item)
        await self.archive.tell(entry)
        return entry.story_id

    async def sets(self, story_id: int, *days: Due) -> None:
        """The story's rule sets these days now."""

        def keep(db: Database) -> None:
            (entry,) = entries.of_story(db, story_id)
            deadlines.keep(db, entry, days, now=MORNING)

        await self.archive.storage.run(keep)

    async def known(self, story_id: int) -> list[Amendment]:
        return await self.archive.storage.run(amendments.of_story, story_id)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    trusted = [ip_network("127.0.0.1/32")]
    async with (
        open_archive(tmp_path) as archive,
        loopback_ecfr(DAY) as ecfr,
        Http(user_agent="Rulewire tests", trusted=trusted, spacing=0.0) as http,
    ):
        told: list[tuple[Amendment, LawChange]] = []

        def listen(
            _: Database, amendment: Amendment, change: LawChange, /, *, now: datetime
        ) -> None:
            told.append((amendment, change))

        source = Ecfr(http=http, base_url=ecfr.url)
        law = Law(archive.storage, source, on_change=listen)
        ecfr.issue(OLD, date(2019, 5, 21))
        yield World(archive=archive, ecfr=ecfr, source=source, law=law, told=told)


async def test_what_a_told_rule_changed_is_kept_and_told_once(world: World) -> None:
    story_id = await world.told_rule()
    world.ecfr.issue(NEW, DAY)

    made = await world.law.check_due(now=MORNING)
    again = await world.law.check_due(now=MORNING + timedelta(days=1))

    (amendment,) = await world.known(story_id)
    assert (made, again) == (1, 0)
    assert amendment.state is State.MADE
    assert amendment.change
    assert (amendment.change.before, amendment.change.as_of) == (date(2020, 6, 17), DAY)
    assert [each.label for each in amendment.change.sections] == ["§ 744.11"]
    assert [change for _, change in world.told] == [amendment.change]


async def test_a_rule_that_nobody_was_told_of_is_not_watched(world: World) -> None:
    await world.archive.remember(document())
    world.ecfr.issue(NEW, DAY)

    await world.law.check_due(now=MORNING)

    assert world.ecfr.asked() == []


async def test_a_rule_of_a_story_that_somebody_follows_is_watched(world: World) -> None:
    (entry,) = await world.archive.remember(make_item(document=make_document(cfr_parts=(PART,))))
    await world.archive.commands.mark(entry.story_id, Mark.FOLLOWED, channel=ALICE, user=ALICE)
    world.ecfr.issue(NEW, DAY)

    assert await world.law.check_due(now=MORNING) == 1


@pytest.mark.parametrize(
    "but",
    [{"type": DocumentType.PROPOSED}, {"type": DocumentType.NOTICE}, {"effective_on": date(2020, 5, 1)}],
    ids=["proposal", "notice", "long in effect"],
)  # fmt: skip
async def test_what_changes_no_law_now_is_not_watched(world: World, but: dict[str, Any]) -> None:
    story_id = await world.told_rule(**but)

    await world.law.check_due(now=MORNING)

    assert await world.known(story_id) == []


async def test_a_filing_is_not_watched_before_it_is_printed(world: World) -> None:
    filing = make_filing()
    (entry,) = await world.archive.remember(filing)
    await world.archive.tell(entry)

    await world.law.check_due(now=MORNING)

    assert await world.known(entry.story_id) == []


async def test_nothing_is_asked_before_the_day_has_come(world: World) -> None:
    story_id = await world.told_rule(effective_on=date(2020, 7, 1))

    await world.law.check_due(now=MORNING)

    (amendment,) = await world.known(story_id)
    assert amendment.state is State.AWAITED
    assert world.ecfr.asked() == []


async def test_while_the_eCFR_lags_only_its_titles_are_asked(world: World) -> None:  # noqa: N802  its name
    story_id = await world.told_rule()
    world.ecfr.up_to_date_as_of = date(2020, 6, 16)

    await world.law.check_due(now=MORNING)
    await world.law.check_due(now=MORNING + timedelta(hours=1))

    (amendment,) = await world.known(story_id)
    assert amendment.shown_until == date(2020, 6, 16)
    assert world.ecfr.asked() == ["titles.json"]


async def test_versions_are_asked_again_only_when_the_title_was_amended_since(world: World) -> None:
    await world.told_rule()

    for days in range(3):
        await world.law.check_due(now=MORNING + timedelta(days=days))
    asked = world.ecfr.asked()
    world.ecfr.up_to_date_as_of = date(2020, 6, 23)
    world.ecfr.issue(NEW, date(2020, 6, 22), amended_on=DAY)
    made = await world.law.check_due(now=MORNING + timedelta(days=3))

    assert asked.count("versions/title-15.json") == 1
    assert made == 1


async def test_a_moved_date_is_awaited_anew(world: World) -> None:
    story_id = await world.told_rule(effective_on=date(2020, 7, 1))
    await world.law.check_due(now=MORNING)

    await world.told_rule(effective_on=date(2020, 8, 1))
    await world.law.check_due(now=MORNING)

    assert [each.effective_on for each in await world.known(story_id)] == [date(2020, 8, 1)]


def effective(day: date | None, applies_to: str = "") -> Due:
    return Due(
        kind=DateKind.EFFECTIVE,
        day=day,
        provisional=False,
        source="2020-13093",
        sentence="",
        applies_to=applies_to,
    )


async def test_each_day_that_a_rule_sets_is_awaited(world: World) -> None:
    story_id = await world.told_rule()
    later = date(2020, 6, 26)
    await world.sets(story_id, effective(DAY), effective(later, "§ 744.11(b)"))
    world.ecfr.issue(NEW, DAY)
    await world.law.check_due(now=MORNING)
    world.ecfr.issue(NEW.replace(b"Standards", b"Norms"), later)
    world.ecfr.up_to_date_as_of = later

    await world.law.check_due(now=MORNING + timedelta(days=10))

    told = [(each.effective_on, change.as_of) for each, change in world.told]
    assert told == [(DAY, DAY), (later, later)]
    assert [each.state for each in await world.known(story_id)] == [State.MADE] * 2


async def test_a_rule_that_was_put_off_without_a_day_is_awaited_no_more(world: World) -> None:
    story_id = await world.told_rule()
    await world.law.check_due(now=MORNING)

    await world.sets(story_id, effective(None))
    await world.law.check_due(now=MORNING)

    assert await world.known(story_id) == []


async def test_two_rules_of_one_day_are_each_told_of_their_own_sections(world: World) -> None:
    first = await world.told_rule()
    other = make_item(
        key="fr:2020-99999",
        url="https://www.federalregister.gov/d/2020-99999",
        document=make_document(
            number="2020-99999", citation="85 FR 40000", end_page=40002, cfr_parts=(PART,)
        ),
    )
    (entry,) = await world.archive.remember(other)
    await world.archive.tell(entry)
    listed = entity_list(row("New Corp., Jinan", country="CHINA", cite="85 FR 40001, 6/18/20."))
    world.ecfr.issue(NEW.replace(b"</DIV5>", listed.encode() + b"</DIV5>"), DAY)

    await world.law.check_due(now=MORNING)

    changes = [(await world.known(story))[0].change for story in (first, entry.story_id)]
    labels = [[each.label for each in change.sections] if change else [] for change in changes]
    assert labels == [["§ 744.11"], ["Supplement No. 4 to Part 744"]]
    assert world.ecfr.asked().count("full/2020-06-18/title-15.xml") == 1


async def test_a_failure_is_tried_again_and_costs_nothing(world: World) -> None:
    story_id = await world.told_rule()
    world.ecfr.issue(NEW, DAY)
    path = f"/api/versioner/v1/full/{DAY}/title-15.xml"
    world.ecfr.host.on(path, reply(status=504), world.ecfr.full)

    made = await world.law.check_due(now=MORNING)
    (failed,) = await world.known(story_id)
    later = await world.law.check_due(now=MORNING + RETRY_FIRST)

    assert (made, later) == (0, 1)
    assert (failed.attempts, failed.last_error) == (1, "127.0.0.1 answered 504")


async def test_a_broken_text_is_told_of_nobody(world: World) -> None:
    story_id = await world.told_rule()
    world.ecfr.issue(NEW[:-30], DAY)

    await world.law.check_due(now=MORNING)

    (amendment,) = await world.known(story_id)
    assert amendment.state is State.AWAITED
    assert amendment.last_error
    assert world.told == []


async def test_a_text_that_cannot_be_had_is_not_taken_for_an_empty_one(world: World) -> None:
    story_id = await world.told_rule()
    world.ecfr.issue(NEW, DAY)
    world.ecfr.host.on("/api/versioner/v1/full/2020-06-17/title-15.xml", reply(status=404))

    made = await world.law.check_due(now=MORNING)

    (amendment,) = await world.known(story_id)
    assert made == 0
    assert amendment.last_error == "has no text of 15 CFR 744 of 2020-06-17"


async def test_the_first_version_of_a_new_part_is_all_new(world: World) -> None:
    story_id = await world.told_rule(cfr_parts=(CfrPart(title=15, part="791"),))
    world.ecfr.issue(part(section("791.1", "(a) One."), number="791"), DAY, number="791")

    await world.law.check_due(now=MORNING)

    (amendment,) = await world.known(story_id)
    assert amendment.change
    assert [each.kind for each in amendment.change.sections] == [Kind.ADDED]


async def test_what_the_eCFR_never_shows_is_given_up(world: World) -> None:  # noqa: N802  its name
    story_id = await world.told_rule()
    await world.law.check_due(now=MORNING)
    world.ecfr.up_to_date_as_of = date(2020, 7, 30)

    await world.law.check_due(now=MORNING + timedelta(days=42))
    asked = len(world.ecfr.asked())
    await world.law.check_due(now=MORNING + timedelta(days=50))

    (amendment,) = await world.known(story_id)
    assert amendment.state is State.UNSEEN
    assert len(world.ecfr.asked()) == asked


async def test_a_title_that_the_eCFR_does_not_have_is_waited_for(world: World) -> None:  # noqa: N802  its name
    story_id = await world.told_rule(cfr_parts=(CfrPart(title=47, part="2"),))

    await world.law.check_due(now=MORNING)

    (amendment,) = await world.known(story_id)
    assert (amendment.state, amendment.shown_until) == (State.AWAITED, None)


async def test_a_change_that_cannot_be_told_is_not_kept_either(world: World) -> None:
    def fail(_: Database, _a: Amendment, _c: LawChange, /, *, now: datetime) -> None:
        raise RuntimeError("a bug")

    story_id = await world.told_rule()
    world.ecfr.issue(NEW, DAY)
    law = Law(world.archive.storage, world.source, on_change=fail)

    with pytest.raises(RuntimeError):
        await law.check_due(now=MORNING)

    (amendment,) = await world.known(story_id)
    assert amendment.state is State.AWAITED


async def test_whoever_knows_the_story_is_told_in_its_thread_once(world: World) -> None:
    await world.archive.ask("subscribe topic:huawei")
    story_id = await world.told_rule()
    world.ecfr.issue(NEW, DAY)
    law = Law(world.archive.storage, world.source)
    poster = FakePoster()

    await law.check_due(now=MORNING)
    await law.check_due(now=MORNING + timedelta(days=1))
    deliverer = await make_deliverer(world.archive.storage, poster, clock=lambda: MORNING)
    poster.standing[CHANNEL, TS] = Alert(delivery_id="d", channel=CHANNEL, card=CARD)
    await deliverer.deliver_due()
    await deliverer.finish()

    steps = [each.step for each in await world.archive.storage.run(events.of_story, story_id)]
    assert steps.count(Step.LAW_CHANGED) == 1
    (alert,) = poster.posted
    assert alert.reply
    assert alert.reply.change
    assert alert.reply.step.headline.startswith("The text of 15 CFR 744 has changed")
    assert [each.label for each in alert.reply.change.sections] == ["§ 744.11"]
