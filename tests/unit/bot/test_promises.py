"""A person is reminded of a story when they wished, as it then stands, once, and again if they snooze."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot import bulletin, follow_up, promises
from bot.slack import blocks, story_buttons
from feeds.model import Item, Stage
from storage import bulletins, channels, entries, events, reminders, stories
from storage.bulletins import BulletinDelivery
from storage.channels import Channel
from storage.deliveries import State
from storage.entries import Entry
from storage.joins import Because
from storage.reminders import Reminder
from tests.archive import ALICE, BOB, CHANNEL, Archive, open_archive
from tests.delivering import Clock
from tests.factories import NOW, make_document, make_filing, make_item, make_other
from tests.slack_talk import Talk, open_talk

NEW_YORK = ZoneInfo("America/New_York")
DAY, THREE_DAYS, DEADLINE = (f"{story_buttons.REMIND}-{number}" for number in range(3))


@pytest.fixture
async def archive(tmp_path: Path, clock: Clock) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    async with open_talk(archive.commands) as opened:
        yield opened


async def happen(archive: Archive, item: Item) -> Entry:
    def keep(db: Database) -> Entry:
        sighting = entries.remember(db, item, now=NOW)
        events.reach(db, sighting.entry, now=NOW)
        follow_up.noted(db, sighting.entry, now=NOW)
        return sighting.entry

    return await archive.storage.run(keep)


async def wish(
    talk: Talk, entry: Entry, action: str, *, user: str = ALICE, channel: str = CHANNEL
) -> str:
    """Open the offer from the alert's menu and click one of its buttons; returns the promise."""
    menu = {"value": f"{blocks.REMIND}:{entry.id}"}
    await talk.click(
        {"type": "overflow", "action_id": blocks.MORE, "selected_option": menu},
        user=user,
        channel=channel,
    )
    await talk.click(talk.button(action), user=user, channel=channel)
    text: str = talk.replies[-1]["text"]
    return text


async def remind(archive: Archive, at: datetime) -> int:
    return await archive.storage.run(promises.tell_due, now=at, timezone=NEW_YORK)


async def owed(archive: Archive) -> list[BulletinDelivery]:
    return await archive.storage.run(bulletins.in_state, State.PENDING)


async def told(archive: Archive) -> list[str]:
    return [" / ".join(bulletin.decode(each.body).lines) for each in await owed(archive)]


async def waiting(archive: Archive, person: str = ALICE) -> list[Reminder]:
    def read(db: Database) -> list[Reminder]:
        everything = reminders.due(db, now=NOW + timedelta(days=3650))
        return [each for each in everything if each.person == person]

    return await archive.storage.run(read)


def pressed(action: str, reminder_id: int) -> dict[str, Any]:
    return {"action_id": action, "value": str(reminder_id)}


async def test_in_a_day_means_the_same_time_tomorrow(archive: Archive, talk: Talk) -> None:
    entry = await happen(archive, make_item())

    said = await wish(talk, entry, DAY)
    early = await remind(archive, NOW + timedelta(hours=23, minutes=59))
    due = await remind(archive, NOW + timedelta(days=1))
    again = await remind(archive, NOW + timedelta(days=1, minutes=1))

    assert said.startswith("I will remind you in a direct message on 19 June 2020, 10:00 a.m. EDT")
    assert (early, due, again) == (0, 1, 0)
    assert [each.channel for each in await owed(archive)] == [ALICE]


async def test_the_time_of_day_stays_when_the_clocks_change(
    archive: Archive, talk: Talk, clock: Clock
) -> None:
    entry = await happen(archive, make_item())
    clock.now = datetime(2020, 10, 30, 14, 0, tzinfo=UTC)

    said = await wish(talk, entry, THREE_DAYS)

    assert "2 November 2020, 10:00 a.m. EST" in said


async def test_a_double_click_promises_once_and_another_wish_takes_its_place(
    archive: Archive, talk: Talk
) -> None:
    entry = await happen(archive, make_item())

    await wish(talk, entry, DAY)
    await wish(talk, entry, DAY)
    await wish(talk, entry, THREE_DAYS)

    (promised,) = await waiting(archive)
    assert promised.due_at == NOW + timedelta(days=3)


async def test_two_people_are_reminded_each_for_themselves(archive: Archive, talk: Talk) -> None:
    entry = await happen(archive, make_item())

    await wish(talk, entry, DAY, user=ALICE)
    await wish(talk, entry, DAY, user=BOB)
    await remind(archive, NOW + timedelta(days=1))

    assert sorted(each.channel for each in await owed(archive)) == [ALICE, BOB]


async def test_before_the_deadline_means_the_morning_before_where_the_person_is(
    archive: Archive, talk: Talk
) -> None:
    entry = await happen(archive, make_item())
    berlin = Channel(timezone=ZoneInfo("Europe/Berlin"))
    await archive.storage.run(channels.put, ALICE, berlin)

    said = await wish(talk, entry, DEADLINE)

    assert "16 August 2020, 9:00 a.m. CEST" in said
    assert "Comments close 17 August 2020" in said


