"""What people objected to is kept through all that happens to its story."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import entries, feedback, stories
from storage.database import APPLICATION_ID, open_database
from storage.entries import Entry
from storage.feedback import Feedback, Objection
from storage.joins import Because
from storage.migrations import migrations
from storage.stories import Mark
from tests.factories import NOW, make_item, make_press

BY_HAND = Because(reason="joined by hand", confidence=1.0, made_by="U1")


def objection(entry: Entry, channel: str, kind: Objection, *, person: str = "U1") -> Feedback:
    return Feedback(
        story_id=entry.story_id,
        entry_id=entry.id,
        channel=channel,
        person=person,
        objection=kind,
        words=f"to {entry.id} in {channel}",
        queries=("huawei",),
        made_at=NOW,
    )


def two_stories(db: Database) -> tuple[Entry, Entry]:
    report = make_press(title="Huawei report number 1")
    rule, told = (entries.remember(db, each, now=NOW).entry for each in (make_item(), report))
    assert rule.story_id != told.story_id
    return rule, told


def said(db: Database) -> list[tuple[int, int, str, Objection, str]]:
    return sorted(
        (each.story_id, each.entry_id, each.channel, each.objection, each.words)
        for each in feedback.every(db)
    )


@pytest.mark.parametrize("elsewhere", ["C1", "C2"])
def test_a_merge_keeps_what_a_person_objected_to_in_both_stories(
    db: Database, elsewhere: str
) -> None:
    rule, report = two_stories(db)
    given = (
        objection(rule, "C1", Objection.MINOR),
        objection(report, elsewhere, Objection.DUPLICATE),
    )
    for each in given:
        feedback.give(db, each)

    stories.merge(db, report.story_id, into=rule.story_id, because=BY_HAND, now=NOW)

    assert said(db) == sorted(
        (rule.story_id, each.entry_id, each.channel, each.objection, each.words) for each in given
    )
    assert [each.holder for each in stories.marks(db, rule.story_id)] == ["U1"]


def test_a_split_takes_along_what_was_objected_to_in_what_goes(db: Database) -> None:
    rule, report = two_stories(db)
    kept, gone = (
        objection(rule, "C1", Objection.MINOR),
        objection(report, "C2", Objection.SUBJECT),
    )
    feedback.give(db, kept)
    feedback.give(db, gone)
    stories.merge(db, report.story_id, into=rule.story_id, because=BY_HAND, now=NOW)

    own = stories.split(db, report.id, by="U2", now=NOW)

    assert own == report.story_id
    assert said(db) == sorted(
        [
            (rule.story_id, rule.id, "C1", Objection.MINOR, kept.words),
            (own, report.id, "C2", Objection.SUBJECT, gone.words),
        ]
    )
    for story_id in (rule.story_id, report.story_id):
        assert [each.mark for each in stories.marks(db, story_id)] == [Mark.IRRELEVANT]


def test_what_a_person_says_next_takes_the_place_of_all_they_said_of_the_story_there(
    db: Database,
) -> None:
    rule, report = two_stories(db)
    for entry in (rule, report):
        feedback.give(db, objection(entry, "C1", Objection.MINOR))
        feedback.give(db, objection(entry, "C1", Objection.MINOR, person="U2"))
    stories.merge(db, report.story_id, into=rule.story_id, because=BY_HAND, now=NOW)
    again = replace(objection(report, "C1", Objection.OTHER), story_id=rule.story_id)

    new, same = feedback.give(db, again), feedback.give(db, again)

    assert (new, same) == (True, False)
    mine = [each for each in feedback.every(db) if each.person == "U1"]
    assert mine == [again]
    assert len(list(feedback.every(db))) == 3


def test_objections_of_an_older_database_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    older = Database(path)
    older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(older, stop_before="m025_objections_to_each_entry")
    entry = entries.remember(older, make_press(), now=NOW).entry
    stories.mark(older, entry.story_id, Mark.IRRELEVANT, holder="U1", made_by="U1", now=NOW)
    given = objection(entry, "C1", Objection.MINOR)
    older.execute(
        "INSERT INTO feedback"
        " (story_id, holder, channel, entry_id, objection, words, queries, made_at)"
        " VALUES (?, 'U1', 'C1', ?, 'too minor', ?, '[\"huawei\"]', '2020-06-18T14:00:00.000Z')",
        [entry.story_id, entry.id, given.words],
    )
    older.conn.commit()
    older.close()

    with open_database(path) as db:
        assert list(feedback.every(db)) == [given]
        stories.unmark(db, entry.story_id, Mark.IRRELEVANT, holder="U1")
        assert list(feedback.every(db)) == []
