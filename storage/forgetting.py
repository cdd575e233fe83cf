"""Everything that is kept of one workspace: to hand it over, and to delete it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage import installations, watch
from storage.database import select
from storage.workspaces import owned, prefix, stop

#: Why what it was owed is dead, should it not be deleted at once.
FORGOTTEN = "the workspace is forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which rows of a table are a workspace's."""

    table: str
    #: With :mine for what its addresses begin with and :workspace for its name.
    where: str
    #: What else to tell of a row when it is handed over, by its name: SQL.
    about: str = ""
    #: Columns that are handed to nobody.
    secret: frozenset[str] = frozenset()
    #: What deletes them, where a plain DELETE is not let through; returns how many.
    by: Callable[[Database, str], int] | None = None


_CHANNEL, _HOLDER = owned("channel"), owned("holder")
_OUTBOX = "SELECT id FROM outbox WHERE {where}"
_SUBSCRIPTIONS = "SELECT id FROM subscriptions WHERE {where}"
_QUERIES = (
    "SELECT query FROM subscriptions WHERE {where} UNION"
    " SELECT json_extract(why.value, '$.subscription') FROM outbox, json_each(whys) AS why WHERE {where}"
)
_STORY = (
    "(SELECT json_extract(item, '$.title') FROM entries WHERE entries.story_id = {table}.story_id"
    " ORDER BY entries.id LIMIT 1) AS title"
)
_EVENT = (
    "(SELECT json_extract(item, '$.title') FROM entries JOIN events ON events.entry_id = entries.id"
    " WHERE events.id = event_id) AS title"
)

#: Only `storage.watch.forget` may remove its lines.
#: Table by table, in the order of deleting: what points comes before what it points to.
RULES = (
    Rule(
        table="query_versions",  # those that nobody else asks, or was told by
        where=f"query IN ({_QUERIES.format(where=_CHANNEL)})"
        f" AND query NOT IN ({_QUERIES.format(where=f'NOT {_CHANNEL}')})",
    ),
    Rule(table="settlements", where=f"outbox_id IN ({_OUTBOX.format(where=_CHANNEL)})"),
    Rule(table="outbox", where=_CHANNEL, about=_EVENT),
    Rule(table="bulletins", where=_CHANNEL),
    Rule(table="cards", where=_CHANNEL, about=_STORY.format(table="cards")),
    Rule(
        table="feedback",
        where=f"({_CHANNEL} OR {_HOLDER})",
        about=_STORY.format(table="feedback"),
    ),
    Rule(table="reminders", where=owned("person"), about=_STORY.format(table="reminders")),
    Rule(table="threads", where=_CHANNEL),
    Rule(table="once", where=owned("name")),
    Rule(table="unfurling", where="workspace = :workspace"),
    Rule(table="marks", where=_HOLDER, about=_STORY.format(table="marks")),
    Rule(
        table="calendars",
        where=f"subscription_id IN ({_SUBSCRIPTIONS.format(where=_CHANNEL)})",
        secret=frozenset({"secret"}),
    ),
    Rule(table="subscriptions", where=_CHANNEL),
    Rule(table="subscribers", where=_CHANNEL),
    Rule(table="home_channels", where=owned("person")),
    Rule(table="homes", where=owned("person")),
    Rule(table="channels", where=_CHANNEL),
    Rule(table="ledger", where=_CHANNEL, by=watch.forget),  # last: it is told of what goes before
    Rule(table="installations", where="workspace = :workspace", secret=frozenset({"sealed"})),
)

#: Columns of rows that are everyone's, in which a person may be named: the row stays.
NAMES = (("joins", "made_by"), ("joins", "undone_by"), ("floods", "settled_by"))
#: Of what is held back, the channels that would be told.
_UNWANTED = """
    UPDATE flood_entries SET wanted = (
        SELECT json_group_object(key, json(value)) FROM json_each(wanted)
        WHERE instr(key, :workspace || '/') <> 1
    ) WHERE EXISTS (SELECT 1 FROM json_each(wanted) WHERE instr(key, :workspace || '/') = 1)
"""

#: Tables that hold nothing of a workspace, and what they hold.
EVERYONES = {
    "_sqlite_migrations": "the schema's history",
    "amendments": "the law",
    "back_check": "the bot",
    "backfilled": "feeds",
    "deadline_history": "documents",
    "deadlines": "documents",
    "earlier": "stories",
    "entries": "what was published",
    "entry_facts": "what was published",
    "events": "stories",
    "feed_changes": "feeds",
    "flood_entries": "what was published; the channels that it would be told are taken out",
    "floods": "feeds; people who decided are in NAMES",
    "heartbeat": "the bot",
    "install_states": "installs that were begun by nobody known yet",
    "issue_days": "the Register",
    "issue_documents": "the Register",
    "joins": "stories; people who made them by hand are in NAMES",
    "lease": "the bot",
    "outage_feeds": "feeds",
    "outages": "feeds",
    "polls": "feeds",
    "publishing_days": "feeds",
    "questions": "feeds",
    "relations": "documents",
    "restored": "the bot",
    "seen_events": "Slack's names of requests, for a day",
    "stories": "what was published",
    "texts": "documents",
}


def everything(db: Database, workspace: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every row of a workspace, table by table, without secrets."""
    for rule in RULES:
        about = f", {rule.about}" if rule.about else ""
        rows = select(
            db,
            f"SELECT {rule.table}.*{about} FROM {rule.table} WHERE {rule.where}",  # noqa: S608  all of it is ours
            _bound(workspace),
        )
        yield (
            rule.table,
            [{k: v for k, v in row.items() if k not in rule.secret} for row in rows],
        )


def forget(db: Database, workspace: str, *, now: datetime) -> dict[str, int] | None:
    """Delete everything of a workspace, for good.

    Returns:
        How many rows of each table are gone; None when a message is just being sent there: nothing
        more will be, and it can be forgotten once the answer is in.
    """
    installations.end(db, workspace, reason=FORGOTTEN, now=now)
    stop(db, workspace, reason=FORGOTTEN, now=now)
    bound = _bound(workspace)
    sending = f"SELECT 1 FROM outbox WHERE state = 'sending' AND {_CHANNEL} LIMIT 1"  # noqa: S608  as above
    if db.execute(sending, bound).fetchone():
        return None
    gone = {}
    for rule in RULES:
        if rule.by:
            gone[rule.table] = rule.by(db, workspace)
        else:
            delete = f"DELETE FROM {rule.table} WHERE {rule.where}"  # noqa: S608  as above
            gone[rule.table] = db.execute(delete, bound).rowcount
    for table, column in NAMES:
        db.execute(
            f"UPDATE {table} SET {column} = :someone WHERE {owned(column)}",  # noqa: S608  as above
            {**bound, "someone": watch.SOMEONE},
        )
    db.execute(_UNWANTED, {"workspace": workspace})
    return {table: count for table, count in gone.items() if count}


def overwrite(db: Database) -> None:
    """From now on, what this connection deletes is overwritten in the file. Outside a transaction."""
    db.execute("PRAGMA secure_delete = ON")


def flush(db: Database) -> None:
    """Take what was deleted out of the journal, too, as far as nobody reads it. Outside a transaction."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _bound(workspace: str) -> dict[str, str]:
    return {"mine": prefix(workspace), "workspace": workspace}
