"""What is answered when what was typed is wrong: the nearest command, the place in the query."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Iterable

from bot.answers import Answer, Problem
from bot.question import Question
from feeds.errors import QueryError
from feeds.text import clip


async def or_problem(asked: Awaitable[Answer], question: Question, *, word: str) -> Answer:
    """The answer, or where the query that was asked with this word is wrong."""
    try:
        return await asked
    except QueryError as error:
        return Problem(
            message=str(error),
            hint=f"{word} {error.hint}" if error.hint else "",
            text=question.text,
            position=error.position,
        )


def unknown(word: str, text: str, words: Iterable[str]) -> Problem:
    """A word that is no command: the nearest that is, else how to search for it."""
    near = difflib.get_close_matches(word, list(words), n=1)
    rest = text[len(word) :]
    return Problem(
        message=f"“{clip(word, 40)}” is not a command.",
        hint=f"{near[0]}{rest}" if near else f"search {text}",
    )
