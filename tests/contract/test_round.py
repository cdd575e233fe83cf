"""One round for cron: what it leaves behind when it is cut short, or when a feed meets a bug."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.app import open_app
from bot.config import Settings
from bot.run import poll_once
from feeds.errors import ConfigError
from feeds.prepared import prepare
from storage import entries, events, outbox, polls, subscriptions
from storage.database import open_database, transaction
from storage.deliveries import State, Why
from tests.factories import NOW, make_feed, make_item


def settings(folder: Path, url: str) -> Settings:
    feeds = folder / "feeds.toml"
    feeds.write_text(f"""[[feed]]\nname = "news"\nkind = "news"\ntitle = "News"\nurl = "{url}"\n""")
    return Settings(database=folder / "rulewire.db", feeds_file=feeds, allow_private_addresses=True)


async def test_sigterm_ends_a_round_whose_feed_never_answers(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(keep_silent, "127.0.0.1") as server, asyncio.timeout(10):
        port = server.sockets[0].getsockname()[1]
        using = settings(tmp_path, f"http://127.0.0.1:{port}/feed")
        polling = asyncio.create_task(poll_once(using, clock=lambda: NOW, only=None))
        await asked.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        results = await polling

    assert results == []
    with open_database(using.database) as db:
        assert [poll.polled_at for poll in polls.every(db)] == [None]


async def test_a_bug_met_with_a_feed_keeps_nobody_from_what_is_owed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    using = settings(tmp_path, "http://127.0.0.1:1/feed")
    with open_database(using.database) as db, transaction(db):
        entry = entries.remember(db, make_item(), now=NOW).entry
        why = Why(subscription="huawei", reasons=())
        outbox.enqueue(
            db, events.reach(db, entry, now=NOW), channel="terminal", whys=[why], now=NOW
        )
        _forbid_failures(db)

    with pytest.raises(sqlite3.IntegrityError, match="a bug"):
        await poll_once(using, clock=lambda: NOW, only=None)

    assert entry.item.title[:20] in capsys.readouterr().out
    with open_database(using.database) as db:
        assert outbox.counts(db) == {State.SENT: 1}


def _forbid_failures(db: Database) -> None:
    db.execute(
        "CREATE TRIGGER bug BEFORE UPDATE OF failures ON polls WHEN new.failures = 1"
        " BEGIN SELECT RAISE(ABORT, 'a bug'); END"
    )


async def test_a_feed_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no feed 'nwes'"):
        await poll_once(settings(tmp_path, "http://x.test/"), clock=lambda: NOW, only="nwes")


async def test_what_another_process_changes_is_taken_up(tmp_path: Path) -> None:
    using = settings(tmp_path, "http://x.test/")
    added = make_feed(name="more")

    async with open_app(using, clock=lambda: NOW) as app:
        kept = app.sources["news"]
        with open_database(using.database) as other, transaction(other):
            polls.change_feed(other, "more", added, now=NOW)
            subscriptions.add(
                other, channel="terminal", query="technology", created_by="shell", now=NOW
            )
        await app.refresh()
        heard = [why.subscription for why in app.audience.of(prepare(make_item()))["terminal"]]
        with open_database(using.database) as other, transaction(other):
            polls.change_feed(other, "more", None, now=NOW)
        more = app.feeds.get("more")
        await app.refresh()

    assert "technology" in heard
    assert more == added
    assert app.sources == {"news": kept}
