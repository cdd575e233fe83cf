"""Take the pictures of the docs: `LOCAL_SLACK=… python -m tests.e2e.screenshot docs/images`; needs chromium."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path

from playwright.async_api import FloatRect, Page
from sqlite_utils import Database

from bot import config, ingest
from bot.app import App, open_app
from bot.slack.connection import socket
from feeds import federal_register
from feeds.model import EASTERN, Item
from feeds.reference import Kind, Reference
from storage import lookup, stories, subscriptions
from storage.stories import Mark
from storage.subscriptions import Cadence, Terms
from tests.e2e.browser import browser
from tests.e2e.documents import NUMBER, filed, june_2020, published, rss
from tests.e2e.local_slack import ALICE, POLICY, LocalSlack, local_slack, said_base
from tests.e2e.rulewire import Rulewire, world_settings
from tests.e2e.waiting import until, until_true
from tests.ecfr_server import LoopbackEcfr, loopback_ecfr, part, section
from tests.servers import LoopbackRegister, loopback_register, reply

#: The picture of an alert in CSS pixels, and how many of its own each is: 1,400 across.
WIDTH, HEIGHT, SCALE = 1000, 960, 1.4
#: Of an answer: as wide as a channel beside a list of channels; a long one is cut at the foot.
ANSWER_WIDTH, ANSWER_HEIGHT, ANSWER_SCALE = 760, 700, 1.2
#: Of a digest, of Home and of a form, which are taken whole.
HOME_HEIGHT = 1400
#: A phone, upright.
PHONE_WIDTH, PHONE_HEIGHT, PHONE_SCALE = 360, 760, 2.0
#: When people ask, and what; each answer is a picture of this name.
ASKED_AT = datetime(2020, 8, 21, 12, tzinfo=EASTERN)
ASKED = {
    "search": 'search "entity list"',
    "rehearse": 'rehearse agency:bis "entity list" huawei',
    "why": "why 85 FR 36719",
    "timeline": "timeline 2020-13093",
    "topics": "topics",
}
#: How the channel beside is told of that week: in one message on its Friday.
WEEKLY = ("huawei", "OR", "semiconductor", "weekly", "fri", "09:00", "America/New_York")
_FACTS = Path(__file__).parents[1] / "evaluation" / "facts.jsonl"
_AGENCIES = {
    "defense-department": "Defense Department",
    "executive-office-of-the-president": "Executive Office of the President",
    "federal-communications-commission": "Federal Communications Commission",
    "general-services-administration": "General Services Administration",
    "industry-and-security-bureau": "Industry and Security Bureau",
    "management-and-budget-office": "Management and Budget Office",
}
_TYPES = {
    "rule": "Rule",
    "proposed": "Proposed Rule",
    "notice": "Notice",
    "presidential": "Presidential Document",
}
#: Leaves the conversation and its thread: no list of channels, no fields to write in.
_STYLE = """
    const style = document.createElement("style");
    style.textContent = `.topbar, .sidebar, .composer, .thread-x, .thread-resize-handle
        { display: none !important } .thread-pane { width: 400px !important }`;
    document.head.append(style);
"""
_CHANNEL = """
    [...document.querySelectorAll(".sidebar-item")]
        .find(each => each.textContent.includes("standards-rules"))?.click();
"""
_THREAD = '[...document.querySelectorAll(".thread-summary")].at(-1)?.click();'
#: The card, and what was told of it: press, filing, publication, the Code, a reminder.
_OPENED = 'document.querySelectorAll(".thread-body .msg").length == 6'
#: The stand-in shows the markup of moments, Slack the moments.
_MOMENTS = r"""
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
        texts.currentNode.data = texts.currentNode.data.replace(/<!date\^[^|]*\|([^>]*)>/g, "$1");
