"""What a question in a thread leaves unsaid, taken from what the thread is about."""

from __future__ import annotations

from sqlite_utils import Database

from bot.question import Question
from feeds import reference
from storage import heads, threads

#: Words that need a document, and words that need a query.
_OF_A_DOCUMENT = {"why", "timeline", "law"}
_OF_A_QUERY = {"search", "latest", "rehearse", "subscribe", "deadlines"}
#: Longest question that is kept (characters).
_KEPT = 1_000


def completed(db: Database, question: Question, thread: str) -> str:
    """The question with what it leaves unsaid, and keep it for the next one.

    "why" alone asks of the story whose card the thread is below, or of the document that was asked
    for before; "subscribe" alone takes the query that was searched for. Anything else is as written.

    Args:
        db: Inside a transaction.
        question: What was asked.
        thread: The `ts` of the message above.
    """
    text = " ".join(question.text.split())[:_KEPT]
    word = text.lower()
    if word in _OF_A_DOCUMENT:
        text = f"{word} {_document(db, question, thread)}".strip()
    elif word in _OF_A_QUERY:
        text = f"{word} {_query(db, question, thread)}".strip()
    if text:
        threads.ask(db, question.channel, thread, text, now=question.now)
    return text


def _document(db: Database, question: Question, thread: str) -> str:
    story_id = threads.story_below(db, question.channel, thread)
    head = heads.head(db, story_id) if story_id else None
    if head:
        return head.item.document.number if head.item.document else head.item.url
    before = threads.asked(db, question.channel, thread)
    first, _, rest = before.partition(" ")
    return next((text for text in (before, rest) if first and reference.parse(text)), "")


def _query(db: Database, question: Question, thread: str) -> str:
    first, _, rest = threads.asked(db, question.channel, thread).partition(" ")
    return rest if first.lower() in _OF_A_QUERY else ""
