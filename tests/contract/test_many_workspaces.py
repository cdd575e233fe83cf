"""One bot writes to many workspaces: each with its own token, at its own pace, delaying no other."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from sqlite_utils import Database

from bot.config import Settings
from bot.deliver import Deliverer
from bot.edit import Editor
from bot.pace import Pace
from bot.poster import DeliveryError, Outcome
from bot.refusal_watch import RefusalWatch
from bot.settle import Settler
from bot.slack.check import workspace_problems
from bot.slack.client import TIMEOUT
from bot.slack.tokens import RENEW_BEFORE
from bot.slack.vault import Tokens, Vault
from bot.slack.workspaces import Workspaces
from bot.slack.workspaces_poster import WorkspacesPoster
from bot.storage_thread import Storage
from storage import (
    cards,
    deliveries,
    entries,
    events,
    installations,
    outbox,
    subscriptions,
    uncertain,
)
from storage.deliveries import State, Why
from storage.installations import Installation
from storage.uncertain import Verdict
from storage.workspaces import NOT_RENEWED, REVOKED
from tests.delivering import Clock, Elapsed, lead, make_editor, make_settler, new_deliverer
from tests.factories import NOW, make_item
from tests.slack_server import Fault, SlackServer, When
from tests.workspaces import ONE, TWO, rotating, shared_settings

WHY = Why(subscription="huawei", reasons=())
HERE, THERE = f"{ONE}/C01", f"{TWO}/C02"


@dataclass(kw_only=True)
class Rig:
    """A bot of two workspaces, ONE with C01 and TWO with C02, beside a Slack."""

    storage: Storage
    server: SlackServer
    settings: Settings
    workspaces: Workspaces
    deliverer: Deliverer
    editor: Editor
    settler: Settler
    clock: Clock
    elapsed: Elapsed

    async def owe(self, *channels: str, **but: Any) -> None:
        """Owe channels an item."""

        def write(db: Database) -> None:
            entry = entries.remember(db, make_item(**but), now=NOW).entry
            event = events.reach(db, entry, now=NOW)
            for channel in channels:
                outbox.enqueue(db, event, channel=channel, whys=[WHY], now=NOW)

        await self.storage.run(write)

    async def deliver(self) -> int:
        await self.deliverer.deliver_due()
        return await self.deliverer.finish()

    async def states(self) -> dict[str, State]:
        def read(db: Database) -> dict[str, State]:
            return {
                each.channel: state for state in State for each in deliveries.in_state(db, state)
            }

        return await self.storage.run(read)

    def shown(self) -> dict[str, int]:
        return {name: len(messages) for name, messages in self.server.channels.items()}

    async def installation(self, workspace: str = ONE) -> Installation:
        found = await self.storage.run(installations.get, workspace)
        assert found is not None
        return found


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        storage = Storage(tmp_path / "rulewire.db")
        stack.push_async_callback(storage.close)
        await storage.open()
        server = SlackServer(
            channels={"C01": [], "C02": []},
            owners={"C01": ONE, "C02": TWO},
            tokens={"xoxb-one": ONE, "xoxb-two": TWO},
        )
        await stack.enter_async_context(server.running())
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
        clock, elapsed = Clock(), Elapsed()
        settings = shared_settings(server)
        workspaces = Workspaces(settings, storage, session=session, clock=clock)
        for workspace, token in ((ONE, "xoxb-one"), (TWO, "xoxb-two")):
            await install(workspaces, workspace, token)
        poster = WorkspacesPoster(workspaces)
        await lead(storage)
        deliverer = new_deliverer(storage, poster, clock=clock, elapsed=elapsed)
        yield Rig(
            storage=storage,
            server=server,
            settings=settings,
            workspaces=workspaces,
            deliverer=deliverer,
            editor=make_editor(storage, poster, pace=Pace.free(elapsed=elapsed)),
            settler=make_settler(
                storage, poster, clock=clock, elapsed=elapsed, deliverer=deliverer
            ),
            clock=clock,
            elapsed=elapsed,
        )


async def install(
    workspaces: Workspaces,
    workspace: str,
    token: str,
    *,
    refresh: str = "",
    lives: timedelta | None = None,
) -> None:
    tokens = Tokens(
        workspace=workspace,
        bot_token=token,
        bot_id="B0BOT",
        bot_user_id="U0BOT",
        refresh_token=refresh,
    )
    about = Installation(
        workspace=workspace,
        name=workspace,
        sealed="",
        expires_at=NOW + lives if lives else None,
        installed_by="U1",
        installed_at=NOW,
    )
    await workspaces.tokens.keep(tokens, about=about)


async def test_one_entry_is_told_in_each_workspace_with_its_own_token(rig: Rig) -> None:
    await rig.owe(HERE, THERE)

    assert await rig.deliver() == 2

    assert rig.shown() == {"C01": 1, "C02": 1}
    assert sorted(rig.server.callers) == [ONE, TWO]
    standing = await rig.storage.run(cards.standing, channel=HERE, story_id=1)
    assert standing is not None
    assert standing.conversation == HERE


async def test_a_workspace_that_turns_the_bot_away_delays_no_other(rig: Rig) -> None:
    del rig.server.tokens["xoxb-one"]
    await rig.owe(HERE, THERE)

    await rig.deliver()

    assert rig.shown() == {"C01": 0, "C02": 1}
    assert await rig.states() == {HERE: State.DEAD, THERE: State.SENT}
    ended = await rig.installation()
    assert (ended.ended_reason, ended.sealed) == (REVOKED, "")


async def test_a_channel_that_refuses_is_told_of_in_its_own_workspace_alone(rig: Rig) -> None:
    rig.server.channels |= {"C0OWNERS": []}
    rig.server.archived.add("C01")
    for creator in (f"{ONE}/U01ALICE", f"{TWO}/U02BOB", "U03CAROL"):
        await rig.storage.run(
            subscriptions.add, channel=HERE, query=creator[-5:], created_by=creator, now=NOW
        )
    watch = RefusalWatch(owners="C0OWNERS", timezone=ZoneInfo("UTC"))
    await rig.owe(HERE, THERE)
    await rig.deliver()

    owed = await rig.storage.run(watch.look, now=NOW)
    rig.server.callers.clear()
    await rig.deliver()

    assert owed == 1
    assert rig.shown() == {"C01": 0, "C02": 1, "C0OWNERS": 0, "D01ALICE": 1}
    assert rig.server.callers == [ONE]
    (told,) = rig.server.channels["D01ALICE"]
    assert told["text"].startswith("Rulewire cannot post in <#C01>")
    assert ONE not in told["text"]


async def test_what_else_a_workspace_was_owed_is_dead_with_its_reason_at_once(rig: Rig) -> None:
    elsewhere = f"{ONE}/C03"
    await rig.owe(HERE, elsewhere, THERE)
    subscribe = subscriptions.add
    await rig.storage.run(subscribe, channel=elsewhere, query="x", created_by="U1", now=NOW)

    await rig.workspaces.tokens.end(ONE, reason=REVOKED)

    assert await rig.states() == {HERE: State.DEAD, elsewhere: State.DEAD, THERE: State.PENDING}
    (silent,) = await rig.storage.run(subscriptions.every)
    assert silent.disabled_reason == REVOKED
    assert await rig.deliver() == 1


async def test_an_install_since_the_call_began_is_not_ended_by_the_old_tokens_refusal(
    rig: Rig,
) -> None:
    await install(rig.workspaces, ONE, "xoxb-new")

    error = DeliveryError("token_revoked", outcome=Outcome.CHANNEL_REFUSES)
    await rig.workspaces.tokens.refused(ONE, error, token="xoxb-one")

    assert (await rig.installation()).ended_at is None


async def test_a_workspace_whose_answer_was_lost_is_settled_by_its_own_history(rig: Rig) -> None:
    lost = Fault(when=When.AFTER, drop=True)
    rig.server.fail("chat.postMessage", lost, lost)
    await rig.owe(HERE, THERE)
    await rig.deliver()
    rig.server.fail("conversations.history", Fault(error="ratelimited", status=429, retry_after=60))

    await rig.settler.settle_due()
    rig.elapsed.until_settled()
    await rig.settler.settle_due()
    first = sorted((await rig.states()).values())
    rig.elapsed.until_settled()
    await rig.settler.settle_due()

    assert first == [State.SENT, State.UNCERTAIN]
    assert set((await rig.states()).values()) == {State.SENT}
    assert rig.shown() == {"C01": 1, "C02": 1}


async def test_a_workspace_that_wants_a_pause_between_edits_delays_no_other(rig: Rig) -> None:
    await rig.owe(HERE, THERE)
    await rig.deliver()
    for channel in (HERE, THERE):
        await rig.storage.run(cards.outdate, channel=channel, story_id=1)
    rig.server.fail("chat.update", Fault(error="ratelimited", status=429, retry_after=600))

    made = [await rig.editor.edit_due(), await rig.editor.edit_due()]
    rig.elapsed.seconds += 600
    made.append(await rig.editor.edit_due())

    assert made == [1, 0, 1]


async def test_a_person_decides_where_a_channel_cannot_be_read(rig: Rig) -> None:
    rig.server.fail("chat.postMessage", Fault(when=When.BEFORE, drop=True))
    await rig.owe(HERE)
    await rig.deliver()

    def again(db: Database) -> None:
        (doubt,) = deliveries.in_state(db, State.UNCERTAIN)
        uncertain.settle(db, doubt, Verdict.AGAIN, by=f"{ONE}/U1", now=NOW)

    await rig.storage.run(again)
    await rig.deliver()

    assert rig.shown()["C01"] == 1


async def test_a_token_is_renewed_in_the_background_before_it_ends(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=RENEW_BEFORE)
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")

    renewed = [await rig.workspaces.tokens.renew_due() for _ in range(2)]

    assert renewed == [1, 0]
    assert (await rig.installation()).expires_at == NOW + timedelta(hours=12)
    assert (await rig.workspaces.client(ONE)).token == "xoxb-next"


async def test_whoever_posts_renews_a_token_that_has_ended_meanwhile(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=12))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")
    del rig.server.tokens["xoxb-one"]
    rig.clock.now += timedelta(days=3)
    await rig.owe(HERE)

    assert await rig.deliver() == 1


async def test_one_at_a_time_asks_for_the_next_token(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(minutes=1))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")

    clients = await asyncio.gather(*(rig.workspaces.client(ONE) for _ in range(10)))

    assert len(rig.server.asked("oauth.v2.access")) == 1
    assert {client.token for client in clients} <= {"xoxb-one", "xoxb-next"}
    assert (await rig.installation()).ended_at is None


async def test_a_token_that_has_ended_while_another_copy_renews_it_is_waited_for(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(minutes=1))
    rig.clock.now += timedelta(hours=1)
    kept = await rig.installation()
    assert await rig.storage.run(installations.begin_renewal, kept, now=rig.clock.now)
    await rig.owe(HERE)

    await rig.deliver()

    assert await rig.states() == {HERE: State.PENDING}


async def test_a_renewal_that_another_copy_was_quicker_with_ends_nothing(rig: Rig) -> None:
    """The other took longer than a minute; Slack knows the first refresh token no more."""
    await install(rig.workspaces, ONE, "xoxb-one", refresh="spent", lives=timedelta(minutes=1))
    rig.clock.now += timedelta(hours=1)
    kept = await rig.installation()
    tokens = Tokens(workspace=ONE, bot_token="xoxb-next", bot_id="B0BOT", bot_user_id="U0BOT")

    async def be_quicker(method: str, _: dict[str, Any]) -> None:
        if method == "oauth.v2.access":
            sealed = Vault(rig.settings.keys).seal(tokens)
            later = rig.clock.now + timedelta(hours=12)
            await rig.storage.run(installations.renew, kept, sealed=sealed, expires_at=later)

    rig.server.before = be_quicker
    await rig.workspaces.tokens.renew_due()

    assert (await rig.installation()).ended_at is None
    assert (await rig.workspaces.client(ONE)).token == "xoxb-next"


async def test_tokens_that_were_renewed_since_they_were_read_are_not_renewed_again(
    rig: Rig,
) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=1))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")
    read = await rig.installation()

    await rig.workspaces.tokens.renew_due()

    assert not await rig.storage.run(installations.begin_renewal, read, now=rig.clock.now)


async def test_a_token_that_slack_gives_once_is_kept_once_the_database_can_be_written(
    rig: Rig, tmp_path: Path
) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=1))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")
    await rig.storage.run_plain(_wait_for_nobody)
    with closing(sqlite3.connect(tmp_path / "rulewire.db", isolation_level=None)) as other:
        locked = asyncio.Event()

        async def lock(method: str, _: dict[str, Any]) -> None:
            if method == "oauth.v2.access":
                other.execute("BEGIN IMMEDIATE")
                locked.set()

        rig.server.before = lock
        renewing = asyncio.create_task(rig.workspaces.tokens.renew_due())
        async with asyncio.timeout(5):
            await locked.wait()
        await asyncio.sleep(0.1)  # long enough to fail once
        other.execute("ROLLBACK")
        renewed = await renewing

    assert renewed == 1
    assert (await rig.workspaces.client(ONE)).token == "xoxb-next"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_token_that_slack_gives_as_the_bot_is_stopped_is_kept(rig: Rig, when: str) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=1))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")
    asked, answers = asyncio.Event(), asyncio.Event()

    async def take_long(method: str, _: dict[str, Any]) -> None:
        if method == "oauth.v2.access":
            asked.set()
            await answers.wait()

    setattr(rig.server, when, take_long)
    renewing = asyncio.create_task(rig.workspaces.tokens.renew_due())
    async with asyncio.timeout(5):
        await asked.wait()
    renewing.cancel()
    asyncio.get_running_loop().call_soon(answers.set)
    with pytest.raises(asyncio.CancelledError):
        await renewing

    assert (await rig.workspaces.client(ONE)).token == "xoxb-next"


def _wait_for_nobody(db: Database) -> None:
    db.execute("PRAGMA busy_timeout = 0")


async def test_a_key_that_changes_while_a_token_is_renewed_loses_nothing(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=1))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")

    async def seal_anew(method: str, _: dict[str, Any]) -> None:
        if method == "oauth.v2.access":
            assert await rig.workspaces.tokens.unopened() == []

    rig.server.before = seal_anew
    await rig.workspaces.tokens.renew_due()

    assert (await rig.workspaces.client(ONE)).token == "xoxb-next"


async def test_check_names_each_workspace_that_does_not_answer_to_its_token(rig: Rig) -> None:
    del rig.server.tokens["xoxb-one"]

    found = await workspace_problems(rig.settings, rig.storage, clock=rig.clock)

    (problem,) = found
    assert problem.startswith("workspace T01ONE (T01ONE): Slack does not know it")


@pytest.mark.parametrize(
    "fault",
    [Fault(drop=True), Fault(status=500), Fault(error="ratelimited", status=429, retry_after=9)],
)
async def test_a_renewal_that_failed_is_tried_again_a_minute_later(rig: Rig, fault: Fault) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=1))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")
    rig.server.fail("oauth.v2.access", fault)

    renewed = [await rig.workspaces.tokens.renew_due() for _ in range(2)]
    rig.clock.now += installations.RENEWING
    renewed.append(await rig.workspaces.tokens.renew_due())

    assert renewed == [0, 0, 1]


async def test_a_token_that_nobody_renews_is_used_to_its_end_and_then_given_up(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="spent", lives=timedelta(hours=1))
    await rig.owe(HERE, title="first", key="a", url="https://a.example/1")

    await rig.workspaces.tokens.renew_due()
    used = await rig.deliver()
    rig.clock.now += timedelta(hours=2)
    await rig.workspaces.tokens.renew_due()

    assert used == 1
    assert (await rig.installation()).ended_reason == NOT_RENEWED


async def test_a_token_that_ends_early_is_renewed_and_the_message_sent_later(rig: Rig) -> None:
    await install(rig.workspaces, ONE, "xoxb-one", refresh="xoxe-1", lives=timedelta(hours=12))
    rig.server.grants["xoxe-1"] = rotating(ONE, "xoxb-next", "xoxe-2")
    rig.server.fail("chat.postMessage", Fault(error="token_expired"))
    await rig.owe(HERE)

    await rig.deliver()
    rig.clock.now += timedelta(minutes=1)

    assert await rig.states() == {HERE: State.PENDING}
    assert await rig.deliver() == 1


async def test_sealed_tokens_moved_to_another_row_open_nothing(rig: Rig) -> None:
    def moved(db: Database) -> None:
        stolen = installations.get(db, TWO)
        assert stolen is not None
        db.execute("UPDATE installations SET sealed = ? WHERE workspace = ?", [stolen.sealed, ONE])

    await rig.storage.run(moved)

    with pytest.raises(DeliveryError, match="does not open"):
        await rig.workspaces.client(ONE)


def test_what_is_sealed_tells_nothing() -> None:
    vault = Vault(shared_settings(SlackServer()).keys)
    tokens = Tokens(workspace=ONE, bot_token="xoxb-one", bot_id="B1", bot_user_id="U1")

    sealed = vault.seal(tokens)

    assert vault.open(ONE, sealed) == tokens
    assert "xoxb" not in repr(tokens)
    assert vault.seal(tokens) != sealed


async def test_whose_a_request_is_is_known_while_another_process_writes(
    rig: Rig, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "rulewire.db")) as other:
        other.execute("BEGIN IMMEDIATE")

        assert (await rig.workspaces.tokens.get(ONE)).bot_token == "xoxb-one"
