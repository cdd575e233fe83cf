"""One visit to one feed, from due to remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.audience import Audience
from bot.poll import DATABASE_PAUSE, PIECE, Poller
from bot.storage_thread import Storage
from feeds.errors import FeedError, FetchError, ParseError
from feeds.model import Item
from feeds.source import Fetched
from storage import entries, outbox, polls, publishing, subscriptions
from storage.deliveries import State
from storage.entries import Change
from storage.errors import DatabaseError
from storage.polls import Poll
from tests.factories import NOW, make_feed, make_press
from tests.fake_source import FakeSource

HOUR = timedelta(hours=1)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = Storage(tmp_path / "rulewire.db")
    await opened.open()
    await opened.run(subscriptions.add, channel="C1", query="huawei", created_by="U1", now=NOW)
    yield opened
    await opened.close()


def fetched(*items: Item, page: int = 1) -> Fetched:
    return Fetched(items=items, bookmark={"page": page})


async def poller(storage: Storage, **sources: FakeSource) -> Poller:
    audience = Audience(await storage.run(subscriptions.every), {})
    named = {name: (make_feed(name=name), source) for name, source in sources.items()}
    return Poller(storage, named, audience=lambda: audience, jitter=lambda: 0)


async def row(storage: Storage, feed: str) -> Poll:
    found = await storage.run(polls.get, feed)
    assert found
    return found


async def owed(storage: Storage) -> int:
    return (await storage.run(outbox.counts)).get(State.PENDING, 0)


async def test_a_feed_is_visited_when_due_and_handed_its_bookmark(storage: Storage) -> None:
    source = FakeSource(fetched(page=1), fetched(page=2))
    polling = await poller(storage, news=source)

    await polling.poll_due(now=NOW)
    await polling.poll_due(now=NOW + timedelta(minutes=1))
    await polling.poll_due(now=NOW + HOUR)

    assert source.visits == [(None, NOW), ({"page": 1}, NOW + HOUR)]


async def test_the_first_visit_tells_nobody_of_old_items_and_the_second_tells(
    storage: Storage,
) -> None:
    old = make_press(event_at=NOW - timedelta(days=3))
    fresh = make_press(key="news:2", url="https://n.example/2", title="More about Huawei rules")
    polling = await poller(storage, news=FakeSource(fetched(old), fetched(old, fresh)))

    await polling.poll_due(now=NOW)
    after_first = await owed(storage)
    await polling.poll_due(now=NOW + HOUR)

    assert (after_first, await owed(storage)) == (0, 1)
    assert await storage.run(entries.count) == 2


async def test_a_feed_that_fails_leaves_the_others_alone(storage: Storage) -> None:
    broken = FakeSource(FetchError("broken", "HTTP 503"))
    polling = await poller(storage, broken=broken, news=FakeSource(fetched(make_press())))

    results = await polling.poll_due(now=NOW)

    assert {result.feed: result.error for result in results} == {
        "broken": "HTTP 503",
        "news": None,
    }
    failing = await row(storage, "broken")
    assert (failing.failures, failing.last_error) == (1, "HTTP 503")
    assert failing.next_poll_at == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (FetchError("news", "HTTP 429", retry_after=7200), timedelta(hours=2)),
        (FetchError("news", "HTTP 410", permanent=True), timedelta(hours=6)),
        (FetchError("news", "HTTP 410", permanent=True, gone=True), timedelta(days=1)),
        (ParseError("news", "not a feed"), timedelta(minutes=15)),
    ],
)
async def test_how_long_a_failure_waits(
    storage: Storage, error: FeedError, wait: timedelta
) -> None:
    polling = await poller(storage, news=FakeSource(error))

    await polling.poll_due(now=NOW)

    assert (await row(storage, "news")).next_poll_at == NOW + wait


async def test_a_feed_that_is_gone_is_known_to_be(storage: Storage) -> None:
    gone = FetchError("news", "HTTP 410", permanent=True, gone=True)
    polling = await poller(storage, news=FakeSource(gone, fetched()))

    await polling.poll_due(now=NOW)
    away = await row(storage, "news")
    await polling.poll_due(now=NOW + 24 * HOUR)
    back = await row(storage, "news")

    assert (away.gone, away.failing_since) == (True, NOW)
    assert (back.gone, back.failing_since) == (False, None)


async def test_the_days_on_which_a_feed_publishes_are_learned_from_every_visit(
    storage: Storage,
) -> None:
    old = make_press(event_at=NOW - timedelta(days=9))
    undated = make_press(key="news:2", url="https://n.example/2", title="Other", event_at=None)
    ahead = make_press(
        key="news:3", url="https://n.example/3", title="Third", event_at=NOW + timedelta(days=2)
    )
    polling = await poller(storage, news=FakeSource(fetched(old, undated), fetched(undated, ahead)))

    await polling.poll_due(now=NOW)
    first = (await storage.run(publishing.known))["news"]
    await polling.poll_due(now=NOW + HOUR)
    second = (await storage.run(publishing.known))["news"]

    today = NOW.date()
    assert (first.days, first.last) == ((today - timedelta(days=9),), today - timedelta(days=9))
    assert (second.days[-1], second.last) == (today, today)
    assert len(second.days) == 2


async def test_a_feed_whose_items_another_feed_showed_first_publishes_all_the_same(
    storage: Storage,
) -> None:
    polling = await poller(
        storage, first=FakeSource(fetched(make_press())), second=FakeSource(fetched(make_press()))
    )

    await polling.poll_due(now=NOW)

    assert set(await storage.run(publishing.known)) == {"first", "second"}


async def test_a_failure_keeps_the_bookmark(storage: Storage) -> None:
    source = FakeSource(fetched(page=7), FetchError("news", "timeout"), fetched())
    polling = await poller(storage, news=source)

    for hours in range(3):
        await polling.poll_due(now=NOW + hours * HOUR)

    assert source.visits[2][0] == {"page": 7}


async def test_items_and_bookmark_are_kept_together_or_not_at_all(
    storage: Storage,
) -> None:
    empty = FakeSource(fetched())
    polling = await poller(storage, empty=empty, news=FakeSource(fetched(make_press())))

    def damage(db: Database) -> None:
        db.execute("DROP TABLE entry_facts")

    await storage.run(damage)

    with pytest.raises(ExceptionGroup) as caught:
        await polling.poll_due(now=NOW)

    assert "entry_facts" in str(caught.value.exceptions)
    assert await storage.run(entries.count) == 0
    assert (await row(storage, "news")).bookmark is None
    assert (await row(storage, "empty")).bookmark == {"page": 1}


async def test_a_feed_named_by_hand_is_visited_before_it_is_due(storage: Storage) -> None:
    source = FakeSource(fetched(), fetched())
    polling = await poller(storage, news=source)
    await polling.poll_due(now=NOW)

    (result,) = await polling.poll_due(now=NOW, only="news")
    nobody = await polling.poll_due(now=NOW, only="unknown")

    assert result.feed == "news"
    assert nobody == []


async def test_a_warning_is_kept_until_the_next_success(storage: Storage) -> None:
    ill = Fetched(items=(), bookmark={}, warnings=("not well-formed: line 12",))
    polling = await poller(storage, news=FakeSource(ill, fetched()))

    await polling.poll_due(now=NOW)
    warned = await row(storage, "news")
    await polling.poll_due(now=NOW + HOUR)
    well = await row(storage, "news")

    assert (warned.warning, well.warning) == ("not well-formed: line 12", None)


async def test_a_bug_counts_as_a_failed_visit_so_that_the_feed_is_not_asked_again_at_once(
    storage: Storage,
) -> None:
    source = FakeSource(RuntimeError("a bug"), fetched())
    polling = await poller(storage, news=source)

    with pytest.raises(ExceptionGroup):
        await polling.poll_due(now=NOW)
    await polling.poll_due(now=NOW + timedelta(minutes=1))

    assert len(source.visits) == 1
    failing = await row(storage, "news")
    assert failing.failures == 1
    assert "RuntimeError" in (failing.last_error or "")


async def test_feeds_are_left_alone_while_nothing_can_be_kept(storage: Storage) -> None:
    long = make_press(summary="standards " * 20_000)
    source = FakeSource(fetched(long), fetched(long))
    polling = await poller(storage, news=source)
    await storage.run(polls.schedule, ["news"], now=NOW)
    await storage.run_plain(_allow_pages, 1)

    with pytest.raises(DatabaseError, match="full"):
        await polling.poll_due(now=NOW)
    await polling.poll_due(now=NOW + DATABASE_PAUSE / 2)
    visits = len(source.visits)
    await storage.run_plain(_allow_pages, 100_000)
    await polling.poll_due(now=NOW + DATABASE_PAUSE)

    assert (visits, len(source.visits)) == (1, 2)
    assert await storage.run(entries.count) == 1


async def test_a_pause_for_the_database_ends_though_the_clock_goes_back(storage: Storage) -> None:
    source = FakeSource(fetched(make_press(summary="standards " * 10_000)), fetched(make_press()))
    polling = await poller(storage, news=source)
    await storage.run(polls.schedule, ["news"], now=NOW)
    await storage.run_plain(_allow_pages, 1)
    with pytest.raises(DatabaseError, match="full"):
        await polling.poll_due(now=NOW)
    await storage.run_plain(_allow_pages, 100_000)

    await polling.poll_due(now=NOW - 10 * HOUR, only="news")

    assert len(source.visits) == 2


def _allow_pages(db: Database, count: int) -> None:
    db.execute(f"PRAGMA max_page_count = {count}")


async def test_a_feed_that_shows_a_part_at_first_makes_its_baseline_of_the_whole(
    storage: Storage,
) -> None:
    yesterday = make_press(event_at=NOW - timedelta(days=2))
    part = Fetched(items=(), bookmark={}, partial=True)
    polling = await poller(storage, news=FakeSource(part, fetched(yesterday)))

    await polling.poll_due(now=NOW)
    await polling.poll_due(now=NOW + HOUR)

    assert await storage.run(entries.count) == 1
    assert await owed(storage) == 0


async def test_a_question_is_answered_in_the_midst_of_a_long_first_poll(storage: Storage) -> None:
    items = [
        make_press(
            key=f"news:https://n.example/{number}",
            url=f"https://n.example/{number}",
            title=f"Matter {number * 7919}",
            event_at=NOW - timedelta(days=3),
        )
        for number in range(PIECE * 3)
    ]
    polling = await poller(storage, news=FakeSource(fetched(*items)))
    visit = asyncio.create_task(polling.poll_due(now=NOW))
    seen = set()
    while not visit.done():
        seen.add(await storage.run(entries.count))

    (result,) = await visit
    assert {PIECE, 2 * PIECE} <= seen
    assert result.report
    assert result.report.counts[Change.NEW] == len(items)
