"""Loopback servers: a host that answers as scripted, and a small Federal Register on top of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiMapping

#: What a script says: it is given the request and answers it.
Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]
Row = Mapping[str, Any]


def reply(body: str | bytes = b"", *, status: int = 200, **headers: str) -> Reply:
    """Answer this; `content_type="text/html"` becomes the header Content-Type."""
    raw = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=named)

    return answer


def reply_json(body: object, *, status: int = 200, **headers: str) -> Reply:
    kind = {"content_type": "application/json; charset=utf-8"}
    return reply(json.dumps(body), status=status, **kind, **headers)


def redirect(to: str, *, status: int = 302) -> Reply:
    return reply(status=status, location=to)


def cut_short(body: bytes, *, missing: int = 100) -> Reply:
    """Promise more than is sent, then hang up."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body) + missing)})
        await response.prepare(request)
        await response.write(body)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def hang_up() -> Reply:
    """Close the connection without a word."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as the server saw it."""

    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


@dataclass(slots=True)
class ScriptedHost:
    """Answers each path with its replies in turn; the last one stays. Anything else is a 404."""

    base: str
    asked: list[Asked] = field(default_factory=list)
    _script: dict[str, list[Reply]] = field(default_factory=dict)

    def on(self, path: str, *replies: Reply) -> str:
        """Script a path and return its URL."""
        self._script[path] = list(replies)
        return self.base + path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = tuple(request.query.items())
        self.asked.append(Asked(path=request.path, query=query, headers=request.headers.copy()))
        replies = self._script.get(request.path, [])
        if not replies:
            return web.Response(status=404, text="<html>", content_type="text/html")
        chosen = replies.pop(0) if len(replies) > 1 else replies[0]
        return await chosen(request)


@asynccontextmanager
async def scripted_host(
    address: str = "127.0.0.1", *, port: int = 0
) -> AsyncIterator[ScriptedHost]:
    """Run a host on a port of a loopback address; on a free one if none is named."""
    host = ScriptedHost("")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, address, port)
    await site.start()
    host.base = f"http://{address}:{runner.addresses[0][1]}"
    try:
        yield host
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class LoopbackRegister:
    """A Federal Register that holds what is put into it, in the API's shapes of 2026."""

    host: ScriptedHost
    documents: list[Row] = field(default_factory=list)
    inspection: list[Row] = field(default_factory=list)
    #: "page" or "cursor": how next_page_url names the next page.
    paging: str = "page"
    #: Where `count` stops counting.
    most: int = 10_000
    #: Largest page given, however many are asked for.
    per_page: int = 1000

    @property
    def url(self) -> str:
        """The base to configure."""
        return f"{self.host.base}/api/v1"

    def publish(self, *rows: Row) -> None:
        """Add documents, each also to be looked up by its number."""
        self.documents.extend(rows)
        for row in rows:
            path = f"/api/v1/documents/{row['document_number']}.json"
            self.host.on(path, _reply_unstored(row))

    async def list_documents(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        rows = [row for row in self.documents if _matches(row, query)]
        rows.sort(key=lambda row: (row["publication_date"], row["document_number"]), reverse=True)
        envelope: dict[str, Any] = {"description": "Documents", "count": min(len(rows), self.most)}
        if rows:
            size = min(int(query.get("per_page", "20")), self.per_page)
            mark = query.get("search_after_cursor") or query.get("page") or "0"
            start = int(mark.removeprefix("after-"))
            envelope["total_pages"] = min(-(-len(rows) // size), 50)
            envelope["results"] = rows[start : start + size]
            if start + size < len(rows):
                envelope["next_page_url"] = self._next(request, start + size)
        return await _reply_unstored(envelope)(request)

    def _next(self, request: web.Request, start: int) -> str:
        name, value = (
            ("search_after_cursor", f"after-{start}")
            if self.paging == "cursor"
            else ("page", str(start))
        )
        url = request.url.with_path("/api/v1/documents", keep_query=True)
        return str(url.update_query({name: value, "format": "json"}))

    async def list_inspection_of(self, request: web.Request) -> web.StreamResponse:
        """The whole list of a day: filed by then, and not printed yet."""
        day = request.query["conditions[available_on]"]
        rows = [
            row
            for row in self.inspection
            if (row["filed_at"] or "")[:10] <= day < (row["publication_date"] or "9999")
        ]
        return await _reply_unstored({"count": len(rows), "results": rows})(request)

    async def list_inspection(self, request: web.Request) -> web.StreamResponse:
        envelope = {"count": len(self.inspection), "results": self.inspection}
        return await _reply_unstored(envelope)(request)


def _reply_unstored(body: object) -> Reply:
    return reply_json(body, cache_control="no-store, no-cache, must-revalidate, private")


def _matches(row: Row, query: MultiMapping[str]) -> bool:
    """The conditions that Rulewire uses; `_text` in a row is its full text."""
    day, low = row["publication_date"], query.get("conditions[publication_date][gte]", "")
    high = query.get("conditions[publication_date][lte]", "9999")
    slugs = query.getall("conditions[agencies][]", [])
    theirs = {agency.get("slug") for agency in row.get("agencies", [])}
    term = query.get("conditions[term]", "").strip('"').lower()
    words = f"{row.get('title')} {row.get('abstract')} {row.get('_text', '')}".lower()
    return low <= day <= high and (not slugs or not theirs.isdisjoint(slugs)) and term in words


@asynccontextmanager
async def loopback_register() -> AsyncIterator[LoopbackRegister]:
    """Run an empty Federal Register on a free port of 127.0.0.1."""
    async with scripted_host() as host:
        register = LoopbackRegister(host)
        host.on("/api/v1/documents.json", register.list_documents)
        host.on("/api/v1/public-inspection-documents/current.json", register.list_inspection)
        host.on("/api/v1/public-inspection-documents.json", register.list_inspection_of)
        yield register
