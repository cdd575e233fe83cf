"""The bot's web server as a client meets it: life, readiness, metrics, calendars."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
import vobject
from prometheus_client.parser import text_string_to_metric_families
from sqlite_utils import Database

from bot import follow_up, readiness, web
from bot.environment import Listen
from bot.ingest import IngestReport
from bot.metrics import Metrics
from bot.poll import PollResult
from bot.readiness import Check
from bot.storage_thread import Storage
from feeds.errors import ConfigError
from storage import calendars, entries, events, outbox, subscriptions
from storage.database import open_database
from storage.deliveries import Why
from tests.factories import NOW, make_document, make_item

LOOPBACK = Listen(host="127.0.0.1", port=0)


@dataclass(kw_only=True)
class Visitor:
    """A running server, and a client before it."""

    storage: Storage
    metrics: Metrics
    checks: dict[str, Check]
    client: aiohttp.ClientSession
    listen: Listen = LOOPBACK
    seen: list[int] = field(default_factory=list)

    async def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.get(f"http://{self.listen}{path}", headers=named) as answer:
            return answer.status, dict(answer.headers), await answer.text()


@pytest.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    async with visiting(tmp_path) as visitor:
        yield visitor


@asynccontextmanager
async def visiting(folder: Path) -> AsyncIterator[Visitor]:
    storage = Storage(folder / "rulewire.db")
    await storage.open()
    async with aiohttp.ClientSession() as client:
        visitor = Visitor(storage=storage, metrics=Metrics(), checks={}, client=client)
        site = web.Site(
            storage,
            topics={"huawei": "huawei"},
            clock=lambda: NOW,
            metrics=visitor.metrics,
            checks=visitor.checks,
        )
        async with web.serving(site.application(), LOOPBACK) as visitor.listen:
            yield visitor
    await storage.close()


async def subscribe(visitor: Visitor) -> str:
    """Subscribe a channel, tell it of the June 2020 rule, and give its calendar's path."""

    def kept(db: Database) -> str:
        mine, _ = subscriptions.add(
            db, channel="C1", query="topic:huawei", created_by="U1", now=NOW
        )
        entry = entries.remember(db, make_item(), now=NOW).entry
        event = events.reach(db, entry, now=NOW)
        follow_up.noted(db, entry, now=NOW)
        why = Why(subscription="topic:huawei", reasons=())
        outbox.enqueue(db, event, channel="C1", whys=[why], now=NOW)
        return calendars.address(db, mine.id, made_by="U1", now=NOW)

    return f"/calendar/{await visitor.storage.run(kept)}.ics"


async def move_comments(visitor: Visitor, day: date) -> None:
    def moved(db: Database) -> None:
        item = make_item(document=make_document(dates=None, comments_close_on=day))
        entry = entries.remember(db, item, now=NOW).entry
        follow_up.noted(db, entry, edited=True, now=NOW)

    await visitor.storage.run(moved)


async def test_it_is_alive(visitor: Visitor) -> None:
    assert (await visitor.get("/healthz"))[::2] == (200, web.ALIVE)


