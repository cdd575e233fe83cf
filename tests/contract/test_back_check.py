"""The archive compared with a Register behind a loopback server: what is missing is named and found."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import bulletin, story
from bot.ingest import LATE_ALERTS
from bot.wording import Fact
from feeds import reference
from feeds.federal_register import FederalRegister
from feeds.identity import document_key
from storage import bulletins, entries, issue_days, lookup, outbox
from storage.deliveries import State
from tests.issue_world import (
    AGENCIES,
    NIGHT,
    IssueWorld,
    issue_world,
    lose,
    number,
    printed,
)
from tests.issue_world import (
    issue_days as days_of,
)
from tests.servers import reply, reply_json

DAY = timedelta(days=1)
DAYS = days_of()
#: Documents that the feeds take in: two of the three of each day, and those on inspection.
OURS = [number(day, place) for day in DAYS for place in (0, 1)]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of an archive that has read every day as it came."""
    folder = tmp_path_factory.mktemp("lived")

    async def live() -> None:
        async with issue_world(folder) as world:
            await world.live(DAYS)

    asyncio.run(live())
    return folder / "world.db"


@pytest.fixture
async def world(lived: Path, tmp_path: Path) -> AsyncIterator[IssueWorld]:
    shutil.copy(lived, tmp_path)
    async with issue_world(tmp_path) as opened:
        opened.publish(DAYS)
        yield opened


async def owed(world: IssueWorld) -> int:
    return (await world.storage.run(outbox.counts)).get(State.PENDING, 0)


async def said(world: IssueWorld) -> list[str]:
    found = await world.storage.run(bulletins.in_state, State.PENDING)
    return [line for each in found for line in bulletin.decode(each.body).lines]


async def marked(world: IssueWorld, text: str) -> list[Fact]:
    """What the card of a document in a channel says of its being late."""
    named = reference.parse(text)
    assert named

    def shown(db: Database) -> list[Fact]:
        (entry,) = lookup.find(db, named)
        known = story.here(db, entry.story_id, channel="C1")
        assert known
        facts = story.card_here(known, now=NIGHT, timezone=ZoneInfo("UTC")).references
        return [fact for fact in facts if fact.label == "Found late"]

    return await world.storage.run(shown)


async def test_before_the_first_poll_nothing_is_said_to_be_compared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with issue_world(tmp_path) as world:
        await world.back_check.check(now=NIGHT)

    assert "compared" not in caplog.text


async def test_an_archive_that_lost_nothing_is_complete(world: IssueWorld) -> None:
    before = await world.completeness()
    await world.back_check.check(now=NIGHT)
    after = await world.completeness()

    assert before.line == "Not compared with the Register's lists yet: that is done by night"
    listed = 3 * len(DAYS) + len(DAYS)  # printed, and one a day on inspection
    ours = len(set(OURS)) + 1  # and what is on inspection, to be printed on Friday
    assert after.line == (
        f"Complete: {len(DAYS)} issue days to 18 June 2020, {listed} documents listed,"
        f" {ours} of them for our feeds"
    )
    assert (after.counted.seen, after.counted.found_late) == (ours, 0)
    assert await said(world) == []


async def test_a_night_takes_few_requests_and_the_next_one_fewer(world: IssueWorld) -> None:
    await world.back_check.check(now=NIGHT)
    first = world.asked()
    await world.back_check.check(now=NIGHT + DAY)
    second = world.asked()

    whole, feeds = 1, len(AGENCIES)
    assert first.count("documents.json") == feeds + whole
    assert first.count("public-inspection-documents.json") == len(DAYS)
    # Friday the 19th was not polled, and nothing of it is listed.
    assert second == ["documents.json"] * (feeds + whole) + ["public-inspection-documents.json"]


async def test_what_is_lost_is_named_and_restored_and_told_as_found_late(
    world: IssueWorld,
) -> None:
    lost = [number(date(2020, 6, 9), 0), number(date(2020, 6, 17), 1)]
    await world.back_check.check(now=NIGHT)
    await world.storage.run(lose, map(document_key, lost))
    named = await world.completeness()
    told_before = await owed(world)
    await world.back_check.check(now=NIGHT + DAY)
    after = await world.completeness(NIGHT + DAY)

    assert {each.number for each in named.missing} == set(lost)
    assert f"missing {lost[0]}, {lost[1]}" in named.line
    assert after.missing == ()
    assert after.counted.found_late == 2
    assert await owed(world) == told_before + len(lost) + 1
    assert [fact.value for fact in await marked(world, lost[0])] == ["20 June 2020"]
    assert await marked(world, number(date(2020, 6, 10), 0)) == []
    lines = await said(world)
    assert lines[0] == "2 documents were missing and found late"
    assert f"{lost[0]}, printed 9 June 2020, told" in lines[2]


async def test_a_document_that_is_listed_after_every_poll_is_found(world: IssueWorld) -> None:
    late = printed(date(2020, 6, 3), 0) | {"document_number": "2020-77777"}
    world.register.publish(late)

    await world.back_check.check(now=NIGHT)

    named = reference.parse("2020-77777")
    assert named
    found = await world.storage.run(lookup.find, named)
    assert [each.item.title for each in found] == [late["title"]]
    assert (await world.completeness()).counted.found_late == 1


