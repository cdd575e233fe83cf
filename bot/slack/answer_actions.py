"""What a click on an answer does: turn a page, share it, subscribe, remove, settle, take out."""

from __future__ import annotations

from collections.abc import Mapping

from bot import flood_card, refusal_wording
from bot.answers import Entries, Notice
from bot.law_page import LawPage
from bot.slack import buttons, onboarding
from bot.slack.answer_blocks import shared
from bot.slack.click import Click, Handler
from bot.slack.reply import reply
from bot.timeline import DaysAhead
from storage.once import Done


async def turn(click: Click) -> None:
    """Show another page of a search in place."""
    asked, place = click.asked, buttons.read_place(click.asked.value)
    if place is None:
        return await click.stale()
    answer = await click.commands.page(place, channel=asked.channel, user=asked.user)
    return await click.say(answer, replace=isinstance(answer, Entries))


async def more_days(click: Click) -> None:
    """Show the next days ahead in place."""
    asked = click.asked
    after, _, query = asked.value.partition(" ")
    answer = await click.commands.days_ahead(query, after, channel=asked.channel, user=asked.user)
    return await click.say(answer, replace=isinstance(answer, DaysAhead))


async def open_law(click: Click) -> None:
    """Open what changed in the law, or turn its page in place."""
    asked, place = click.asked, buttons.read_law_place(click.asked.value)
    if place is None:
        return await click.stale()
    answer = await click.commands.page(place, channel=asked.channel, user=asked.user)
    turned = asked.action != buttons.LAW_OPEN and isinstance(answer, LawPage)
    return await click.say(answer, replace=turned)


async def read_missed(click: Click) -> None:
    """Show what a channel was not told while it refused messages."""
    await click.say(await click.ask(f"search {click.asked.value}"))


async def share(click: Click) -> None:
    """Show a page to everyone, once."""
    asked, place = click.asked, buttons.read_place(click.asked.value)
    if place is None:
        return await click.stale()
    answer = await click.commands.page(place, channel=asked.channel, user=asked.user)
    if not isinstance(answer, Entries):
        return await click.say(answer)
    if not await click.commands.once(Done.PAGE_SHARED, f"{asked.channel} {asked.ts} {asked.value}"):
        return await click.say(Notice(text="Shared already."))
    said = shared(answer, by=asked.user, timezone=click.commands.timezone)
    await reply(click.client, asked, said, aloud=True)
    return None


async def subscribe_search(click: Click) -> None:
    """Subscribe to a query."""
    # `now`, so that a query that ends in a cadence's name is not taken for one.
    await click.say(await click.ask(f"subscribe {click.asked.value} now"))


async def subscribe_topic(click: Click) -> None:
    """Subscribe to a topic; the list then shows it."""
    await click.say(await click.ask(f"subscribe topic:{click.asked.value} now"))
    await click.say(await click.ask("topics"), replace=True)


async def remove(click: Click) -> None:
    """Remove a subscription; the list then lacks it."""
    asked, number = click.asked, buttons.read_id(click.asked.value)
    if number is None:
        return await click.stale()
    await click.say(
        await click.commands.unsubscribe(number, channel=asked.channel, user=asked.user)
    )
    return await click.say(await click.ask("subscriptions"), replace=True)


async def settle(click: Click) -> None:
    """Settle an uncertain delivery; the status then lacks it."""
    _, _, verdict = click.asked.action.partition("-")
    await click.say(await click.ask(f"settle {click.asked.value} {verdict}"))
    await click.say(await click.ask("status"), replace=True)


async def split(click: Click) -> None:
    """Take an entry out of its story."""
    asked, entry_id = click.asked, buttons.read_id(click.asked.value)
    if entry_id is None:
        return await click.stale()
    answer = await click.commands.split(entry_id, channel=asked.channel, user=asked.user)
    return await click.say(answer)


async def flood(click: Click) -> None:
    """Release or drop a flood, or show what it holds.

    Cards that stand for long name it by its number alone: with a dot it is asked whether that is the one.
    """
    _, verb, *turned = click.asked.action.split("-")
    name, _, page = click.asked.value.partition(" ")
    name = name if "." in name else f"{name}."
    answer = await click.ask(f"floods {verb} {name} {page}")
    return await click.say(answer, replace=bool(turned))


#: By `action_id`.
HANDLERS: Mapping[str, Handler] = {
    buttons.NEXT: turn,
    buttons.PREVIOUS: turn,
    buttons.SORT: turn,
    buttons.SHARE: share,
    buttons.LAW_OPEN: open_law,
    buttons.LAW_NEXT: open_law,
    buttons.LAW_PREVIOUS: open_law,
    buttons.SUBSCRIBE_SEARCH: subscribe_search,
    buttons.SUBSCRIBE_TOPIC: subscribe_topic,
    buttons.REMOVE: remove,
    buttons.SETTLE_AGAIN: settle,
    buttons.SETTLE_SENT: settle,
    buttons.NOT_THIS_STORY: split,
    buttons.MORE_DAYS: more_days,
    flood_card.RELEASE: flood,
    flood_card.DROP: flood,
    flood_card.SHOW: flood,
    flood_card.PREVIOUS: flood,
    flood_card.NEXT: flood,
    refusal_wording.READ: read_missed,
    buttons.CHOOSE_TOPICS: onboarding.choose_topics,
    buttons.SEE_EXAMPLE: onboarding.show_example,
}