async def test_a_deadline_that_moves_takes_the_reminder_with_it(
    archive: Archive, talk: Talk
) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DEADLINE)
    later = make_document(comments_close_on=date(2020, 9, 16), dates=None)
    await happen(archive, make_item(document=later))

    at_first = await remind(archive, datetime(2020, 8, 16, 9, tzinfo=NEW_YORK))
    moved = await remind(archive, datetime(2020, 9, 15, 9, tzinfo=NEW_YORK))

    assert (at_first, moved) == (0, 1)
    assert "Comments close 16 September 2020" in (await told(archive))[0]


async def test_a_withdrawn_document_is_told_at_once_to_who_waits_for_its_deadline(
    archive: Archive, talk: Talk
) -> None:
    filed = make_document(dates=None, citation=None, effective_on=date(2020, 7, 30))
    entry = await happen(archive, make_filing(document=filed))
    await wish(talk, entry, DEADLINE)
    gone = make_filing(
        stage=Stage.WITHDRAWN,
        document=make_document(effective_on=None, dates=None, comments_close_on=None),
    )
    await happen(archive, gone)

    due = await remind(archive, NOW + timedelta(hours=1))

    assert due == 1
    assert (await told(archive))[0].startswith("Reminder: Withdrawn from public inspection")


async def test_no_deadline_is_offered_when_none_is_far_enough_ahead(
    archive: Archive, talk: Talk, clock: Clock
) -> None:
    entry = await happen(archive, make_item())
    clock.now = datetime(2020, 8, 16, 14, 0, tzinfo=UTC)

    with pytest.raises(IndexError):
        await wish(talk, entry, DEADLINE)
    await talk.click({"action_id": DEADLINE, "value": f"deadline:{entry.id}"})

    assert talk.replies[-1]["text"].startswith("No deadline of this story is far enough ahead")
    assert await waiting(archive) == []


async def test_a_promise_can_be_taken_back(archive: Archive, talk: Talk) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)

    await talk.click(talk.button(story_buttons.FORGET_REMINDER))

    assert talk.replies[-1]["text"] == "Done: I will not remind you of this."
    assert await remind(archive, NOW + timedelta(days=2)) == 0


async def test_snooze_reminds_again_a_day_later_and_the_message_says_so(
    archive: Archive, talk: Talk, clock: Clock
) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)
    (promised,) = await waiting(archive)
    clock.now = NOW + timedelta(days=1, hours=2)
    await remind(archive, clock.now)

    await talk.click(pressed(promises.SNOOZE, promised.id), channel="D01ALICE")
    await talk.click(pressed(promises.SNOOZE, promised.id), channel="D01ALICE")
    early = await remind(archive, clock.now + timedelta(hours=23))
    again = await remind(archive, clock.now + timedelta(days=1))

    assert (early, again) == (0, 1)
    first, second = await told(archive)
    assert "Snoozed until 20 June 2020, 12:00 p.m. EDT" in first
    assert "You asked for this on 18 June 2020" in second
    assert talk.replies[-1]["text"] == "I will remind you again on 20 June 2020, 12:00 p.m. EDT."


async def test_who_snoozes_while_another_reminder_waits_is_reminded_once_as_they_said_last(
    archive: Archive, talk: Talk, clock: Clock
) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)
    (promised,) = await waiting(archive)
    clock.now = NOW + timedelta(days=1)
    await remind(archive, clock.now)
    await wish(talk, entry, THREE_DAYS)

    await talk.click(pressed(promises.SNOOZE, promised.id), channel="D01ALICE")

    assert talk.replies[-1]["text"] == "I will remind you again on 20 June 2020, 10:00 a.m. EDT."
    assert "Snoozed until 20 June 2020, 10:00 a.m. EDT" in (await told(archive))[0]
    assert [each.due_at for each in await waiting(archive)] == [NOW + timedelta(days=2)]


async def test_who_is_done_with_a_reminder_is_told_of_another_that_waits(
    archive: Archive, talk: Talk, clock: Clock
) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)
    (promised,) = await waiting(archive)
    clock.now = NOW + timedelta(days=1)
    await remind(archive, clock.now)
    await wish(talk, entry, THREE_DAYS)

    await talk.click(pressed(promises.DONE, promised.id), channel="D01ALICE")

    assert talk.replies[-1]["text"] == (
        "Done. You are still reminded on 22 June 2020, 10:00 a.m. EDT."
    )
    assert len(await waiting(archive)) == 1


async def test_done_ends_it_and_a_year_later_it_can_still_be_snoozed(
    archive: Archive, talk: Talk, clock: Clock
) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)
    (promised,) = await waiting(archive)
    await remind(archive, NOW + timedelta(days=1))

    await talk.click(pressed(promises.DONE, promised.id), channel="D01ALICE")
    await talk.click(pressed(promises.DONE, promised.id), channel="D01ALICE")
    done = (await told(archive))[0]
    clock.now = NOW + timedelta(days=365)
    await talk.click(pressed(promises.SNOOZE, promised.id), channel="D01ALICE")

    assert "Done · 18 June 2020" in done
    assert [each.due_at for each in await waiting(archive)] == [NOW + timedelta(days=366)]


