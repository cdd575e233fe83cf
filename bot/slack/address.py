"""Pure: the address of a channel or a person, by which all the rest knows them."""

from __future__ import annotations

from slack_bolt.context.async_context import AsyncBoltContext

#: Under this name our authorization leaves the workspace in Bolt's context.
WORKSPACE = "rulewire_workspace"


def address(workspace: str, name: str) -> str:
    """The address of a channel ("C…", "D…") or person ("U…", "W…") of a workspace.

    Args:
        workspace: The team ("T…") or, where a whole organisation installed the app, the enterprise
            ("E…") that did; empty for the workspace of SLACK_BOT_TOKEN, whose addresses are bare.
        name: Slack's id; empty gives an empty address.
    """
    return f"{workspace}/{name}" if workspace and name else name


def split(text: str) -> tuple[str, str]:
    """The workspace of an address, empty for the one of SLACK_BOT_TOKEN, and Slack's own id."""
    workspace, _, name = text.rpartition("/")
    return workspace, name


def bare(text: str) -> str:
    """Slack's own id: for its methods and for mentions, which name people of one's own workspace."""
    return split(text)[1]


def workspace_of(context: AsyncBoltContext) -> str:
    """Whose installation Bolt answers with, as `address` takes it."""
    return str(context.get(WORKSPACE) or "")
