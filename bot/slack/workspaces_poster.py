"""Post in many workspaces: each address through the client of whoever installed the app there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bot.poster import Alert, DeliveryError, Posted
from bot.slack.address import address, split
from bot.slack.client import SlackPoster
from bot.slack.workspaces import Workspaces


class WorkspacesPoster:
    """Shows alerts wherever the app is installed, each through that workspace's client. A `Poster`."""

    def __init__(self, workspaces: Workspaces) -> None:
        """Post as whoever each address belongs to."""
        self._workspaces = workspaces

    async def post(self, alert: Alert) -> Posted:
        """As `SlackPoster.post`; where it stands is an address.

        Raises:
            DeliveryError: as `Poster.post` says; also when the app is not installed there.
        """
        workspace, channel = split(alert.channel)
        async with self._there(workspace) as poster:
            posted = await poster.post(replace(alert, channel=channel))
        return _addressed(posted, workspace)

    async def update(self, alert: Alert, *, conversation: str, ts: str) -> None:
        """As `SlackPoster.update`.

        Raises:
            DeliveryError: as `Poster.update` says; also when the app is not installed there.
        """
        workspace, place = split(conversation)
        async with self._there(workspace) as poster:
            await poster.update(alert, conversation=place, ts=ts)

    async def read_back(
        self, conversation: str, *, thread: str | None, age: timedelta
    ) -> Mapping[str, Posted]:
        """As `SlackPoster.read_back`; where each stands is an address.

        Raises:
            DeliveryError: as `Poster.read_back` says; also when the app is not installed there.
        """
        workspace, place = split(conversation)
        async with self._there(workspace) as poster:
            found = await poster.read_back(place, thread=thread, age=age)
        return {name: _addressed(posted, workspace) for name, posted in found.items()}

    @asynccontextmanager
    async def _there(self, workspace: str) -> AsyncIterator[SlackPoster]:
        client = await self._workspaces.client(workspace)
        try:
            yield SlackPoster(client)
        except DeliveryError as error:
            if not workspace:
                raise
            token = client.token or ""
            raise await self._workspaces.tokens.refused(workspace, error, token=token) from error


def _addressed(posted: Posted, workspace: str) -> Posted:
    return replace(posted, conversation=address(workspace, posted.conversation))
