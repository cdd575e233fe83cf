"""A loopback Slack Web API for contract tests: posts, updates, history, and faults on demand."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from typing import Any, ClassVar

from aiohttp import web

from tests.reads_aloud import unreadable
from tests.slack_limits import check_limits

TOKEN = "xoxb-test-token"
TEAM = "T01TEST"
BOT_ID = "B0BOT"
_JSON_ARGUMENTS = ("blocks", "metadata", "attachments", "view", "unfurls")


class When(StrEnum):
    """Whether a fault comes before or after the request has had its effect."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one request goes wrong."""

    when: When = When.BEFORE
    #: Slack's error string; with none, `status` comes with a page of HTML.
    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    #: The connection is cut instead of an answer.
    drop: bool = False


class Limits:
    """Slack's pace: a message a second a channel, so many a minute in all, and tiers of methods.

    Each as a bucket that fills up again; what finds it empty is answered 429 with the wait.
    """

    #: Calls a minute of each method (docs.slack.dev/apis/web-api/rate-limits).
    TIERS: ClassVar = {
        "chat.update": 50,
        "conversations.history": 50,
        "conversations.replies": 50,
        "conversations.open": 50,
    }

    def __init__(
        self, *, burst: float = 3, workspace: float = 600, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._workspace, self._now = burst, workspace, now
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def wait(self, method: str, channel: str) -> int:
        """Seconds to wait; 0 when the call is let in."""
        asked = []
        if method == "chat.postMessage":
            asked = [(channel, 1.0, self._burst), ("", self._workspace / 60, self._workspace / 5)]
        elif method in self.TIERS:
            asked = [("", self.TIERS[method] / 60, float(self.TIERS[method]))]
        waits = [self._take(method, *each) for each in asked]
        return max((int(wait) + 1 for wait in waits if wait > 0), default=0)

    def _take(self, method: str, key: str, rate: float, burst: float) -> float:
        now = self._now()
        left, at = self._buckets.get((method, key), (burst, now))
        left = min(burst, left + (now - at) * rate)
        self._buckets[method, key] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / rate


@dataclass(slots=True)
class SlackServer:
    """What stands in its channels, what it was asked, and how it is to fail."""

    #: Messages by channel, oldest first, as conversations.history has them.
    channels: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Every request: method and arguments, also those that failed.
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: What the next requests of a method meet, first first.
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    #: "http://127.0.0.1:40123/api/" while it runs.
    url: str = ""
    #: Channels in which the bot is no member, and those that are archived.
    strange: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    #: Who is in a channel, and what users.info tells of people beside their id.
    members: dict[str, list[str]] = field(
        default_factory=lambda: {"C01GEN": ["U0BOT", "U01ALICE", "U02BOB"]}
    )
    people: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"U01ALICE": {"is_admin": True}, "U02BOB": {}}
    )
    #: What each person's Home shows, and the modals that are open, by their ids.
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: The most that is given on one page of a history.
    page: int = 999
    #: Whether histories show metadata to whoever asks for it.
    shows_metadata: bool = True
    #: Whose each token is; a token that was taken out works no longer.
    tokens: dict[str, str] = field(default_factory=lambda: {TOKEN: TEAM})
    #: Of channels that only one workspace has: which.
    owners: dict[str, str] = field(default_factory=dict)
    #: What an install's code, or a refresh token, buys; once.
    grants: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Which workspace made each request, in their order.
    callers: list[str] = field(default_factory=list)
    #: Turns away what comes too fast; None for a Slack without limits.
    limits: Limits | None = None
    #: What Slack would refuse, or somebody could not read, in anything that was ever sent.
    wrong: list[str] = field(default_factory=list)
    #: What the token was granted, as each answer says it.
    scopes: str = ""
    #: Where Socket Mode is told to connect; nowhere in most tests.
    socket: str = "wss://slack.invalid/"
    #: Called with each request before it has an effect, and with each that has had it.
    before: Callable[[str, dict[str, Any]], Awaitable[object]] | None = None
    after: Callable[[str, dict[str, Any]], Awaitable[object]] | None = None
    #: Names messages by the time of day; else by a clock that stands in June 2020.
    clock: Callable[[], float] | None = None
    _last: int = 1_592_488_800_000_000

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.requests if name == method]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SlackServer]:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/api/"
        try:
            yield self
        finally:
            await runner.cleanup()
        assert not self.wrong, self.wrong

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.requests.append((method, arguments))
        self.wrong += [f"{method}: {problem}" for problem in _problems(arguments)]
        if self.limits and (wait := self.limits.wait(method, arguments.get("channel", ""))):
            return _failed(request, Fault(error="ratelimited", status=429, retry_after=wait))
        if self.before:
            await self.before(method, arguments)
        waiting = self.faults.get(method)
        fault = waiting.popleft() if waiting else None
        if fault and fault.when is When.BEFORE:
            return _failed(request, fault)
        answer = self._call(request, method, arguments)
        if self.after:
            await self.after(method, arguments)
        if fault:
            return _failed(request, fault)
        now = self.clock() if self.clock else self._last / 1e6
        headers = {"Date": formatdate(now, usegmt=True)}
        if self.scopes:
            headers["X-OAuth-Scopes"] = self.scopes
        return web.json_response(answer, headers=headers)

    def _call(self, request: web.Request, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "apps.connections.open":  # takes the app's own token
            return {"ok": True, "url": self.socket}
        if method == "oauth.v2.access":
            return self._access(arguments)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        team = self.tokens.get(arguments.get("token", bearer))
        if team is None:
            return {"ok": False, "error": "invalid_auth"}
        self.callers.append(team)
        if self.owners.get(arguments.get("channel", ""), team) != team:
            return {"ok": False, "error": "channel_not_found"}
        methods = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.getPermalink": self._permalink,
            "chat.unfurl": self._taken,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.info": self._info,
            "conversations.members": self._members,
            "conversations.open": self._open,
            "conversations.replies": self._replies,
            "users.conversations": self._conversations,
            "users.info": self._user,
            "bots.info": lambda _: {"ok": True, "bot": {"id": BOT_ID, "app_id": "A01TEST"}},
            "views.open": self._open_view,
            "views.publish": self._publish,
            "views.update": self._update_view,
        }
        if method not in methods:
            return {"ok": False, "error": "unknown_method"}
        return methods[method](arguments)

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user_id": "U0BOT", "bot_id": BOT_ID, "team_id": self.callers[-1]}

    def _access(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """What Slack's oauth.v2.access answers; the new token works from now on."""
        refreshing = arguments.get("grant_type") == "refresh_token"
        spent = str(arguments["refresh_token" if refreshing else "code"])
        answer = self.grants.pop(spent, None)
        if answer is None:
            error = "invalid_refresh_token" if refreshing else "invalid_code"
            return {"ok": False, "error": error}
        named = answer.get("team") or answer.get("enterprise") or {}
        self.tokens[answer["access_token"]] = named.get("id", TEAM)
        return {"ok": True, "token_type": "bot", **answer}

    def _taken(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    def _opened(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "view": {**arguments["view"], "id": f"V{len(self.requests)}"}}

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        name = self._conversation(arguments["channel"])
        channel = self.channels.get(name)
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if refused := self._refused(name):
            return refused
        thread = arguments.get("thread_ts")
        if thread and not any(message["ts"] == thread for message in channel):
            return {"ok": False, "error": "thread_not_found"}
        now = int(self.clock() * 1e6) if self.clock else 0
        self._last = max(self._last + 1, now)
        ts = f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
        message = {**_kept(arguments), "ts": ts, "bot_id": BOT_ID}
        channel.append({**message, "thread_ts": thread} if thread else message)
        return {"ok": True, "channel": name, "ts": ts, "message": message}

    def _permalink(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel, ts = arguments["channel"], arguments["message_ts"]
        if not any(message["ts"] == ts for message in self.channels.get(channel, [])):
            return {"ok": False, "error": "message_not_found"}
        return {
            "ok": True,
            "permalink": f"https://test.slack.com/archives/{channel}/p{ts.replace('.', '')}",
        }

    def _update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if len(arguments.get("text", "")) > 4000:
            return {"ok": False, "error": "msg_too_long"}
        for message in self.channels.get(arguments["channel"], []):
            if message["ts"] == arguments["ts"]:
                message.update(_kept(arguments))
                return {"ok": True, "channel": arguments["channel"], "ts": message["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _conversation(self, name: str) -> str:
        """A person's id leads to the direct message with them."""
        if not name.startswith("U"):
            return name
        self.channels.setdefault(f"D{name[1:]}", [])
        return f"D{name[1:]}"

    def _members(self, arguments: dict[str, Any]) -> dict[str, Any]:
        members = self.members.get(arguments["channel"])
        if members is None:
            return {"ok": False, "error": "channel_not_found"}
        skip = int(arguments.get("cursor") or 0)
        upto = skip + min(int(arguments.get("limit") or 100), self.page)
        more = str(upto) if upto < len(members) else ""
        page = members[skip:upto]
        return {"ok": True, "members": page, "response_metadata": {"next_cursor": more}}

    def _info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Of channels whose members are known; the bot is one of them unless they are strange."""
        name = arguments["channel"]
        if name not in self.members:
            return {"ok": False, "error": "channel_not_found"}
        member = "U0BOT" in self.members[name] and name not in self.strange
        channel = {"id": name, "is_member": member, "is_archived": name in self.archived}
        return {"ok": True, "channel": channel}

    def _conversations(self, arguments: dict[str, Any]) -> dict[str, Any]:
        mine = [name for name, people in self.members.items() if arguments["user"] in people]
        skip = int(arguments.get("cursor") or 0)
        upto = skip + min(int(arguments.get("limit") or 100), self.page)
        more = str(upto) if upto < len(mine) else ""
        page = [{"id": name} for name in mine[skip:upto]]
        return {"ok": True, "channels": page, "response_metadata": {"next_cursor": more}}

    def _open_view(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if not arguments.get("trigger_id"):
            return {"ok": False, "error": "invalid_trigger_id"}
        return self._shown(f"V{len(self.views) + 1:04}", arguments["view"])

    def _update_view(self, arguments: dict[str, Any]) -> dict[str, Any]:
        known = self.views.get(arguments["view_id"])
        if known is None:
            return {"ok": False, "error": "not_found"}
        if arguments.get("hash") not in {None, known["hash"]}:
            return {"ok": False, "error": "hash_conflict"}
        return self._shown(arguments["view_id"], arguments["view"])

    def _shown(self, name: str, view: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        self.views[name] = {**view, "id": name, "hash": f"{self._last}.hash"}
        return {"ok": True, "view": self.views[name]}

    def _publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self.homes[arguments["user_id"]] = arguments["view"]
        return {"ok": True, "view": arguments["view"]}

    def _user(self, arguments: dict[str, Any]) -> dict[str, Any]:
        person = self.people.get(arguments["user"])
        if person is None:
            return {"ok": False, "error": "user_not_found"}
        user = {"id": arguments["user"], "team_id": "T01TEST", "is_admin": False, "is_owner": False}
        return {"ok": True, "user": user | person}

    def _open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": self._conversation(arguments["users"])}}

    def _refused(self, channel: str) -> dict[str, Any] | None:
        if channel in self.strange:
            return {"ok": False, "error": "not_in_channel"}
        return {"ok": False, "error": "is_archived"} if channel in self.archived else None

    def _history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(arguments["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if arguments["channel"] in self.strange:
            return {"ok": False, "error": "not_in_channel"}
        oldest = float(arguments.get("oldest") or 0)
        shown = [
            message
            for message in reversed(channel)
            if float(message["ts"]) > oldest
            and ("thread_ts" not in message or message.get("reply_broadcast"))
        ]
        return self._paged(shown, arguments)

    def _replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(arguments["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if arguments["channel"] in self.strange:
            return {"ok": False, "error": "not_in_channel"}
        thread = arguments["ts"]
        shown = [each for each in channel if thread in {each["ts"], each.get("thread_ts")}]
        if not any(each["ts"] == thread for each in shown):
            return {"ok": False, "error": "thread_not_found"}
        return self._paged(shown, arguments)

    def _paged(self, shown: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
        skip = int(arguments.get("cursor") or 0)
        limit = min(int(arguments.get("limit") or 100), self.page)
        page = shown[skip : skip + limit]
        asked = str(arguments.get("include_all_metadata", "")).lower() in {"1", "true"}
        if not (asked and self.shows_metadata):
            page = [{key: value for key, value in one.items() if key != "metadata"} for one in page]
        more = skip + limit < len(shown)
        metadata = {"next_cursor": str(skip + limit) if more else ""}
        return {"ok": True, "messages": page, "has_more": more, "response_metadata": metadata}


def _problems(arguments: dict[str, Any]) -> list[str]:
    """Of a message, a view, or what is shown below links."""
    sent = [arguments] if "blocks" in arguments else []
    sent += [arguments["view"]] if "view" in arguments else []
    for shown in arguments.get("unfurls", {}).values():
        sent.append({"text": shown.get("fallback", ""), "blocks": shown.get("blocks", [])})
    return [problem for each in sent for problem in (*check_limits(each), *unreadable(each))]


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Arguments from JSON, a form or the address: the SDK sends all three."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json()
    elif request.can_read_body:
        arguments |= dict(await request.post())
    for name in _JSON_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


def _kept(arguments: dict[str, Any]) -> dict[str, Any]:
    names = ("text", "blocks", "metadata", "reply_broadcast")
    return {name: arguments[name] for name in names if name in arguments}


def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop and request.transport:
        request.transport.close()
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
    if fault.error:
        body = {"ok": False, "error": fault.error}
        return web.json_response(body, status=fault.status, headers=headers)
    page = "<html>trouble</html>"
    return web.Response(text=page, content_type="text/html", status=fault.status, headers=headers)
