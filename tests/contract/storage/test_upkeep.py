"""What only a while is good for is let go, and nobody notices."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import commands_feedback
from bot.app import open_app
from bot.config import Settings
from bot.jobs import the_jobs
from bot.metrics import Metrics
from bot.terminal import TerminalPoster
from storage import once, threads, upkeep
from storage.database import APPLICATION_ID, open_database, transaction
from storage.migrations import migrations
from storage.once import RESTS, Done
from tests.factories import NOW

DAY = timedelta(days=1)
SOME = [DAY / 96, DAY, 29 * DAY, 31 * DAY, 400 * DAY]


def rows(db: Database, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_what_is_done_once_for_good_stays_known(db: Database) -> None:
    for_good = (Done.GREETED, Done.WELCOMED)
    for done in for_good:
        once.first(db, done, "U1", now=NOW)
    later = NOW + 4_000 * DAY

    upkeep.prune(db, now=later)

    assert [once.first(db, done, "U1", now=later) for done in for_good] == [False, False]


@pytest.mark.parametrize("done", RESTS)
def test_what_may_be_done_again_is_let_go(db: Database, done: Done) -> None:
    for number in range(20):
        once.first(db, done, f"C{number}", now=NOW)

    upkeep.prune(db, now=NOW + RESTS[done] - DAY / 1_000)
    before = rows(db, "once")
    upkeep.prune(db, now=NOW + RESTS[done])

    assert (before, rows(db, "once")) == (20, 0)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(Done), st.sampled_from(["U1", "U2"]), st.sampled_from(SOME)),
        max_size=8,
    )
)
def test_letting_go_changes_no_answer(asked: list[tuple[Done, str, timedelta]]) -> None:
    with open_database(":memory:") as tidied, open_database(":memory:") as full:
        now = NOW
        for done, name, later in asked:
            now += later
            upkeep.prune(tidied, now=now)

            answers = [once.first(each, done, name, now=now) for each in (tidied, full)]

            assert answers[0] == answers[1]


def test_an_objection_is_no_news_for_as_long_as_it_is_counted() -> None:
    assert timedelta(days=commands_feedback.DAYS) < RESTS[Done.OBJECTION_TOLD]


def test_a_thread_keeps_its_question_for_as_long_as_people_ask_in_it(db: Database) -> None:
    for number in range(20):
        threads.ask(db, "C1", f"{number}.0", "search huawei", now=NOW)
    threads.ask(db, "C1", "3.0", "latest huawei", now=NOW + DAY)

    upkeep.prune(db, now=NOW + threads.KEPT)
    asked = {n: threads.asked(db, "C1", f"{n}.0") for n in (3, 4)}
    upkeep.prune(db, now=NOW + threads.KEPT + DAY)

    assert asked == {3: "latest huawei", 4: ""}
    assert rows(db, "threads") == 0


def test_what_was_asked_before_the_upgrade_is_kept_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    with closing(Database(path)) as older:
        older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(older, stop_before="m026_when_a_thread_was_asked_in")
        older.execute("INSERT INTO threads VALUES ('C1', '1.0', 'search huawei')")
        older.conn.commit()

    with open_database(path) as db:
        upkeep.prune(db, now=datetime.now(UTC))

        assert threads.asked(db, "C1", "1.0") == "search huawei"


async def test_the_job_lets_go(tmp_path: Path) -> None:
    using = Settings(database=tmp_path / "rulewire.db")
    with open_database(using.database) as db, transaction(db):
        once.first(db, Done.PAGE_SHARED, "C1", now=NOW)
        threads.ask(db, "C1", "1.0", "search huawei", now=NOW)

    async with open_app(using, clock=lambda: NOW + 400 * DAY) as app:
        speaker = app.speaker(TerminalPoster())
        await the_jobs(app, speaker, Metrics())["upkeep"]()
        left = await app.storage.run(lambda db: (rows(db, "once"), rows(db, "threads")))

    assert left == (0, 0)