"""
_END = 'document.querySelector(".thread-body").scrollTop = 1e6;'
#: How many messages the channel shows, and where the last one stands.
_SHOWN = 'document.querySelectorAll(".msg").length'
_PLACE = r"""() => {
    const last = [...document.querySelectorAll(".msg")].filter(each => WHICH).at(-1);
    last.scrollIntoView({block: "start"});
    const {x, y, width, height} = last.getBoundingClientRect();
    return {x, y, width, height: Math.min(height, innerHeight - y)};
}"""
_LAST = _PLACE.replace("WHICH", "true")
_SHOWN_DIGEST = 'document.body.textContent.includes("Weekly digest: 1 published")'
_DIGEST = _PLACE.replace("WHICH", 'each.textContent.includes("Weekly digest: 1 published")')

#: Headlines in the manner of the press of May and June 2020.
_LEAK = (
    "US drafts rule to allow Huawei and American firms to work together on 5G standards - sources",
    "https://www.example.com/leak",
    "Thu, 07 May 2020 11:10:00 GMT",
)
_CONFIRMED = (
    "US companies allowed to work with Huawei on 5G standards",
    "https://www.example.com/confirmed",
    "Mon, 15 Jun 2020 23:20:00 GMT",
)
_COMMERCE = (
    "US companies can work with Huawei on 5G, other standards: Commerce Department",
    "https://www.example.org/commerce",
    "Tue, 16 Jun 2020 06:30:00 GMT",
)
#: What a wire writes on a day.
_DAILY = (
    "Huawei rule on technology standards draws comments from industry",
    "Harbour authority reports a record month for container traffic",
    "Court hears an appeal in the long dispute over satellite orbits",
    "Carriers ask for more time to replace old radio equipment",
    "Budget talks go on as members return from their districts",
    "Standards bodies wait for guidance on work with Huawei engineers",
    "Ministers meet in the capital to discuss fisheries and fuel",
)
_LICENCES = (
    "Chipmakers ask for licences as the deadline for Huawei nears",
    "https://www.example.com/licences",
    "Wed, 17 Jun 2020 15:40:00 GMT",
)
_PUBLISHERS = {
    "https://www.example.com/licences": "Trade Wire",
    "https://www.example.com/leak": "Evening Wire",
    "https://www.example.com/confirmed": "Trade Wire",
    "https://www.example.org/commerce": "Morning Post",
}
_NOTE = (
    "Technology that is designated EAR99 may be released {}to contribute to the development of a"
    " standard in a standards organization."
)


async def tell(register: LoopbackRegister, ecfr: LoopbackEcfr, rulewire: Rulewire) -> None:
    """The rule of June 2020: leaked, confirmed, filed, printed, in the Code, closing for comments."""
    await rulewire.command("subscriptions", "add", POLICY, *WEEKLY)
    await _press(register, rulewire, "2020-05-06T12:00")
    await _press(register, rulewire, "2020-05-07T07:20", _LEAK)
    await _press(register, rulewire, "2020-06-15T19:30", _LEAK, _CONFIRMED)
    await _press(register, rulewire, "2020-06-16T02:40", _LEAK, _CONFIRMED, _COMMERCE)
    filing = filed(filed_at="2020-06-16T08:45:00.000-04:00", publication_date="2020-06-18")
    register.inspection.append(filing)
    await rulewire.command("poll", "--now", "2020-06-16T08:46")
    await _press(register, rulewire, "2020-06-17T16:00", _CONFIRMED, _COMMERCE, _LICENCES)
    register.inspection.clear()
    tools = "Semiconductor Manufacturing Equipment: Additions to the Commerce Control List"
    register.inspection.append(
        filed(
            "2020-13201",
            title=tools,
            filed_at="2020-06-18T08:45:00.000-04:00",
            publication_date="2020-06-22",
        )
    )
    register.publish(june_2020())
    ecfr.issue(part(section("744.11", _NOTE.format("with a license "))), date(2019, 5, 21))
    await rulewire.command("poll", "--now", "2020-06-18T06:01")
    await rulewire.command("poll", "--now", "2020-06-18T08:46-04:00")
    await rulewire.command("poll", "--now", "2020-06-19T09:00-04:00")
    ecfr.issue(part(section("744.11", _NOTE.format(""))), date(2020, 6, 18))
    ecfr.up_to_date_as_of = date(2020, 6, 18)
    await rulewire.command("poll", "--now", "2020-06-20T10:00")
    await rulewire.command("poll", "--now", "2020-08-14T09:00")


async def _press(
    register: LoopbackRegister, rulewire: Rulewire, now: str, *headlines: tuple[str, str, str]
) -> None:
    register.host.on(
        "/wire", reply(rss(*headlines, sources=_PUBLISHERS), content_type="application/rss+xml")
    )
    await rulewire.command("poll", "--now", now)


async def alert(page: Page) -> bytes:
    """The channel with its alerts, and beside it the thread of the one that became the rule's card."""
    for _ in range(200):
        await page.evaluate(_CHANNEL)
        await page.evaluate(_THREAD)
        if await page.evaluate(_OPENED):
            break
        await asyncio.sleep(0.05)
    await page.evaluate(_STYLE)
    await page.evaluate(_MOMENTS)
    await page.evaluate(_END)
    return await page.screenshot()


