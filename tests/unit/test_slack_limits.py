"""Every limit of Slack's that a message or view can break is told with its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.slack_limits import check_limits


def section(text: str = "hello", **but: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text}, **but}


def button(**but: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Read"}
    return {"type": "button", "text": text, "action_id": "read", "value": "1", **but}


def message(*blocks: dict[str, Any], text: str = "hello") -> dict[str, Any]:
    return {"text": text, "blocks": list(blocks)}


def option(**but: Any) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": "Save"}, "value": "save:1", **but}


def menu(*options: dict[str, Any]) -> dict[str, Any]:
    return {"type": "overflow", "action_id": "more", "options": list(options)}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def test_a_good_message_has_no_problems() -> None:
    good = message(section("a" * 3000), actions(button(), menu(option())))

    assert check_limits(good) == []


PLAIN = {"type": "plain_text", "text": "x"}


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (message(section("a" * 3001)), "blocks.0.text.text: 3001, at most 3000"),
        (message(section("")), "blocks.0.text.text: empty"),
        (message(section(fields=[PLAIN] * 11)), "blocks.0.fields: 11, at most 10"),
        (
            message(section(fields=[{**PLAIN, "text": "a" * 2001}])),
            "blocks.0.fields.0.text: 2001, at most 2000",
        ),
        (message(*[section()] * 51), "blocks: 51, at most 50"),
        (message(section(), text="a" * 4001), "text: 4001, at most 4000"),
        (message(section(), text=""), "text: missing, it is all a screen reader reads"),
        (
            message({"type": "header", "text": {**PLAIN, "text": "a" * 151}}),
            "blocks.0.text.text: 151, at most 150",
        ),
        (
            message({"type": "context", "elements": [PLAIN] * 11}),
            "blocks.0.elements: 11, at most 10",
        ),
        (message(actions(*[button()] * 26)), "blocks.0.elements: 26, at most 25"),
        (
            message(actions(button(value="a" * 2001))),
            "blocks.0.elements.0.value: 2001, at most 2000",
        ),
        (message(actions(button(url="h" * 3001))), "blocks.0.elements.0.url: 3001, at most 3000"),
        (
            message(actions(button(accessibility_label="a" * 76))),
            "blocks.0.elements.0.accessibility_label: 76, at most 75",
        ),
        (
            message(section(accessory=menu(*[option()] * 6))),
            "blocks.0.accessory.options: 6, at most 5",
        ),
        (
            message(section(accessory=menu(option(value="a" * 151)))),
            "blocks.0.accessory.options.0.value: 151, at most 150",
        ),
        (message({"type": "sectoin"}), "blocks.0: no block or element is called 'sectoin'"),
        (
            {"type": "modal", "title": {**PLAIN, "text": "a" * 25}, "blocks": [section()]},
            "title.text: 25, at most 24",
        ),
        (
            message(actions(button(confirm={"title": {**PLAIN, "text": "a" * 101}}))),
            "blocks.0.elements.0.confirm.title.text: 101, at most 100",
        ),
    ],
)
def test_what_slack_refuses_is_told_with_its_place(payload: dict[str, Any], problem: str) -> None:
    assert problem in check_limits(payload)


def test_a_message_may_be_too_much_in_all() -> None:
    whole = message(*[section("a" * 2900)] * 5)

    (problem,) = check_limits(whole)

    assert problem.endswith("at most 13000")
