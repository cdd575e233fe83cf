"""Events of several years as different publications would head them, in our words; no two are one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feeds.model import Item, SourceKind, Stage


@dataclass(frozen=True, slots=True)
class Event:
    """What happened on a day (reference/domain.md §2), and headlines in the order they came."""

    name: str
    day: str
    headlines: tuple[str, ...]

    def items(self) -> Iterator[Item]:
        """One report every seven hours, each of another publication."""
        first = datetime.fromisoformat(self.day).replace(tzinfo=UTC) + timedelta(hours=13)
        for number, headline in enumerate(self.headlines):
            yield Item(
                key=f"news:https://{self.name}.example/{number}",
                feed=f"{self.name}-{number}",
                publisher=f"{self.name} {number}",
                source=SourceKind.NEWS,
                stage=Stage.REPORTED,
                title=headline,
                url=f"https://{self.name}.example/{number}",
                event_at=first + timedelta(hours=7 * number),
            )


EVENTS = (
    Event(
        "equipment-ban",
        "2022-11-25",
        (
            "US bans new Huawei, ZTE equipment sales, citing national security risk",
            "FCC bans sales of new Huawei and ZTE equipment in the US",
            "U.S. blocks new telecom gear from Huawei and ZTE over security",
            "FCC Prohibits New Authorizations for Huawei, ZTE Equipment",
        ),
    ),
    Event(
        "britain", "2022-11-25", ("Britain restricts Huawei gear in sensitive government sites",)
    ),
    Event(
        "licences-halted",
        "2023-01-30",
        (
            "US stops granting export licences for China's Huawei, sources say",
            "Biden administration stops approving export licenses to Huawei",
            "US halts licenses for American exports to Huawei",
        ),
    ),
    Event(
        "full-ban-weighed",
        "2023-02-27",
        (
            "US weighs revoking all existing Huawei export licences",
            "Biden team considers revoking export licenses for Huawei suppliers",
        ),
    ),
    Event(
        "licences-revoked",
        "2024-05-07",
        (
            "US revokes Intel and Qualcomm licences to sell chips to Huawei",
            "Commerce Department revokes some export licences for Huawei chips",
            "Washington revokes licenses that let Intel, Qualcomm supply Huawei",
        ),
    ),
    Event(
        "ascend-guidance",
        "2025-05-13",
        (
            "US warns that using Huawei Ascend chips anywhere breaks export controls",
            "Commerce says use of Huawei's Ascend AI chips violates US export rules",
            "US issues guidance against Huawei Ascend AI chips",
        ),
    ),
    Event(
        "diffusion-rescinded",
        "2025-05-13",
        (
            "Commerce rescinds Biden-era AI diffusion rule",
            "US rescinds AI diffusion rule days before it takes effect",
        ),
    ),
    Event(
        "bad-labs",
        "2025-05-22",
        (
            "FCC votes to bar Huawei and other Chinese labs from testing US electronics",
            "FCC bans Chinese labs tied to Huawei from certifying devices",
        ),
    ),
    Event(
        "affiliates-rule",
        "2025-09-29",
        (
            "US extends Entity List to subsidiaries owned 50 percent by listed companies such as Huawei",
            "BIS affiliates rule: 50% rule now covers Huawei subsidiaries",
            "New affiliates rule hits subsidiaries of Huawei and other listed Chinese firms",
        ),
    ),
    Event(
        "parts-ban",
        "2025-10-28",
        (
            "FCC votes to block new devices with Huawei or ZTE components from the Covered List",
            "FCC tightens Covered List ban on devices with Huawei components",
        ),
    ),
    Event(
        "affiliates-suspended",
        "2025-11-10",
        (
            "US suspends affiliates rule on Huawei and others for one year",
            "Commerce suspends 50% affiliates rule until November 2026",
        ),
    ),
    Event(
        "routers",
        "2026-03-23",
        (
            "FCC adds foreign-made routers to Covered List",
            "FCC puts routers made abroad on its Covered List",
        ),
    ),
    Event(
        "patents",
        "2025-09-30",
        (
            "Huawei tops list of 5G patent owners for a third year",
            "Huawei opens 5G laboratory with university partners",
        ),
    ),
)