async def on_a_phone(page: Page, rulewire: Rulewire, slack: LocalSlack) -> bytes:
    """The card of the rule on a narrow screen, muted by somebody, as it stands in the channel."""
    settings = config.load(rulewire.environment)
    async with (
        open_app(settings, clock=lambda: ASKED_AT) as app,
        socket(settings, app.storage, app.commands(), clock=app.clock) as silence,
    ):
        await until_true(lambda: not silence(datetime.now(UTC)), what="connection")
        card = (await slack.cards())[-1]
        await slack.click(card, "Mute story")
        await until(lambda: _is_muted(slack), what="muted card")
        await page.goto(slack.base)
        await page.evaluate(_STYLE)
        return await _last(page, len(await slack.cards()))


async def _is_muted(slack: LocalSlack) -> bool:
    return "Muted by" in json.dumps((await slack.cards())[-1])


async def digest(page: Page) -> bytes:
    """The week of the rule in one message, as the channel beside is told that wants it so."""
    for _ in range(200):
        await page.evaluate(_CHANNEL.replace("standards-rules", "policy"))
        if await page.evaluate(_SHOWN_DIGEST):
            break
        await asyncio.sleep(0.05)
    await page.evaluate(_STYLE)
    place: FloatRect = await page.evaluate(_DIGEST)
    return await page.screenshot(clip=place)


async def answers(
    page: Page, home: Page, rulewire: Rulewire, slack: LocalSlack
) -> dict[str, bytes]:
    """What the running bot answers in the summer of 2020, with what was printed until then."""
    settings = config.load(rulewire.environment)
    pictures = {}
    async with open_app(settings, clock=lambda: ASKED_AT) as app:
        await app.storage.run(_remember, printed())
        async with socket(settings, app.storage, app.commands(), clock=app.clock) as silence:
            await until_true(lambda: not silence(datetime.now(UTC)), what="connection")
            await page.evaluate(_STYLE)
            for name, text in ASKED.items():
                await slack.ask(text)
                pictures[name] = await _last(page, len(await slack.messages()))
            pictures |= await _home(home, app)
    return pictures


async def _home(page: Page, app: App) -> dict[str, bytes]:
    """Alice's Home with something on it, and the form that begins a subscription."""
    await app.storage.run(_keep)
    await page.get_by_role("button", name="Rulewire").click()
    await page.get_by_text("Updated").wait_for()
    await page.evaluate(_STYLE)
    await page.evaluate(_MOMENTS)
    pictures = {"home": await _part(page, ".blocks")}
    await page.get_by_role("button", name="New Subscription").click()
    form = page.locator(".modal")
    await form.locator("select").first.select_option("huawei-and-standards")
    await form.locator(".bk-input", has_text="How often").locator("select").select_option("daily")
    await (
        form.locator(".bk-input", has_text="Why we").locator("input").fill("Counsel asked for it.")
    )
    return pictures | {"form": await _part(page, ".modal")}


async def _part(page: Page, selector: str) -> bytes:
    return await page.locator(selector).first.screenshot()


def _keep(db: Database) -> None:
    """What Alice follows and saved, and what her channels are subscribed to."""
    for number, mark in (("2020-13093", Mark.FOLLOWED), ("2020-10856", Mark.SAVED)):
        (entry, *_) = lookup.find(db, Reference(kind=Kind.NUMBER, value=number))
        stories.mark(db, entry.story_id, mark, holder=ALICE, made_by=ALICE, now=ASKED_AT)
    digest = Terms(cadence=Cadence.DAILY, note="Counsel asked for it after the May rule.")
    for channel, query in (
        (POLICY, 'agency:bis "entity list" -notice'),
        (ALICE, "topic:standards"),
    ):
        subscriptions.add(
            db, channel=channel, query=query, created_by=ALICE, now=ASKED_AT, terms=digest
        )


