"""The text of the law as it stands on a day: the eCFR's own account of its titles, versions and parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from feeds import register_json
from feeds.errors import FetchError
from feeds.http import Http, Response
from feeds.model import CfrPart
from feeds.register_json import Row

#: What the errors call this source.
NAME = "ecfr"
#: A version's amendment date is the document's effective date, give or take a weekend.
_NEAR = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """How far the eCFR has come with one title."""

    number: int
    #: The last day whose text can be asked for.
    up_to_date_as_of: date
    latest_issue_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one section or appendix."""

    identifier: str
    #: From when it binds.
    amended_on: date
    #: From when the eCFR shows it: the day to ask for its text by.
    issued_on: date


class Ecfr:
    """Reads the versioner API, version 1 (https://www.ecfr.gov/developers/documentation/api/v1).

    Args:
        http: The door to the network. It sends `Accept-Encoding: gzip`, without which the eCFR
            refuses to give text, and its cap on bytes holds.
        base_url: "https://www.ecfr.gov", or a stand-in.
    """

    def __init__(self, *, http: Http, base_url: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/versioner/v1"

    async def titles(self) -> dict[int, Title]:
        """Every title that has a text, by its number.

        Raises:
            FetchError: the bytes did not arrive, or the eCFR is at work on them just now. Waiting
                may help, as with everything that it answers with 429 or 504.
            ParseError: the answer is no JSON object.
        """
        envelope = await self._ask("titles.json")
        meta = envelope.get("meta")
        if isinstance(meta, Mapping) and meta.get("import_in_progress"):
            raise FetchError(NAME, "is importing new text")
        titles = (_title(row) for row in _rows(envelope, "titles"))
        return {title.number: title for title in titles if title}

    async def versions(self, part: CfrPart, *, since: date | None = None) -> tuple[Version, ...]:
        """The versions of a part's sections; those issued on `since` or later, if that is given.

        At most the first thousand, which is all that the API gives at once. Raises as `titles`.
        """
        params = [("part", part.part)]
        if since:
            params.append(("issue_date[gte]", since.isoformat()))
        envelope = await self._ask(f"versions/title-{part.title}.json", params)
        read = (_version(row) for row in _rows(envelope, "content_versions"))
        return tuple(each for each in read if each and (since is None or each.issued_on >= since))

    async def text(self, part: CfrPart, day: date) -> bytes | None:
        """The XML of a part as it stood on a day; None when the eCFR has none for that day.

        Args:
            part: Whose text.
            day: Not after its title's `up_to_date_as_of`, which the eCFR answers with 404 too.

        Raises:
            FetchError: as `titles`, or a web page was shown instead.
        """
        answer = await self._http.get(
            f"{self._url}/full/{day.isoformat()}/title-{part.title}.xml",
            feed=NAME,
            accept="application/xml",
            params=[("part", part.part)],
            same_host=True,
            handles=(404,),
        )
        if answer.status == 404:
            return None
        _refuse_page(answer, "xml")
        return answer.body

    async def _ask(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Row:
        answer = await self._http.get(
            f"{self._url}/{path}",
            feed=NAME,
            accept="application/json",
            params=params,
            same_host=True,
        )
        _refuse_page(answer, "json")
        return register_json.payload(answer.body, feed=NAME)


def issue_days(versions: Iterable[Version], *, effective_on: date, until: date) -> tuple[date, ...]:
    """On which days the eCFR took up what became effective on a day, in order.

    The versions amended on that very day; if there are none, those of a few days around it.

    Args:
        versions: Of one part.
        effective_on: As the document says.
        until: The eCFR's last day.
    """
    seen = [each for each in versions if each.issued_on <= until]
    exact = [each for each in seen if each.amended_on == effective_on]
    near = [each for each in seen if abs(each.amended_on - effective_on) <= _NEAR]
    return tuple(sorted({each.issued_on for each in exact or near}))


def _refuse_page(answer: Response, kind: str) -> None:
    """The eCFR shows robots a page that asks who they are, with status 200."""
    if not answer.content_type.endswith(kind):
        raise FetchError(NAME, f"answered {answer.content_type or 'bytes'}, not {kind.upper()}")


def _rows(envelope: Row, key: str) -> Iterable[Row]:
    rows = envelope.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _title(row: Row) -> Title | None:
    """One title; None for one that is reserved or has no text yet."""
    number, day = row.get("number"), _day(row, "up_to_date_as_of")
    if not isinstance(number, int) or day is None:
        return None
    return Title(
        number=number, up_to_date_as_of=day, latest_issue_date=_day(row, "latest_issue_date")
    )


def _version(row: Row) -> Version | None:
    identifier = row.get("identifier")
    amended_on, issued_on = _day(row, "amendment_date"), _day(row, "issue_date")
    if not isinstance(identifier, str) or amended_on is None or issued_on is None:
        return None
    return Version(identifier=identifier, amended_on=amended_on, issued_on=issued_on)


def _day(row: Row, key: str) -> date | None:
    return register_json.day(row, key)
