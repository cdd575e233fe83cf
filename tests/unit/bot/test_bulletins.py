"""A bulletin is told once, found again when its answer was lost, and edited where it stands."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot import bulletin
from bot.bulletin import Bulletin, BulletinKind, Button, Part, Row
from bot.deliver import Deliverer
from bot.pace import REFUSED_SECONDS, Pace
from bot.poster import Alert, DeliveryError, Outcome
from bot.slack import bulletin_blocks
from bot.storage_thread import Storage
from bot.terminal import TerminalPoster
from storage import bulletins, outbox
from storage.deliveries import State
from tests.archive import Archive
from tests.delivering import Clock, Elapsed, make_deliverer, make_editor, make_settler
from tests.factories import NOW
from tests.fake_poster import FakePoster
from tests.slack_limits import check_limits

KEY = "example-news 2020-06-18"
FAILING = Bulletin(title="Example News has failed since 9 a.m.")
BACK = Bulletin(title="Example News is back", closing="After 3 hours")
LOST = DeliveryError("answer lost", outcome=Outcome.UNCERTAIN)
HOSTILE = "<!channel> <@U01ALICE> @here #general *b* _i_ `c` ``` > q & <http://x|y> \u202e|"


@pytest.fixture
async def deliverer(
    storage: Storage, poster: FakePoster, clock: Clock, elapsed: Elapsed
) -> Deliverer:
    return await make_deliverer(storage, poster, clock=clock, elapsed=elapsed)


async def owe(storage: Storage, said: Bulletin = FAILING, **but: object) -> int | None:
    values: dict[str, object] = {"channel": "C1", "now": NOW, **but}
    body = bulletin.encode(said)
    return await storage.run(
        bulletins.owe,
        kind=BulletinKind.HEALTH,
        key=KEY,
        body=body,
        **values,  # type: ignore[arg-type]  # a test names what it likes
    )


async def change(storage: Storage, said: Bulletin = BACK) -> bool:
    return await storage.run(
        bulletins.change,
        channel="C1",
        kind=BulletinKind.HEALTH,
        key=KEY,
        body=bulletin.encode(said),
    )


async def deliver(deliverer: Deliverer) -> int:
    await deliverer.deliver_due()
    return await deliverer.finish()


async def edit(storage: Storage, poster: FakePoster, elapsed: Elapsed) -> int:
    return await make_editor(storage, poster, pace=Pace.free(elapsed=elapsed)).edit_due()


async def test_one_of_a_kind_and_key_is_told_once_a_channel(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    first = await owe(storage)
    second = await owe(storage, BACK)
    other = await owe(storage, channel="C2")
    await deliver(deliverer)

    again = await owe(storage)

    assert first
    assert other
    assert (second, again) == (None, None)
    assert [(each.channel, each.card) for each in poster.posted] == [
        ("C1", FAILING),
        ("C2", FAILING),
    ]


async def test_it_waits_for_its_moment(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, clock: Clock
) -> None:
    await owe(storage, due_at=NOW + timedelta(hours=1))

    early = await deliver(deliverer)
    clock.now += timedelta(hours=1)

    assert (early, await deliver(deliverer)) == (0, 1)


async def test_changed_before_it_is_sent_it_is_told_as_it_is_now(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage)
    await change(storage)

    await deliver(deliverer)

    assert [each.card for each in poster.posted] == [BACK]
    assert await edit(storage, poster, elapsed) == 0


async def test_changed_where_it_stands_it_is_edited_in_place_once(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage)
    await deliver(deliverer)

    changed = [await change(storage), await change(storage)]
    edits = [await edit(storage, poster, elapsed), await edit(storage, poster, elapsed)]

    assert (changed, edits) == ([True, False], [1, 0])
    assert [each.card for each in poster.standing.values()] == [BACK]


async def test_changed_while_it_is_being_sent_it_is_edited_afterwards(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage)
    claimed = await storage.run(outbox.claim, "C1", now=NOW)
    assert claimed
    await storage.run(lambda db: bulletins.taken(db, bulletins.numbered(db, claimed.id)))  # type: ignore[arg-type]  # it is there
    await change(storage)
    posted = await poster.post(Alert(delivery_id=claimed.delivery_id, channel="C1", card=FAILING))
    await storage.run(outbox.settle_sent, claimed, ts=posted.ts, now=NOW)

    assert await edit(storage, poster, elapsed) == 1
    assert [each.card for each in poster.standing.values()] == [BACK]


async def test_one_that_was_deleted_is_owed_no_edit_for_ever(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    await owe(storage)
    await deliver(deliverer)
    poster.standing.clear()
    await change(storage)

    assert await edit(storage, poster, elapsed) == 0
    assert await storage.run(bulletins.outdated) == []


async def test_an_edit_that_a_channel_refuses_is_made_once_the_bot_is_back(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    editor = make_editor(storage, poster, pace=Pace.free(elapsed=elapsed), elapsed=elapsed)
    await owe(storage)
    await deliver(deliverer)
    await change(storage)
    poster.faults.append(DeliveryError("not_in_channel", outcome=Outcome.CHANNEL_REFUSES))

    refused = await editor.edit_due()
    elapsed.seconds += REFUSED_SECONDS - 1
    soon = await editor.edit_due()
    elapsed.seconds += 1
    back = await editor.edit_due()

    assert (refused, soon, back) == (0, 0, 1)
    assert [each.card for each in poster.standing.values()] == [BACK]


async def test_a_lost_answer_is_looked_for_and_its_message_can_be_edited(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    settler = make_settler(storage, poster, elapsed=elapsed, deliverer=deliverer)
    poster.faults.append(LOST)
    await owe(storage)
    await deliver(deliverer)
    await settler.settle_due()
    elapsed.until_settled()

    await settler.settle_due()
    await change(storage)
    await edit(storage, poster, elapsed)

    assert await storage.run(outbox.counts) == {State.SENT: 1}
    assert len(poster.posted) == 1
    assert [each.card for each in poster.standing.values()] == [BACK]


async def test_a_lost_message_that_does_not_stand_is_sent_again(
    storage: Storage, deliverer: Deliverer, poster: FakePoster, elapsed: Elapsed
) -> None:
    settler = make_settler(storage, poster, elapsed=elapsed, deliverer=deliverer)
    poster.faults.append(LOST)
    await owe(storage)
    await deliver(deliverer)
    poster.standing.clear()
    await settler.settle_due()
    elapsed.until_settled()

    await settler.settle_due()
    await deliver(deliverer)

    assert [each.card for each in poster.standing.values()] == [FAILING]


async def test_a_channel_that_refuses_it_is_not_asked_again(
    storage: Storage, deliverer: Deliverer, poster: FakePoster
) -> None:
    poster.faults.append(DeliveryError("is_archived", outcome=Outcome.CHANNEL_REFUSES))
    await owe(storage)

    await deliver(deliverer)
    await deliver(deliverer)

    # Held is what it is told once it takes messages again.
    assert await storage.run(outbox.counts) == {State.DEAD: 1, State.HELD: 1}
    assert poster.posted == []


async def test_status_shows_one_in_doubt_and_a_person_settles_it(archive: Archive) -> None:
    number = await owe(archive.storage, channel="C01GEN")
    claimed = await archive.storage.run(outbox.claim, "C01GEN", now=NOW)
    assert claimed
    await archive.storage.run(outbox.settle_uncertain, claimed, reason="answer lost", now=NOW)

    status = await archive.commands.answer("status", channel="C01GEN", user="U1")
    settled = await archive.commands.answer(f"settle {number} sent", channel="C01GEN", user="U1")

    assert FAILING.title in str(status)
    assert FAILING.title in str(settled)
    assert await archive.storage.run(outbox.counts) == {State.SENT: 1}


def full(text: str, count: int) -> Bulletin:
    """As full of a text as can be."""
    row = Row(text=text, url=f"https://example.com/{text}", detail=text)
    return Bulletin(
        title=text,
        parts=(Part(heading=text, text=text, rows=(row,) * count),) * 3,
        buttons=(
            Button(label="Release", action="release", value="1", style="primary"),
            Button(label="Drop", action="drop", value="1", style="danger", confirm=text or "Drop?"),
        ),
        closing=text,
    )


@given(text=st.text(max_size=400) | st.just(HOSTILE), count=st.integers(0, 120))
def test_whatever_it_says_it_is_a_message_that_slack_takes(text: str, count: int) -> None:
    said, blocks = bulletin_blocks.message(full(text or "x", count))

    assert check_limits({"text": said, "blocks": blocks}) == []


def test_the_last_line_of_a_digest_has_the_notes_of_its_subscriptions_whole() -> None:
    closing = " · ".join(
        f"topic:{number}. Why we follow this: {'word ' * 58}end" for number in "123"
    )

    _, blocks = bulletin_blocks.message(Bulletin(title="Daily digest", closing=closing))

    assert blocks[-1]["elements"][0]["text"].count("end") == 3


def test_outside_text_does_nothing_in_it() -> None:
    said, blocks = bulletin_blocks.message(replace(full(HOSTILE, 2), buttons=()))

    for sent in (said, json.dumps(blocks, ensure_ascii=False)):
        assert "<!channel>" not in sent
        assert "<@U01ALICE>" not in sent
        assert "<http://x" not in sent


async def test_a_terminal_shows_it_with_its_addresses() -> None:
    output = io.StringIO()
    shown = full("Release of technology", 1)

    await TerminalPoster(Console(file=output, width=100)).post(
        Alert(delivery_id="d", channel="terminal", card=shown)
    )

    assert "Release of technology: Release of technology" in output.getvalue()
    assert "https://example.com/Release" in output.getvalue()


def test_it_is_read_back_as_it_was_stored() -> None:
    assert bulletin.decode(bulletin.encode(full(HOSTILE, 2))) == full(HOSTILE, 2)