def printed() -> list[Item]:
    """The documents among the facts of the tests that were in print when people ask."""
    facts = map(json.loads, _FACTS.read_text(encoding="utf-8").splitlines())
    rows = [
        published(
            fact["number"],
            title=fact["title"],
            day=fact["date"],
            type=_TYPES[fact["type"]],
            action=fact.get("action"),
            abstract=fact.get("text"),
            citation=fact.get("citation"),
            effective_on=fact.get("effective"),
            docket_ids=[],
            agencies=[{"slug": a, "name": _AGENCIES[a]} for a in fact["agencies"]],
        )
        for fact in facts
        if fact["kind"] == "document" and set(fact["agencies"]) <= _AGENCIES.keys()
        if fact["number"] != NUMBER  # which has been told
        if "2019-05" <= fact["date"] < ASKED_AT.date().isoformat()
    ]
    return [federal_register.item(row, feed="register") for row in rows]


def _remember(db: Database, items: list[Item]) -> None:
    ingest.archive(db, items, now=ASKED_AT)


async def flood(
    page: Page, register: LoopbackRegister, rulewire: Rulewire, slack: LocalSlack
) -> bytes:
    """The card of a feed whose items came again under other links and dates."""
    for now, version in (("2020-08-20T12:00", 1), ("2020-08-21T12:30", 2)):
        dated = format_datetime(datetime.fromisoformat(now).replace(tzinfo=EASTERN))
        items = [
            (headline, f"https://www.example.com/v{version}/{n}", dated)
            for n, headline in enumerate(_DAILY)
        ]
        await _press(register, rulewire, now, *items)
    await page.goto(slack.base)
    await page.evaluate(_CHANNEL)
    await page.evaluate(_STYLE)
    return await _last(page, len(await slack.messages()))


async def _last(page: Page, count: int) -> bytes:
    """The last message, once it is shown and the page has come to rest."""
    for _ in range(200):
        await page.evaluate(_CHANNEL)
        if await page.evaluate(_SHOWN) == count:
            break
        await asyncio.sleep(0.05)
    await page.evaluate(_MOMENTS)
    place: FloatRect = await page.evaluate(_LAST)
    return await page.screenshot(clip=place)


async def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with local_slack(os.environ["LOCAL_SLACK"], work) as (running, said):
            await until_true(lambda: said_base(running, said) != "", what="local Slack")
            slack = LocalSlack(said_base(running, said))
            async with (
                loopback_register() as register,
                loopback_ecfr(date(2020, 6, 17)) as ecfr,
                browser(width=WIDTH, height=HEIGHT, scale=SCALE) as page,
                browser(width=ANSWER_WIDTH, height=ANSWER_HEIGHT, scale=ANSWER_SCALE) as answering,
                browser(width=ANSWER_WIDTH, height=HOME_HEIGHT, scale=ANSWER_SCALE) as home,
                browser(width=PHONE_WIDTH, height=PHONE_HEIGHT, scale=PHONE_SCALE) as phone,
            ):
                settings = world_settings(register, work) | slack.settings
                settings["RULEWIRE_ECFR_URL"] = ecfr.url
                rulewire = Rulewire(folder=work, settings=settings)
                await tell(register, ecfr, rulewire)
                await page.goto(slack.base)
                pictures = {"alert": await alert(page)}
                await phone.goto(slack.base)
                pictures["phone"] = await on_a_phone(phone, rulewire, slack)
                await home.goto(slack.base)
                pictures["digest"] = await digest(home)
                await home.goto(slack.base)
                await answering.goto(slack.base)
                pictures |= await answers(answering, home, rulewire, slack)
                pictures["flood"] = await flood(answering, register, rulewire, slack)
    for name, png in pictures.items():
        (folder / f"{name}.png").write_bytes(png)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
