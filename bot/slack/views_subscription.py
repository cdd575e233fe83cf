"""The form of a subscription: opened, counted while it is filled in, checked, saved and announced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import available_timezones

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot import commands_drafting as drafting
from bot.commands_drafting import GONE, Done
from bot.drafts import Agreed, Draft, DraftError, agree, wanted
from bot.question import Question
from bot.slack import modals, views
from bot.slack import modals_subscription as form_of
from bot.slack.address import address, bare
from bot.slack.membership import is_stranger
from bot.slack.modals_subscription import About, Form
from bot.slack.modals_zones import zones
from bot.slack.reply import Asked
from bot.slack.views import STRANGER, Home, Surface
from feeds.query import Query
from feeds.topics import Topic
from storage import channels
from storage.channels import Place
from storage.subscriptions import Subscription, Terms

_UNINVITED = "I am not in this channel yet: write /invite @Rulewire there, then send this again."
_COUNTING = "Counting …"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A subscription with what of its channel the form shows."""

    subscription: Subscription
    steps: Place


class SubscriptionViews:
    """Answers everything that is done with the form. Nothing that comes back with it is trusted."""

    def __init__(self, surface: Surface, homes: Home, topics: Mapping[str, Topic]) -> None:
        """Save through these commands, and show Home anew after."""
        self._surface = surface
        self._commands = surface.commands
        self._homes = homes
        self._topics = topics

    async def new(self, asked: Asked, client: AsyncWebClient, *, example: str = "") -> None:
        """Open an empty form, or one with an example in it, for where it was asked."""
        topic = example.removeprefix("topic:")
        draft = Draft(query=example or None)
        if example == f"topic:{topic}" and topic in self._topics:
            draft = Draft(topic=topic)
        here = "" if asked.private else asked.conversation
        form = Form(
            about=About(), draft=draft, channel=here, rehearsed=_COUNTING if example else ""
        )
        shown = await views.open_view(client, asked, form_of.view(form, self._topics))
        if shown and example:
            await self._count(asked, client, shown, form)

    async def edit(self, asked: Asked, client: AsyncWebClient, number: int) -> None:
        """Open the form of a subscription; loaded after it is open, as a click lives three seconds."""
        title = "Edit Subscription"
        shown = await views.open_view(client, asked, views.loading(title))
        if shown is None:
            return None
        loaded = await self._commands.run(
            partial(_load, number=number), channel=asked.user, user=asked.user
        )
        if loaded is None or not await self._surface.may_change(
            asked, client, loaded.subscription.channel
        ):
            said = GONE if loaded is None else STRANGER
            return await views.update_view(client, shown, views.said(title, said))
        view = form_of.view(_form(asked, loaded), self._topics)
        return await views.update_view(client, shown, view)

    async def changed(self, asked: Asked, client: AsyncWebClient) -> None:
        """Something was chosen, or Enter or Count pressed: show what that comes to."""
        about = form_of.about(views.metadata(asked))
        if about is None:
            return await views.stale(client, asked)
        answers = views.filled(asked)
        form = Form(
            about=about,
            draft=form_of.read(answers),
            channel=answers.text(form_of.CHANNEL) or "",
        )
        if about.subscription is not None:
            loaded = await self._commands.run(
                partial(_load, number=about.subscription), channel=asked.user, user=asked.user
            )
            if loaded is None or not await self._surface.may_change(
                asked, client, loaded.subscription.channel
            ):
                return None
            form = _form(asked, loaded, draft=form.draft)
        return await self._count(asked, client, views.opened(views.view_of(asked)), form)

    async def submitted(self, asked: Asked, ack: AsyncAck, client: AsyncWebClient) -> None:
        """Save the form, or say at each field what is wrong with it."""
        done = await views.in_time(ack, self._saved(asked, client), at=form_of.QUERY)
        if isinstance(done, DraftError):
            await ack(modals.refused(views.placed(asked, done.mistakes, form_of.QUERY)))
        elif isinstance(done, Done):
            await ack()
            await views.announce(client, self._commands, done)
            await self._commands.take_up()
            await self._homes.show(client, asked.user)

    async def zones(self, asked: Asked, ack: AsyncAck, _: AsyncWebClient) -> None:
        """Answer a search among the time zones."""
        typed = asked.body.get("value")
        found = zones(typed if isinstance(typed, str) else "", available_timezones())
        await ack(modals.suggestions(found))

    async def _saved(self, asked: Asked, client: AsyncWebClient) -> Done | DraftError:
        try:
            return await self._save(asked, client)
        except DraftError as error:
            return error

    async def _save(self, asked: Asked, client: AsyncWebClient) -> Done:
        about, answers = form_of.about(views.metadata(asked)), views.filled(asked)
        if about is None:
            raise DraftError({form_of.QUERY: "This form is from an earlier version: open it anew."})
        draft = form_of.read(answers)
        if about.subscription is not None:
            return await self._save_edited(asked, client, about.subscription, draft)
        agreed = agree(draft, topics=self._topics, before=Terms())
        chosen = answers.text(form_of.CHANNEL) or ""
        channel = address(asked.workspace, chosen) if chosen else asked.user
        if not await self._surface.may_change(asked, client, channel):
            raise DraftError({form_of.CHANNEL: STRANGER})
        if chosen and await is_stranger(client, chosen):
            raise DraftError({form_of.CHANNEL: _UNINVITED})
        return await self._commands.run(
            partial(_subscribe, agreed=agreed), channel=channel, user=asked.user
        )

    async def _save_edited(
        self, asked: Asked, client: AsyncWebClient, number: int, draft: Draft
    ) -> Done:
        loaded = await self._commands.run(
            partial(_load, number=number), channel=asked.user, user=asked.user
        )
        if loaded is None:
            raise DraftError({form_of.QUERY: GONE})
        if not await self._surface.may_change(asked, client, loaded.subscription.channel):
            raise DraftError({form_of.QUERY: STRANGER})
        agreed = agree(draft, topics=self._topics, before=loaded.subscription)
        return await self._commands.run(
            partial(_change, number=number, agreed=agreed),
            channel=loaded.subscription.channel,
            user=asked.user,
        )

    async def _count(
        self, asked: Asked, client: AsyncWebClient, shown: views.Opened, form: Form
    ) -> None:
        """Show the form with what its query would have told, or with what is wrong with it."""
        said = ""
        if form.draft.topic or (form.draft.query or "").strip():
            try:
                query = wanted(form.draft, self._topics)
                said = await self._commands.run(
                    partial(_rehearse, query=query), channel=asked.user, user=asked.user
                )
            except DraftError as error:
                said = next(iter(error.mistakes.values()))
        counted = form_of.view(replace(form, rehearsed=said), self._topics)
        await views.update_view(client, shown, counted)


def _load(db: Database, question: Question, *, number: int) -> Loaded | None:
    found = drafting.find(db, question, number)
    if found is None:
        return None
    return Loaded(subscription=found, steps=channels.get(db, found.channel).steps)


def _form(asked: Asked, loaded: Loaded, *, draft: Draft | None = None) -> Form:
    found = loaded.subscription
    return Form(
        about=About(subscription=found.id),
        draft=draft or form_of.filled(found, loaded.steps),
        channel="" if found.channel == asked.user else bare(found.channel),
        created_by=found.created_by,
    )


def _subscribe(db: Database, question: Question, *, agreed: Agreed) -> Done:
    return drafting.subscribe(db, question, agreed)


def _change(db: Database, question: Question, *, number: int, agreed: Agreed) -> Done:
    return drafting.change(db, question, number, agreed)


def _rehearse(db: Database, question: Question, *, query: Query) -> str:
    return drafting.rehearsed(db, question, query)
