"""Exports: every row once, one at a time, and nothing in a cell that acts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import vobject
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import cli_export, follow_up
from bot.cli import cli
from bot.export import KINDS, calendar, rows
from bot.table import Format, Row, written
from storage import entries, events, outbox, query_versions, stories, subscriptions
from storage.database import open_database, transaction
from storage.deliveries import Why
from storage.query_versions import QueryVersion
from storage.stories import Mark
from storage.subscriptions import Cadence, Terms
from tests.factories import NOW, make_document, make_item, make_press


def fill(db: Database) -> None:
    """One thing of each kind, and more."""
    with transaction(db):
        subscriptions.add(db, channel="C1", query="topic:huawei", created_by="U1", now=NOW)
        meaning = QueryVersion(query="topic:huawei", version="abc", definition="huawei")
        query_versions.keep(db, [meaning], now=NOW)
        for item in (make_item(), make_press(title='=HYPERLINK("https://x.example")')):
            entry = entries.remember(db, item, now=NOW).entry
            event = events.reach(db, entry, now=NOW)
            follow_up.noted(db, entry, now=NOW)
            why = Why(subscription="topic:huawei", reasons=(), version="abc")
            outbox.enqueue(db, event, channel="C1", whys=[why], now=NOW)
        stories.mark(db, 1, Mark.SAVED, holder="U1", made_by="U1", now=NOW)


def as_csv(db: Database, what: str) -> list[dict[str, str]]:
    text = "".join(written(rows(db, what), Format.CSV))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_json(db: Database, what: str) -> list[dict[str, object]]:
    found = json.loads("".join(written(rows(db, what), Format.JSON)))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("entries", 2),
        ("deliveries", 2),
        ("subscriptions", 1),
        ("deadlines", 2),
        ("queries", 1),
        ("saved", 1),
        ("ledger", 4),
    ],
)
def test_every_kind_has_the_same_rows_in_both_formats(db: Database, what: str, count: int) -> None:
    fill(db)

    table, documents = as_csv(db, what), as_json(db, what)

    assert len(table) == len(documents) == count
    assert [list(row) for row in table] == [list(row) for row in documents]


@pytest.mark.parametrize("what", KINDS)
def test_nothing_kept_is_an_empty_document(db: Database, what: str) -> None:
    assert as_json(db, what) == []
    assert as_csv(db, what) == []


def test_a_delivery_says_who_was_told_what_by_which_version_of_the_query(db: Database) -> None:
    fill(db)

    first = as_json(db, "deliveries")[0]

    assert (first["channel"], first["document"], first["step"], first["state"]) == (
        "C1",
        "2020-13093",
        "published",
        "pending",
    )
    assert (first["queries"], first["versions"]) == (["topic:huawei"], ["abc"])
    assert as_csv(db, "queries")[0]["definition"] == "huawei"


def test_a_subscription_says_on_what_terms_it_speaks(db: Database) -> None:
    terms = Terms(
        cadence=Cadence.WEEKLY,
        at=time(8, 30),
        weekday=4,
        timezone=ZoneInfo("Europe/Berlin"),
        note="We vote on this",
        urgent=True,
    )
    subscriptions.add(db, channel="C1", query="zte", created_by="U1", now=NOW, terms=terms)

    (row,) = rows(db, "subscriptions")

    wanted = ("cadence", "at", "weekday", "timezone", "note", "urgent", "paused_by")
    assert [row[name] for name in wanted] == [
        *("weekly", "08:30", "Friday", "Europe/Berlin", "We vote on this", True, None)
    ]


def test_a_formula_is_a_text(db: Database) -> None:
    fill(db)

    titles = [row["title"] for row in as_csv(db, "entries")]

    assert titles[1] == '\'=HYPERLINK("https://x.example")'


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_cell_acts_and_none_is_lost(values: list[str]) -> None:
    row: Row = {str(number): value for number, value in enumerate(values)}

    text = "".join(written([row, row], Format.CSV))

    _, first, second = csv.reader(io.StringIO(text, newline=""))
    assert first == second
    assert [cell.removeprefix("'") for cell in first] == [v.removeprefix("'") for v in values]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in first)


@pytest.mark.parametrize("form", Format)
def test_rows_are_written_as_they_come(form: Format) -> None:
    taken = []

    def found() -> Iterator[Row]:
        for number in range(1_000):
            taken.append(number)
            yield {"n": number}

    text = written(found(), form)
    next(text)

    assert taken == [0]


def test_deadlines_are_exported_for_a_calendar(db: Database) -> None:
    fill(db)

    events_ = vobject.readOne(b"".join(calendar(db)).decode()).vevent_list

    assert [str(event.dtstart.value) for event in events_] == ["2020-06-18", "2020-08-17"]


def test_the_command_names_what_can_be_exported() -> None:
    assert tuple(KINDS) == cli_export.KINDS
    assert {*Format, "ics"} == set(cli_export.FORMATS)


def test_the_command_writes_to_stdout(tmp_path: Path) -> None:
    path = str(tmp_path / "rulewire.db")
    with open_database(path) as db:
        fill(db)
    environment = {"RULEWIRE_DATABASE": path}

    table = CliRunner().invoke(cli, ["export", "entries"], env=environment)
    calendar_ = CliRunner().invoke(cli, ["export", "deadlines", "--format", "ics"], env=environment)
    wrong = CliRunner().invoke(cli, ["export", "entries", "--format", "ics"], env=environment)

    assert table.exit_code == 0
    assert "fr:2020-13093" in table.stdout
    assert calendar_.stdout_bytes.startswith(b"BEGIN:VCALENDAR\r\n")
    assert wrong.exit_code == 2
    assert make_document().number in calendar_.stdout
