"""What a rule changed in the law stands in its story's thread, and all of it is a click away."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.e2e.documents import june_2020
from tests.e2e.local_slack import LocalSlack
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import until
from tests.ecfr_server import entity_list, loopback_ecfr, part, row, section
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e

TEXT = "Technology may be released without a license to {} in a standards organization."


async def test_the_changed_text_follows_its_rule_once_the_ecfr_shows_it(
    register: LoopbackRegister,
    slack: LocalSlack,
    settings: dict[str, str],
    slack_settings: dict[str, str],
    tmp_path: Path,
) -> None:
    async with loopback_ecfr(date(2020, 6, 16)) as ecfr:
        address = {"RULEWIRE_ECFR_URL": ecfr.url}
        rulewire = Rulewire(folder=tmp_path, settings=settings | slack_settings | address)
        ecfr.issue(part(section("744.11", TEXT.format("nobody"))), date(2019, 5, 21))
        await rulewire.command("poll", "--now", "2020-06-17T12:00")
        register.publish(june_2020())
        await rulewire.command("poll", "--now", "2020-06-18T06:05")
        (card,) = await slack.cards()
        before = await slack.thread(card)

        ecfr.up_to_date_as_of = date(2020, 6, 18)
        entry = row("Huawei Technologies Co., Ltd., Shenzhen", country="CHINA", cite="85 FR 36720.")
        huawei = entity_list(entry)
        ecfr.issue(part(section("744.11", TEXT.format("Huawei")), huawei), date(2020, 6, 18))
        await rulewire.command("poll", "--now", "2020-06-20T06:05")
        await rulewire.command("poll", "--now", "2020-06-21T06:05")
        (told,) = await slack.thread(card)
        try:
            await rulewire.start()
            await slack.click(told, "Show All Changes")
            page = await until(lambda: opened(slack), what="page of the law")
        finally:
            await rulewire.kill()

    assert before == []
    assert "The text of 15 CFR 744 has changed: eCFR of 18 June 2020" in told["text"]
    said = str(told["blocks"])
    assert "without a license to ~nobody~ *Huawei* in a standards organization." in said
    assert "1 entry added (Huawei Technologies Co., Ltd.)" in said
    assert "Federal Register citation: *85 FR 36720.*" in page


async def opened(slack: LocalSlack) -> str:
    """The page that a click on the reply's button opens, once it stands."""
    said = [str(each["blocks"]) for each in await slack.messages()]
    return next((each for each in said if "Federal Register citation" in each), "")
