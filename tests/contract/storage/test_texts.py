"""What `storage.texts` promises, on every engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlite_utils import Database

from feeds.preamble import REACH
from storage import entries, events, outbox, texts
from tests.factories import NOW, make_document, make_item

HOUR = timedelta(hours=1)


@pytest.fixture
def entry_id(db: Database) -> int:
    return entries.remember(db, make_item(), now=NOW).entry.id


def test_a_wanted_text_is_due_at_once_and_once(db: Database, entry_id: int) -> None:
    for _ in range(2):
        texts.want(db, entry_id, "https://r.example/1.txt", silent=False, now=NOW)

    (wanted,) = texts.due(db, now=NOW, limit=9)

    assert (wanted.entry_id, wanted.url, wanted.attempts) == (
        entry_id,
        "https://r.example/1.txt",
        0,
    )


def test_a_text_that_was_read_is_kept_and_not_read_again(db: Database, entry_id: int) -> None:
    texts.want(db, entry_id, "https://r.example/1.txt", silent=False, now=NOW)
    texts.keep(db, entry_id, "The text names Huawei.", now=NOW)

    texts.want(db, entry_id, "https://r.example/1.txt", silent=False, now=NOW + HOUR)

    assert texts.due(db, now=NOW + HOUR, limit=9) == []
    assert texts.body(db, entry_id) == "The text names Huawei."


def test_a_preamble_is_the_beginning_of_a_text_that_was_read(db: Database, entry_id: int) -> None:
    texts.want(db, entry_id, "https://r.example/1.txt", silent=False, now=NOW)
    before = texts.preamble(db, entry_id)
    texts.keep(db, entry_id, "SUMMARY: One. " * REACH, now=NOW)

    assert before == ""
    assert texts.preamble(db, entry_id) == ("SUMMARY: One. " * REACH)[:REACH]


def test_a_text_at_another_address_is_read_and_the_old_one_held_until_then(
    db: Database, entry_id: int
) -> None:
    texts.want(db, entry_id, "https://r.example/filed.txt", silent=False, now=NOW)
    texts.keep(db, entry_id, "As filed.", now=NOW)

    texts.want(db, entry_id, "https://r.example/printed.txt", silent=False, now=NOW)

    assert [wanted.url for wanted in texts.due(db, now=NOW, limit=9)] == [
        "https://r.example/printed.txt"
    ]
    assert texts.body(db, entry_id) == "As filed."


def test_a_failure_waits_and_may_be_the_last(db: Database, entry_id: int) -> None:
    texts.want(db, entry_id, "https://r.example/1.txt", silent=False, now=NOW)

    texts.fail(db, entry_id, reason="HTTP 503", due_at=NOW + HOUR)
    early = texts.due(db, now=NOW, limit=9)
    late = texts.due(db, now=NOW + HOUR, limit=9)
    texts.fail(db, entry_id, reason="HTTP 404", due_at=None)
    never = texts.due(db, now=NOW + 99 * HOUR, limit=9)

    assert (early, never) == ([], [])
    assert [wanted.attempts for wanted in late] == [1]


def test_what_may_be_told_is_read_before_what_is_for_the_archive(db: Database) -> None:
    old = entries.remember(db, make_item(), now=NOW).entry.id
    new = entries.remember(db, make_item(key="fr:2020-99999"), now=NOW).entry.id
    texts.want(db, old, "https://r.example/old.txt", silent=True, now=NOW)
    texts.want(db, new, "https://r.example/new.txt", silent=False, now=NOW + HOUR)

    found = texts.due(db, now=NOW + HOUR, limit=9)

    assert [wanted.entry_id for wanted in found] == [new, old]
    assert [wanted.silent for wanted in found] == [False, True]


def test_an_entry_without_a_text_has_an_empty_one(db: Database, entry_id: int) -> None:
    assert texts.body(db, entry_id) == ""


def test_a_text_that_an_alert_waits_for_is_read_first(db: Database) -> None:
    ids = []
    for number in range(3):
        item = make_item(
            key=f"fr:2020-1000{number}",
            document=make_document(number=f"2020-1000{number}", rins=(), dockets=()),
        )
        ids.append(entries.remember(db, item, now=NOW).entry.id)
        texts.want(db, ids[-1], f"https://r.example/{number}", silent=False, now=NOW)
    before = texts.alerts_wait(db, now=NOW)
    entry = entries.get(db, ids[2])
    assert entry
    outbox.enqueue(db, events.reach(db, entry, now=NOW), channel="C1", whys=[], now=NOW)

    assert (before, texts.alerts_wait(db, now=NOW)) == (False, True)
    assert [wanted.entry_id for wanted in texts.due(db, now=NOW, limit=1)] == [ids[2]]
