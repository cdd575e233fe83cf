"""What to ask `documents.json`, how to ask for its next page, and what a match proves."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

from feeds import register_api
from feeds.model import Feed
from feeds.register_api import Params
from feeds.register_json import Row

#: The documentation's maximum; 1 and anything above 2,000 silently give 20.
_PER_PAGE = 1000

#: Nothing here changes by itself (page views and checks do), so equal means unchanged.
FIELDS = register_api.fields(
    "abstract",
    "action",
    "agencies",
    "cfr_references",
    "citation",
    "comments_close_on",
    "correction_of",
    "corrections",
    "dates",
    "docket_ids",
    "document_number",
    "effective_on",
    "end_page",
    "html_url",
    "pdf_url",
    "publication_date",
    "raw_text_url",
    "regulation_id_numbers",
    "significant",
    "title",
    "type",
)


#: What tells documents apart, for whoever only counts them.
NUMBERS = register_api.fields("document_number", "publication_date")


def question(
    feed: Feed,
    *,
    since: date,
    until: date | None,
    now: datetime | None,
    fields: Params = FIELDS,
) -> Params:
    """The parameters of `documents.json` for what `feed` wants of these days."""
    asked = [("conditions[agencies][]", slug) for slug in feed.agencies]
    if feed.term:
        asked.append(("conditions[term]", feed.term))
        asked += register_api.fields("excerpts") if fields is FIELDS else ()
    asked.append(("conditions[publication_date][gte]", since.isoformat()))
    if until is not None:
        asked.append(("conditions[publication_date][lte]", until.isoformat()))
    asked += [*fields, ("order", "newest"), ("per_page", str(_PER_PAGE))]
    return [*asked, register_api.buster(now)] if now else asked


def following(envelope: Row, *, base_url: str) -> tuple[Params | None, list[str]]:
    """The parameters of the next page (page number or cursor alike), and warnings.

    Only the query of `next_page_url` is used, never its host: it is put to our own base, as the API
    has been seen to name a host inside its own network.
    """
    address = envelope.get("next_page_url")
    if address is None:
        return None, []
    ours = urlsplit(f"{base_url}/documents")
    try:
        theirs = urlsplit(str(address))
    except ValueError:
        theirs = None
    if theirs is None or theirs.path.removesuffix(".json") != ours.path:
        return None, ["next_page_url leads to something else; stopped there"]
    same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
    trouble = [] if same else ["next_page_url names another host; asked ours instead"]
    return parse_qsl(theirs.query, keep_blank_values=True), trouble


_UNCERTAIN = re.compile(r"[|()~*]")
_TOKENS = re.compile(r'([-!=]?)(?:"([^"]+)"|([^\s"&/@]+))')


def phrases(term: str) -> tuple[str, ...]:
    """What a document certainly contains when the API says that it matches `term`.

    `Huawei "Covered List"` gives both, in plain words. Alternatives, groups, proximity and prefixes
    say nothing certain of any one word and give none; what is excluded is left out. Syntax:
    Federal Register, reader aids, "Utilizing complex search terms".
    """
    if _UNCERTAIN.search(term):
        return ()
    words = ((sign, quoted or bare) for sign, quoted, bare in _TOKENS.findall(term))
    return tuple(dict.fromkeys(word.strip() for sign, word in words if sign not in {"-", "!"}))
