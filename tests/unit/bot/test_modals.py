"""The parts of modals: within Slack's limits whatever they are made of, and read without trust."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack import modals
from bot.slack.modals import Option
from tests.slack_limits import check_limits

LONG = "<!channel> *x* " * 500
MANY = [Option(label=f"{n} {LONG}", value=f"{n}{LONG}", detail=LONG) for n in range(300)]


def test_a_modal_of_huge_parts_is_within_the_limits() -> None:
    fields = [
        modals.field("a", LONG, modals.text(LONG, placeholder=LONG), hint=LONG),
        modals.field("b", LONG, modals.select(MANY, placeholder=LONG)),
        modals.field("c", LONG, modals.radio(MANY)),
        modals.field("d", LONG, modals.checkboxes(MANY, ticked=[MANY[1].value, "unheard of"])),
        modals.field("e", LONG, modals.searched(chosen=MANY[0], placeholder=LONG)),
        modals.field("f", LONG, modals.channel("C01GEN", placeholder=LONG)),
        modals.field("g", LONG, modals.clock("09:00")),
    ]

    made = modals.view("c", LONG, fields * 40, submit=LONG, close=LONG, metadata=LONG)

    assert check_limits(made) == []
    assert len(made["blocks"]) == 100


def test_what_is_chosen_is_shown_as_one_of_the_options() -> None:
    offered = [Option(label="Now", value="now"), Option(label="Daily", value="daily")]

    known = modals.select(offered, chosen="daily")
    unknown = modals.select(offered, chosen="hourly")

    assert known["initial_option"] in known["options"]
    assert "initial_option" not in unknown


def test_an_input_asks_only_when_it_is_told_to() -> None:
    plain = modals.field("query", "Query", modals.text())

    asking = modals.asking(plain, on_enter=True)

    assert "dispatch_action" not in plain
    assert asking["dispatch_action"] is True
    assert asking["element"]["dispatch_action_config"] == {
        "trigger_actions_on": ["on_enter_pressed"]
    }


def test_what_was_filled_in_is_read_by_the_names_of_the_inputs() -> None:
    filled = modals.read(
        {
            "values": {
                "query": {"query": {"type": "plain_text_input", "value": "huawei"}},
                "emptied": {"emptied": {"type": "plain_text_input", "value": None}},
                "cadence": {
                    "cadence": {"type": "static_select", "selected_option": {"value": "daily"}}
                },
                "untouched": {"untouched": {"type": "static_select", "selected_option": None}},
                "at": {"at": {"type": "timepicker", "selected_time": "08:30"}},
                "channel": {
                    "channel": {"type": "conversations_select", "selected_conversation": "C01GEN"}
                },
                "more": {
                    "more": {
                        "type": "checkboxes",
                        "selected_options": [{"value": "urgent"}, {"value": "thread"}],
                    }
                },
            }
        }
    )

    texts = [filled.text(name) for name in ("query", "cadence", "at", "channel")]
    assert texts == ["huawei", "daily", "08:30", "C01GEN"]
    assert (filled.text("emptied"), filled.text("untouched"), filled.text("no")) == ("", None, None)
    assert filled.ticked("more") == frozenset({"urgent", "thread"})
    assert (filled.ticked("query"), filled.text("more")) == (None, None)


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        {"values": []},
        {"values": {"a": None}},
        {"values": {"a": {"a": 5}}},
        {"values": {"a": {"a": {"selected_option": 5}}}},
        {"values": {"a": {"a": {"selected_options": [None, 7, {"value": {}}]}}}},
        {"values": {"a": {"a": {"value": {"b": "c"}}}}},
    ],
)
def test_a_state_of_another_shape_is_read_without_a_word(state: Any) -> None:
    filled = modals.read(state)

    assert filled.text("a") in {None, ""}
    assert filled.ticked("a") in {None, frozenset({""})}


def test_half_a_character_and_too_many_are_read_as_valid_text() -> None:
    filled = modals.read({"values": {"a": {"a": {"value": "\ud800" + "x" * 100_000}}}})

    assert filled.text("a") == "?" + "x" * 2_999


def test_a_mistake_is_said_at_its_input_in_one_clean_line() -> None:
    said = modals.refused({"query": f"no\n{LONG}"})

    assert said["response_action"] == "errors"
    assert "\n" not in said["errors"]["query"]
    assert len(said["errors"]["query"]) <= 300
