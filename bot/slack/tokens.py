"""The tokens of workspaces that installed the app: kept sealed, renewed in time, thrown away at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.pace import side_by_side
from bot.poster import DeliveryError, Outcome
from bot.slack.vault import Tokens, Vault, VaultError
from bot.storage_thread import Storage
from storage import installations
from storage.errors import DatabaseError
from storage.installations import Installation
from storage.workspaces import NOT_INSTALLED, NOT_RENEWED, REVOKED, TOKEN_ERRORS

log = logging.getLogger(__name__)

#: A token that expires is renewed so long before; it lives for 12 hours
#: (docs.slack.dev/authentication/using-token-rotation).
RENEW_BEFORE = timedelta(hours=2)
#: With so little left whoever needs it renews it, too.
_TOO_LITTLE = timedelta(minutes=5)
#: Between two tries to write down a token.
_KEEP_AGAIN_SECONDS = 1.0
#: A renewal that has begun when the bot is told to stop may take this long.
LAST_ANSWER_SECONDS = 2.0
#: Refusals of a renewal that no waiting mends.
_FINAL = {"invalid_refresh_token", "invalid_grant", "token_revoked", "account_inactive"}


class TokenKeeper:
    """Gives the tokens of a workspace.

    All is read anew from the database for each call, so that several copies of the bot, and
    `rulewire forget`, need not tell each other.
    """

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        *,
        web: AsyncWebClient,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep them in one database.

        Args:
            settings: With the keys and the app's own secrets.
            storage: Opened.
            web: A client without a token, which asks for the next ones.
            clock: Aware time.
        """
        self._settings = settings
        self._storage = storage
        self._web = web
        self._clock = clock
        self._vault = Vault(settings.keys)

    async def keep(self, tokens: Tokens, *, about: Installation) -> int:
        """Keep a new installation; returns how many subscriptions it woke."""
        sealed = replace(about, sealed=self._vault.seal(tokens))
        return await self._storage.run(installations.put, sealed)

    async def get(self, workspace: str) -> Tokens:
        """Tokens that work.

        Raises:
            DeliveryError: the app is not installed there, or its token is being renewed.
        """
        kept = await self._storage.read(installations.get, workspace)
        if kept is None or kept.ended_at:
            reason = (kept and kept.ended_reason) or NOT_INSTALLED
            raise DeliveryError(reason, outcome=Outcome.CHANNEL_REFUSES)
        left = kept.expires_at - self._clock() if kept.expires_at else RENEW_BEFORE
        if left <= _TOO_LITTLE:
            if renewed := await self._renew(kept):
                return renewed
            if left <= timedelta():
                raise DeliveryError("its token is being renewed", outcome=Outcome.LATER)
        return self._opened(kept)

    async def renew_due(self) -> int:
        """Renew the tokens that end soon, each workspace by itself; returns how many were."""
        now = self._clock()
        due = [
            each
            for each in await self._storage.run(installations.every)
            if each.expires_at and each.expires_at - now <= RENEW_BEFORE
        ]
        done = await side_by_side(self._renew(each) for each in due)
        return sum(each is not None for each in done)

    async def unopened(self) -> list[str]:
        """Installations whose tokens no key opens, in words; the others are sealed anew."""
        found = []
        for each in await self._storage.run(installations.every):
            if not each.sealed:
                continue
            try:
                tokens = self._vault.open(each.workspace, each.sealed)
            except VaultError as error:
                found.append(str(error))
                continue
            await self._storage.run(installations.reseal, each, self._vault.seal(tokens))
        return found

    async def refused(self, workspace: str, error: DeliveryError, *, token: str) -> DeliveryError:
        """What follows for a workspace from what Slack said of its token.

        Returns:
            The error, or that waiting helps: the token has ended early and is renewed.
        """
        if error.reason == "token_expired":
            await self._storage.run(installations.expire, workspace, now=self._clock())
            return DeliveryError(error.reason, outcome=Outcome.LATER)
        if error.reason in TOKEN_ERRORS:
            kept = await self._storage.run(installations.get, workspace)
            # Not when the app was installed anew since the call began.
            if kept and kept.sealed and self._opened(kept).bot_token == token:
                await self.end(workspace, reason=REVOKED)
        return error

    async def end(self, workspace: str, *, reason: str, before: datetime | None = None) -> None:
        """Nothing is posted in a workspace any more, until the app is installed there again.

        Args:
            workspace: One of ours, or any other.
            reason: Shown in status.
            before: When that was; what was installed since then goes on. None for now.
        """
        kept = await self._storage.run(installations.get, workspace)
        if kept is None or (before and kept.installed_at > before):
            return
        if await self._storage.run(installations.end, workspace, reason=reason, now=self._clock()):
            log.warning("workspace ended workspace=%s reason=%s", workspace, reason)

    def _opened(self, kept: Installation) -> Tokens:
        try:
            return self._vault.open(kept.workspace, kept.sealed)
        except VaultError as error:
            raise DeliveryError(str(error), outcome=Outcome.LATER) from error

    async def _renew(self, kept: Installation) -> Tokens | None:
        """The next tokens; None when another copy is at it, or Slack gives none now."""
        now = self._clock()
        if not await self._storage.run(installations.begin_renewal, kept, now=now):
            return None
        asking = asyncio.create_task(self._next(kept, now=now), name=f"renew {kept.workspace}")
        try:
            return await asyncio.shield(asking)
        finally:
            if not asking.done():  # told to stop: what Slack has taken, it gives no second time
                await asyncio.wait({asking}, timeout=LAST_ANSWER_SECONDS)
                asking.cancel()

    async def _next(self, kept: Installation, *, now: datetime) -> Tokens | None:
        """Ask for the next tokens, and keep them."""
        try:
            tokens = self._opened(kept)
            answer = await self._web.oauth_v2_access(
                client_id=self._settings.client_id,
                client_secret=self._settings.client_secret,
                grant_type="refresh_token",
                refresh_token=tokens.refresh_token,
            )
        except SlackApiError as error:
            await self._not_renewed(kept, str(error.response.get("error")))
            return None
        except (DeliveryError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("token renewed=no workspace=%s reason=%s", kept.workspace, error)
            return None
        renewed = replace(
            tokens,
            bot_token=str(answer["access_token"]),
            refresh_token=str(answer["refresh_token"]),
        )
        expires_at = now + timedelta(seconds=int(answer["expires_in"]))
        sealed = self._vault.seal(renewed)
        held = await self._keep_next(kept, sealed=sealed, expires_at=expires_at)
        log.info("token renewed=yes workspace=%s until=%s", kept.workspace, expires_at.isoformat())
        return renewed if held else None

    async def _keep_next(self, kept: Installation, *, sealed: str, expires_at: datetime) -> bool:
        """Slack gives a refresh token once: a busy or full database is tried until it works."""
        renew = installations.renew
        while True:
            try:
                return await self._storage.run(renew, kept, sealed=sealed, expires_at=expires_at)
            except DatabaseError as error:
                if not error.passing:
                    raise
                log.error("token not kept yet workspace=%s reason=%s", kept.workspace, error)  # noqa: TRY400  it says it all
                await asyncio.sleep(_KEEP_AGAIN_SECONDS)

    async def _not_renewed(self, kept: Installation, said: str) -> None:
        """One that still works is used to its end; after that only a re-install mends it.

        Unless another copy renewed it meanwhile, which is why it is refused.
        """
        log.error("token renewed=no workspace=%s reason=%s", kept.workspace, said)
        if said in _FINAL and kept.expires_at and kept.expires_at <= self._clock():
            now = await self._storage.run(installations.get, kept.workspace)
            if now and now.sealed == kept.sealed:
                await self.end(kept.workspace, reason=NOT_RENEWED)
