"""The ledger rebuilds how it was with a channel at any moment, and cannot be rewritten."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlite_utils import Database

from feeds.flood import Flood, Reason
from storage import (
    channels,
    deliveries,
    events,
    flood_entries,
    floods,
    ledger,
    outbox,
    stories,
    subscriptions,
    uncertain,
    watch,
)
from storage.channels import Channel, Place
from storage.database import APPLICATION_ID, open_database, transaction
from storage.entries import remember
from storage.joins import Because
from storage.migrations import migrations
from storage.stories import Mark
from storage.uncertain import Verdict
from tests.factories import NOW, make_press

CHANNELS = ("C1", "C2")
PEOPLE = ("U1", "U2")
Facts = dict[tuple[str, str], dict[str, Any]]


def rebuilt(db: Database, channel: str, at: datetime) -> Facts:
    return {(line.fact, line.key): dict(line.value or {}) for line in ledger.as_of(db, channel, at)}


def standing(db: Database, channel: str) -> Facts:
    """The same from the tables as they are now."""
    facts: Facts = {}
    for table, (column, kept) in watch.FACTS.items():
        keys = [each.name for each in db[table].columns if each.is_pk]
        names = ", ".join(kept) or "*"
        for row in db.query(f"SELECT {names} FROM {table} WHERE {column} = ?", [channel]):
            key = db.execute(
                f"SELECT json_array({', '.join('?' * len(keys))})", [row[name] for name in keys]
            ).fetchone()[0]
            facts[table, key] = row
    return facts


def hold_back(db: Database, channel: str, *, at: datetime) -> int:
    """A feed floods; the card stands in the channel."""
    flood = Flood(reason=Reason.BURST, held={0: Reason.BURST})
    return floods.grow(db, channel, flood, title="Wire", told=0, channel=channel, now=at)


class Lives(RuleBasedStateMachine):
    """Channels subscribe, choose, mute and are told; at every moment somebody takes a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.db = open_database(":memory:")
        self.now = NOW
        self.entries = [
            remember(self.db, make_press(key=f"news:{n}", url=f"https://n.example/{n}"), now=NOW)
            for n in range(3)
        ]
        self.pictures: dict[datetime, dict[str, Facts]] = {}

    def teardown(self) -> None:
        """Every picture can be taken again."""
        for at, picture in self.pictures.items():
            assert {each: rebuilt(self.db, each, at) for each in picture} == picture
        self.db.close()

    def act(self, by: str) -> None:
        self.now += timedelta(seconds=1)
        ledger.acting(self.db, by=by, at=self.now)

    @rule(
        channel=st.sampled_from(CHANNELS), query=st.sampled_from("ab"), by=st.sampled_from(PEOPLE)
    )
    def subscribe(self, channel: str, query: str, by: str) -> None:
        self.act(by)
        subscriptions.add(self.db, channel=channel, query=query, created_by=by, now=self.now)

    @rule(channel=st.sampled_from(CHANNELS), query=st.sampled_from("ab"))
    def unsubscribe(self, channel: str, query: str) -> None:
        self.act("U1")
        subscriptions.remove(self.db, channel=channel, query=query)

    @rule(channel=st.sampled_from(CHANNELS))
    def disable(self, channel: str) -> None:
        self.act(watch.ITSELF)
        subscriptions.disable(self.db, channel, reason="is_archived")

    @rule(channel=st.sampled_from(CHANNELS), days=st.sets(st.integers(1, 9), max_size=3))
    def remind(self, channel: str, days: set[int]) -> None:
        self.act("U1")
        subscriptions.remind(self.db, channel, query=None, days=sorted(days))

    @rule(channel=st.sampled_from(CHANNELS), place=st.sampled_from(Place))
    def choose(self, channel: str, place: Place) -> None:
        self.act("U2")
        channels.put(self.db, channel, Channel(steps=place))

    @rule(
        holder=st.sampled_from(CHANNELS + PEOPLE),
        mark=st.sampled_from(Mark),
        number=st.integers(0, 2),
        on=st.booleans(),
    )
    def mark(self, holder: str, mark: Mark, number: int, on: bool) -> None:
        self.act("U2")
        story = stories.current(self.db, self.entries[number].entry.story_id)
        if on:
            stories.mark(self.db, story, mark, holder=holder, made_by="U2", now=self.now)
        else:
            stories.unmark(self.db, story, mark, holder=holder)

    @rule(channel=st.sampled_from(CHANNELS), number=st.integers(0, 2))
    def owe(self, channel: str, number: int) -> None:
        self.act(watch.ITSELF)
        event = events.reach(self.db, self.entries[number].entry, now=self.now)
        outbox.enqueue(self.db, event, channel=channel, whys=[], now=self.now)

    @rule(
        channel=st.sampled_from(CHANNELS), ends=st.sampled_from(["sent", "lost", "dead", "later"])
    )
    def deliver(self, channel: str, ends: str) -> None:
        self.act(watch.ITSELF)
        claimed = outbox.claim(self.db, channel, now=self.now)
        if claimed is None:
            return
        self.act(watch.ITSELF)
        match ends:
            case "sent":
                outbox.settle_sent(self.db, claimed, ts=f"{claimed.id}.0", now=self.now)
            case "lost":
                outbox.settle_uncertain(self.db, claimed, reason="lost", now=self.now)
            case "dead":
                outbox.settle_dead(self.db, claimed, reason="msg_too_long", now=self.now)
            case _:
                outbox.settle_later(self.db, claimed, reason="ratelimited", due_at=self.now)

    @rule(verdict=st.sampled_from(Verdict), by=st.sampled_from(PEOPLE))
    def settle(self, verdict: Verdict, by: str) -> None:
        self.act(by)
        rows = self.db.query("SELECT id FROM outbox WHERE state = 'uncertain' ORDER BY id")
        for row in list(rows):
            delivery = deliveries.get(self.db, row["id"])
            assert delivery
            uncertain.settle(self.db, delivery, verdict, by=by, now=self.now, ts="9.9")

    @rule(channel=st.sampled_from(CHANNELS))
    def hold_back(self, channel: str) -> None:
        self.act(watch.ITSELF)
        hold_back(self.db, channel, at=self.now)

    @rule(
        number=st.integers(1, 3),
        state=st.sampled_from([floods.State.RELEASED, floods.State.DROPPED]),
        by=st.sampled_from(PEOPLE),
    )
    def decide(self, number: int, state: floods.State, by: str) -> None:
        self.act(by)
        flood_entries.settle(self.db, number, state, by=by, now=self.now)

    @rule(one=st.integers(0, 2), other=st.integers(0, 2))
    def join(self, one: int, other: int) -> None:
        self.act("U1")
        first = stories.current(self.db, self.entries[one].entry.story_id)
        second = stories.current(self.db, self.entries[other].entry.story_id)
        because = Because(reason="by hand", confidence=1.0, made_by="U1")
        stories.merge(self.db, first, into=second, because=because, now=self.now)

    @invariant()
    def a_picture_is_taken(self) -> None:
        self.pictures[self.now] = {each: standing(self.db, each) for each in CHANNELS + PEOPLE}


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_line_says_who_did_it_and_when_also_of_what_is_gone(db: Database) -> None:
    with transaction(db):
        ledger.acting(db, by="U1", at=NOW)
        subscriptions.add(db, channel="C1", query="a", created_by="U1", now=NOW)
    with transaction(db):
        ledger.acting(db, by="U2", at=NOW + timedelta(hours=1))
        subscriptions.remove(db, channel="C1", query="a")

    added, removed = ledger.every(db)

    assert (added.made_by, added.at, added.value and added.value["query"]) == ("U1", NOW, "a")
    assert (removed.made_by, removed.at) == ("U2", NOW + timedelta(hours=1))
    assert (removed.key, removed.value) == (added.key, None)


