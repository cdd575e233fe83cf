"""The form that joins or splits stories: opened, searched in, and done by those who may govern."""

from __future__ import annotations

from functools import partial

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot import commands_joining as joining
from bot.answers import Notice, Problem
from bot.card import Card
from bot.commands_drafting import Done
from bot.commands_marking import card_for
from bot.drafts import DraftError
from bot.question import Question
from bot.slack import buttons, modals, modals_stories, views
from bot.slack.modals_stories import ACT, ENTRY, JOIN, OTHER
from bot.slack.reply import Asked
from bot.slack.views import Surface
from feeds import query as queries
from feeds.errors import QueryError
from feeds.words import written
from storage import entries, search
from storage.search import Order

#: Entries that a search offers.
_OFFERED = 20
_NOT_YOURS = (
    "This concerns every channel, so only admins and owners of the workspace may do it, and those"
    " whom whoever runs Rulewire has named."
)


class StoryViews:
    """Answers what is done with the form. Nothing that comes back with it is trusted."""

    def __init__(self, surface: Surface) -> None:
        """Join and split through these commands."""
        self._surface = surface

    async def edit(self, asked: Asked, client: AsyncWebClient) -> None:
        """Open the form, about the entry that a button names, if any."""
        waiting = views.loading(modals_stories.TITLE)
        shown = await views.open_view(client, asked, waiting)
        if shown is None:
            return None
        if not await self._surface.permissions.may_govern(client, user=asked.user):
            said = views.said(modals_stories.TITLE, _NOT_YOURS)
            return await views.update_view(client, shown, said)
        read = partial(_card, number=buttons.read_id(asked.value))
        chosen = await self._surface.commands.run(read, channel=asked.channel, user=asked.user)
        view = modals_stories.view(chosen, metadata=asked.channel)
        return await views.update_view(client, shown, view)

    async def searched(self, asked: Asked, ack: AsyncAck, _: AsyncWebClient) -> None:
        """Answer a search in one of the lists from the archive."""
        typed = asked.body.get("value")
        find = partial(_found, typed=typed[:200] if isinstance(typed, str) else "")
        cards = await self._surface.commands.run(find, channel=asked.user, user=asked.user)
        await ack(modals_stories.suggestions(cards))

    async def submitted(self, asked: Asked, ack: AsyncAck, client: AsyncWebClient) -> None:
        """Join or split, or say at each field what is missing."""
        done = await views.in_time(ack, self._save(asked, client), at=ENTRY)
        if isinstance(done, DraftError):
            await ack(modals.refused(views.placed(asked, done.mistakes, ENTRY)))
        elif isinstance(done, Done):
            await ack()
            await views.announce(client, self._surface.commands, done)

    async def _save(self, asked: Asked, client: AsyncWebClient) -> Done | DraftError:
        if not await self._surface.permissions.may_govern(client, user=asked.user):
            return DraftError({ENTRY: _NOT_YOURS})
        answers = views.filled(asked)
        one = buttons.read_id(answers.text(ENTRY) or "")
        other = buttons.read_id(answers.text(OTHER) or "")
        joins = (answers.text(ACT) or JOIN) == JOIN
        if one is None:
            return DraftError({ENTRY: "Choose a report or a document."})
        if joins and other is None:
            return DraftError({OTHER: "Choose whose story it is joined to."})
        here = views.metadata(asked)
        # Announced where it was asked, if that is a channel of this workspace that they are in.
        if not here or not await self._surface.may_change(asked, client, here):
            here = asked.user
        act = partial(_joined, one=one, other=other if joins else None)
        try:
            return await self._surface.commands.run(act, channel=here, user=asked.user)
        except DraftError as error:
            return error


def _card(db: Database, question: Question, *, number: int | None) -> Card | None:
    entry = entries.get(db, number) if number is not None else None
    return card_for(db, question, entry) if entry else None


def _found(db: Database, question: Question, *, typed: str) -> list[Card]:
    """What a person means who types: a query, else whatever has all the words."""
    for text in (typed, " ".join(f'"{word}"' for word in written(typed))):
        try:
            query = queries.parse(text, topics=question.queries)
        except QueryError:
            continue
        shown = search.search(db, query, order=Order.BEST, limit=_OFFERED)
        return [card_for(db, question, entry) for entry in shown.entries]
    return []


def _joined(db: Database, question: Question, *, one: int, other: int | None) -> Done:
    if other is None:
        answer = joining.split_entry(db, question, one)
    else:
        answer = joining.join_entries(db, question, one, other)
    if isinstance(answer, Problem):
        raise DraftError({ENTRY: answer.message})
    changed = isinstance(answer, Notice) and answer.aloud
    if not changed:
        raise DraftError({OTHER if other else ENTRY: answer.text})
    return Done(notice=answer, channel=question.channel)
