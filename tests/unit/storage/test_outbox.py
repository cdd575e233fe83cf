"""storage/outbox.py: how SQLite finds what is owed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlite_utils import Database

from storage import bulletins, deliveries, held, outbox
from storage.deliveries import State
from tests.factories import NOW

#: What the jobs ask every few seconds, and the indexes that may answer it.
ASKED: dict[str, tuple[Callable[[Database], object], set[str]]] = {
    "due": (lambda db: outbox.channels_due(db, now=NOW), {"outbox_owed", "outbox_folded"}),
    "claimed": (
        lambda db: outbox.claim(db, "C1", now=NOW),
        {"outbox_owed", "outbox_folded"},
    ),
    "sending": (lambda db: outbox.recover(db, sending=(), now=NOW), {"outbox_owed"}),
    "next": (outbox.next_due, {"outbox_owed"}),
    "uncertain": (lambda db: deliveries.in_state(db, State.UNCERTAIN), {"outbox_uncertain"}),
    "doubted": (lambda db: bulletins.in_state(db, State.UNCERTAIN), {"outbox_uncertain"}),
    "held": (lambda db: held.channels_due(db, now=NOW), {"outbox_held"}),
    "outdated": (bulletins.outdated, {"(bulletin_id=?)"}),
}


@pytest.mark.parametrize("name", ASKED)
def test_looking_for_what_is_owed_does_not_read_what_was_sent(db: Database, name: str) -> None:
    ask, indexes = ASKED[name]
    asked: list[str] = []

    with db.tracer(lambda sql, _: asked.append(sql)):
        ask(db)

    looked = [sql for sql in asked if " outbox" in sql]
    assert looked
    for sql in looked:
        values = dict.fromkeys(("now", "channel")) if ":now" in sql else [""] * sql.count("?")
        plan = [row[3] for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        tables = [
            step
            for step in plan
            if " outbox" in step
            and ("outbox_uncertain" not in step or "outbox_uncertain" in indexes)
        ]
        assert tables
        for step in tables:
            assert "rowid=?" in step or any(index in step for index in indexes), step
