"""Write the ledger: triggers see every change of what channels want and are told, whoever makes it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

#: The tables that tell how it is with a channel, each with the column that names the channel (for a
#: mark of one's own, the person) and the columns that are kept; all, when it names none.
FACTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "subscriptions": ("channel", ()),
    "channels": ("channel", ()),
    "marks": ("holder", ()),
    "outbox": (
        "channel",
        ("id", "delivery_id", "event_id", "bulletin_id", "state", "ts", "last_error"),
    ),
    # How a flood grows is its feed's doing; who decided about it is who made the line.
    "floods": ("channel", ("id", "feed", "title", "reason", "state", "settled_at")),
}
#: Who is named when nobody is.
ITSELF = "rulewire"
#: Who is named in place of one who is forgotten.
SOMEONE = "someone"
#: What nobody may do to a line.
_VERBS = ("UPDATE", "DELETE")


def watch(db: Database) -> None:
    """Have every change that this connection makes to `FACTS` written down, whoever makes it.

    By triggers of the connection, made from the tables as they are: no function can forget to, and a
    new column needs no new trigger. The lines themselves cannot be changed, nor removed but by `forget`.
    """
    db.execute("CREATE TEMP TABLE acting (at TEXT, made_by TEXT)")
    db.execute("INSERT INTO acting VALUES (NULL, NULL)")
    for table in FACTS:
        _watch(db, table)
    for verb in _VERBS:
        _keep_from(db, verb)


def forget(db: Database, workspace: str) -> int:
    """Remove all lines of a workspace's channels, which have to be gone already; returns how many.

    What its people did elsewhere, someone did.

    Args:
        db: In a transaction.
        workspace: What its addresses begin with, before the slash.
    """
    for verb in _VERBS:
        db.execute(f"DROP TRIGGER temp.ledger_no_{verb}")
    done = db.execute("DELETE FROM ledger WHERE instr(channel, ?) = 1", [f"{workspace}/"])
    db.execute(
        "UPDATE ledger SET made_by = ? WHERE instr(made_by, ?) = 1", [SOMEONE, f"{workspace}/"]
    )
    for verb in _VERBS:
        _keep_from(db, verb)
    return done.rowcount


def _keep_from(db: Database, verb: str) -> None:
    db.execute(
        f"CREATE TEMP TRIGGER ledger_no_{verb} BEFORE {verb} ON main.ledger"
        " BEGIN SELECT raise(ABORT, 'the ledger is only ever added to'); END"
    )


def _watch(db: Database, table: str) -> None:
    channel, kept = FACTS[table]
    names = kept or tuple(each.name for each in db[table].columns)
    keys = [each.name for each in db[table].columns if each.is_pk]

    def line(row: str, value: str) -> str:
        return (
            "INSERT INTO ledger (at, made_by, channel, fact, key, value) SELECT"  # noqa: S608  names of ours
            " coalesce(at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),"
            f" coalesce(made_by, '{ITSELF}'), {row}.{channel}, '{table}', {key(row)}, {value}"
            " FROM temp.acting"
        )

    def key(row: str) -> str:
        return f"json_array({', '.join(f'{row}.{name}' for name in keys)})"

    def value(row: str) -> str:
        pairs = ", ".join(f"'{name}', {row}.{name}" for name in names)
        return f"json_object({pairs})"

    moved = f"{key('OLD')} IS NOT {key('NEW')} OR OLD.{channel} IS NOT NEW.{channel}"
    for name, when, condition, does in (
        ("added", "AFTER INSERT", "", line("NEW", value("NEW"))),
        ("removed", "AFTER DELETE", "", line("OLD", "NULL")),
        ("moved", "AFTER UPDATE", f"WHEN {moved}", line("OLD", "NULL")),
        (
            "changed",
            "AFTER UPDATE",
            f"WHEN {value('OLD')} IS NOT {value('NEW')}",
            line("NEW", value("NEW")),
        ),
    ):
        db.execute(
            f"CREATE TEMP TRIGGER {table}_{name} {when} ON main.{table} {condition}"
            f" BEGIN {does}; END"
        )
