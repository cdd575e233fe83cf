"""What was exported comes in again as it was; what cannot is named, and then nothing is taken."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import export, wants
from bot.cli import cli
from bot.table import Format, Row, read, written
from feeds.errors import ConfigError
from storage import entries, stories, subscriptions
from storage.database import open_database, transaction
from storage.stories import Mark
from storage.subscriptions import Cadence, Terms
from tests.factories import NOW, make_item, make_press

TOPICS = {"huawei": "huawei"}
OTHER = make_press(title="Ports and tariffs", key="news:ports", url="https://ports.example/")


def fill(db: Database) -> None:
    with transaction(db):
        for channel, query, terms in (
            ("C1", "topic:huawei", Terms()),
            (
                "C2",
                "-notice huawei",
                Terms(reminders=(), urgent=True, note='=1+1, "quoted"; \n two'),
            ),
            (
                "U1",
                '"entity list"',
                Terms(
                    cadence=Cadence.WEEKLY,
                    at=time(17, 30),
                    weekday=4,
                    timezone=ZoneInfo("Europe/Berlin"),
                    note="why we follow this",
                    reminders=(30, 2),
                ),
            ),
        ):
            kept, _ = subscriptions.add(
                db, channel=channel, query=query, created_by="U9", now=NOW, terms=terms
            )
        subscriptions.pause(db, kept.id, by="U9")


def rows(db: Database, what: str) -> list[Row]:
    return list(export.rows(db, what))


@pytest.mark.parametrize("form", Format)
def test_subscriptions_come_back_as_they_were(db: Database, form: Format) -> None:
    fill(db)
    text = "".join(written(export.rows(db, "subscriptions"), form))

    with open_database(":memory:") as other, transaction(other):
        new = wants.take_subscriptions(other, read(text), topics=TOPICS, now=NOW)
        again = wants.take_subscriptions(other, read(text), topics=TOPICS, now=NOW)
        back = rows(other, "subscriptions")

    assert (new, again) == (3, 0)
    assert back == rows(db, "subscriptions")


@pytest.mark.parametrize("form", Format)
def test_saved_stories_come_back_where_the_archive_knows_them(db: Database, form: Format) -> None:
    with transaction(db):
        for item in (make_item(), OTHER):
            story = entries.remember(db, item, now=NOW).entry.story_id
            for person in ("U1", "U2"):
                stories.mark(db, story, Mark.SAVED, holder=person, made_by=person, now=NOW)
    text = "".join(written(export.rows(db, "saved"), form))

    with open_database(":memory:") as other, transaction(other):
        entries.remember(other, make_item(), now=NOW)
        new, lacking = wants.take_saved(other, read(text), now=NOW)
        back = rows(other, "saved")

    assert new == 2
    assert set(lacking) == {OTHER.key}
    assert back == [row for row in rows(db, "saved") if row["document"]]


def test_a_table_with_little_in_it_takes_the_rest_as_usual(db: Database) -> None:
    with transaction(db):
        wants.take_subscriptions(db, read("channel,query\nC1,huawei\n"), topics={}, now=NOW)

    (kept,) = subscriptions.every(db)
    assert (kept.created_by, kept.created_at, kept.cadence) == ("terminal", NOW, Cadence.NOW)
    assert kept.reminders == Terms().reminders


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"query": "huawei ("}, ""),
        ({"query": "-notice"}, "says what to tell"),
        ({"query": "topic:gone"}, "gone"),
        ({"channel": ""}, "a channel"),
        ({"cadence": "yearly"}, "yearly"),
        ({"at": "25:00"}, "hour"),
        ({"weekday": "Caturday"}, "Caturday"),
        ({"timezone": "Mars/Olympus"}, "Mars"),
        ({"reminders": "14; x"}, "x"),
        ({"reminders": "999"}, "at most 90"),
        ({"note": "n" * 301}, "300"),
        ({"created_at": "2020-06-18"}, "zone"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_taken(
    db: Database, cells: dict[str, str], named: str
) -> None:
    good = {"channel": "C1", "query": "huawei"}

    def take() -> None:
        with transaction(db):
            wants.take_subscriptions(db, [good, good | cells], topics={}, now=NOW)

    with pytest.raises(ConfigError) as caught:
        take()

    assert caught.value.problems[0].startswith("row 2: ")
    assert named in caught.value.problems[0]
    assert subscriptions.every(db) == []


@pytest.mark.parametrize("text", ["[1]", "[", '{"a": 1}', "[" * 100_000, "", "\x00", "a\nb"])
def test_a_file_that_is_no_export_is_refused_or_empty(db: Database, text: str) -> None:
    def take() -> None:
        with transaction(db):
            wants.take_subscriptions(db, read(text), topics={}, now=NOW)
            raise ConfigError(["nothing was in it"])

    with pytest.raises(ConfigError):
        take()

    assert subscriptions.every(db) == []


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(Format))
def test_whatever_is_written_is_read_again(values: list[str], form: Format) -> None:
    cells = {str(number): value for number, value in enumerate(values)}

    (back,) = read("".join(written([cells], form)))

    assert [cell.lstrip("'") for cell in back.values()] == [v.lstrip("'") for v in values]


def test_the_shell_takes_in_what_it_gave_out(tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    with open_database(one) as db:
        fill(db)
    file = tmp_path / "subscriptions.json"
    shell = CliRunner()
    words = ["export", "subscriptions", "--format", "json", "--output", str(file)]
    out = shell.invoke(cli, words, env={"RULEWIRE_DATABASE": str(one)})
    twice = shell.invoke(cli, words, env={"RULEWIRE_DATABASE": str(one)})

    taken = shell.invoke(
        cli, ["subscriptions", "import", str(file)], env={"RULEWIRE_DATABASE": str(other)}
    )

    assert (out.exit_code, taken.exit_code) == (0, 0), taken.output
    assert twice.exit_code == 1
    assert "File exists" in twice.output
    assert "New: 3" in taken.output
    assert len(json.loads(file.read_text("utf-8"))) == 3


def test_what_subscriptions_export_gives_out_subscriptions_import_takes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    with open_database(one) as db:
        fill(db)
    file, shell = tmp_path / "subscriptions.json", CliRunner()

    out = shell.invoke(cli, ["subscriptions", "export"], env={"RULEWIRE_DATABASE": str(one)})
    file.write_text(out.stdout, "utf-8")
    taken = shell.invoke(
        cli, ["subscriptions", "import", str(file)], env={"RULEWIRE_DATABASE": str(other)}
    )

    assert "New: 3" in taken.output


def test_the_shell_tells_how_it_was_with_a_channel(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"
    with open_database(path) as db:
        fill(db)
    environment = {"RULEWIRE_DATABASE": str(path)}

    now = CliRunner().invoke(cli, ["export", "channel", "C1", "--format", "json"], env=environment)
    before = CliRunner().invoke(
        cli, ["export", "channel", "C1", "--at", "2001-01-01"], env=environment
    )
    wrong = [
        CliRunner().invoke(cli, words, env=environment)
        for words in (["export", "channel"], ["export", "entries", "C1"])
    ]

    (row,) = json.loads(now.stdout)
    assert (row["fact"], json.loads(row["value"])["query"]) == ("subscriptions", "topic:huawei")
    assert before.stdout == ""
    assert [each.exit_code for each in wrong] == [2, 2]