async def test_no_flood_comes_of_much_that_is_missing(world: IssueWorld) -> None:
    await world.back_check.check(now=NIGHT)
    await world.storage.run(lose, map(document_key, OURS))
    before = await owed(world)

    await world.back_check.check(now=NIGHT + DAY)

    told = await owed(world) - before - 1  # and the bulletin
    assert LATE_ALERTS * len(AGENCIES) <= told <= LATE_ALERTS * len(world.sources)
    assert (await world.completeness(NIGHT + DAY)).missing == ()
    assert len(await said(world)) == 2 + len(OURS)


async def test_what_was_printed_before_the_feed_was_read_is_history_and_told_to_nobody(
    world: IssueWorld,
) -> None:
    world.register.publish(printed(date(2020, 5, 28), 0))

    await world.back_check.check(now=NIGHT)

    assert (await world.completeness()).missing == ()
    assert (await world.completeness()).counted.found_late == 0
    assert await said(world) == []


async def test_a_day_that_cannot_be_asked_for_is_named_with_the_reason(world: IssueWorld) -> None:
    listing = world.register.list_documents
    world.register.host.on("/api/v1/documents.json", reply(status=503), listing)

    await world.back_check.check(now=NIGHT)
    failed = await world.completeness()
    asked = world.asked()
    started = await world.storage.run(issue_days.last)
    again = [
        await world.back_check.check_due(now=NIGHT + timedelta(minutes=minutes))
        for minutes in (5, 61)
    ]
    after = await world.completeness()

    assert "could not verify" in failed.line
    assert "answered 503" in failed.line
    assert asked == ["documents.json"]  # a host that is down is not asked for more
    assert started == (NIGHT, None)
    assert again == [False, True]
    assert after.problems == []


async def test_a_question_that_is_refused_keeps_only_its_own_feed_from_being_verified(
    world: IssueWorld,
) -> None:
    refused = reply_json({"errors": {"agencies": "invalid value"}}, status=400)
    world.register.host.on("/api/v1/documents.json", refused, world.register.list_documents)

    await world.back_check.check(now=NIGHT)

    problems = (await world.completeness()).problems
    assert len(problems) == 1
    assert AGENCIES[0] in problems[0]
    assert len(world.asked()) == 1 + 2 + len(DAYS)


async def test_a_list_that_is_shorter_than_its_count_proves_nothing(world: IssueWorld) -> None:
    short = reply_json({"count": 9, "results": [printed(DAYS[0], 0)]})
    world.register.host.on("/api/v1/documents.json", short, world.register.list_documents)

    await world.back_check.check(now=NIGHT)

    assert "of 9 documents only 1 were listed" in (await world.completeness()).line


async def test_an_issue_that_is_not_listed_is_not_verified_until_it_is_known_that_there_is_none(
    world: IssueWorld,
) -> None:
    await world.live([date(2020, 6, 22), date(2020, 6, 23)])
    saturday = datetime(2020, 6, 20, 6, 0, tzinfo=NIGHT.tzinfo)

    await world.back_check.check(now=saturday)
    early = await world.completeness(saturday)
    await world.back_check.check(now=saturday + 4 * DAY)
    later = await world.completeness(saturday + 4 * DAY)

    assert any("19 June 2020" in each for each in early.problems)
    assert later.problems == []


async def test_a_new_question_makes_what_it_would_have_found_before_no_news(
    world: IssueWorld,
) -> None:
    await world.back_check.check(now=NIGHT)
    feed, source = world.sources[AGENCIES[0]]
    assert isinstance(source, FederalRegister)
    source.feed = replace(feed, agencies=(*feed.agencies, "fish-and-wildlife-service"))

    await world.back_check.check(now=NIGHT + DAY)
    await world.back_check.check(now=NIGHT + 2 * DAY)

    assert (await world.completeness(NIGHT + 2 * DAY)).counted.found_late == 0
    assert await said(world) == []


async def test_a_comparison_that_was_cut_off_begins_again_after_an_hour_and_loses_nothing(
    world: IssueWorld,
) -> None:
    lost = [number(day, 1) for day in DAYS[3:6]]
    await world.back_check.check(now=NIGHT)
    await world.storage.run(lose, map(document_key, lost))
    later = NIGHT + DAY
    reached, release = asyncio.Event(), asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        reached.set()
        await release.wait()
        return web.Response()

    world.register.host.on(
        "/api/v1/public-inspection-documents.json", never, world.register.list_inspection_of
    )
    night = asyncio.create_task(world.back_check.check_due(now=later))
    await reached.wait()
    night.cancel()
    await asyncio.wait({night})
    release.set()
    soon = await world.back_check.check_due(now=later + timedelta(minutes=10))
    again = await world.back_check.check_due(now=later + timedelta(hours=1))

    assert (soon, again) == (False, True)
    assert (await world.completeness(later)).missing == ()
    lines = await said(world)
    assert [each for each in lost if any(f"{each}, printed" in line for line in lines)] == lost


@settings(max_examples=25)
@given(st.sets(st.sampled_from(OURS), min_size=1))
async def test_whichever_rows_are_deleted_exactly_those_are_named_and_restored(
    lived: Path, lost: set[str]
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copy(lived, folder)
        async with issue_world(Path(folder)) as world:
            world.publish(DAYS)
            await world.back_check.check(now=NIGHT)
            count = await world.storage.run(entries.count)
            await world.storage.run(lose, map(document_key, lost))
            named = {each.number for each in (await world.completeness()).missing}

            await world.back_check.check(now=NIGHT + DAY)

            after = await world.completeness(NIGHT + DAY)
            assert named == lost
            assert after.missing == ()
            assert await world.storage.run(entries.count) == count
            assert after.counted.found_late == len(lost)
