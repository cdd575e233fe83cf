"""Slack's payloads with anything in them: acknowledged, answered within Slack's limits, and no bug."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack import blocks, buttons
from tests.archive import Archive, document
from tests.slack_talk import Talk, open_talk

#: The archive is not emptied between two examples: what one leaves behind, the next finds.
some = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

#: The names that we give to buttons and menus.
IDS = sorted(
    value
    for module in (blocks, buttons)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
)
WORDS = (
    "", "help", "search", "latest", "subscribe", "unsubscribe", "topics", "subscriptions", "rehearse", "why",
    "deadlines", "mute", "unmute", "status", "law", "timeline", "join", "calendar", "settle", "read", "nonsense",
)  # fmt: skip
PIECES = (
    "huawei", '"', "(", ")", "-", "NOT", "OR", "NEAR/3", "topic:huawei", "cfr:15/744", "after:9999-99-99", "2020-13093",
    "<@U1>", "<!channel>", "<https://evil.example|x>", "&lt;", "\x00", "\ud800", "\u202e", "*" * 50, "x" * 3_000, "to", "daily",
    "2h", "99999999999d", "-1", "1", "https://www.federalregister.gov/d/2020-13093", "85 FR 36719", "\n", "{}", "[]",
)  # fmt: skip
said = st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), said),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(said, inner, max_size=2)),
    max_leaves=4,
)
ids = st.one_of(st.sampled_from(IDS), said)
clicks = st.fixed_dictionaries(
    {"action_id": ids},
    optional={
        "value": json_values,
        "type": st.sampled_from(("button", "overflow", "static_select", "x")),
        "selected_option": st.one_of(json_values, st.fixed_dictionaries({"value": json_values})),
    },
)


@pytest.fixture
async def talk(archive: Archive) -> AsyncIterator[Talk]:
    await archive.remember(document())
    async with open_talk(archive.commands) as opened:
        yield opened


def bugs(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(record.exc_info) for record in caplog.records if record.exc_info]


@some
@given(word=st.sampled_from(WORDS), text=said)
async def test_any_words_are_answered(
    talk: Talk, caplog: pytest.LogCaptureFixture, word: str, text: str
) -> None:
    caplog.set_level(logging.WARNING)

    await talk.type(f"{word} {text}")

    assert talk.replies
    assert bugs(caplog) == []


@some
@given(click=clicks)
async def test_any_click_is_acknowledged(
    talk: Talk, caplog: pytest.LogCaptureFixture, click: dict[str, Any]
) -> None:
    caplog.set_level(logging.WARNING)

    await talk.click(click)

    assert bugs(caplog) == []
