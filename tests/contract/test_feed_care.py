"""A feed that goes, moves and comes back behind a loopback host, as the owners are told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.run import poll_once
from tests.factories import NOW
from tests.servers import ScriptedHost, redirect, reply, scripted_host

DAY = timedelta(days=1)
RSS = """<rss version="2.0"><channel><title>News</title><item><title>{title}</title>
<link>https://news.example/{number}</link><guid>{number}</guid></item></channel></rss>"""


@pytest.fixture
async def host() -> AsyncIterator[ScriptedHost]:
    async with scripted_host() as running:
        yield running


def feed(number: int) -> str:
    return RSS.format(title=f"Report number {number}", number=number)


async def told(folder: Path, url: str, now: datetime, capsys: pytest.CaptureFixture[str]) -> str:
    """What the terminal shows of one round."""
    feeds = folder / "feeds.toml"
    feeds.write_text(f"""[[feed]]\nname = "news"\nkind = "news"\ntitle = "News"\nurl = "{url}"\n""")
    settings = Settings(
        database=folder / "rulewire.db", feeds_file=feeds, allow_private_addresses=True
    )
    await poll_once(settings, clock=lambda: now, only="news")
    return " ".join(capsys.readouterr().out.split())


async def test_a_feed_that_is_gone_and_comes_back_is_told_of_twice(
    host: ScriptedHost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = host.on(
        "/feed", reply(feed(1)), reply(status=410), reply(status=410), reply(feed(1) + " ")
    )

    said = [await told(tmp_path, url, NOW + DAY * each, capsys) for each in range(4)]

    assert said[0] == ""
    assert "News is gone" in said[1]
    assert "rulewire feeds remove news" in said[1]
    assert said[2] == ""
    assert "News is read again, after 2 days" in said[3]


async def test_a_feed_that_moves_for_good_is_read_there_and_told_of_once(
    host: ScriptedHost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = host.on("/new", reply(feed(1)))
    old = host.on("/old", redirect(new, status=301))

    said = [await told(tmp_path, old, NOW + DAY * each, capsys) for each in range(3)]

    paths = [each.path for each in host.asked]
    assert paths == ["/old", "/new", "/new", "/new"]
    assert said[0] == ""  # the address is taken up with the next round
    assert "News has moved" in said[1]
    assert f'url = "{new}"' in said[1]
    assert said[2] == ""


async def test_a_redirect_for_a_while_changes_nothing(
    host: ScriptedHost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = host.on("/new", reply(feed(1)))
    old = host.on("/old", redirect(new, status=302))

    said = [await told(tmp_path, old, NOW + DAY * each, capsys) for each in range(2)]

    assert [each.path for each in host.asked] == ["/old", "/new", "/old", "/new"]
    assert said == ["", ""]
