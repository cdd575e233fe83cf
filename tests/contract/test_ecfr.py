"""What reading the eCFR promises, over a real server: titles, versions, texts, and its ways of saying no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from ipaddress import ip_network

import pytest

from feeds import ecfr
from feeds.ecfr import Ecfr, Title, Version
from feeds.errors import FetchError, ParseError
from feeds.http import Http
from feeds.model import CfrPart
from tests.ecfr_server import LoopbackEcfr, loopback_ecfr, part, section
from tests.servers import reply, reply_json

PART = CfrPart(title=15, part="744")
DAY = date(2020, 6, 18)
TITLES = "/api/versioner/v1/titles.json"
VERSIONS = "/api/versioner/v1/versions/title-15.json"
TEXT = f"/api/versioner/v1/full/{DAY}/title-15.xml"
XML = part(section("744.11", "(a) One."))


@pytest.fixture
async def server() -> AsyncIterator[LoopbackEcfr]:
    async with loopback_ecfr(DAY) as running:
        yield running


@pytest.fixture
async def source(server: LoopbackEcfr) -> AsyncIterator[Ecfr]:
    trusted = [ip_network("127.0.0.1/32")]
    async with Http(user_agent="Rulewire tests", trusted=trusted, spacing=0.0) as http:
        yield Ecfr(http=http, base_url=f"{server.url}/")


async def test_a_title_says_how_far_it_has_come_and_a_reserved_one_is_left_out(
    server: LoopbackEcfr, source: Ecfr
) -> None:
    server.issue(XML, date(2020, 6, 17))

    titles = await source.titles()

    assert titles == {
        15: Title(number=15, up_to_date_as_of=DAY, latest_issue_date=date(2020, 6, 17))
    }


async def test_while_new_text_is_imported_there_is_something_to_wait_for(
    server: LoopbackEcfr, source: Ecfr
) -> None:
    server.importing = True

    with pytest.raises(FetchError, match="importing") as caught:
        await source.titles()

    assert not caught.value.permanent


async def test_versions_name_the_day_of_the_law_and_the_day_of_the_text(
    server: LoopbackEcfr, source: Ecfr
) -> None:
    server.issue(XML, date(2019, 5, 21), amended_on=date(2019, 5, 16))
    server.issue(XML, DAY)

    everything = await source.versions(PART)
    recent = await source.versions(PART, since=date(2020, 1, 1))

    first = Version(identifier="744.11", amended_on=date(2019, 5, 16), issued_on=date(2019, 5, 21))
    assert everything == (first, Version(identifier="744.11", amended_on=DAY, issued_on=DAY))
    assert recent == everything[1:]


async def test_versions_of_an_odd_shape_are_left_out(server: LoopbackEcfr, source: Ecfr) -> None:
    good = {"identifier": "744.1", "amendment_date": "2020-06-18", "issue_date": "2020-06-18"}
    rows = [good, {**good, "issue_date": "soon"}, {**good, "identifier": 7}, 5, None]
    server.host.on(VERSIONS, reply_json({"content_versions": rows}))

    assert [each.identifier for each in await source.versions(PART)] == ["744.1"]


async def test_a_text_is_asked_for_compressed_and_comes_as_it_was(
    server: LoopbackEcfr, source: Ecfr
) -> None:
    server.issue(XML, DAY)

    assert await source.text(PART, DAY) == XML
    assert server.host.asked[-1].query == (("part", "744"),)
    assert "gzip" in server.host.asked[-1].headers["Accept-Encoding"]


async def test_a_day_without_a_text_has_none(server: LoopbackEcfr, source: Ecfr) -> None:
    server.issue(XML, DAY)

    assert await source.text(PART, date(2020, 6, 17)) is None


@pytest.mark.parametrize("status", [429, 502, 504])
async def test_waiting_helps_when_there_is_too_much_to_do(
    server: LoopbackEcfr, source: Ecfr, status: int
) -> None:
    server.host.on(TEXT, reply("<html>", status=status, content_type="text/html"))

    with pytest.raises(FetchError, match=str(status)) as caught:
        await source.text(PART, DAY)

    assert (caught.value.permanent, caught.value.retry_after) == (False, None)


async def test_a_page_shown_to_robots_is_no_text(server: LoopbackEcfr, source: Ecfr) -> None:
    page = reply("<html>Request Access</html>", content_type="text/html")
    for path in (TITLES, VERSIONS, TEXT):
        server.host.on(path, page)

    for asked in (source.titles(), source.versions(PART), source.text(PART, DAY)):
        with pytest.raises(FetchError, match="text/html") as caught:
            await asked
        assert not caught.value.permanent


async def test_what_is_no_json_cannot_be_read(server: LoopbackEcfr, source: Ecfr) -> None:
    server.host.on(TITLES, reply("[1,", content_type="application/json"))

    with pytest.raises(ParseError):
        await source.titles()


def version(amended: str, issued: str) -> Version:
    return Version(
        identifier="744.11",
        amended_on=date.fromisoformat(amended),
        issued_on=date.fromisoformat(issued),
    )


@pytest.mark.parametrize(
    ("versions", "days"),
    [
        ([version("2020-06-18", "2020-06-18")], ["2020-06-18"]),
        ([version("2020-06-18", "2020-06-22")], ["2020-06-22"]),
        ([version("2020-06-20", "2020-06-20")], ["2020-06-20"]),
        ([version("2020-06-18", "2020-06-18"), version("2020-06-20", "2020-06-20")], ["2020-06-18"]),
        ([version("2020-06-18", "2020-06-19"), version("2020-06-18", "2020-06-18")], ["2020-06-18", "2020-06-19"]),
        ([version("2020-06-18", "2020-07-02")], []),
        ([version("2020-06-01", "2020-06-18")], []),
    ],
)  # fmt: skip
def test_the_eCFR_took_it_up_on_the_issue_days_of_what_was_amended_then(  # noqa: N802  its name
    versions: list[Version], days: list[str]
) -> None:
    found = ecfr.issue_days(versions, effective_on=DAY, until=date(2020, 7, 1))

    assert [day.isoformat() for day in found] == days
