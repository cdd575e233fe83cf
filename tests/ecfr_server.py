"""A loopback eCFR: parts as they stood on days, in the shapes of its versioner API; and XML to put in."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from html import escape

from aiohttp import web

from tests.servers import ScriptedHost, reply_json, scripted_host

ENTITY_LIST = "Supplement No. 4 to Part 744"
COLUMNS = (
    "Country",
    "Entity",
    "License requirement",
    "License review policy",
    "Federal Register citation",
)


def section(number: str, *paragraphs: str, history: str = "") -> str:
    """A section as the eCFR writes it."""
    said = "".join(f"<P>{escape(each)}</P>\n" for each in paragraphs)
    made = f'<CITA TYPE="N">[{escape(history)}]\n</CITA>' if history else ""
    head = f"<HEAD>§ {number} Heading of {number}.</HEAD>"
    return f'<DIV8 N="{number}" TYPE="SECTION">\n{head}\n{said}{made}\n</DIV8>\n'


def entity_list(*rows: Sequence[str]) -> str:
    """Supplement No. 4 to part 744: a country stands in its first row only."""
    heads = "".join(f"<TH>{each}</TH>" for each in COLUMNS)
    lines = "".join(
        f"<TR>{''.join(f'<TD>{escape(cell)}</TD>' for cell in row)}</TR>\n" for row in rows
    )
    table = f'<TABLE class="gpotbl_table"><TR>{heads}</TR>\n{lines}</TABLE>'
    head = f"<HEAD>{ENTITY_LIST}—Entity List</HEAD>"
    return f'<DIV9 N="{ENTITY_LIST}" TYPE="APPENDIX">{head}<DIV>{table}</DIV></DIV9>\n'


def row(entity: str, *, country: str = "", cite: str = "84 FR 22963, 5/21/19.") -> list[str]:
    """One entry of the Entity List."""
    return [country, entity, "For all items subject to the EAR.", "Presumption of denial", cite]


def part(*sections: str, number: str = "744") -> bytes:
    """A part as the eCFR gives it."""
    opening = f'<?xml version="1.0"?>\n<DIV5 N="{number}" TYPE="PART"><HEAD>PART {number}</HEAD>'
    return f"{opening}\n{''.join(sections)}</DIV5>".encode()


@dataclass(slots=True)
class LoopbackEcfr:
    """Holds title 15 as it is put in; it has come to `up_to_date_as_of`."""

    host: ScriptedHost
    up_to_date_as_of: date
    importing: bool = False
    #: Of each part its texts, by issue day.
    texts: dict[str, dict[date, bytes]] = field(default_factory=dict)
    _versions: list[dict[str, object]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The base to configure."""
        return self.host.base

    def issue(
        self, xml: bytes, on: date, *, amended_on: date | None = None, number: str = "744"
    ) -> None:
        """From that day on the part reads so."""
        self.texts.setdefault(number, {})[on] = xml
        version: dict[str, object] = {
            "date": on.isoformat(),
            "amendment_date": (amended_on or on).isoformat(),
            "issue_date": on.isoformat(),
            "identifier": f"{number}.11",
            "name": f"§ {number}.11 Heading.",
            "part": number,
            "subpart": None,
            "removed": False,
            "substantive": True,
            "title": "15",
            "type": "section",
        }
        self._versions.append(version)
        for day in self.texts[number]:
            self._serve(number, day)

    async def titles(self, request: web.Request) -> web.StreamResponse:
        issued = [each["issue_date"] for each in self._shown()]
        title = {
            "number": 15,
            "name": "Commerce and Foreign Trade",
            "latest_amended_on": max((str(each) for each in issued), default=None),
            "latest_issue_date": max((str(each) for each in issued), default=None),
            "up_to_date_as_of": self.up_to_date_as_of.isoformat(),
            "reserved": False,
        }
        panama = dict.fromkeys(title) | {"number": 35, "name": "Panama Canal", "reserved": True}
        meta = {
            "date": self.up_to_date_as_of.isoformat(),
            "import_in_progress": self.importing,
        }
        return await reply_json({"titles": [title, panama], "meta": meta})(request)

    async def versions(self, request: web.Request) -> web.StreamResponse:
        since = request.query.get("issue_date[gte]", "")
        rows = [
            each
            for each in self._shown()
            if each["part"] == request.query["part"] and str(each["issue_date"]) >= since
        ]
        meta = {"title": "15", "result_count": str(len(rows))}
        return await reply_json({"content_versions": rows, "meta": meta})(request)

    async def full(self, request: web.Request) -> web.StreamResponse:
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(status=406, text="This endpoint requires response compression")
        day = date.fromisoformat(request.path.split("/")[-2])
        issued = self.texts.get(request.query["part"], {})
        fit = [each for each in sorted(issued) if each <= day <= self.up_to_date_as_of]
        if not fit:
            return await reply_json({"error": "not available"}, status=404)(request)
        headers = {"Content-Type": "application/xml; charset=utf-8", "Content-Encoding": "gzip"}
        return web.Response(body=gzip.compress(issued[fit[-1]]), headers=headers)

    def asked(self) -> list[str]:
        """The last part of each address that was asked for, and its day if it has one."""
        return ["/".join(each.path.split("/")[4:]) for each in self.host.asked]

    def _shown(self) -> list[dict[str, object]]:
        day = self.up_to_date_as_of.isoformat()
        return [each for each in self._versions if str(each["issue_date"]) <= day]

    def _serve(self, number: str, day: date) -> None:
        for each in (day, date.fromordinal(day.toordinal() - 1)):
            self.host.on(f"/api/versioner/v1/full/{each}/title-15.xml", self.full)


@asynccontextmanager
async def loopback_ecfr(up_to_date_as_of: date) -> AsyncIterator[LoopbackEcfr]:
    """Run an empty eCFR on a free port of 127.0.0.1."""
    async with scripted_host() as host:
        ecfr = LoopbackEcfr(host, up_to_date_as_of)
        host.on("/api/versioner/v1/titles.json", ecfr.titles)
        host.on("/api/versioner/v1/versions/title-15.json", ecfr.versions)
        yield ecfr
