"""Commands answer from the archive what people type, and what their buttons ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.answers import Details, Entries, Help, Notice, Place, Problem, Subscriptions, Topics
from bot.command_words import WORDS
from bot.examples import EXAMPLES
from bot.report import Explanation, Status
from feeds.model import Stage
from storage import events, outages, outbox, polls, subscriptions
from storage.search import COUNT_CAP, Order
from storage.stories import Mark
from tests.archive import ALICE, BOB, CHANNEL, Archive, document, press
from tests.factories import NOW, make_document, make_filing


@pytest.mark.parametrize("text", ["", "  ", "help", "HELP", "help\tme"])
async def test_nothing_and_help_answer_with_examples(archive: Archive, text: str) -> None:
    answer = await archive.ask(text)

    assert answer == Help(examples=EXAMPLES)


async def test_every_example_of_the_help_works_as_pasted(archive: Archive) -> None:
    await archive.remember(document())
    pasted = [each.command.replace("huawei-and-standards", "huawei") for each in EXAMPLES]

    answers = [await archive.ask(text) for text in pasted]

    assert [
        text for text, each in zip(pasted, answers, strict=True) if isinstance(each, Problem)
    ] == []


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("serach huawei", "search huawei"), ("subscribed", "subscribe"), ("Topic", "topics")],
)
async def test_an_unknown_word_answers_with_the_nearest_command(
    archive: Archive, typed: str, nearest: str
) -> None:
    answer = await archive.ask(typed)

    assert isinstance(answer, Problem)
    assert answer.hint == nearest


async def test_words_without_a_command_are_offered_as_a_search(archive: Archive) -> None:
    answer = await archive.ask("huawei 5G")

    assert isinstance(answer, Problem)
    assert answer.hint == "search huawei 5G"


async def test_a_search_that_finds_nothing_says_what_each_thing_finds_by_itself(
    archive: Archive,
) -> None:
    await archive.remember(document(title="Huawei standards"), press(1), press(2))

    answer = await archive.ask('search huawei standars ("entity list" OR no) -source:news')
    alone = await archive.ask("search standars")

    assert isinstance(answer, Entries)
    assert answer.alone == 'By itself: huawei 3, standars 0, "entity list" OR no 0.'
    assert isinstance(alone, Entries)
    assert alone.alone == ""


async def test_a_search_answers_five_a_page_newest_first(archive: Archive) -> None:
    items = [press(n, event_at=NOW - timedelta(hours=n)) for n in range(7)]
    await archive.remember(*items)

    answer = await archive.ask("search huawei report")

    assert isinstance(answer, Entries)
    assert [card.title for card in answer.cards] == [item.title for item in items[:5]]
    assert (answer.first, answer.total, answer.previous) == (1, 7, None)
    assert answer.subscribable == "huawei report"


async def test_pages_follow_each_other_there_and_back(archive: Archive) -> None:
    await archive.remember(*(press(n, event_at=NOW - timedelta(hours=n)) for n in range(12)))
    first = await archive.ask("search huawei")
    assert isinstance(first, Entries)
    assert first.next

    second = await archive.commands.page(first.next, channel=CHANNEL, user=ALICE)
    assert isinstance(second, Entries)
    assert second.next
    third = await archive.commands.page(second.next, channel=CHANNEL, user=ALICE)
    assert isinstance(third, Entries)
    assert third.previous
    back = await archive.commands.page(third.previous, channel=CHANNEL, user=ALICE)

    seen = [card.entry_id for page in (first, second, third) for card in page.cards]
    assert len(set(seen)) == 12
    assert (third.first, third.next) == (11, None)
    assert back == second


async def test_a_page_whose_way_back_was_forgotten_leads_to_the_first(archive: Archive) -> None:
    await archive.remember(*(press(n, event_at=NOW - timedelta(hours=n)) for n in range(6)))
    first = await archive.ask("search huawei")
    assert isinstance(first, Entries)
    assert first.next

    place = Place(query="huawei", trail=first.next.trail, page=9)
    late = await archive.commands.page(place, channel=CHANNEL, user=ALICE)

    assert isinstance(late, Entries)
    assert late.previous == Place(query="huawei")


async def test_best_first_puts_the_title_before_the_summary(archive: Archive) -> None:
    aside = press(1, title="Chip makers report", summary="One of them supplies Huawei.")
    about = press(2, title="Huawei", summary="", event_at=NOW - timedelta(days=9))
    await archive.remember(aside, about)

    place = Place(query="huawei", order=Order.BEST)
    answer = await archive.commands.page(place, channel=CHANNEL, user=ALICE)

    assert isinstance(answer, Entries)
    assert answer.cards[0].title == "Huawei"


async def test_of_very_many_a_page_says_that_not_all_were_ranked_or_counted(
    archive: Archive,
) -> None:
    await archive.remember(
        *(press(n, event_at=NOW - timedelta(minutes=n)) for n in range(COUNT_CAP + 5))
    )

    newest = await archive.ask("search huawei")
    best = await archive.commands.search("huawei", limit=COUNT_CAP, order=Order.BEST)

    assert isinstance(newest, Entries)
    assert isinstance(best, Entries)
    assert (newest.total, newest.capped, newest.bounded) == (COUNT_CAP, True, False)
    assert (best.total, best.capped, best.bounded) == (COUNT_CAP + 1, True, True)


async def test_a_bad_query_answers_with_the_place_and_the_fix(archive: Archive) -> None:
    answer = await archive.ask("search huawei (standards")

    assert isinstance(answer, Problem)
    assert (answer.text, answer.position) == ("huawei (standards", 7)
    assert answer.hint == "search huawei (standards)"


async def test_latest_without_a_query_shows_everything_and_cannot_be_subscribed_to(
    archive: Archive,
) -> None:
    await archive.remember(document(), press(1))

    everything = await archive.ask("latest")
    some = await archive.ask("latest title:report")

    assert isinstance(everything, Entries)
    assert isinstance(some, Entries)
    assert (everything.total, everything.subscribable) == (2, None)
    assert (some.total, some.subscribable) == (1, "title:report")


@pytest.mark.parametrize(
    "named",
    [
        "2020-13093",
        "85 FR 36719",
        "85 FR 36720",
        "0694-AI06",
        "BIS-2020-0017",
        "15 CFR 744.11",
        "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology",
    ],
)
async def test_what_a_document_is_known_by_answers_with_its_card(
    archive: Archive, named: str
) -> None:
    await archive.remember(document())

    answer = await archive.ask(named)

    assert isinstance(answer, Details)
    assert answer.card.headline.startswith("Published")


async def test_a_document_brings_what_else_tells_its_story(archive: Archive) -> None:
    link = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology"
    await archive.remember(document(), press(1, url=link))

    answer = await archive.ask("2020-13093")

    assert isinstance(answer, Details)
    assert [card.stage for card in answer.others] == [Stage.REPORTED]


@pytest.mark.parametrize(
    ("asked", "query"), [("BIS-2020-0017", "docket:BIS-2020-0017"), ("0694-AI06", "rin:0694-AI06")]
)
async def test_a_rulemaking_answers_with_its_stories_oldest_first(
    archive: Archive, asked: str, query: str
) -> None:
    later = make_document(number="2022-19415", citation="87 FR 55241", end_page=None)
    correction = make_document(number="C1-2022-19415", citation=None, correction_of="2022-19415")
    second = NOW + timedelta(days=812)
    await archive.remember(
        document(key="fr:2022-19415", event_at=second, document=later),
        document(key="fr:C1-2022-19415", event_at=second + timedelta(days=6), document=correction),
        document(),
    )

    answer = await archive.ask(asked)

    assert isinstance(answer, Entries)
    assert answer.title == f"{asked}: 2 stories, oldest first"
    assert [card.url for card in answer.cards] == [document().url, document().url]
    assert [card.references[0].value for card in answer.cards] == ["2020-13093", "2022-19415"]
    assert (answer.subscribable, answer.place) == (query, None)


async def test_an_unknown_document_is_said_to_be_unknown(archive: Archive) -> None:
    answer = await archive.ask("2019-10616")

    assert isinstance(answer, Problem)
    assert answer.hint == "search 2019-10616"


async def test_a_search_for_a_citation_finds_its_document(archive: Archive) -> None:
    await archive.remember(document())

    answer = await archive.ask("search 85 FR 36719")

    assert isinstance(answer, (Details, Entries))


@pytest.mark.parametrize(
    "text", ["subscribe huawei", "subscribe topic:huawei now", "SUBSCRIBE Huawei NOW"]
)
async def test_a_topics_name_subscribes_to_the_topic_and_says_what_it_would_have_told(
    archive: Archive, text: str
) -> None:
    old = press(2, event_at=NOW - timedelta(days=40))
    await archive.remember(document(), press(1), old)

    answer = await archive.ask(text)

    assert await archive.subscribed() == ["topic:huawei"]
    assert isinstance(answer, Notice)
    assert (answer.by, answer.aloud) == (ALICE, True)
    assert answer.text == (
        "subscribed to topic:huawei. In the last 30 days it would have told 2 entries: 1 document and"
        " 1 press report; 2 stories. The archive begins on 18 June 2020."
    )
    assert archive.changes


async def test_a_query_is_kept_in_its_canonical_form(archive: Archive) -> None:
    await archive.ask("subscribe huawei   AND ( -type:NOTICE )")

    (kept,) = await archive.subscribed()
    again = await archive.ask(f"subscribe {kept}")

    assert again == Notice(text=f"Already subscribed to {kept}.")
    assert await archive.subscribed() == [kept]


@pytest.mark.parametrize(
    "text",
    [
        "subscribe",
        "subscribe now",
        "subscribe daily",
        "subscribe -notice",
        "subscribe topic:nope",
        "subscribe (",
    ],
)
async def test_what_cannot_be_subscribed_to_is_refused_with_a_reason(
    archive: Archive, text: str
) -> None:
    answer = await archive.ask(text)

    assert isinstance(answer, Problem)
    assert await archive.subscribed() == []


async def test_the_largest_query_can_be_subscribed_to(archive: Archive) -> None:
    text = " OR ".join(f"word{n:03}" for n in range(150))

    answer = await archive.ask(f"subscribe {text}")

    assert isinstance(answer, Notice)


async def test_subscribing_again_wakes_a_subscription_that_was_stopped(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    await archive.storage.run(subscriptions.disable, CHANNEL, reason="is_archived")

    answer = await archive.ask("subscribe huawei")

    assert isinstance(answer, Notice)
    assert answer.aloud
    (row,) = await archive.storage.run(subscriptions.of_channel, CHANNEL)
    assert row.disabled_reason is None


@pytest.mark.parametrize("text", ["huawei", "topic:huawei", "TOPIC:Huawei"])
async def test_unsubscribing_says_who_did_it(archive: Archive, text: str) -> None:
    await archive.ask("subscribe huawei")

    answer = await archive.ask(f"unsubscribe {text}", user=BOB)

    assert answer == Notice(text="unsubscribed from topic:huawei.", by=BOB, aloud=True)
    assert await archive.subscribed() == []


async def test_a_subscription_to_a_topic_that_is_gone_can_still_be_ended(archive: Archive) -> None:
    await archive.storage.run(
        subscriptions.add, channel=CHANNEL, query="topic:gone", created_by=ALICE, now=NOW
    )

    answer = await archive.ask("unsubscribe topic:gone")

    assert isinstance(answer, Notice)
    assert await archive.subscribed() == []


async def test_unsubscribing_from_what_was_never_subscribed_names_the_nearest(
    archive: Archive,
) -> None:
    await archive.ask("subscribe huawei 5g")

    answer = await archive.ask("unsubscribe huawei 6g")

    assert isinstance(answer, Problem)
    assert answer.hint == "unsubscribe huawei 5g"


async def test_a_remove_button_ends_its_subscription_once(archive: Archive) -> None:
    await archive.ask("subscribe huawei")
    (row,) = await archive.storage.run(subscriptions.of_channel, CHANNEL)

    first = await archive.commands.unsubscribe(row.id, channel=CHANNEL, user=ALICE)
    second = await archive.commands.unsubscribe(row.id, channel=CHANNEL, user=ALICE)

    assert first == Notice(text="unsubscribed from topic:huawei.", by=ALICE, aloud=True)
    assert second == Notice(text="This subscription is gone already.")


async def test_a_remove_button_cannot_end_another_channels_subscription(archive: Archive) -> None:
    await archive.ask("subscribe huawei", channel="C02OTHER")
    (row,) = await archive.storage.run(subscriptions.of_channel, "C02OTHER")

    await archive.commands.unsubscribe(row.id, channel=CHANNEL, user=ALICE)

    assert await archive.subscribed("C02OTHER") == ["topic:huawei"]


async def test_topics_and_subscriptions_are_listed_for_the_channel_that_asks(
    archive: Archive,
) -> None:
    await archive.ask("subscribe huawei")

    topics = await archive.ask("topics")
    own = await archive.ask("subscriptions")
    others = await archive.ask("subscriptions", channel="C02OTHER")
    everyone = await archive.commands.all_subscriptions()

    assert isinstance(topics, Topics)
    assert {row.name: row.subscribed for row in topics.topics} == {
        "huawei": True,
        "standards": False,
    }
    assert isinstance(own, Subscriptions)
    assert [row.query for row in own.subscriptions] == ["topic:huawei"]
    assert others == Subscriptions(channel="C02OTHER", subscriptions=())
    assert isinstance(everyone, Subscriptions)
    assert (everyone.channel, len(everyone.subscriptions)) == (None, 1)


async def test_status_says_what_is_unread_late_and_failing(archive: Archive) -> None:
    unread = await archive.ask("status")
    await archive.storage.run(polls.schedule, ["example-news"], now=NOW - timedelta(hours=2))
    late = await archive.ask("status")
    await archive.storage.run(
        polls.record_failure,
        "example-news",
        reason="HTTP 503",
        next_poll_at=NOW + timedelta(minutes=5),
        now=NOW,
    )
    failing = await archive.ask("status")

    assert isinstance(unread, Status)
    assert isinstance(late, Status)
    assert isinstance(failing, Status)
    assert [status.feeds[0].trouble for status in (unread, late, failing)] == [
        "not read yet",
        "late",
        "failing, 1 time: HTTP 503",
    ]


async def test_status_says_since_when_a_feed_is_silent(archive: Archive) -> None:
    await archive.storage.run(polls.schedule, ["example-news"], now=NOW)
    await archive.storage.run(
        polls.record_success, "example-news", bookmark={}, next_poll_at=NOW, now=NOW
    )
    since = datetime(2020, 6, 8, 4, tzinfo=UTC)
    out = outages.Out(feed="example-news", since=since, reason="7 working days")
    await archive.storage.run(outages.begin, outages.Trouble.SILENT, scope="", feeds=[out], now=NOW)

    answer = await archive.ask("status")

    assert isinstance(answer, Status)
    assert answer.feeds[0].trouble == "silent since 8 June 2020"
    assert answer.headline == "1 feed: 1 silent"
    assert answer.complete == ""  # no feed of this catalog reads the Register


async def test_status_says_what_is_owed_uncertain_and_stopped(archive: Archive) -> None:
    first, second = await archive.remember(document(), press(1))
    await archive.tell(first)
    event = await archive.storage.run(events.reach, second, now=NOW)
    await archive.storage.run(outbox.enqueue, event, channel=CHANNEL, whys=[], now=NOW)
    await archive.storage.run(outbox.claim, CHANNEL, now=NOW + timedelta(hours=1))
    await archive.storage.run(outbox.recover, sending=(), now=NOW + timedelta(hours=2))
    for query in ("topic:gone", "huawei"):
        await archive.storage.run(
            subscriptions.add, channel=CHANNEL, query=query, created_by=ALICE, now=NOW
        )

    answer = await archive.ask("status")

    assert isinstance(answer, Status)
    assert answer.owed == {"sent": 1, "uncertain": 1}
    assert [each.title for each in answer.uncertain] == ["Huawei report number 1"]
    assert [row.query for row in answer.stopped] == ["topic:gone"]
    assert answer.stopped[0].stopped


async def test_why_names_who_was_told_by_which_query_and_words(archive: Archive) -> None:
    (entry,) = await archive.remember(document())
    await archive.tell(entry)
    await archive.tell(entry, channel="C02OTHER")
    await archive.tell(entry, channel=BOB)

    answer = await archive.ask("why 85 FR 36719")

    assert isinstance(answer, Explanation)
    (here,) = answer.here
    assert (here.step, here.state, here.at) == ("Published", "told", NOW)
    assert "huawei" in here.why[0]
    assert [each.channel for each in answer.elsewhere] == ["C02OTHER"]
    assert (answer.people, answer.silence) == (1, "")


async def test_why_of_an_entry_in_a_story_that_was_told_says_why_it_was_not_itself(
    archive: Archive,
) -> None:
    report = press(1, url="https://www.federalregister.gov/d/2020-13093")
    told, untold = await archive.remember(document(), report)
    await archive.tell(told)

    answer = await archive.commands.why(untold.id, channel=CHANNEL, user=ALICE)

    assert isinstance(answer, Explanation)
    assert [each.title for each in answer.here] == [document().title]
    assert answer.silence == "There is no subscription here."


async def test_why_names_the_term_that_a_subscription_misses(archive: Archive) -> None:
    (entry,) = await archive.remember(document())
    await archive.ask("subscribe huawei bananas")
    await archive.ask("subscribe starlight moonshine")

    answer = await archive.commands.why(entry.id, channel=CHANNEL, user=ALICE)

    assert isinstance(answer, Explanation)
    assert answer.silence == (
        "No subscription here matches it. huawei bananas: it lacks “bananas”."
    )


async def test_why_says_which_gate_stopped_an_entry(archive: Archive) -> None:
    (entry,) = await archive.remember(document())
    answers = [await archive.commands.why(entry.id, channel=CHANNEL, user=ALICE)]

    await archive.ask("subscribe bananas")
    answers.append(await archive.commands.why(entry.id, channel=CHANNEL, user=ALICE))
    await archive.ask("subscribe huawei")
    answers.append(await archive.commands.why(entry.id, channel=CHANNEL, user=ALICE))
    await archive.commands.mark(entry.story_id, Mark.MUTED, channel=CHANNEL, user=ALICE)
    answers.append(await archive.commands.why(entry.id, channel=CHANNEL, user=ALICE))

    said = [answer.silence.split(".")[0] for answer in answers if isinstance(answer, Explanation)]
    assert said == [
        "There is no subscription here",
        "No subscription here matches it",
        "A subscription here matches it",
        "The story is muted here",
    ]


async def test_why_tells_a_late_subscription_and_a_stopped_one_from_silence(
    archive: Archive,
) -> None:
    (early,) = await archive.remember(document(), now=NOW - timedelta(days=1))
    await archive.ask("subscribe huawei")
    late = await archive.commands.why(early.id, channel=CHANNEL, user=ALICE)
    (quiet,) = await archive.remember(press(1), now=NOW + timedelta(days=1))
    silent = await archive.commands.why(quiet.id, channel=CHANNEL, user=ALICE)
    await archive.storage.run(subscriptions.disable, CHANNEL, reason="the channel is archived")
    stopped = await archive.commands.why(quiet.id, channel=CHANNEL, user=ALICE)

    said = [each.silence for each in (late, silent, stopped) if isinstance(each, Explanation)]
    assert "made after it was first seen" in said[0]
    assert "as history, or with a feed's first reading" in said[1]
    assert said[2].endswith("tells nothing: the channel is archived")


async def test_why_of_what_no_feed_brought_says_so(archive: Archive) -> None:
    unseen = await archive.ask("why 2019-10616")
    unclear = await archive.ask("why oh why")
    gone = await archive.commands.why(999, channel=CHANNEL, user=ALICE)

    assert isinstance(unseen, Notice)
    assert "Never seen" in unseen.text
    assert "rulewire backfill" in unseen.text
    assert isinstance(unclear, Problem)
    assert isinstance(gone, Problem)


async def test_muting_is_the_channels_and_following_the_persons(archive: Archive) -> None:
    (entry,) = await archive.remember(document())

    for mark in Mark:
        await archive.commands.mark(entry.story_id, mark, channel=CHANNEL, user=ALICE)

    assert await archive.marks(entry.story_id) == {
        ("muted", CHANNEL),
        ("followed", ALICE),
        ("saved", ALICE),
        ("irrelevant", ALICE),
    }


@pytest.mark.parametrize("mark", list(Mark))
async def test_a_mark_put_twice_is_one_and_comes_off_again(archive: Archive, mark: Mark) -> None:
    (entry,) = await archive.remember(document())
    where = {"channel": CHANNEL, "user": ALICE}

    first = await archive.commands.mark(entry.story_id, mark, **where)
    second = await archive.commands.mark(entry.story_id, mark, **where)
    third = await archive.commands.unmark(entry.story_id, mark, **where)

    assert len({str(answer) for answer in (first, second, third)}) == 3
    assert await archive.marks(entry.story_id) == set()


async def test_a_mark_on_a_story_that_is_gone_is_answered(archive: Archive) -> None:
    put = await archive.commands.mark(999, Mark.SAVED, channel=CHANNEL, user=ALICE)
    off = await archive.commands.unmark(999, Mark.SAVED, channel=CHANNEL, user=ALICE)

    assert isinstance(put, Problem)
    assert isinstance(off, Problem)
    assert await archive.commands.story_of(999) is None


async def test_a_standing_card_shows_the_channels_marks_and_why_it_was_told(
    archive: Archive,
) -> None:
    (entry,) = await archive.remember(make_filing())
    stands = await archive.tell(entry)
    await archive.commands.mark(entry.story_id, Mark.MUTED, channel=CHANNEL, user=BOB)
    await archive.commands.mark(entry.story_id, Mark.FOLLOWED, channel=CHANNEL, user=ALICE)

    shown = await archive.commands.standing(entry.story_id, channel=CHANNEL)

    assert shown
    assert (shown.ts, shown.conversation) == (stands.ts, CHANNEL)
    assert shown.card.muted
    assert (shown.card.muted.made_by, shown.card.muted.made_at) == (BOB, NOW)
    assert shown.card.marks == {Mark.MUTED}
    assert shown.card.why
    assert await archive.commands.standing(entry.story_id, channel="C02OTHER") is None


@pytest.mark.parametrize(
    "text",
    [
        "search " + "(" * 5000,
        "search " + "a" * 100_000,
        "subscribe \x00",
        "why <!channel>",
        "\u202e\u0000",
        "search after:9999-99-99",
        "unsubscribe '; DROP TABLE entries; --",
        "latest cfr:99999999999999999999/1",
        "15 CFR 99999999999999999999999",
        "https://[broken",
    ],
)
async def test_hostile_text_is_answered(archive: Archive, text: str) -> None:
    answer = await archive.ask(text)

    assert isinstance(answer, (Entries, Notice, Problem))


def test_every_word_of_the_table_is_in_the_help() -> None:
    shown = {example.command.split()[0] for example in EXAMPLES}

    assert set(WORDS) - {"help"} <= shown


async def test_why_names_each_step_by_its_own_entry(archive: Archive) -> None:
    report = press(1, url="https://www.federalregister.gov/d/2020-13093")
    told_first, told_next = await archive.remember(report, document())
    await archive.tell(told_first)
    await archive.tell(told_next)

    answer = await archive.ask("why 2020-13093")

    assert isinstance(answer, Explanation)
    assert [each.title for each in answer.here] == [report.title, document().title]


async def test_a_query_that_only_excludes_is_answered_with_one_that_can_match(
    archive: Archive,
) -> None:
    answer = await archive.ask("subscribe -huawei")

    assert isinstance(answer, Problem)
    assert answer.hint == "subscribe topic:huawei-and-standards -huawei"
