"""storage/outbox.py: how SQLite finds what is owed."""

from __future__ import annotations

from sqlite_utils import Database

from storage import outbox
from tests.factories import NOW


def test_looking_for_what_is_owed_does_not_read_what_was_sent(db: Database) -> None:
    asked: list[str] = []

    with db.tracer(lambda sql, _: asked.append(sql)):
        outbox.channels_due(db, now=NOW)
        outbox.claim(db, "C1", now=NOW)
        outbox.recover(db, sending=(), now=NOW)
        outbox.next_due(db)

    for sql in asked:
        if " outbox " in sql:
            values = dict.fromkeys(("now", "channel")) if ":now" in sql else [""] * sql.count("?")
            plan = [row[3] for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            tables = [step for step in plan if " outbox" in step and "outbox_uncertain" not in step]
            assert tables
            assert all("outbox_owed" in step or "rowid=?" in step for step in tables)
