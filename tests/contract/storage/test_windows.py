"""What new items are compared with is what the database says, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from storage import entries, stories
from storage.database import open_database, transaction
from storage.entries import Entry
from storage.joins import Because
from tests.factories import NOW, make_press

ONE = "US to allow companies to work with Huawei on 5G standards"
OTHER = "Commerce clears US firms to work with Huawei on standards"
#: Fits either, so that it joins neither while they are two.
THIRD = "U.S. companies may talk standards with Huawei, rule says"
BY_HAND = Because(reason="joined by hand", confidence=1.0, made_by="U1")


def report(db: Database, title: str, *, publisher: str = "One", copy: str = "") -> Entry:
    link = f"https://n.example/{publisher}/{title}{copy}"
    item = make_press(key=f"news:{link}", url=link, title=title, summary="", publisher=publisher)
    with transaction(db):
        return entries.remember(db, item, now=NOW).entry


def join(db: Database, one: Entry, other: Entry) -> None:
    with transaction(db):
        stories.merge(db, other.story_id, into=one.story_id, because=BY_HAND, now=NOW)


def test_what_fits_two_stories_joins_neither(db: Database) -> None:
    told = {report(db, ONE).story_id, report(db, OTHER).story_id}

    third = report(db, THIRD, publisher="Two").story_id

    assert len(told | {third}) == 3


def test_what_fits_two_stories_joins_the_one_that_a_person_made_of_them(db: Database) -> None:
    one, other = report(db, ONE), report(db, OTHER)
    join(db, one, other)

    assert report(db, THIRD, publisher="Two").story_id == one.story_id


def test_what_another_process_joined_is_one_story_here_too(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"
    with open_database(path) as here, open_database(path) as elsewhere:
        one, other = report(here, ONE), report(here, OTHER)
        join(elsewhere, one, other)

        assert report(here, THIRD, publisher="Two").story_id == one.story_id


def test_what_another_process_remembered_is_compared_with_whatever_came_between(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rulewire.db"
    with open_database(path) as here, open_database(path) as elsewhere:
        first = report(here, "Court hears a case about bananas")
        told = report(elsewhere, ONE)
        copied = report(here, "Court hears a case about bananas", copy="?copy")  # by its headline

        assert copied.story_id == first.story_id
        assert report(here, THIRD, publisher="Two").story_id == told.story_id