async def test_nobody_touches_the_reminder_of_another(archive: Archive, talk: Talk) -> None:
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)
    (promised,) = await waiting(archive)

    await talk.click(pressed(story_buttons.FORGET_REMINDER, promised.id), user=BOB)

    assert talk.replies[-1]["text"].startswith("This reminder is not known")
    assert len(await waiting(archive)) == 1


@pytest.mark.parametrize("value", ["", "day", "day:", "day:x", "never:1", "day:999", "☃:1"])
async def test_a_wish_that_cannot_be_read_or_kept_is_answered(
    archive: Archive, talk: Talk, value: str
) -> None:
    for action in (
        DAY,
        promises.SNOOZE,
        promises.DONE,
        story_buttons.FORGET_REMINDER,
        story_buttons.TIMELINE,
    ):
        await talk.click({"action_id": action, "value": value})

    assert len(talk.replies) == 5
    assert await waiting(archive) == []


async def test_a_reminder_says_what_the_story_has_become(archive: Archive, talk: Talk) -> None:
    entry = await happen(archive, make_filing())
    await wish(talk, entry, THREE_DAYS)
    await happen(archive, make_item())

    await remind(archive, NOW + timedelta(days=3))

    (said,) = await told(archive)
    assert said.startswith("Reminder: Published and in force")
    assert "85 FR 36719" in said


async def merge(archive: Archive, one: Entry, into: Entry) -> None:
    because = Because(reason="a person says so", confidence=1, made_by=BOB)
    await archive.storage.run(
        stories.merge, one.story_id, into=into.story_id, because=because, now=NOW
    )


@pytest.mark.parametrize("action", [DAY, DEADLINE])
async def test_of_two_stories_that_have_become_one_a_person_is_told_once(
    archive: Archive, talk: Talk, clock: Clock, action: str
) -> None:
    one, other = await happen(archive, make_item()), await happen(archive, make_other())
    await wish(talk, one, action)
    clock.now += timedelta(hours=3)
    await wish(talk, other, action)
    first = min(each.due_at for each in await waiting(archive))
    await merge(archive, one, into=other)

    owed = [await remind(archive, first + timedelta(hours=hours)) for hours in (0, 3, 2_000)]

    assert owed == [1, 0, 0]
    assert await waiting(archive) == []


async def test_two_stories_that_have_become_one_without_a_deadline_are_told_of_at_once_and_once(
    archive: Archive, talk: Talk
) -> None:
    one, other = await happen(archive, make_item()), await happen(archive, make_other())
    await wish(talk, one, DEADLINE)
    await wish(talk, other, DEADLINE)
    await merge(archive, one, into=other)
    for item in (make_item(), make_other()):
        document = make_document(
            number=item.document.number if item.document else "",
            effective_on=None,
            dates=None,
            comments_close_on=None,
        )
        await happen(archive, replace(item, document=document))

    assert [await remind(archive, NOW + timedelta(hours=hour)) for hour in (1, 2)] == [1, 0]


async def test_two_days_that_a_person_chose_are_kept_when_the_stories_become_one(
    archive: Archive, talk: Talk
) -> None:
    one, other = await happen(archive, make_item()), await happen(archive, make_other())
    await wish(talk, one, DAY)
    await wish(talk, other, THREE_DAYS)
    await merge(archive, one, into=other)

    assert [await remind(archive, NOW + timedelta(days=day)) for day in (1, 2, 3)] == [1, 0, 1]


async def test_a_wish_takes_the_place_of_those_for_what_has_become_part_of_the_story(
    archive: Archive, talk: Talk
) -> None:
    one, other = await happen(archive, make_item()), await happen(archive, make_other())
    await wish(talk, one, DAY)
    await merge(archive, one, into=other)

    await wish(talk, other, THREE_DAYS)

    assert [each.due_at for each in await waiting(archive)] == [NOW + timedelta(days=3)]


async def test_in_a_restored_database_a_number_given_again_is_another_reminder(
    archive: Archive, talk: Talk, tmp_path: Path
) -> None:
    """Slack is asked for a message by its id: one that stands must not pass for another."""
    entry = await happen(archive, make_item())
    await wish(talk, entry, DAY)
    await remind(archive, NOW + timedelta(days=1))
    folder, later = tmp_path / "restored", Clock()
    folder.mkdir()
    later.now += timedelta(hours=1)
    async with open_archive(folder, clock=later) as restored:
        again = await happen(restored, make_filing())
        async with open_talk(restored.commands) as theirs:
            await wish(theirs, again, DAY)
        await remind(restored, NOW + timedelta(days=2))

        (first,), (second,) = await owed(archive), await owed(restored)

    assert first.key == second.key
    assert first.delivery_id != second.delivery_id
