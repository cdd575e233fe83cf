"""A rehearsal tells what a query would have told, and what it just misses."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta

from rich.console import Console

from bot.answers import Lookback, Notice, Problem, Rehearsal
from bot.slack import buttons
from bot.slack.answer_blocks import message
from bot.terminal_answers import render_answer
from feeds import matching, query
from storage import search, subscriptions
from tests.archive import CHANNEL, TOPICS, Archive, document, press
from tests.factories import NOW


async def rehearsed(archive: Archive, text: str) -> Rehearsal:
    answer = await archive.ask(f"rehearse {text}")
    assert isinstance(answer, Rehearsal)
    return answer


async def test_a_rehearsal_counts_the_last_ninety_days_and_shows_the_newest_five(
    archive: Archive,
) -> None:
    recent = [press(n, event_at=NOW - timedelta(days=n)) for n in range(1, 7)]
    old = press(9, event_at=NOW - timedelta(days=91))
    await archive.remember(document(), *recent, old, press(8, title="Bananas", summary=""))

    answer = await rehearsed(archive, "huawei")

    assert answer.lookback == Lookback(
        days=90,
        entries=7,
        documents=1,
        press=6,
        stories=7,
        begins=NOW.date(),
    )
    titles = [document().title, *(item.title for item in recent[:4])]
    assert [card.title for card in answer.examples] == titles
    assert answer.query == "topic:huawei"
    assert not answer.subscribed


async def test_an_undated_entry_is_of_the_day_it_was_first_seen(archive: Archive) -> None:
    await archive.remember(press(1, event_at=None), now=NOW - timedelta(days=100))
    await archive.remember(press(2, event_at=None), now=NOW - timedelta(days=10))

    answer = await rehearsed(archive, "huawei")

    assert [card.title for card in answer.examples] == ["Huawei report number 2"]
    assert answer.lookback.begins is None


async def test_the_number_is_exact_beyond_where_searches_stop_counting(archive: Archive) -> None:
    items = [press(n, event_at=NOW - timedelta(minutes=n)) for n in range(search.COUNT_CAP + 7)]
    kept = await archive.remember(*items)

    answer = await rehearsed(archive, "huawei -5")

    wanted = query.parse("huawei -5")
    live = [entry for entry in kept if matching.match(wanted, entry.item)]
    assert len(live) > search.COUNT_CAP
    assert answer.lookback.entries == len(live)


async def test_a_near_miss_names_the_term_that_kept_it_out(archive: Archive) -> None:
    await archive.remember(
        press(1, title="Huawei and standards", summary="Removal"),
        press(2, title="Huawei phones", summary=""),
        press(3, title="Huawei and standards bodies", summary=""),
    )

    lacking = await rehearsed(archive, 'huawei standards -"removal"')
    alone = await rehearsed(archive, "huawei")

    assert [(miss.card.title, miss.because) for miss in lacking.near] == [
        ("Huawei phones", "lacks “standards”"),
        ("Huawei and standards", "has “removal”, which is left out"),
    ]
    assert alone.near == ()


async def test_near_misses_look_into_topics_and_what_or_joins(archive: Archive) -> None:
    await archive.remember(press(1, title="Huawei phones", summary=""))

    answer = await rehearsed(archive, "bananas OR (topic:huawei topic:standards)")

    assert [miss.because for miss in answer.near] == ["lacks “topic:standards”"]


async def test_a_topics_bare_name_rehearses_the_topic(archive: Archive) -> None:
    await archive.remember(document())

    answer = await rehearsed(archive, "Huawei")

    assert "huawei" in TOPICS
    assert answer.query == "topic:huawei"
    assert answer.lookback.entries == 1


async def test_a_rehearsal_offers_to_subscribe_until_the_channel_is(archive: Archive) -> None:
    before = await rehearsed(archive, "huawei")
    await archive.storage.run(
        subscriptions.add, channel=CHANNEL, query="topic:huawei", created_by="U01ALICE", now=NOW
    )
    after = await rehearsed(archive, "huawei")

    _, offered = message(before, archive.commands.timezone)
    _, plain = message(after, archive.commands.timezone)
    assert [(each["action_id"], each["value"]) for each in offered[-1]["elements"]] == [
        (buttons.SUBSCRIBE_SEARCH, "topic:huawei"),
        (buttons.NEW, "topic:huawei"),
    ]
    assert [block["type"] for block in plain] == ["section"]


async def test_what_cannot_be_rehearsed_is_answered_with_what_can(archive: Archive) -> None:
    answers = [await archive.ask(f"rehearse {text}") for text in ("", "-notice", "(huawei")]

    hints = [answer.hint for answer in answers if isinstance(answer, Problem)]
    assert hints == [
        "rehearse huawei",
        "rehearse topic:huawei-and-standards -notice",
        "rehearse (huawei)",
    ]


async def test_subscribing_says_the_same_number_and_where_the_archive_begins(
    archive: Archive,
) -> None:
    await archive.remember(document(event_at=NOW - timedelta(days=15)), press(1))

    answer = await archive.ask("subscribe huawei standards")

    assert isinstance(answer, Notice)
    assert answer.text.endswith(
        "it would have told 1 entry: 1 document and 0 press reports; 1 story."
        " The archive begins on 3 June 2020."
    )


async def test_another_number_of_days_can_be_asked_for(archive: Archive) -> None:
    await archive.remember(press(1, event_at=NOW - timedelta(days=40)))

    month = await archive.commands.rehearse("huawei", days=30)
    quarter = await archive.commands.rehearse("huawei", days=60)

    counts = [each.lookback.entries for each in (month, quarter) if isinstance(each, Rehearsal)]
    assert counts == [0, 1]


async def test_a_terminal_shows_the_count_the_examples_and_the_near_misses(
    archive: Archive,
) -> None:
    await archive.remember(document(), press(1, title="Huawei [b]phones[/]", summary=""))
    output = io.StringIO()

    answer = await archive.ask("rehearse huawei standards")
    Console(file=output, width=200).print(render_answer(answer))

    lines = output.getvalue().splitlines()
    assert "it would have told 1 entry" in lines[1]
    assert document().title in lines[3]
    assert lines[-2:] == ["     Huawei [b]phones[/]", "     lacks “standards”"]


async def test_others_are_served_while_a_rehearsal_looks_for_near_misses(archive: Archive) -> None:
    await archive.remember(document(), press(1, title="Huawei phones", summary=""))
    ended = []

    async def rehearse() -> Rehearsal:
        answer = await rehearsed(archive, "huawei standards")
        ended.append("rehearsal")
        return answer

    async def remember() -> None:
        await archive.remember(
            press(2, title="Huawei standards"), press(3, title="Huawei watches", summary="")
        )
        ended.append("remembered")

    answer, _ = await asyncio.gather(rehearse(), remember())

    assert ended == ["remembered", "rehearsal"]
    assert answer.lookback.entries == 1
    assert [miss.card.title for miss in answer.near] == ["Huawei phones"]