def test_who_released_or_dropped_what_was_held_back_is_written_down(db: Database) -> None:
    for state, by in ((floods.State.RELEASED, "U1"), (floods.State.DROPPED, "U2")):
        number = hold_back(db, by, at=NOW)
        with transaction(db):
            ledger.acting(db, by=by, at=NOW)
            flood_entries.settle(db, number, state, by=by, now=NOW)
            flood_entries.settle(db, number, state, by="U3", now=NOW)

    told = [(line.fact, line.made_by, (line.value or {})["state"]) for line in ledger.every(db)]

    assert told[1::2] == [("floods", "U1", "released"), ("floods", "U2", "dropped")]
    assert [state for _, _, state in told[::2]] == ["held", "held"]


def test_what_changes_nothing_leaves_no_line(db: Database) -> None:
    for _ in range(2):
        subscriptions.add(db, channel="C1", query="a", created_by="U1", now=NOW)
        subscriptions.remind(db, "C1", query=None, days=[3])

    assert [line.fact for line in ledger.every(db)] == ["subscriptions", "subscriptions"]


def test_a_failed_transaction_leaves_no_line(db: Database) -> None:
    def fail() -> None:
        with transaction(db):
            subscriptions.add(db, channel="C1", query="a", created_by="U1", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert list(ledger.every(db)) == []


@pytest.mark.parametrize("sql", ["UPDATE ledger SET made_by = 'x'", "DELETE FROM ledger"])
def test_no_line_is_changed_or_removed(db: Database, sql: str) -> None:
    subscriptions.add(db, channel="C1", query="a", created_by="U1", now=NOW)

    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        db.execute(sql)

    assert len(list(ledger.every(db))) == 1


def test_a_workspace_that_leaves_takes_its_lines_along_and_no_others(db: Database) -> None:
    for channel in ("T1/C1", "T11/C1", "C1"):
        subscriptions.add(db, channel=channel, query="a", created_by="U1", now=NOW)
    subscriptions.remove(db, channel="T1/C1", query="a")

    number = hold_back(db, "C1", at=NOW)
    with transaction(db):
        ledger.acting(db, by="T1/U1", at=NOW)
        flood_entries.settle(db, number, floods.State.DROPPED, by="T1/U1", now=NOW)

    with transaction(db):
        removed = watch.forget(db, "T1")

    assert removed == 2
    assert [line.channel for line in ledger.every(db)] == ["T11/C1", "C1", "C1", "C1"]
    assert [line.made_by for line in ledger.every(db)][-1] == watch.SOMEONE
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE ledger SET made_by = 'x'")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("DELETE FROM ledger")


def test_a_ledger_begins_with_what_stands(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path)
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(old, stop_before="m021_ledger")
    entry = remember(old, make_press(), now=NOW).entry
    subscriptions.add(old, channel="C1", query="a", created_by="U1", now=NOW)
    channels.put(old, "C1", Channel(steps=Place.THREAD))
    stories.mark(old, entry.story_id, Mark.MUTED, holder="C1", made_by="U2", now=NOW)
    event = events.reach(old, entry, now=NOW)
    outbox.enqueue(old, event, channel="C2", whys=[], now=NOW)
    decided = hold_back(old, "C1", at=NOW)
    flood_entries.settle(old, decided, floods.State.DROPPED, by="U3", now=NOW)
    hold_back(old, "C2", at=NOW)
    old.conn.commit()
    old.close()

    with open_database(path) as db:
        for channel in ("C1", "C2"):
            assert rebuilt(db, channel, NOW) == standing(db, channel) != {}
        assert {line.made_by for line in ledger.every(db)} == {"U1", "U2", "U3", watch.ITSELF}
