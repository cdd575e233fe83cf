"""Every Poster keeps the promises of `bot/poster.py`: the fake, the counting one, the terminal, and Slack's client."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol
from uuid import uuid4

import aiohttp
import pytest
from rich.console import Console

from bot.card import Card, card
from bot.metrics import Measured, Metrics
from bot.poster import Alert, DeliveryError, Outcome, Poster, Reply
from bot.slack.client import EVENT_TYPE, TIMEOUT, SlackPoster, web_client
from bot.slack.history import MOST_NAMED
from bot.slack.parts import section
from bot.slack.reply import Asked, reply
from bot.slack.workspaces import Workspaces
from bot.slack.workspaces_poster import WorkspacesPoster
from bot.storage_thread import Storage
from bot.terminal import TerminalPoster
from tests.factories import NOW, make_entry, make_item
from tests.fake_poster import FakePoster
from tests.slack_server import TOKEN, Fault, SlackServer, When
from tests.workspaces import shared_settings

CHANNEL = "C01GEN"
DAY = timedelta(days=1)


def make_card(title: str = "Release of technology") -> Card:
    return card(make_entry(item=make_item(title=title)), now=NOW)


def make_alert(delivery_id: str = "d-1", **but: object) -> Alert:
    values: dict[str, object] = {"channel": CHANNEL, "card": make_card(), **but}
    return Alert(delivery_id=delivery_id, **values)  # type: ignore[arg-type]  # a test names what it likes


def make_reply(delivery_id: str, thread: str, *, quiet: bool = False) -> Alert:
    return make_alert(delivery_id, reply=Reply(thread=thread, step=make_card(), quiet=quiet))


class Rig(Protocol):
    """A poster, and what a test may do behind its back."""

    poster: Poster
    #: Keeps nothing that could be read back.
    forgetful: bool

    def refuse(self) -> None:
        """Let the next call fail for now, without effect."""

    def shown(self) -> int:
        """How many messages have come to stand."""


class FakeRig:
    forgetful = False

    def __init__(self) -> None:
        self.fake = FakePoster()
        self.poster: Poster = self.fake

    def refuse(self) -> None:
        self.fake.faults.append(DeliveryError("ratelimited", outcome=Outcome.LATER))

    def shown(self) -> int:
        return len(self.fake.posted)


class MeasuredRig(FakeRig):
    def __init__(self) -> None:
        super().__init__()
        self.poster = Measured(self.fake, Metrics())


class FailingOutput(io.StringIO):
    """A file that is full when it is told to be."""

    full = False

    def write(self, text: str) -> int:
        if self.full and text:
            self.full = False
            raise OSError(28, "No space left on device")
        return super().write(text)


class TerminalRig:
    forgetful = True

    def __init__(self) -> None:
        self.output = FailingOutput()
        self.poster: Poster = TerminalPoster(Console(file=self.output, width=100))

    def refuse(self) -> None:
        self.output.full = True

    def shown(self) -> int:
        return self.output.getvalue().count("Release of technology")


class SlackRig:
    forgetful = False

    def __init__(self, server: SlackServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.poster: Poster = SlackPoster(web_client(TOKEN, base_url=server.url, session=session))

    def refuse(self) -> None:
        fault = Fault(error="ratelimited", status=429, retry_after=7)
        self.server.fail("chat.postMessage", fault)

    def shown(self) -> int:
        return sum(len(messages) for messages in self.server.channels.values())


class WorkspacesRig(SlackRig):
    """The poster of many workspaces, in the one whose token it has."""

    def __init__(self, server: SlackServer, session: aiohttp.ClientSession) -> None:
        super().__init__(server, session)
        settings = shared_settings(server, bot_token=TOKEN)
        unread = Storage(":memory:")
        workspaces = Workspaces(settings, unread, session=session, clock=lambda: NOW)
        self.poster = WorkspacesPoster(workspaces)


@asynccontextmanager
async def slack_rig(make: type[SlackRig] = SlackRig) -> AsyncIterator[SlackRig]:
    server = SlackServer(channels={CHANNEL: [], "C02RND": []})
    async with server.running(), aiohttp.ClientSession(timeout=TIMEOUT) as session:
        yield make(server, session)


@pytest.fixture
async def slack() -> AsyncIterator[SlackRig]:
    async with slack_rig() as rig:
        yield rig


_SLACK = {"slack": SlackRig, "workspaces": WorkspacesRig}


@pytest.fixture(params=["fake", "measured", "terminal", "slack", "workspaces"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    made: dict[str, Callable[[], Rig]] = {
        "fake": FakeRig,
        "measured": MeasuredRig,
        "terminal": TerminalRig,
    }
    async with AsyncExitStack() as stack:
        if request.param in _SLACK:
            yield await stack.enter_async_context(slack_rig(_SLACK[request.param]))
        else:
            yield made[request.param]()


async def test_every_message_has_a_name_of_its_own(rig: Rig) -> None:
    alerts = [make_alert(f"d-{number}") for number in range(3)]

    posted = [await rig.poster.post(alert) for alert in alerts]

    assert len({(one.conversation, one.ts) for one in posted}) == 3
    assert rig.shown() == 3


async def test_an_update_can_be_repeated(rig: Rig) -> None:
    posted = await rig.poster.post(make_alert())

    for _ in range(2):
        await rig.poster.update(make_alert(), conversation=posted.conversation, ts=posted.ts)

    assert rig.shown() == 1


async def test_a_refused_post_shows_nothing_and_can_be_made_again(rig: Rig) -> None:
    rig.refuse()

    with pytest.raises(DeliveryError) as refused:
        await rig.poster.post(make_alert())
    shown_after_refusal = rig.shown()
    await rig.poster.post(make_alert())

    assert refused.value.outcome is Outcome.LATER
    assert shown_after_refusal == 0
    assert rig.shown() == 1


async def test_what_stands_is_found_by_its_delivery_and_what_does_not_is_not(rig: Rig) -> None:
    rig.refuse()
    with pytest.raises(DeliveryError):
        await rig.poster.post(make_alert("d-0"))
    card = await rig.poster.post(make_alert("d-1"))
    await rig.poster.post(make_alert("d-2"))

    found = await rig.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert found is None or (set(found), found["d-1"]) == ({"d-1", "d-2"}, card)
    assert (found is None) == rig.forgetful


async def test_what_a_digest_tells_is_found_where_the_digest_stands(rig: Rig) -> None:
    told = tuple(str(uuid4()) for _ in range(40))
    digest = await rig.poster.post(make_alert("d-1", tells=told))
    await rig.poster.update(make_alert(""), conversation=CHANNEL, ts=digest.ts)

    found = await rig.poster.read_back(CHANNEL, thread=None, age=DAY)

    if not rig.forgetful:
        assert found == {"d-1": digest} | dict.fromkeys(told, replace(digest, folded=True))


async def test_a_step_is_found_in_its_thread_and_an_edited_card_under_its_own_id(rig: Rig) -> None:
    card = await rig.poster.post(make_alert("d-1"))
    step = await rig.poster.post(make_reply("d-2", card.ts, quiet=True))
    await rig.poster.update(make_alert("d-3"), conversation=CHANNEL, ts=card.ts)

    in_channel = await rig.poster.read_back(CHANNEL, thread=None, age=DAY)
    in_thread = await rig.poster.read_back(CHANNEL, thread=card.ts, age=DAY)

    if not rig.forgetful:
        assert in_channel is not None
        assert in_thread is not None
        assert set(in_channel) == {"d-1"}
        assert (in_thread["d-2"].ts, in_thread["d-2"].thread) == (step.ts, card.ts)


async def test_a_step_stands_beside_its_card(rig: Rig) -> None:
    parent = await rig.poster.post(make_alert("d-1"))

    step = await rig.poster.post(make_reply("d-2", parent.ts))

    assert step.ts != parent.ts
    assert rig.shown() == 2


@dataclass(frozen=True, slots=True)
class Lost:
    fault: Fault
    made: int


@pytest.mark.parametrize(
    "lost",
    [
        Lost(Fault(when=When.AFTER, drop=True), 1),
        Lost(Fault(when=When.BEFORE, drop=True), 0),
        Lost(Fault(when=When.AFTER, status=500), 1),
        Lost(Fault(when=When.AFTER, status=503), 1),
        Lost(Fault(when=When.AFTER, status=200), 1),
        Lost(Fault(when=When.AFTER, error="internal_error"), 1),
        Lost(Fault(when=When.AFTER, error="fatal_error", status=500), 1),
        Lost(Fault(when=When.BEFORE, error="service_unavailable"), 0),
        Lost(Fault(when=When.BEFORE, error="request_timeout"), 0),
    ],
    ids=lambda lost: f"{lost.fault.when}-{lost.fault.error or lost.fault.status}",
)
async def test_a_lost_answer_is_uncertain_and_the_post_was_made_once(
    slack: SlackRig, lost: Lost
) -> None:
    slack.server.fail("chat.postMessage", lost.fault)

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.post(make_alert())

    assert raised.value.outcome is Outcome.UNCERTAIN
    assert len(slack.server.asked("chat.postMessage")) == 1
    assert slack.shown() == lost.made


async def test_no_answer_in_time_is_uncertain() -> None:
    server = SlackServer(channels={CHANNEL: []})
    soon = aiohttp.ClientTimeout(total=0.000001)
    async with server.running(), aiohttp.ClientSession(timeout=soon) as session:
        rig = SlackRig(server, session)

        with pytest.raises(DeliveryError) as raised:
            await rig.poster.post(make_alert())

    assert raised.value.outcome is Outcome.UNCERTAIN


async def test_a_slack_that_cannot_be_reached_got_nothing() -> None:
    server = SlackServer()
    async with server.running():
        pass
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        rig = SlackRig(server, session)

        with pytest.raises(DeliveryError) as raised:
            await rig.poster.post(make_alert())

    assert raised.value.outcome is Outcome.LATER


async def test_slacks_own_wait_is_passed_on(slack: SlackRig) -> None:
    slack.refuse()

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.post(make_alert())

    assert raised.value.retry_after == 7
    assert len(slack.server.asked("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("is_archived", Outcome.CHANNEL_REFUSES),
        ("not_in_channel", Outcome.CHANNEL_REFUSES),
        ("token_revoked", Outcome.CHANNEL_REFUSES),
        ("account_inactive", Outcome.CHANNEL_REFUSES),
        ("invalid_auth", Outcome.CHANNEL_REFUSES),
        ("restricted_action", Outcome.CHANNEL_REFUSES),
        ("rate_limited", Outcome.LATER),
        ("msg_too_long", Outcome.REJECTED),
        ("invalid_blocks", Outcome.REJECTED),
        ("an_error_of_next_year", Outcome.REJECTED),
        ("thread_not_found", Outcome.CARD_GONE),
        ("restricted_action_thread_locked", Outcome.CARD_GONE),
        ("restricted_action_non_threadable_channel", Outcome.CARD_GONE),
    ],
)
async def test_each_refusal_says_what_follows_from_it(
    slack: SlackRig, error: str, outcome: Outcome
) -> None:
    slack.server.fail("chat.postMessage", Fault(error=error))

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.post(make_alert())

    assert (raised.value.reason, raised.value.outcome) == (error, outcome)
    assert slack.shown() == 0


async def test_a_channel_that_is_not_there_refuses(slack: SlackRig) -> None:
    alert = make_alert(channel="C0GONE")

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.post(alert)

    assert raised.value.outcome is Outcome.CHANNEL_REFUSES


async def test_a_proxy_that_turns_the_request_away_got_nothing_posted(slack: SlackRig) -> None:
    slack.server.fail("chat.postMessage", Fault(status=403))

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.post(make_alert())

    assert raised.value.outcome is Outcome.LATER


async def test_a_lost_update_is_made_again_later(slack: SlackRig) -> None:
    posted = await slack.poster.post(make_alert())
    slack.server.fail("chat.update", Fault(when=When.AFTER, drop=True))

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.update(make_alert(), conversation=CHANNEL, ts=posted.ts)

    assert raised.value.outcome is Outcome.LATER


async def test_a_deleted_card_is_told_from_a_channel_that_is_gone(slack: SlackRig) -> None:
    posted = await slack.poster.post(make_alert())
    slack.server.channels[CHANNEL].clear()

    with pytest.raises(DeliveryError) as on_update:
        await slack.poster.update(make_alert(), conversation=CHANNEL, ts=posted.ts)
    with pytest.raises(DeliveryError) as on_step:
        await slack.poster.post(make_reply("d-1", posted.ts))

    assert on_update.value.outcome is Outcome.CARD_GONE
    assert on_step.value.outcome is Outcome.CARD_GONE


async def test_the_delivery_can_be_found_again_in_the_channel(slack: SlackRig) -> None:
    posted = await slack.poster.post(make_alert("d-42"))
    await slack.poster.update(make_alert("d-42"), conversation=CHANNEL, ts=posted.ts)

    (message,) = slack.server.channels[CHANNEL]

    assert message["metadata"] == {
        "event_type": EVENT_TYPE,
        "event_payload": {"delivery_id": "d-42"},
    }


async def test_a_digest_names_what_fits_into_its_metadata(slack: SlackRig) -> None:
    told = tuple(str(uuid4()) for _ in range(MOST_NAMED + 1))

    await slack.poster.post(make_alert("d-1", tells=told))

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)
    (message,) = slack.server.channels[CHANNEL]
    assert found is not None
    assert set(found) == {"d-1", *told[:-1]}
    assert len(json.dumps(message["metadata"])) < 3_000


async def test_a_digest_whose_metadata_slack_finds_too_large_is_told_without_names(
    slack: SlackRig,
) -> None:
    slack.server.fail("chat.postMessage", Fault(error="metadata_too_large"))

    await slack.poster.post(make_alert("d-1", tells=(str(uuid4()),)))

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)
    assert found is not None
    assert set(found) == {"d-1"}


@pytest.mark.parametrize("tells", ["", "?", "AAAA", "é", 7, None, {"a": 1}])
async def test_names_that_are_none_are_passed_over(slack: SlackRig, tells: object) -> None:
    await slack.poster.post(make_alert("d-1"))
    (message,) = slack.server.channels[CHANNEL]
    message["metadata"]["event_payload"]["tells"] = tells

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert found is not None
    assert set(found) == {"d-1"}


async def test_a_step_is_also_shown_in_the_channel_unless_it_is_quiet(slack: SlackRig) -> None:
    parent = await slack.poster.post(make_alert("d-1"))

    await slack.poster.post(make_reply("d-2", parent.ts))
    await slack.poster.post(make_reply("d-3", parent.ts, quiet=True))

    card_sent, loud, quiet = slack.server.asked("chat.postMessage")
    assert (card_sent.get("thread_ts"), card_sent.get("reply_broadcast")) == (None, None)
    assert (loud["thread_ts"], loud.get("reply_broadcast")) == (parent.ts, True)
    assert (quiet["thread_ts"], quiet.get("reply_broadcast")) == (parent.ts, None)


async def test_links_are_never_unfolded(slack: SlackRig) -> None:
    await slack.poster.post(make_alert())

    (sent,) = slack.server.asked("chat.postMessage")

    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_a_channel_is_read_to_its_end(slack: SlackRig) -> None:
    slack.server.page = 2
    for number in range(5):
        await slack.poster.post(make_alert(f"d-{number}"))

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert found is not None
    assert set(found) == {f"d-{number}" for number in range(5)}
    assert [each["limit"] for each in slack.server.asked("conversations.history")] == ["999"] * 3


async def test_what_came_before_is_not_asked_for(slack: SlackRig) -> None:
    await slack.poster.post(make_alert("d-1"))

    found = await slack.poster.read_back(CHANNEL, thread=None, age=-DAY)

    assert found == {}


async def test_only_our_own_messages_count(slack: SlackRig) -> None:
    await slack.poster.post(make_alert("d-1"))
    (ours,) = slack.server.channels[CHANNEL]
    forged = {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": "d-2"}}
    slack.server.channels[CHANNEL] += [
        {**ours, "ts": "1592488900.000001", "bot_id": "B0OTHER", "metadata": forged},
        {"ts": "1592488900.000002", "user": "U01ALICE", "text": "d-3", "metadata": forged},
        {**ours, "ts": "1592488900.000003", "metadata": {**forged, "event_type": "other"}},
    ]

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert found is not None
    assert set(found) == {"d-1"}


async def test_a_person_is_looked_up_where_their_direct_message_is(slack: SlackRig) -> None:
    posted = await slack.poster.post(make_alert("d-1", channel="U01ALICE"))

    found = await slack.poster.read_back("U01ALICE", thread=None, age=DAY)

    assert posted.conversation == "D01ALICE"
    assert found == {"d-1": posted}


@pytest.mark.parametrize(
    "error", ["missing_scope", "not_in_channel", "channel_not_found", "token_revoked"]
)
async def test_a_history_that_is_refused_is_not_taken_for_an_empty_one(
    slack: SlackRig, error: str
) -> None:
    slack.server.fail("conversations.history", Fault(error=error))

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert (raised.value.reason, raised.value.outcome) == (error, Outcome.CHANNEL_REFUSES)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(error="ratelimited", status=429, retry_after=7),
        Fault(error="internal_error"),
        Fault(status=500),
        Fault(status=200),
    ],
    ids=["429", "internal", "500", "no JSON"],
)
async def test_a_history_that_does_not_answer_is_read_later(slack: SlackRig, fault: Fault) -> None:
    slack.server.page = 1
    await slack.poster.post(make_alert("d-1"))
    await slack.poster.post(make_alert("d-2"))
    slack.server.fail("conversations.history", Fault(when=When.AFTER, error="ratelimited"), fault)

    for _ in range(2):
        with pytest.raises(DeliveryError) as raised:
            await slack.poster.read_back(CHANNEL, thread=None, age=DAY)
        assert raised.value.outcome is Outcome.LATER

    assert raised.value.retry_after == fault.retry_after


async def test_the_thread_of_a_deleted_card_is_told_from_one_without_replies(
    slack: SlackRig,
) -> None:
    card = await slack.poster.post(make_alert("d-1"))
    alone = await slack.poster.read_back(CHANNEL, thread=card.ts, age=DAY)
    slack.server.channels[CHANNEL].clear()

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.read_back(CHANNEL, thread=card.ts, age=DAY)

    assert alone is not None
    assert set(alone) == {"d-1"}
    assert raised.value.outcome is Outcome.CARD_GONE


async def test_a_history_without_metadata_is_refused_since_nothing_could_be_found_in_it(
    slack: SlackRig,
) -> None:
    await slack.poster.post(make_alert("d-1"))
    slack.server.shows_metadata = False

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert raised.value.outcome is Outcome.CHANNEL_REFUSES


async def answered(slack: SlackRig, *, replace: bool = False) -> dict[str, Any]:
    """What stands in a channel where a command was answered for all to see: it has no metadata."""
    async with aiohttp.ClientSession() as session:
        client = web_client(TOKEN, base_url=slack.server.url, session=session)
        asked = Asked(
            person="U01ALICE",
            conversation=CHANNEL,
            workspace="",
            response_url=f"{slack.server.url}respond",
        )
        said = ("subscribed to huawei", [section("subscribed to huawei")])
        assert await reply(client, asked, said, aloud=True, replace=replace)
    shown = slack.server.asked("respond")[-1]
    return {"text": shown["text"], "blocks": shown["blocks"], "bot_id": "B0BOT"}


async def test_where_only_commands_were_answered_a_lost_alert_is_known_not_to_stand(
    slack: SlackRig,
) -> None:
    slack.server.shows_metadata = False
    slack.server.channels[CHANNEL].append({**await answered(slack), "ts": "1592488800.000001"})

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert found == {}


async def test_beside_answers_a_message_that_shows_no_metadata_may_be_the_lost_alert(
    slack: SlackRig,
) -> None:
    slack.server.shows_metadata = False
    await slack.poster.post(make_alert("d-1"))
    slack.server.channels[CHANNEL].append({**await answered(slack), "ts": "1592488900.000001"})

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert raised.value.outcome is Outcome.CHANNEL_REFUSES
    assert "metadata" in raised.value.reason


async def test_an_answer_in_place_of_another_message_proves_nothing(slack: SlackRig) -> None:
    instead = await answered(slack, replace=True)
    slack.server.channels[CHANNEL].append({**instead, "ts": "1592488800.000001"})

    with pytest.raises(DeliveryError) as raised:
        await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert raised.value.outcome is Outcome.CHANNEL_REFUSES


async def test_an_alert_never_looks_like_an_answer(slack: SlackRig) -> None:
    posted = await slack.poster.post(make_alert("d-1"))
    await slack.poster.update(make_alert("d-1"), conversation=CHANNEL, ts=posted.ts)

    found = await slack.poster.read_back(CHANNEL, thread=None, age=DAY)

    assert found is not None
    assert set(found) == {"d-1"}
