"""The text of a query cut into its signs, and what to say of a sign that is out of place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feeds.words import written


class Problem(Exception):  # noqa: N818  not an error yet: `query.parse` makes a QueryError of it
    """Why a query cannot be understood, and how its text could be mended."""

    def __init__(
        self, message: str, position: int, *, drop: int = 0, add: str = "", cut: int | None = None
    ) -> None:
        """Say it.

        Args:
            message: A sentence for people.
            position: Where, in characters.
            drop: How many characters at `position` to replace by `add`.
            add: What to write there; with nothing to drop, at the end.
            cut: Where to end the text instead.
        """
        super().__init__(message)
        self.message = message
        self.position = position
        self._drop = drop
        self._add = add
        self._cut = cut

    def better(self, text: str) -> str:
        """The text mended; empty when there is no good guess."""
        if self._cut is not None:
            return text[: self._cut].strip()
        if self._drop:
            rest = text[self.position + self._drop :]
            return (text[: self.position] + self._add + rest).strip()
        return (text + self._add).strip() if self._add else ""


@dataclass(frozen=True, slots=True)
class Sign:
    """A piece of the text: one of ( ) - AND OR NOT NEAR, a phrase, a chunk, or the end."""

    kind: str
    text: str
    start: int
    end: int


_SIGN = re.compile(
    r"""(?P<bracket>[()])
    | ["“”„](?P<phrase>[^"“”„]*)(?P<close>["“”„]?)
    | (?P<minus>-(?=[^\s\-)]))
    | (?P<chunk>[^\s()"“”„]+)""",
    re.VERBOSE,
)
NEAR = re.compile(r"NEAR(?:/(?P<distance>\d{1,2}))?", re.ASCII)
FIELD = re.compile(r"(?P<name>[A-Za-z]+):(?P<value>.*)", re.DOTALL)


def cut(text: str) -> list[Sign]:
    """The signs of a text, the last of kind "end".

    Raises:
        Problem: a quotation mark is never closed.
    """
    signs: list[Sign] = []
    for hit in _SIGN.finditer(text):
        kind, piece = str(hit.lastgroup), hit[0]
        if kind == "close":
            if not hit["close"]:
                raise Problem("This quotation mark is never closed.", hit.start(), add='"')
            kind, piece = "phrase", hit["phrase"]
        elif kind in ("bracket", "minus") or piece in ("AND", "OR", "NOT"):
            kind = piece
        elif NEAR.fullmatch(piece):
            kind = "NEAR"
        signs.append(Sign(kind, piece, hit.start(), hit.end()))
    return [*signs, Sign("end", "", len(text), len(text))]


def words_of(sign: Sign) -> tuple[str, ...]:
    """The words of a chunk or phrase.

    Raises:
        Problem: there is none.
    """
    words = tuple(written(sign.text))
    if not words:
        shown = sign.text or "these quotation marks"
        raise Problem(f"There is no word in {shown}.", sign.start, drop=sign.end - sign.start)
    return words


def no_term(sign: Sign, among: list[Sign]) -> Problem:
    """What to say of a sign that stands where a word, phrase or "(" was expected."""
    place = among.index(sign)
    before = among[place - 1] if place else None
    if sign.kind == "end" and before:
        message = f'Expected a word, a "phrase" or "(" after {before.text}.'
        return Problem(message, sign.start, cut=before.start)
    if sign.kind == ")" and before and before.kind == "(":
        return Problem("These parentheses are empty.", before.start, drop=sign.end - before.start)
    message = f'Expected a word, a "phrase" or "(" before {sign.text}.'
    return Problem(message, sign.start, drop=sign.end - sign.start)
