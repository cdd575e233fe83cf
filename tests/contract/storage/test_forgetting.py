"""A workspace is forgotten whole: every table has its rule, and no trace is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import entries, events, forgetting, installations, outbox, subscriptions
from storage.database import open_database, transaction
from storage.deliveries import State
from storage.forgetting import EVERYONES, NAMES, RULES
from storage.installations import Installation
from tests.archive import document, press
from tests.contract.test_isolation import ALICE, HERE, QUERY, plant
from tests.factories import NOW, make_press
from tests.workspaces import ONE, TWO

#: Columns of these names hold the address of a channel or a person.
ADDRESS = re.compile(r"channel|conversation|holder|person|user|\w+_by|owner_of|address")

#: One beside those that are planted.
FLOOD = 9


def tables(db: Database) -> set[str]:
    """All but the parts of the full-text index, which holds what was published."""
    return {name for name in db.table_names() if not name.startswith("entries_fts")}


def filled(path: Path | str) -> Database:
    """A database in which both workspaces have something of everything."""
    db = open_database(path)
    with transaction(db):
        rule = entries.remember(db, document(), now=NOW).entry
        report = entries.remember(db, make_press(title="Huawei, confidants say"), now=NOW).entry
        plant(db, rule, report)
        for workspace in (ONE, TWO):
            installations.put(
                db,
                Installation(
                    workspace=workspace,
                    name=f"Name of {workspace}",
                    sealed="sealed",
                    expires_at=None,
                    installed_by="U0ALICE" if workspace == ONE else "U1",
                    installed_at=NOW,
                ),
            )
        mine = f"{TWO}/C1"
        subscriptions.add(db, channel=mine, query="topic:huawei", created_by=f"{TWO}/U1", now=NOW)
        other = entries.remember(db, press(1), now=NOW).entry
        events.reach(db, other, now=NOW)
        _hold_back(db, other.id)
        for query in (QUERY, "topic:huawei", "nobody's"):
            db.execute("INSERT INTO query_versions VALUES (?, 'v1', 'x', ?)", [query, "2020"])
    return db


def _hold_back(db: Database, entry_id: int) -> None:
    """A flood that both workspaces would be told of, settled by somebody of the first."""
    db.table("floods").insert(
        {
            "id": FLOOD,
            "feed": "example-news",
            "title": "Example News",
            "reason": "churn",
            "origin": "",
            "state": "dropped",
            "known": 0,
            "told": 0,
            "began_at": "2020-06-18",
            "grew_at": "2020-06-18",
            "channel": "C1",
            "settled_by": f"{ONE}/U0ALICE",
            "settled_at": "2020-06-18",
        }
    )
    event = db.execute("SELECT id FROM events WHERE entry_id = ?", [entry_id]).fetchone()[0]
    wanted = {f"{ONE}/C0SECRET": [{"subscription": QUERY}], f"{TWO}/C1": []}
    db.table("flood_entries").insert(
        {
            "entry_id": entry_id,
            "flood_id": FLOOD,
            "event_id": event,
            "reason": "churn",
            "wanted": json.dumps(wanted),
            "fresh": 1,
        }
    )


def dump(db: Database) -> str:
    rows = {name: list(db.query(f"SELECT * FROM [{name}]")) for name in tables(db)}
    return json.dumps(rows, default=repr)


@pytest.fixture
def db() -> Iterator[Database]:
    with filled(":memory:") as opened:
        yield opened


def test_every_table_has_a_rule_for_forgetting(db: Database) -> None:
    ruled = {rule.table for rule in RULES}

    assert tables(db) == ruled | set(EVERYONES), "add a Rule, or say in EVERYONES what it holds"
    assert not ruled & set(EVERYONES)


def test_no_table_that_is_everyones_holds_an_address_unless_it_is_known(db: Database) -> None:
    found = {
        (table, column.name)
        for table in EVERYONES
        for column in db[table].columns
        if ADDRESS.fullmatch(column.name)
    }

    assert found == {*NAMES, ("floods", "channel")}  # the owners', who run the bot


def test_nothing_of_the_workspace_is_left_and_nothing_else_is_gone(db: Database) -> None:
    kept = [rule.table for rule in RULES if rule.table != "ledger"]  # which is told of all this
    others = {table: db[table].count for table in kept}

    with transaction(db):
        gone = forgetting.forget(db, ONE, now=NOW)

    assert gone is not None
    left = dump(db)
    for trace in (ONE, "SECRET", "HIDDEN", "ALICE", QUERY):
        assert trace not in left
    assert set(gone) >= {"outbox", "cards", "marks", "calendars", "subscriptions", "channels"}
    assert {table: db[table].count for table in kept} == {
        table: count - gone.get(table, 0) for table, count in others.items()
    }
    (theirs,) = subscriptions.every(db)
    assert theirs.channel == f"{TWO}/C1"
    told = {row["channel"] for row in db.query("SELECT channel FROM ledger WHERE fact <> 'floods'")}
    assert told == {theirs.channel}
    assert entries.count(db) == 3


def test_what_the_query_of_another_workspace_meant_is_kept(db: Database) -> None:
    with transaction(db):
        forgetting.forget(db, ONE, now=NOW)

    left = [row["query"] for row in db.query("SELECT query FROM query_versions ORDER BY query")]
    assert left == ["nobody's", "topic:huawei"]


def test_a_join_that_somebody_made_by_hand_stays_without_their_name(db: Database) -> None:
    with transaction(db):
        forgetting.forget(db, ONE, now=NOW)

    assert {row["made_by"] for row in db.query("SELECT made_by FROM joins")} == {"someone"}


def test_no_byte_of_it_is_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rulewire.db"
    with filled(path) as db:
        forgetting.flush(db)
        before = path.read_bytes()
        forgetting.overwrite(db)
        with transaction(db):
            forgetting.forget(db, ONE, now=NOW)
        forgetting.flush(db)

        after = b"".join(each.read_bytes() for each in tmp_path.iterdir())

    for trace in (HERE, ALICE, QUERY):
        assert trace.encode() in before
        assert trace.encode() not in after


def test_a_message_on_its_way_is_waited_for_and_no_other_is_sent(db: Database) -> None:
    pending = outbox.counts(db, ONE)[State.PENDING]
    with transaction(db):
        claimed = outbox.claim(db, ALICE, now=NOW)
        assert claimed
        first = forgetting.forget(db, ONE, now=NOW)
    with transaction(db):
        outbox.settle_sent(db, claimed, ts="1.2", now=NOW)
        second = forgetting.forget(db, ONE, now=NOW)

    assert first is None
    assert second is not None
    assert second["outbox"] >= pending


def test_what_is_held_back_would_still_be_told_to_others(db: Database) -> None:
    with transaction(db):
        forgetting.forget(db, ONE, now=NOW)

    (held,) = db.query("SELECT wanted FROM flood_entries WHERE flood_id = ?", [FLOOD])
    assert json.loads(held["wanted"]) == {f"{TWO}/C1": []}


def test_to_forget_again_changes_nothing(db: Database) -> None:
    with transaction(db):
        forgetting.forget(db, ONE, now=NOW)
        again = forgetting.forget(db, ONE, now=NOW)

    assert again == {}


def test_everything_is_handed_over_without_secrets(db: Database) -> None:
    found = dict(forgetting.everything(db, ONE))
    text = json.dumps(found)

    assert {each["channel"] for each in found["subscriptions"]} == {HERE, f"{ONE}/C0HIDDEN", ALICE}
    assert found["outbox"][0]["title"]
    assert found["installations"][0]["name"] == "Name of T01ONE"
    assert "sealed" not in text
    assert "secret" not in found["calendars"][0]
    assert TWO not in text
