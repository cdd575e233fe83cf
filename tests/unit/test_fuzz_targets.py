"""The fuzz targets on a few hundred inputs each, and on every finding there was: see tests/fuzz/README.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import targets

FIXTURES = Path(__file__).parent.parent / "fixtures" / "feeds"
some = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])

#: What hostile text is made of.
PIECES = (
    "<!here>", "<@U1>", "<https://evil.example|x>", "&", "&amp;", "&#0;", "&#xD800;", "<b>", "</p>", "<!--", "]]>",
    "*", "_", "~", "`", ":smile:", ">", "\n", "\r", "\x00", "\x1b[2J", "\u202e", "\u200b", "\ud83d", "\ufeff", "Huawei",
    " ", ".", "x" * 300, "\\", '"', "'", "|", "[bold]", "http://", "javascript:", "\u0301" * 50,
)  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
values = st.one_of(st.none(), st.booleans(), st.integers(), hostile)
FIELDS = (
    "title", "abstract", "action", "dates", "type", "citation", "excerpts", "editorial_note", "html_url", "pdf_url",
    "raw_text_url", "publication_date", "effective_on", "filed_at", "filing_type", "end_page", "correction_of",
    "docket_ids", "docket_numbers", "regulation_id_numbers", "agencies", "cfr_references", "corrections",
)  # fmt: skip
rows = st.dictionaries(
    st.sampled_from(FIELDS),
    st.one_of(
        values,
        st.lists(values, max_size=3),
        st.lists(
            st.dictionaries(st.sampled_from(("name", "raw_name", "slug", "title", "part")), values),
            max_size=3,
        ),
    ),
)


@pytest.mark.parametrize("name", targets.TARGETS)
@some
@given(data=st.binary(max_size=300))
def test_noise_is_read_or_refused(name: str, data: bytes) -> None:
    targets.TARGETS[name](data)


@pytest.mark.parametrize("name", ["typed", "shown", "document", "hop", "page"])
@some
@given(text=hostile)
def test_hostile_text_is_read_or_refused(name: str, text: str) -> None:
    targets.TARGETS[name](text.encode("utf-8", "surrogatepass"))


@some
@given(row=rows)
def test_a_document_of_any_fields_can_be_kept_and_shown(row: dict[str, object]) -> None:
    targets.register(json.dumps({"results": [{"document_number": "2020-1", **row}]}).encode())


@some
@given(told=st.lists(hostile, min_size=5, max_size=5), cdata=st.booleans())
def test_an_item_of_any_texts_can_be_kept_and_shown(told: list[str], cdata: bool) -> None:
    shaped: Callable[[str], str] = (
        (lambda text: f"<![CDATA[{text}]]>")
        if cdata
        else lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
    )
    names = ("title", "link", "guid", "description", "pubDate")
    item = "".join(
        f"<{name}>{shaped(text)}</{name}>" for name, text in zip(names, told, strict=True)
    )
    xml = f"<rss><channel><title>N</title><item>{item}</item></channel></rss>"
    targets.news(b"\x02" + xml.encode("utf-8", "surrogatepass"))
    rows = [dict(zip(("title", "url", "id", "summary", "date_published"), told, strict=True))]
    targets.news(b"\x02" + json.dumps({"items": rows}).encode())


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_the_feeds_at_hand_give_sound_items(path: Path) -> None:
    targets.news(b"\x02" + path.read_bytes())
