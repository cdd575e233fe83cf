"""What `storage.entries` promises, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlite_utils import Database

from feeds import query as queries
from feeds.model import Agency, Item, Stage
from storage import entries, heads, search
from storage.entries import Change
from tests.factories import NOW, make_document, make_filing, make_item, make_press


def test_a_thing_sighted_twice_is_one_entry(db: Database) -> None:
    first = entries.remember(db, make_item(), now=NOW)

    again = entries.remember(db, make_item(feed="register-huawei"), now=NOW + timedelta(hours=1))

    assert (first.change, again.change) == (Change.NEW, Change.SEEN)
    assert again.entry == first.entry  # its feed is the one that showed it first
    assert entries.count(db) == 1


@pytest.mark.parametrize("known", [make_filing(), make_item()], ids=["filed", "published"])
def test_what_the_registers_own_news_feed_tells_of_a_document_is_no_second_entry(
    db: Database, known: Item
) -> None:
    entries.remember(db, known, now=NOW)
    told = make_press(key="fr:2020-13093", event_at=make_item().event_at)

    again = entries.remember(db, told, now=NOW + timedelta(days=2))

    assert (again.change, again.entry.item) == (Change.SEEN, known)
    assert entries.count(db) == 1


def test_the_registers_own_news_feed_may_tell_of_a_document_first(db: Database) -> None:
    told = make_press(key="fr:2020-13093", feed="register-by-rss", event_at=make_item().event_at)
    first = entries.remember(db, told, now=NOW)

    published = entries.remember(db, make_item(), now=NOW)
    again = entries.remember(db, told, now=NOW)

    assert (published.change, again.change) == (Change.ADVANCED, Change.SEEN)
    assert again.entry.id == first.entry.id
    assert again.entry.item.document == make_item().document


def test_an_entry_reads_back_as_it_was_remembered(db: Database) -> None:
    kept = entries.remember(db, make_item(), now=NOW).entry

    assert entries.get(db, kept.id) == kept
    assert kept.item == make_item()
    assert kept.first_seen_at == NOW


def test_an_entry_that_is_not_there_is_none(db: Database) -> None:
    assert entries.get(db, 404) is None


def test_a_filing_that_is_published_is_the_same_entry_at_a_later_stage(db: Database) -> None:
    filed = entries.remember(db, make_filing(), now=NOW)

    published = entries.remember(db, make_item(), now=NOW + timedelta(days=2))

    assert published.change is Change.ADVANCED
    assert published.entry.id == filed.entry.id
    assert published.entry.item.stage is Stage.PUBLISHED
    assert published.entry.first_seen_at == NOW


def test_publication_keeps_when_the_document_was_filed(db: Database) -> None:
    entries.remember(db, make_filing(), now=NOW)

    published = entries.remember(db, make_item(), now=NOW + timedelta(days=2)).entry

    assert published.item.document
    assert published.item.document.filed_at == datetime(2020, 6, 16, 12, 45, tzinfo=UTC)


def test_a_filing_still_listed_after_publication_changes_nothing(db: Database) -> None:
    entries.remember(db, make_item(), now=NOW)

    sighting = entries.remember(db, make_filing(), now=NOW)

    assert sighting.entry.item.stage is Stage.PUBLISHED
    assert sighting.change in {Change.SEEN, Change.REVISED}
    assert entries.count(db) == 1


def test_a_number_used_again_years_later_is_another_entry(db: Database) -> None:
    old = make_item(
        document=make_document(publication_date=date(2018, 5, 11)),
        event_at=datetime(2018, 5, 11, 10, tzinfo=UTC),
    )
    entries.remember(db, old, now=NOW)

    assert entries.remember(db, make_item(), now=NOW).change is Change.NEW
    assert entries.remember(db, old, now=NOW).change is Change.SEEN
    assert entries.count(db) == 2


def test_a_filing_under_a_number_used_years_ago_is_another_entry(db: Database) -> None:
    old = make_item(
        document=make_document(publication_date=date(2018, 5, 11)),
        event_at=datetime(2018, 5, 11, 10, tzinfo=UTC),
    )
    entries.remember(db, old, now=NOW)

    filed = entries.remember(db, make_filing(), now=NOW)
    published = entries.remember(db, make_item(), now=NOW)

    assert (filed.change, published.change) == (Change.NEW, Change.ADVANCED)
    assert published.entry.id == filed.entry.id


def test_a_number_filed_again_long_after_it_was_never_printed_is_the_same_entry(
    db: Database,
) -> None:
    entries.remember(db, make_filing(), now=NOW)

    again = make_filing(event_at=NOW + timedelta(days=400))

    assert entries.remember(db, again, now=NOW + timedelta(days=400)).change is not Change.NEW
    assert entries.count(db) == 1


def test_a_withdrawn_filing_is_a_later_stage(db: Database) -> None:
    entries.remember(db, make_filing(), now=NOW)

    withdrawn = entries.remember(db, make_filing(stage=Stage.WITHDRAWN, event_at=None), now=NOW)

    assert withdrawn.change is Change.ADVANCED
    assert withdrawn.entry.item.stage is Stage.WITHDRAWN


def test_changed_contents_are_a_revision(db: Database) -> None:
    entries.remember(db, make_item(), now=NOW)

    moved = make_item(document=make_document(comments_close_on=date(2020, 9, 1)))
    sighting = entries.remember(db, moved, now=NOW)

    assert sighting.change is Change.REVISED
    assert sighting.entry.revision == 1
    assert sighting.before == make_item()


def test_a_changed_address_is_no_revision_but_is_kept(db: Database) -> None:
    entries.remember(db, make_item(), now=NOW)

    sighting = entries.remember(db, make_item(url="https://www.federalregister.gov/d/x"), now=NOW)

    assert sighting.change is Change.SEEN
    kept = entries.get(db, sighting.entry.id)
    assert kept
    assert (kept.item.url, kept.revision) == ("https://www.federalregister.gov/d/x", 0)


def test_evidence_from_two_searches_is_united(db: Database) -> None:
    entries.remember(db, make_item(evidence=("Huawei",)), now=NOW)

    sighting = entries.remember(db, make_item(evidence=("Entity List",)), now=NOW)

    assert sighting.change is Change.REVISED
    assert sighting.entry.item.evidence == ("Huawei", "Entity List")


def test_a_press_item_under_a_new_guid_is_the_same_entry(db: Database) -> None:
    first = entries.remember(db, make_press(), now=NOW)

    again = entries.remember(db, make_press(key="news:example-news:re-issued"), now=NOW)

    assert again.entry.id == first.entry.id
    assert again.change is Change.SEEN


def test_a_press_item_that_two_feeds_word_differently_does_not_flip(db: Database) -> None:
    entries.remember(db, make_press(), now=NOW)

    other = entries.remember(db, make_press(feed="copies", summary="In other words."), now=NOW)
    again = entries.remember(db, make_press(), now=NOW)

    assert (other.change, again.change) == (Change.SEEN, Change.SEEN)
    assert again.entry.revision == 0


def test_two_items_of_one_link_with_two_headlines_are_two_entries(db: Database) -> None:
    entries.remember(db, make_press(), now=NOW)

    other = make_press(key="news:example-news:2", title="China hits back at US chip rules")

    assert entries.remember(db, other, now=NOW).change is Change.NEW


def test_a_press_item_that_takes_anothers_headline_stays_itself(db: Database) -> None:
    entries.remember(db, make_press(key="news:a", title="First headline of the day"), now=NOW)
    entries.remember(db, make_press(key="news:b", title="Second headline of the day"), now=NOW)

    renamed = make_press(key="news:b", title="First headline of the day")
    sighting = entries.remember(db, renamed, now=NOW)

    assert sighting.change is Change.REVISED
    assert entries.count(db) == 2


def test_the_head_of_a_story_is_its_document(db: Database) -> None:
    linking = make_press(url="https://www.federalregister.gov/documents/2020/06/18/2020-13093/x")
    entries.remember(db, linking, now=NOW)
    document = entries.remember(db, make_item(), now=NOW).entry

    head = heads.head(db, document.story_id)

    assert head == document


def test_a_hostile_text_is_kept_as_data(db: Database) -> None:
    hostile = "'); DROP TABLE entries; -- \x00 <!channel> \U0001f4a5 华为 " + '"' * 40
    kept = entries.remember(
        db, make_press(title=hostile, summary=hostile, publisher=hostile), now=NOW
    ).entry

    assert entries.get(db, kept.id) == kept


def test_a_document_without_mapped_agencies_is_kept(db: Database) -> None:
    bare = make_item(document=make_document(agencies=(Agency(name="Office of the Secretary"),)))

    assert entries.remember(db, bare, now=NOW).change is Change.NEW


def test_an_entry_kept_by_another_version_is_read(db: Database) -> None:
    kept = entries.remember(db, make_item(), now=NOW).entry
    db.execute(
        "UPDATE entries SET item = json_remove(json_set(item, '$.from_the_future', 1,"
        " '$.document.from_the_future', 1), '$.evidence', '$.document.end_page')"
    )

    read = entries.get(db, kept.id)

    assert read
    assert read.item.evidence == ()
    assert read.item.document
    assert read.item.document.end_page is None
    assert read.item.title == kept.item.title


def test_a_document_published_under_another_title_is_found_by_it_and_no_more_by_the_old(
    db: Database,
) -> None:
    entries.remember(db, make_filing(title="Provisional heading"), now=NOW)
    entries.remember(db, make_item(title="Final heading"), now=NOW)

    def found(word: str) -> int:
        return search.search(db, queries.parse(word, topics={}), limit=5).total

    assert (found("provisional"), found("final")) == (0, 1)
    assert entries.count(db) == 1


def test_a_withdrawn_filing_that_is_published_after_all_is_one_entry(db: Database) -> None:
    filing = make_filing()
    entries.remember(db, filing, now=NOW)
    entries.remember(db, replace(filing, stage=Stage.WITHDRAWN), now=NOW)

    after = entries.remember(db, make_item(), now=NOW)

    assert after.change is Change.ADVANCED
    assert entries.count(db) == 1
