"""What a batch of items comes to: who is owed what, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlite_utils import Database

from bot.audience import Audience
from bot.follow_up import MOST_EDITS
from bot.ingest import IngestReport, archive, ingest, ingest_ahead, ingest_text
from bot.telling import TEXT_PATIENCE
from feeds import query
from feeds.date_sentences import DateKind
from feeds.model import Item, Stage
from storage import (
    deadlines,
    deliveries,
    entries,
    events,
    outbox,
    search,
    stories,
    subscriptions,
    texts,
)
from storage.database import open_database
from storage.entries import Change
from storage.stories import Mark
from tests.factories import NOW, make_document, make_filing, make_item, make_press

HUAWEI = "huawei OR title:standards"


def audience(db: Database, *wanted: tuple[str, str]) -> Audience:
    for channel, text in wanted:
        subscriptions.add(db, channel=channel, query=text, created_by="U1", now=NOW)
    return Audience(subscriptions.every(db), {})


def told(db: Database) -> list[tuple[str, str]]:
    """(channel, step) of everything owed."""
    owed = deliveries.in_state(db, deliveries.State.PENDING)
    return [(delivery.channel, delivery.event.step.value) for delivery in owed]


def take(
    db: Database,
    items: Iterable[Item],
    everyone: Audience,
    *,
    now: datetime = NOW,
    baseline: bool = False,
) -> IngestReport:
    return ingest(db, items, audience=everyone, now=now, baseline=baseline)


def test_a_new_item_is_owed_to_the_channels_whose_query_it_matches(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"), ("C2", "zte"), ("C3", "standards"))

    report = take(db, [make_item()], everyone)

    assert told(db) == [("C1", "published"), ("C3", "published")]
    assert (report.counts[Change.NEW], report.owed) == (1, 2)


def test_two_subscriptions_of_a_channel_make_one_delivery_with_two_reasons(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"), ("C1", "standards"))

    take(db, [make_item()], everyone)

    (delivery,) = deliveries.in_state(db, deliveries.State.PENDING)
    assert [why.subscription for why in delivery.whys] == ["huawei", "standards"]


def test_nothing_is_told_twice(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    take(db, [make_item(), make_item(feed="another")], everyone)

    report = take(db, [make_item()], everyone)

    assert told(db) == [("C1", "published")]
    assert (report.counts[Change.SEEN], report.owed) == (1, 0)


def test_a_filing_and_its_publication_are_each_told(db: Database) -> None:
    everyone = audience(db, ("C1", HUAWEI))
    take(db, [make_filing()], everyone)

    take(db, [make_item()], everyone)

    assert told(db) == [("C1", "filed"), ("C1", "published")]


def test_who_was_told_of_a_filing_hears_of_its_withdrawal(db: Database) -> None:
    take(db, [make_filing()], audience(db, ("C1", HUAWEI)))
    nobody = Audience([], {})

    take(db, [make_filing(stage=Stage.WITHDRAWN, title="Withdrawn document")], nobody)

    assert told(db) == [("C1", "filed"), ("C1", "withdrawn")]


def test_an_edit_is_not_told_to_those_who_know_the_entry(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    take(db, [make_press()], everyone)

    take(db, [make_press(title="UPDATE 1-" + make_press().title)], everyone)

    assert told(db) == [("C1", "reported")]


def test_an_edit_that_makes_an_entry_match_is_told(db: Database) -> None:
    everyone = audience(db, ("C1", "hisilicon"))
    take(db, [make_press()], everyone)

    take(db, [make_press(summary="HiSilicon is named, too.")], everyone)

    assert told(db) == [("C1", "reported")]


def test_full_text_evidence_found_later_is_told(db: Database) -> None:
    everyone = audience(db, ("C1", '"covered list"'))
    take(db, [make_item(evidence=())], everyone)

    take(db, [make_item(evidence=("Covered List",))], everyone)

    assert told(db) == [("C1", "published")]


def test_a_first_poll_tells_nobody_of_what_is_past(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    old = make_item(event_at=NOW - timedelta(hours=25))
    undated = make_press(event_at=None)

    report = take(db, [old, undated], everyone, baseline=True)

    assert told(db) == []
    assert report.counts[Change.NEW] == 2


def test_a_first_poll_tells_the_newest_five_of_the_last_day(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"), ("C2", "huawei"))
    hours = [
        make_press(
            key=f"news:{hour}",
            url=f"https://n.example/{hour}",
            title=f"Huawei story number {hour}",
            event_at=NOW - timedelta(hours=hour),
        )
        for hour in (7, 3, 1, 9, 5, 2, 30)
    ]

    take(db, hours, everyone, baseline=True)

    owed = deliveries.in_state(db, deliveries.State.PENDING)
    shown = [
        entries.get(db, delivery.event.entry_id) for delivery in owed if delivery.channel == "C1"
    ]
    assert [entry.item.key for entry in shown if entry] == [f"news:{n}" for n in (1, 2, 3, 5, 7)]
    assert len(owed) == 10


def test_a_first_poll_tells_a_step_of_a_document_already_told(db: Database) -> None:
    everyone = audience(db, ("C1", HUAWEI))
    take(db, [make_filing()], everyone)

    take(db, [make_item(event_at=NOW - timedelta(hours=30))], everyone, baseline=True)

    assert told(db) == [("C1", "filed"), ("C1", "published")]


def test_a_first_poll_of_a_search_does_not_tell_old_entries_anew(db: Database) -> None:
    everyone = audience(db, ("C1", '"covered list"'))
    old = make_item(evidence=(), event_at=NOW - timedelta(days=5))
    take(db, [old], everyone)

    found = make_item(evidence=("Covered List",), event_at=NOW - timedelta(days=5))
    take(db, [found], everyone, baseline=True)

    assert told(db) == []


def test_history_is_remembered_and_told_to_nobody(db: Database) -> None:
    audience(db, ("C1", "huawei"))

    report = archive(db, [make_item()], now=NOW)

    assert told(db) == []
    assert report.counts[Change.NEW] == 1


@pytest.mark.parametrize(("mark", "holder"), [(Mark.MUTED, "C1")])
def test_a_muted_story_is_not_told_there(db: Database, mark: Mark, holder: str) -> None:
    everyone = audience(db, ("C1", HUAWEI), ("C2", HUAWEI))
    take(db, [make_filing()], everyone)
    story = entries.of_story(db, 1)[0].story_id
    stories.mark(db, story, mark, holder=holder, made_by="U1", now=NOW)

    take(db, [make_item()], everyone)

    assert told(db)[2:] == [("C2", "published")]


def test_a_person_who_follows_a_story_is_told_its_steps_and_no_press(db: Database) -> None:
    nobody = Audience([], {})
    take(db, [make_filing()], nobody)
    story = entries.of_story(db, 1)[0].story_id
    stories.mark(db, story, Mark.FOLLOWED, holder="U7", made_by="U7", now=NOW)
    link = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/x"

    take(db, [make_press(url=link), make_item()], nobody)

    assert told(db) == [("U7", "published")]


def test_a_copy_of_a_headline_joins_its_story(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))

    take(db, [make_press(), make_press(key="news:2", url="https://b.example/1")], everyone)

    first, second = deliveries.in_state(db, deliveries.State.PENDING)
    assert first.event.story_id == second.event.story_id


def test_two_documents_of_one_number_are_each_told(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    old_day = datetime(2018, 5, 11, 10, tzinfo=NOW.tzinfo)
    old = make_item(event_at=old_day, document=make_document(publication_date=old_day.date()))

    take(db, [old, make_item()], everyone)

    assert told(db) == [("C1", "published"), ("C1", "published")]


TEXT = "AGENCY: Bureau of Industry and Security. The rule concerns a supplier, Megacorp Holdings."


def make_readable(**but: object) -> Item:
    document = make_document(raw_text_url="https://r.example/1.txt")
    return make_item(document=document, **but)


def read(db: Database, everyone: Audience, *, body: str = TEXT) -> int:
    (wanted,) = texts.due(db, now=NOW, limit=9)
    return ingest_text(db, wanted, body, audience=everyone, now=NOW)


def test_a_document_that_only_its_text_concerns_a_channel_with_is_told_when_it_is_read(
    db: Database,
) -> None:
    everyone = audience(db, ("C1", "megacorp"))
    take(db, [make_readable()], everyone)
    before = told(db)

    owed = read(db, everyone)

    assert (before, owed) == ([], 1)
    (delivery,) = deliveries.in_state(db, deliveries.State.PENDING)
    (reason,) = delivery.whys[0].reasons
    assert (reason.where, reason.sentence) == (
        "full text",
        "The rule concerns a supplier, Megacorp Holdings.",
    )


def test_a_text_tells_nothing_to_those_who_were_told_already(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei OR megacorp"))
    take(db, [make_readable()], everyone)

    assert read(db, everyone) == 0
    assert told(db) == [("C1", "published")]


def test_a_text_read_for_the_archive_is_found_and_told_to_nobody(db: Database) -> None:
    everyone = audience(db, ("C1", "megacorp"))
    old = make_readable(event_at=NOW - timedelta(days=3))
    take(db, [old], everyone, baseline=True)

    owed = read(db, everyone)
    found = search.search(db, query.parse("megacorp"))

    assert (owed, told(db)) == (0, [])
    assert [entry.item.key for entry in found.entries] == ["fr:2020-13093"]


def test_a_text_counts_when_the_document_moves_on(db: Database) -> None:
    everyone = audience(db, ("C1", "megacorp stage:published"))
    filing = make_filing()
    assert filing.document
    listed = replace(filing.document, raw_text_url="https://r.example/filed.txt")
    take(db, [replace(filing, document=listed)], everyone)
    read(db, everyone)

    take(db, [make_item()], everyone)

    assert told(db) == [("C1", "published")]


def test_a_muted_story_stays_silent_when_its_text_is_read(db: Database) -> None:
    everyone = audience(db, ("C1", "megacorp"))
    take(db, [make_readable()], everyone)
    stories.mark(db, 1, Mark.MUTED, holder="C1", made_by="U1", now=NOW)

    assert read(db, everyone) == 0


def published(**but: object) -> Item:
    return make_item(document=make_document(**but))


def test_a_deadline_that_moves_is_told_once_to_those_who_know_the_story(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"), ("C2", "zte"))
    later = published(comments_close_on=date(2020, 9, 16))
    take(db, [make_item()], everyone)

    take(db, [later], everyone)
    take(db, [later], everyone)

    assert told(db) == [("C1", "published"), ("C1", "moved")]
    (change,) = deliveries.in_state(db, deliveries.State.PENDING)[-1].event.changes
    assert (change.name, change.before, change.after) == (
        "comment deadline",
        "2020-08-17",
        "2020-09-16",
    )


def test_a_date_that_swings_back_and_forth_is_told_once_for_each_value(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    later = published(comments_close_on=date(2020, 9, 16))

    take(db, [make_item()], everyone)
    for _ in range(4):
        take(db, [later], everyone)
        take(db, [make_item()], everyone)

    assert told(db) == [("C1", "published"), ("C1", "moved"), ("C1", "moved")]


def test_an_entry_that_is_edited_without_end_is_told_of_a_few_times(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

    take(db, [make_item()], everyone)
    for number in numbers:
        take(db, [make_item(title=f"Release to {number} entities of Huawei")], everyone)

    assert told(db).count(("C1", "revised")) == MOST_EDITS


def test_an_edit_is_not_told_where_the_subscription_ended(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    take(db, [make_item()], everyone)
    subscriptions.remove(db, channel="C1", query="huawei")

    take(db, [published(comments_close_on=date(2020, 9, 16))], Audience([], {}))

    assert told(db) == [("C1", "published")]


def test_who_was_told_by_the_press_hears_of_the_document(db: Database) -> None:
    everyone = audience(db, ("C1", "source:news huawei"))
    link = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/x"
    take(db, [make_press(url=link)], everyone)

    take(db, [make_item()], everyone)

    assert told(db) == [("C1", "reported"), ("C1", "published")]


FILED_TEXT = (
    "AGENCY: Bureau of Industry and Security.\nDATES: This rule is effective [INSERT DATE OF"
    " PUBLICATION IN THE FEDERAL REGISTER].\nADDRESSES: by mail."
)


def make_readable_filing() -> Item:
    filing = make_filing()
    assert filing.document
    return replace(
        filing, document=replace(filing.document, raw_text_url="https://r.example/1.txt")
    )


def test_a_filing_waits_for_its_text_and_goes_out_when_it_is_read(db: Database) -> None:
    everyone = audience(db, ("C1", HUAWEI))
    take(db, [make_readable_filing()], everyone)
    waiting = outbox.channels_due(db, now=NOW)

    read(db, everyone, body=FILED_TEXT)

    assert waiting == []
    assert outbox.channels_due(db, now=NOW) == ["C1"]
    assert told(db) == [("C1", "filed")]


def test_a_filing_whose_text_cannot_be_read_goes_out_soon_and_its_card_gets_the_dates_later(
    db: Database,
) -> None:
    everyone = audience(db, ("C1", HUAWEI))
    take(db, [make_readable_filing()], everyone)
    later = NOW + TEXT_PATIENCE

    claimed = outbox.claim(db, "C1", now=later)
    assert claimed
    outbox.settle_sent(db, claimed, ts="1.0", now=later)
    read(db, everyone, body=FILED_TEXT)

    assert told(db) == [("C1", "dated")]


def correction(**but: object) -> Item:
    document = make_document(
        number="C1-2020-13093",
        correction_of="2020-13093",
        dates=None,
        effective_on=None,
        comments_close_on=None,
        citation="85 FR 40000",
        end_page=None,
        **but,
    )
    return make_item(
        key="fr:C1-2020-13093",
        title="A correction that names nobody",
        summary="",
        evidence=(),
        document=document,
    )


def test_a_correction_is_told_once_to_those_who_know_what_it_corrects(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"), ("C2", "zte"), ("C3", "correction"))
    take(db, [make_item()], everyone)
    sent = told(db)

    take(db, [correction()], everyone)
    take(db, [correction()], everyone)

    assert told(db)[len(sent) :] == [("C1", "corrected"), ("C3", "published")]


def test_a_copy_of_a_headline_is_counted_and_not_told_again(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    title = make_press().title

    take(
        db,
        [
            make_press(),
            make_press(key="news:2", url="https://b.example/1"),
            make_press(key="news:3", url="https://c.example/1", title=f"{title} - Example News"),
        ],
        everyone,
    )

    assert told(db) == [("C1", "reported"), ("C1", "copied"), ("C1", "copied")]


def test_an_extension_moves_the_deadline_of_what_it_extends_and_says_so_once(db: Database) -> None:
    everyone = audience(db, ("C1", "huawei"))
    take(db, [make_item()], everyone)
    extension = make_item(
        key="fr:2020-17777",
        title="Release of Technology; Extension of Comment Period",
        summary="This document extends the comment period for the interim final rule published"
        " on June 18, 2020 (85 FR 36719) until September 16, 2020.",
        evidence=(),
        document=make_document(
            number="2020-17777",
            action="Interim final rule; extension of comment period.",
            dates="The comment period for the interim final rule published June 18, 2020 (85 FR"
            " 36719) is extended. Comments must be received by September 16, 2020.",
            effective_on=None,
            comments_close_on=date(2020, 9, 16),
            citation="85 FR 50000",
            end_page=None,
        ),
    )

    take(db, [extension], everyone)
    again = take(db, [extension], everyone)

    (entry,) = [each for each in entries.of_story(db, 1) if each.item.key == "fr:2020-13093"]
    extended = [e for e in events.of_story(db, 1) if e.step is events.Step.EXTENDED]
    closing = [
        each.due
        for each in deadlines.of_entry(db, entry.id)
        if each.due.kind is DateKind.COMMENTS_CLOSE
    ]
    assert again.owed == 0
    assert [(change.before, change.after) for change in extended[0].changes] == [
        ("2020-08-17", "2020-09-16")
    ]
    assert [(due.day, due.source) for due in closing] == [(date(2020, 9, 16), "2020-17777")]


def test_history_moves_dates_and_tells_nobody(db: Database) -> None:
    audience(db, ("C1", "huawei"))

    archive(db, [make_item(), correction()], now=NOW)

    assert told(db) == []
    steps = [event.step.value for event in events.of_story(db, 1)]
    assert steps[:3] == ["published", "published", "corrected"]


def test_a_first_poll_that_is_cut_comes_to_what_it_comes_to_in_one() -> None:
    found = [
        make_press(
            key=f"news:https://n.example/{number}",
            url=f"https://n.example/{number}",
            title=f"Huawei matter {number * 7919}",
            event_at=NOW - timedelta(hours=7 * number) if number else None,
        )
        for number in range(9)
    ]
    held = []
    for ahead in (False, True):
        with open_database(":memory:") as db:
            everyone = audience(db, ("C1", HUAWEI))
            left = ingest_ahead(db, found, now=NOW) if ahead else found
            take(db, left, everyone, baseline=True)
            kept = sorted(row["key"] for row in db.query("SELECT key FROM entries"))
            held.append((kept, told(db), len(left)))

    (whole, told_whole, _), (cut, told_cut, left_over) = held
    assert (cut, told_cut) == (whole, told_whole)
    assert (len(cut), len(told_cut), left_over) == (9, 3, 3)


def test_what_is_known_already_is_left_to_the_first_poll_of_another_feed(db: Database) -> None:
    everyone = audience(db, ("C1", HUAWEI))
    filed = make_filing(event_at=NOW - timedelta(days=9))
    archive(db, [filed], now=NOW)
    printed = make_item(event_at=NOW - timedelta(days=8))

    left = ingest_ahead(db, [printed], now=NOW)

    assert left == [printed]
    assert take(db, left, everyone, baseline=True).counts[Change.ADVANCED] == 1
