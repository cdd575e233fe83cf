"""Secrets are blanked wherever they stand, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.secrets import HIDDEN, holds_secret, without_secrets

SECRET = "s3cr3t-Zx9_q"


@pytest.mark.parametrize(
    "text",
    [
        f"xoxb-12-{SECRET}",
        f"xoxe.xoxp-1-{SECRET}",
        f"xapp-1-A0-{SECRET}",
        f"https://feeds.example/private?token={SECRET}",
        f"https://feeds.example/private?a=b&access_token={SECRET}#part",
        f"https://feeds.example/private?key={SECRET}&format=rss",
        f"https://feeds.example/x?X-Amz-Signature={SECRET}",
        f"https://alice:{SECRET}@feeds.example/rss",
        f"https://{SECRET}@feeds.example/rss",
        f"https://alice:pa@ss{SECRET}@feeds.example/rss",
        f"https://hooks.slack.com/services/T0/B0/{SECRET}",
        f"https://hooks.slack.com/commands/T0/1/{SECRET}",
        f"https://discord.example/api/webhooks/123/{SECRET}",
        f"https://chat.example/bot123456:{SECRET}/send",
        f"https://rules.example/calendar/{SECRET}.ics",
        f"https://calendar.example/ical/me/private-{SECRET}/basic.ics",
        f"Authorization: Bearer {SECRET}",
        f"'Authorization': 'Basic {SECRET}='",
        f'{{"token": "{SECRET}", "type": "event_callback"}}',
        json.dumps(f'{{"client_secret": "{SECRET}"}}'),
        json.dumps(f"“xoxb-{SECRET}”"),  # as \\u201cxoxb-…
        f"SLACK_SIGNING_SECRET={SECRET}",
        f"password: {SECRET}",
        f"https://a.example/?token={SECRET} and https://u:{SECRET}@b.example/ and xoxb-{SECRET}",
    ],
)
def test_a_secret_is_blanked(text: str) -> None:
    shown = without_secrets(text)

    assert SECRET not in shown
    assert "[" in shown
    assert without_secrets(shown) == shown


def test_a_known_secret_is_blanked_whatever_it_looks_like() -> None:
    assert without_secrets("a0b1c2 is it", known=["a0b1c2"]) == "[secret] is it"


@pytest.mark.parametrize(
    "text",
    [
        "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release?utm_source=rss",
        "token renewed=no workspace=T1",
        "polled feed=wire status=ok new=2 revised=0 seen=48 ms=412",
        "SLACK_BOT_TOKEN must start with xoxb- (Slack app settings show which is which)",
        "SLACK_BOT_TOKEN lacks the scopes users:read; add them and install again",
        "https://news.example/story?id=12&page=3",
        "write to desk@news.example, or see https://news.example/@desk",
        "15 CFR 744.11 at 85 FR 36719: basic research",
    ],
)
def test_what_is_no_secret_is_as_it_was(text: str) -> None:
    assert without_secrets(text) == text
    assert not holds_secret(text)


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through_and_once_is_enough(text: str) -> None:
    once = without_secrets(text)

    assert without_secrets(once) == once


@pytest.mark.parametrize("text", ["A-" * 20_000, "a.b." * 10_000, "x" * 40_000])
def test_a_text_of_one_run_without_end_costs_little(text: str) -> None:
    assert without_secrets(f"{text} set-cookie: abc") == f"{text} set-cookie: {HIDDEN}"
