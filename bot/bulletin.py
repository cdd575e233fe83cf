"""What a message says that tells no step of a story: a digest, a feed's health, a reminder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from storage import refusals
from storage.workspaces import local


class BulletinKind(StrEnum):
    """What a bulletin is about; with a key of its kind's own it is told once a channel."""

    DIGEST = "digest"
    HEALTH = "health"
    FLOOD = "flood"
    REMINDER = "reminder"
    COMPLETENESS = "completeness"
    FEEDBACK = "feedback"
    #: A channel refuses messages: told to others, and to itself once it takes them again.
    REFUSAL = refusals.REFUSAL
    RETURN = refusals.RETURN


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list. Outside text, all of it."""

    text: str
    #: What the text links to.
    url: str = ""
    #: The channel or person that stands instead of the text, by address.
    place: str = ""
    #: Facts beside it.
    detail: str = ""
    #: What is said of it below, line by line. Such a row stands by itself.
    lines: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """The text in words, for where nobody can be mentioned."""
        return self.text or local(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A paragraph, a list, or both under a heading. Outside text, all of it."""

    heading: str = ""
    text: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What a person can do about it, where there are buttons."""

    #: A verb in title case.
    label: str
    #: Our own id of what it does, and its value for that.
    action: str
    value: str
    style: Literal["", "primary", "danger"] = ""
    #: The question asked before it is done; empty when it is done at once.
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """The whole message, most useful first."""

    #: Says by itself what is the matter.
    title: str
    #: The channel or person that the title ends with, by address.
    place: str = ""
    parts: tuple[Part, ...] = ()
    buttons: tuple[Button, ...] = ()
    #: A last small line: what was done about it, or can be.
    closing: str = ""
    #: Who did what the last line says, and when; a Slack user id, or "terminal".
    by: str = ""
    at: datetime | None = None

    @property
    def closed(self) -> str:
        """The last line in words, for where nobody can be mentioned."""
        said = f"{self.closing} by {self.by}" if self.by else self.closing
        return f"{said} · {self.at:%d %B %Y, %H:%M} UTC" if self.at else said

    @property
    def headline(self) -> str:
        """The title in words, for where nobody can be mentioned."""
        return f"{self.title} {local(self.place)}".strip()

    @property
    def lines(self) -> list[str]:
        """All of it as lines of text, for where there is no layout."""
        said = [self.headline]
        for part in self.parts:
            said += [part.heading, part.text]
            for row in part.rows:
                said += [": ".join(filter(None, (row.named, row.detail))), *row.lines]
        return [line for line in (*said, self.closed) if line]


def encode(bulletin: Bulletin) -> str:
    """As it is stored."""
    return msgspec.json.encode(bulletin).decode()


def decode(body: str) -> Bulletin:
    """Read back what `encode` wrote."""
    return msgspec.json.decode(body, type=Bulletin)
