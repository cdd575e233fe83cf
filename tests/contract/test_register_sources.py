"""The two Federal Register sources over a loopback Register: what they ask, read and survive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from feeds.errors import FetchError, ParseError
from feeds.federal_register import FederalRegister
from feeds.http import Http
from feeds.model import Feed, FeedKind, Stage
from feeds.public_inspection import PublicInspection
from tests.servers import (
    LoopbackRegister,
    Reply,
    loopback_register,
    redirect,
    reply,
    reply_json,
)

NOW = datetime(2020, 6, 18, 14, 0, tzinfo=UTC)
DOCUMENTS = "/api/v1/documents.json"
INSPECTION = "/api/v1/public-inspection-documents/current.json"
BIS = "industry-and-security-bureau"


@pytest.fixture
async def register() -> AsyncIterator[LoopbackRegister]:
    async with loopback_register() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(user_agent="Rulewire/0.1", allow_private_addresses=True, spacing=0.0) as opened:
        yield opened


def published(
    register: LoopbackRegister, http: Http, *, agencies: tuple[str, ...] = (), term: str = ""
) -> FederalRegister:
    feed = Feed(
        name="register",
        kind=FeedKind.FEDERAL_REGISTER,
        title="Register",
        agencies=agencies,
        term=term,
    )
    return FederalRegister(http=http, feed=feed, base_url=register.url)


def inspected(
    register: LoopbackRegister, http: Http, *, agencies: tuple[str, ...] = ()
) -> PublicInspection:
    feed = Feed(
        name="inspection", kind=FeedKind.PUBLIC_INSPECTION, title="Inspection", agencies=agencies
    )
    return PublicInspection(http=http, feed=feed, base_url=register.url)


def printed(number: str = "2020-13093", day: str = "2020-06-18", **but: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "document_number": number,
        "publication_date": day,
        "title": "Release of Technology",
        "type": "Rule",
        "html_url": f"https://www.federalregister.gov/documents/{number}",
        "agencies": [{"name": "Industry and Security Bureau", "slug": BIS}],
    }
    return row | but


def filed(number: str = "2020-13093", **but: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "document_number": number,
        "title": "Release of Technology ",
        "type": "Rule",
        "filed_at": "2020-06-16T08:45:00.000-04:00",
        "filing_type": "special",
        "publication_date": "2020-06-18",
        "editorial_note": None,
        "html_url": f"https://www.federalregister.gov/public-inspection/{number}",
        "agencies": [{"name": "Industry and Security Bureau", "slug": BIS}],
    }
    return row | but


async def test_published_documents_are_asked_for_newest_first_from_a_week_ago(
    register: LoopbackRegister, http: Http
) -> None:
    source = published(register, http, agencies=(BIS, "commerce-department"), term='"Covered List"')

    await source.fetch(None, now=NOW)

    query = register.host.asked[0].query
    assert [value for name, value in query if name == "conditions[agencies][]"] == [
        BIS,
        "commerce-department",
    ]
    single = dict(query)
    assert single["conditions[term]"] == '"Covered List"'
    assert single["conditions[publication_date][gte]"] == "2020-06-11"
    assert "conditions[publication_date][lte]" not in single
    assert single["order"] == "newest"
    assert 1 < int(single["per_page"]) <= 2000
    assert single["_"] == str(int(NOW.timestamp()))
    assert "page_views" not in [value for name, value in query if name == "fields[]"]


async def test_a_day_begins_at_midnight_in_washington(
    register: LoopbackRegister, http: Http
) -> None:
    late = datetime(2020, 6, 19, 3, 0, tzinfo=UTC)

    await published(register, http).fetch(None, now=late)

    assert dict(register.host.asked[0].query)["conditions[publication_date][gte]"] == "2020-06-11"


async def test_a_document_of_a_coming_day_is_read(register: LoopbackRegister, http: Http) -> None:
    register.publish(printed(day="2020-06-22"))

    fetched = await published(register, http).fetch(None, now=NOW)

    assert [item.event_day for item in fetched.items] == [date(2020, 6, 22)]


async def test_days_on_which_the_bot_was_off_are_read(
    register: LoopbackRegister, http: Http
) -> None:
    source = published(register, http)
    before = await source.fetch(None, now=datetime(2020, 5, 1, 14, 0, tzinfo=UTC))
    register.publish(printed(day="2020-05-04"))

    fetched = await source.fetch(before.bookmark, now=NOW)

    assert [item.key for item in fetched.items] == ["fr:2020-13093"]
    assert fetched.warnings == ()


async def test_a_silence_of_years_is_told_and_not_read_at_once(
    register: LoopbackRegister, http: Http
) -> None:
    fetched = await published(register, http).fetch({"day": "2015-01-01"}, now=NOW)

    assert dict(register.host.asked[0].query)["conditions[publication_date][gte]"] == "2020-03-11"
    assert len(fetched.warnings) == 1


@pytest.mark.parametrize("bookmark", [{}, {"day": 7}, {"day": "soon"}, {"day": "2999-01-01"}])
async def test_a_bookmark_that_makes_no_sense_does_no_harm(
    register: LoopbackRegister, http: Http, bookmark: dict[str, Any]
) -> None:
    register.publish(printed())

    fetched = await published(register, http).fetch(bookmark, now=NOW)

    assert len(fetched.items) == 1


async def test_a_document_that_changed_after_printing_is_read_again(
    register: LoopbackRegister, http: Http
) -> None:
    source = published(register, http)
    register.documents.append(printed())
    first = await source.fetch(None, now=NOW)
    register.documents[:] = [printed(effective_on="2020-06-18")]

    again = await source.fetch(first.bookmark, now=NOW)

    assert not again.unchanged
    assert again.items[0].document is not None
    assert again.items[0].document.effective_on == date(2020, 6, 18)


@pytest.mark.parametrize("paging", ["page", "cursor"])
async def test_every_page_is_read_however_the_next_one_is_named(
    register: LoopbackRegister, http: Http, paging: str
) -> None:
    register.paging, register.per_page = paging, 2
    register.publish(*(printed(f"2020-1300{n}") for n in range(5)))

    fetched = await published(register, http).fetch(None, now=NOW)

    assert len({item.key for item in fetched.items}) == len(fetched.items) == 5
    assert fetched.warnings == ()
    assert len(register.host.asked) == 3


async def test_a_next_page_on_another_host_is_read_from_ours(
    register: LoopbackRegister, http: Http
) -> None:
    register.host.on(
        DOCUMENTS,
        reply_json(
            {
                "count": 2,
                "results": [printed("2020-1")],
                "next_page_url": "http://varnish.internal:6081/api/v1/documents?page=2",
            }
        ),
        reply_json({"count": 2, "results": [printed("2020-2")]}),
    )

    fetched = await published(register, http).fetch(None, now=NOW)

    assert [item.key for item in fetched.items] == ["fr:2020-1", "fr:2020-2"]
    assert dict(register.host.asked[1].query) == {"page": "2"}
    assert len(fetched.warnings) == 1


async def test_a_next_page_that_is_no_list_of_documents_is_not_followed(
    register: LoopbackRegister, http: Http
) -> None:
    next_page = f"{register.host.base}/api/v1/agencies?page=2"
    register.host.on(
        DOCUMENTS, reply_json({"count": 2, "results": [printed()], "next_page_url": next_page})
    )

    fetched = await published(register, http).fetch(None, now=NOW)

    assert len(fetched.items) == 1
    assert len(fetched.warnings) == 1
    assert len(register.host.asked) == 1


async def test_a_list_that_ends_before_its_count_is_told(
    register: LoopbackRegister, http: Http
) -> None:
    register.host.on(DOCUMENTS, reply_json({"count": 3, "results": [printed()]}))

    fetched = await published(register, http).fetch(None, now=NOW)

    assert len(fetched.items) == 1
    assert fetched.warnings == ("of 3 documents only 1 were listed",)


async def test_pages_that_start_again_at_the_first_come_to_an_end(
    register: LoopbackRegister, http: Http
) -> None:
    next_page = f"{register.url}/documents?page=51"
    register.host.on(
        DOCUMENTS, reply_json({"count": 9999, "results": [printed()], "next_page_url": next_page})
    )

    fetched = await published(register, http).fetch(None, now=NOW)

    assert len(fetched.items) == 1
    assert len(register.host.asked) == 2
    assert len(fetched.warnings) == 1


@pytest.mark.parametrize(
    "envelope", [{"description": "Documents", "count": 0}, {"count": 0, "results": []}]
)
@pytest.mark.parametrize("source", [published, inspected])
async def test_no_documents_have_two_shapes(
    register: LoopbackRegister, http: Http, source: Any, envelope: dict[str, Any]
) -> None:
    register.host.on(DOCUMENTS, reply_json(envelope))
    register.host.on(INSPECTION, reply_json(envelope))

    fetched = await source(register, http).fetch(None, now=NOW)

    assert fetched.items == ()
    assert not fetched.unchanged


async def test_one_malformed_row_does_not_lose_the_others(
    register: LoopbackRegister, http: Http
) -> None:
    rows: list[Any] = [printed("2020-1"), {"title": "No number"}, 7, printed("2020-2")]
    register.host.on(DOCUMENTS, reply_json({"count": 4, "results": rows}))

    fetched = await published(register, http).fetch(None, now=NOW)

    assert [item.key for item in fetched.items] == ["fr:2020-1", "fr:2020-2"]
    assert [warning.partition(":")[0] for warning in fetched.warnings] == ["row 2", "row 3"]


PASSING: dict[str, Reply] = {
    "not found page": reply("<html>", status=404, content_type="text/html"),
    "maintenance page": reply("<html>", content_type="text/html"),
    "no content type": reply("{}"),
    "busy": reply_json({}, status=429, retry_after="30"),
    "wall": redirect("/unblock"),
    "wall elsewhere": redirect("http://127.0.0.9:8080/"),
}


@pytest.mark.parametrize("trouble", PASSING)
@pytest.mark.parametrize("source", [published, inspected])
async def test_what_is_not_the_apis_answer_is_tried_again_later(
    register: LoopbackRegister, http: Http, source: Any, trouble: str
) -> None:
    register.host.on("/unblock", reply("Request Access", content_type="text/html"))
    register.host.on(DOCUMENTS, PASSING[trouble])
    register.host.on(INSPECTION, PASSING[trouble])

    with pytest.raises(FetchError) as caught:
        await source(register, http).fetch(None, now=NOW)

    assert not caught.value.permanent
    assert caught.value.retry_after == (30.0 if trouble == "busy" else None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": {"agencies": "invalid value"}}, "agencies: invalid value"),
        ({"status": 400, "message": "field 'x' not valid"}, "field 'x' not valid"),
        (["?"], "no reason given"),
    ],
)
async def test_a_question_that_the_api_refuses_is_permanent_and_told_in_its_words(
    register: LoopbackRegister, http: Http, body: object, words: str
) -> None:
    register.host.on(DOCUMENTS, reply_json(body, status=400))

    with pytest.raises(FetchError) as caught:
        await published(register, http, agencies=("nope",)).fetch(None, now=NOW)

    assert caught.value.permanent
    assert caught.value.reason.endswith(words)


@pytest.mark.parametrize(
    "body",
    [
        b'{"count": 3, "results": [{"doc\xff"',
        b"[1, 2]",
        b'{"count": 3}',
        b'{"count": 1, "results": {}}',
        b'{"count": 1, "results": [{}]}',
        b"[" * 50_000,
    ],
)
@pytest.mark.parametrize("source", [published, inspected])
async def test_an_answer_of_the_wrong_shape_is_a_parse_error(
    register: LoopbackRegister, http: Http, source: Any, body: bytes
) -> None:
    for path in (DOCUMENTS, INSPECTION):
        register.host.on(path, reply(body, content_type="application/json"))

    with pytest.raises(ParseError):
        await source(register, http).fetch(None, now=NOW)


async def test_an_answer_from_an_old_cache_is_told(register: LoopbackRegister, http: Http) -> None:
    register.host.on(DOCUMENTS, reply_json({"count": 0}, age="2800"))

    fetched = await published(register, http).fetch(None, now=NOW)

    assert fetched.warnings == ("the answer is 2800 s old",)


async def test_what_full_text_search_found_is_kept_as_evidence(
    register: LoopbackRegister, http: Http
) -> None:
    register.publish(printed("2020-1", _text="the Covered List"), printed("2020-2"))

    fetched = await published(register, http, term='"Covered List"').fetch(None, now=NOW)

    assert [(item.key, item.evidence) for item in fetched.items] == [
        ("fr:2020-1", ("Covered List",))
    ]


async def test_passages_of_the_text_are_evidence_and_the_abstracts_own_are_not(
    register: LoopbackRegister, http: Http
) -> None:
    found = '<span class="match">Huawei</span> Technologies'
    register.publish(
        printed(
            abstract="BIS adds Huawei Technologies.",
            excerpts=f"BIS adds {found}. … entities such as {found} &amp; HiSilicon … ",
        )
    )

    fetched = await published(register, http, term="Huawei").fetch(None, now=NOW)

    assert fetched.items[0].evidence == (
        "Huawei",
        "entities such as Huawei Technologies & HiSilicon",
    )


async def test_other_passages_do_not_make_a_list_another(
    register: LoopbackRegister, http: Http
) -> None:
    row = printed(excerpts="with Huawei")
    register.publish(row)
    source = published(register, http, term="Huawei")
    first = await source.fetch(None, now=NOW)
    row["excerpts"] = "and Huawei"

    second = await source.fetch(first.bookmark, now=NOW)

    assert second.unchanged


async def test_passages_are_not_asked_for_without_a_term(
    register: LoopbackRegister, http: Http
) -> None:
    await published(register, http, agencies=(BIS,)).fetch(None, now=NOW)

    assert ("fields[]", "excerpts") not in register.host.asked[0].query


async def test_history_is_read_in_windows_that_cover_every_day_once(
    register: LoopbackRegister, http: Http
) -> None:
    register.publish(*(printed(f"2020-{month}", f"2020-{month:02}-15") for month in range(1, 7)))
    source = published(register, http)

    pieces = [
        piece async for piece in source.history(since=date(2020, 1, 15), until=date(2020, 6, 15))
    ]

    assert sorted(item.key for piece in pieces for item in piece.items) == [
        f"fr:2020-{month}" for month in range(1, 7)
    ]
    assert pieces[-1].bookmark == {"through": "2020-06-15"}
    spans = [dict(asked.query) for asked in register.host.asked]
    starts = [span["conditions[publication_date][gte]"] for span in spans]
    ends = [span["conditions[publication_date][lte]"] for span in spans]
    assert [date.fromisoformat(start).toordinal() for start in starts[1:]] == [
        date.fromisoformat(end).toordinal() + 1 for end in ends[:-1]
    ]


async def test_history_goes_on_from_where_a_piece_ended(
    register: LoopbackRegister, http: Http
) -> None:
    register.publish(printed("2020-1", "2020-01-31"), printed("2020-2", "2020-02-01"))
    source = published(register, http)

    pieces = [
        piece async for piece in source.history(since=date(2020, 2, 1), until=date(2020, 2, 1))
    ]

    assert [[item.key for item in piece.items] for piece in pieces] == [["fr:2020-2"]]


async def test_history_asks_for_fewer_days_where_the_count_is_cut_off(
    register: LoopbackRegister, http: Http
) -> None:
    register.host.on(
        DOCUMENTS,
        reply_json({"count": 10_000, "results": [printed()]}),
        register.list_documents,
    )
    register.publish(*(printed(f"2020-{day}", f"2020-01-{day:02}") for day in range(1, 32)))

    pieces = [
        piece
        async for piece in published(register, http).history(
            since=date(2020, 1, 1), until=date(2020, 1, 31)
        )
    ]

    assert [piece.bookmark["through"] for piece in pieces] == [
        "2020-01-15",
        "2020-01-30",
        "2020-01-31",
    ]
    assert sum(len(piece.items) for piece in pieces) == 31


async def test_a_document_is_found_by_its_number_whatever_dash_it_is_typed_with(
    register: LoopbackRegister, http: Http
) -> None:
    register.publish(printed(citation="85 FR 36719"))

    found = await published(register, http).document("2020\u201313093")

    assert found is not None
    assert found.document is not None
    assert found.document.citation == "85 FR 36719"


async def test_a_number_that_is_not_published_is_none(
    register: LoopbackRegister, http: Http
) -> None:
    found = await published(register, http).document("2020-99999", now=NOW)

    assert found is None
    assert dict(register.host.asked[0].query)["_"] == str(int(NOW.timestamp()))


async def test_what_is_no_number_is_not_asked_for(register: LoopbackRegister, http: Http) -> None:
    found = await published(register, http).document("../agencies")

    assert found is None
    assert register.host.asked == []


async def test_another_document_than_was_asked_for_is_none(
    register: LoopbackRegister, http: Http
) -> None:
    register.host.on("/api/v1/documents/2026-09-24.json", reply_json(printed("2026-00009")))

    assert await published(register, http).document("2026-09-24") is None


async def test_an_old_number_is_found_under_its_padded_spelling(
    register: LoopbackRegister, http: Http
) -> None:
    register.host.on("/api/v1/documents/2012-07333.json", reply_json(printed("2012-7333")))

    found = await published(register, http).document("2012-07333")

    assert found is not None
    assert found.key == "fr:2012-7333"


async def test_public_inspection_is_filtered_by_issuer_here(
    register: LoopbackRegister, http: Http
) -> None:
    epa = [{"name": "Environmental Protection Agency", "slug": "environmental-protection-agency"}]
    register.inspection += [
        filed("2020-1"),
        filed("2020-2", agencies=epa),
        filed("2020-3", agencies=[{"raw_name": "Office of the Secretary"}]),
    ]

    fetched = await inspected(register, http, agencies=(BIS,)).fetch(None, now=NOW)

    assert [item.key for item in fetched.items] == ["fr:2020-1", "fr:2020-3"]


async def test_public_inspection_gets_past_the_shared_cache(
    register: LoopbackRegister, http: Http
) -> None:
    await inspected(register, http).fetch(None, now=NOW)

    assert dict(register.host.asked[0].query)["_"] == str(int(NOW.timestamp()))


async def test_a_list_that_shrinks_in_the_blackout_withdraws_nothing(
    register: LoopbackRegister, http: Http
) -> None:
    register.inspection += [filed("2020-1"), filed("2020-2")]
    source = inspected(register, http)
    first = await source.fetch(None, now=NOW)
    blackout = {"count": 0, "results": [], "meta": {"pil_unavailability_message": "Not available"}}
    register.host.on(INSPECTION, reply_json(blackout))

    night = await source.fetch(first.bookmark, now=NOW)

    assert night.items == ()
    assert night.warnings == ()
    assert (first.partial, night.partial) == (False, True)


async def test_a_number_that_was_used_twice_is_two_documents(
    register: LoopbackRegister, http: Http
) -> None:
    register.publish(printed("2018-10055", "2020-06-12"), printed("2018-10055", "2020-06-17"))

    fetched = await published(register, http).fetch(None, now=NOW)

    assert sorted(str(item.event_day) for item in fetched.items) == ["2020-06-12", "2020-06-17"]


async def test_a_withdrawal_is_told_by_its_row(register: LoopbackRegister, http: Http) -> None:
    note = "An agency letter requesting withdrawal of this document was received."
    register.inspection += [filed(filed_at=None, publication_date=None, editorial_note=note)]

    fetched = await inspected(register, http).fetch(None, now=NOW)

    assert [item.stage for item in fetched.items] == [Stage.WITHDRAWN]
