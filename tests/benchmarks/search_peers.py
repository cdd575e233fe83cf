"""Other engines over the texts of an archive: FTS5 as people set it up, and tantivy if it is there."""

from __future__ import annotations

import importlib
import importlib.util
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from feeds.model import Item

Text = tuple[int, str, str]
#: How an entry is found by facts, beside the text.
_FILTERS = ("publisher", "agency", "type")


def texts(db: Database) -> Iterator[tuple[int, Item]]:
    """Every entry of an archive: its id and item, in order of time."""
    read = msgspec.json.Decoder(Item)
    for entry_id, item in db.execute("SELECT id, item FROM entries ORDER BY moment"):
        yield entry_id, read.decode(item)


def fts5(db: Database, path: Path) -> sqlite3.Connection:
    """FTS5 with the `porter` tokenizer, rowids in order of time, and a table to join for facts."""
    filled = path.exists()
    peer = sqlite3.connect(path)
    if not filled:
        peer.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE VIRTUAL TABLE f USING fts5 (title, summary, tokenize = 'porter unicode61');"
            "CREATE TABLE d (id INTEGER PRIMARY KEY, publisher, agency, type, day);"
        )
        with peer:
            for rowid, (_, item) in enumerate(texts(db), 1):
                peer.execute(
                    "INSERT INTO f (rowid, title, summary) VALUES (?, ?, ?)",
                    [rowid, item.title, item.summary],
                )
                document = item.document
                peer.execute(
                    "INSERT INTO d VALUES (?, ?, ?, ?, ?)",
                    [
                        rowid,
                        item.publisher,
                        document and document.agencies[0].slug,
                        document and document.type.value,
                        item.event_day and item.event_day.isoformat(),
                    ],
                )
        with peer:
            for column in (*_FILTERS, "day"):
                peer.execute(f"CREATE INDEX d_{column} ON d ({column})")
            peer.execute("ANALYZE")
    return peer


def fts5_call(
    peer: sqlite3.Connection, text: str, where: str, *, ranked: bool, limit: int
) -> Callable[[], object]:
    """Rowids that match, by FTS5's own rank or by time."""
    join = "JOIN d ON d.id = f.rowid" if where else ""
    order = "rank" if ranked and text else "f.rowid DESC"
    tests = " AND ".join(part for part in ("f MATCH ?" if text else "", where) if part)
    table = f"f {join}" if text else "d AS f"
    sql = f"SELECT f.rowid FROM {table} WHERE {tests} ORDER BY {order} LIMIT {limit}"
    return lambda: peer.execute(sql, [text] if text else []).fetchall()


def tantivy_index(db: Database, path: Path) -> Any | None:
    """An index of tantivy with English stemming; None where the package is not installed."""
    if importlib.util.find_spec("tantivy") is None:
        return None
    tantivy = importlib.import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("summary", tokenizer_name="en_stem")
    builder.add_integer_field("at", fast=True)
    filled = path.exists()
    path.mkdir(exist_ok=True)
    index = tantivy.Index(builder.build(), path=str(path))
    if not filled:
        writer = index.writer(num_threads=1)
        for at, (_, item) in enumerate(texts(db), 1):
            document = tantivy.Document()
            document.add_text("title", item.title)
            document.add_text("summary", item.summary)
            document.add_integer("at", at)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
    return index


def tantivy_call(index: Any, text: str, *, ranked: bool, limit: int) -> Callable[[], object]:
    """Addresses that match, by bm25 or by time."""
    searcher = index.searcher()
    asked = index.parse_query(text, ["title", "summary"], {"title": 10.0, "summary": 3.0})
    if ranked:
        return lambda: searcher.search(asked, limit, count=False).hits
    return lambda: searcher.search(asked, limit, count=False, order_by_field="at").hits
