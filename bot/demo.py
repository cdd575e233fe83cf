"""The June 2020 story end to end, offline, from facts that ship with the program."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.app import open_app
from bot.config import DEFAULT_QUERY, Settings
from bot.connect import poster_of
from bot.ingest import ingest
from bot.run import tell_all
from feeds.errors import ConfigError
from feeds.identity import document_key
from feeds.model import (
    EASTERN,
    Agency,
    CfrPart,
    Document,
    DocumentType,
    FilingType,
    Item,
    SourceKind,
    Stage,
)
from storage import subscriptions
from storage.workspaces import workspace_of


def _eastern(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=EASTERN).astimezone(UTC)


_FEED = "demo"
_NUMBER = "2020-13093"
_BIS = Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau")
_COMMERCE = Agency(name="Commerce Department", slug="commerce-department")
_TITLE = (
    "Release of “Technology” to Certain Entities on the Entity List in the Context of"
    " Standards Organizations"
)


def _press(key: str, publisher: str, title: str, at: datetime) -> Item:
    return Item(
        key=f"news:demo:{key}",
        feed=_FEED,
        source=SourceKind.NEWS,
        stage=Stage.REPORTED,
        title=title,
        url=f"https://www.example.com/demo/{key}",
        publisher=publisher,
        event_at=at,
    )


_LEAK = _press(
    "leak",
    "The press",
    "US drafts rule to allow Huawei and US companies to work together on 5G standards",
    _eastern(5, 7, 7, 10),
)
_CONFIRMED = _press(
    "confirmed",
    "The press",
    "Commerce Department to let US companies work with Huawei on 5G standards",
    _eastern(6, 15, 19, 20),
)
_FILED = Item(
    key=document_key(_NUMBER),
    feed=_FEED,
    source=SourceKind.INSPECTION,
    stage=Stage.INSPECTION,
    title=_TITLE,
    url=f"https://www.federalregister.gov/public-inspection/{_NUMBER}/",
    event_at=_eastern(6, 16, 8, 45),
    document=Document(
        number=_NUMBER,
        type=DocumentType.RULE,
        publication_date=date(2020, 6, 18),
        agencies=(_BIS,),
        dockets=("BIS-2020-0017",),
        filed_at=_eastern(6, 16, 8, 45),
        filing_type=FilingType.SPECIAL,
    ),
)
_PRINTED = Item(
    key=document_key(_NUMBER),
    feed=_FEED,
    source=SourceKind.REGISTER,
    stage=Stage.PUBLISHED,
    title=_TITLE,
    url=f"https://www.federalregister.gov/documents/2020/06/18/{_NUMBER}/",
    summary=(
        "Technology that would not have required a license before Huawei was placed on the Entity"
        " List may be released to Huawei and its listed affiliates, without a license, for the"
        " purpose of contributing to a standard in a standards organization."
    ),
    event_at=_eastern(6, 18, 6),
    evidence=("Huawei",),
    document=Document(
        number=_NUMBER,
        type=DocumentType.RULE,
        action="Interim final rule; request for comments.",
        publication_date=date(2020, 6, 18),
        effective_on=date(2020, 6, 18),
        comments_close_on=date(2020, 8, 17),
        agencies=(_COMMERCE, _BIS),
        cfr_parts=(CfrPart(title=15, part="744"), CfrPart(title=15, part="772")),
        dockets=("BIS-2020-0017",),
        rins=("0694-AI06",),
        citation="85 FR 36719",
    ),
)

#: What became public, and when a feed showed it.
STEPS: tuple[tuple[datetime, Item], ...] = tuple(
    (item.event_at, item) for item in (_LEAK, _CONFIRMED, _FILED, _PRINTED) if item.event_at
)


async def demo(settings: Settings) -> None:
    """Play the story through the real pipeline, on a database that is thrown away.

    Raises:
        ConfigError: Slack is connected and no channel is named.
    """
    channel = settings.default_channel
    if not channel:
        raise ConfigError(["RULEWIRE_CHANNEL: name the channel (C…) in which to tell the demo"])
    if workspace_of(channel):  # whose token is in the database that is not used here
        raise ConfigError(
            ["RULEWIRE_CHANNEL: the demo needs a channel of SLACK_BOT_TOKEN's workspace"]
        )
    moment = STEPS[0][0]
    throwaway = replace(settings, database=Path(":memory:"))
    async with (
        open_app(throwaway, clock=lambda: moment) as app,
        poster_of(app) as poster,
        app.leader().once(),
    ):
        await app.storage.run(
            subscriptions.add, channel=channel, query=DEFAULT_QUERY, created_by="demo", now=moment
        )
        await app.refresh()
        for moment, item in STEPS:
            await app.storage.run(ingest, [item], audience=app.audience, now=moment, baseline=False)
            await tell_all(app, app.speaker(poster))