async def test_a_calendar_is_read_with_its_secret_and_not_sent_twice(visitor: Visitor) -> None:
    path = await subscribe(visitor)

    status, headers, text = await visitor.get(path)
    again = await visitor.get(path, if_none_match=headers["Etag"])
    weak = await visitor.get(path, if_none_match=f'"x", W/{headers["Etag"]}')
    other = await visitor.get(path, if_none_match='"x"')
    await move_comments(visitor, date(2020, 9, 16))
    moved = await visitor.get(path, if_none_match=headers["Etag"])

    assert (status, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert headers["Cache-Control"].startswith("private")
    days = [event.dtstart.value for event in vobject.readOne(text).vevent_list]
    assert days == [date(2020, 6, 18), date(2020, 8, 17)]
    assert [each[0] for each in (again, weak, other, moved)] == [304, 304, 200, 200]
    assert again[2] == ""
    (late,) = vobject.readOne(moved[2]).vevent_list[1:]
    assert (late.sequence.value, late.dtstart.value) == ("1", date(2020, 9, 16))


async def test_a_calendar_can_be_asked_for_without_its_body(visitor: Visitor) -> None:
    path = await subscribe(visitor)

    async with visitor.client.head(f"http://{visitor.listen}{path}") as answer:
        assert (answer.status, await answer.text()) == (200, "")


@pytest.mark.parametrize(
    "path",
    ["/", "/calendar/", "/calendar/1-x.ics", "/calendar/x.ics", f"/calendar/{'9' * 80}.ics",
     "/calendar/..%2f..%2fetc.ics", "/calendar/" + quote("1-é") + ".ics", "/healthz/x", "/.env"],
)  # fmt: skip
async def test_what_is_not_there_is_not_told_apart(visitor: Visitor, path: str) -> None:
    secret = await subscribe(visitor)

    answers = [await visitor.get(each) for each in (path, secret.replace(".ics", "x.ics"))]

    assert [each[0] for each in answers] == [404, 404]
    assert answers[0][2] == answers[1][2]


async def test_nothing_can_be_sent(visitor: Visitor) -> None:
    path = await subscribe(visitor)

    async with visitor.client.post(f"http://{visitor.listen}{path}", data=b"x") as answer:
        assert answer.status == 405


async def test_guesses_are_held_back(visitor: Visitor) -> None:
    codes: list[int] = []

    while 429 not in codes and len(codes) < 20 * web.CALENDARS_AT_ONCE:
        codes.append((await visitor.get("/calendar/1-x.ics"))[0])

    assert codes[web.CALENDARS_AT_ONCE - 1] == 404
    assert codes[-1] == 429
    assert (await visitor.get("/healthz"))[0] == 200


async def test_no_secret_is_logged(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    path = await subscribe(visitor)

    with caplog.at_level(logging.DEBUG):
        await visitor.get(path)
        await visitor.get(path.replace(".ics", "x.ics"))

    assert path.partition("-")[2].removesuffix(".ics") not in caplog.text


async def test_a_database_that_is_locked_is_told_and_passes(
    tmp_path: Path, visitor: Visitor
) -> None:
    path = await subscribe(visitor)
    visitor.checks["database"] = readiness.database(visitor.storage, lambda: NOW, seconds=0.2)
    await visitor.storage.run_plain(_hurry)
    with open_database(tmp_path / "rulewire.db") as other:
        other.execute("BEGIN IMMEDIATE")
        locked = await visitor.get("/readyz")
        calendar = await visitor.get(path)
        metrics = await visitor.get("/metrics")
        other.rollback()
    free = await visitor.get("/readyz")

    assert locked[0] == 503
    assert '"ready": false' in locked[2]
    assert "busy" in locked[2]
    assert calendar[0] == 503
    assert metrics[0] == 200
    assert (free[0], free[2]) == (200, '{"ready": true, "checks": {"database": "ok"}}')


def _hurry(db: Database) -> None:
    db.execute("PRAGMA busy_timeout = 20")


async def test_readiness_names_what_is_wrong(visitor: Visitor) -> None:
    visitor.checks.update({"jobs": _says(""), "slack": _says("not connected")})

    status, _, text = await visitor.get("/readyz")

    assert status == 503
    assert text == '{"ready": false, "checks": {"jobs": "ok", "slack": "not connected"}}'


def _says(what: str) -> Check:
    async def check() -> str:
        return what

    return check


async def test_metrics_are_in_the_form_that_prometheus_reads(visitor: Visitor) -> None:
    await subscribe(visitor)
    report = IngestReport(owed=2)
    visitor.metrics.polled(
        [
            PollResult(feed="a", report=report),
            PollResult(feed="b", report=None, error="HTTP 503"),
        ]
    )

    status, headers, text = await visitor.get("/metrics")

    known = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    assert known["rulewire_polls_total", "ok"] == known["rulewire_polls_total", "failed"] == 1
    assert known["rulewire_matches_total",] == 2
    assert known["rulewire_deliveries", "pending"] == 1
    assert known["rulewire_deliveries", "dead"] == 0


async def test_a_port_that_is_taken_is_a_problem_unless_it_is_ours(
    visitor: Visitor, tmp_path: Path
) -> None:
    async with await asyncio.start_server(_silent, "127.0.0.1") as stranger:
        taken = Listen(host="127.0.0.1", port=stranger.sockets[0].getsockname()[1])

        assert await web.problems(taken) == [
            f"RULEWIRE_PORT {taken}: another program uses it; choose another port"
        ]
        site = web.serving(aiohttp.web.Application(), taken)
        with pytest.raises(ConfigError, match="another program uses it"):
            async with site:
                pass
    assert await web.problems(visitor.listen) == []
    assert await web.problems(Listen(host="127.0.0.1", port=0)) == []


def _silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_an_address_of_another_machine_is_a_problem() -> None:
    (problem,) = await web.problems(Listen(host="192.0.2.1", port=38_799))

    assert problem.startswith("RULEWIRE_PORT 192.0.2.1:38799: ")
