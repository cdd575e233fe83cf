"""Who is told that a channel refuses messages, when it is tried again, and what is said."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import refusal_list, refusal_wording
from bot.bulletin import Bulletin, Row
from bot.poster import Outcome
from bot.refusal import FEW, PEOPLE, to_tell, together, wait
from bot.refusal_meaning import plainly
from bot.refusal_wording import Told
from bot.slack import bulletin_blocks
from bot.slack.outcomes import _OUTCOMES
from storage.deliveries import State
from storage.refusals import Refusal
from storage.workspaces import UNINSTALLED
from tests.factories import NOW
from tests.slack_limits import check_limits

OWNERS, CHANNEL, ALICE, BOB = "C0OWNERS", "C01GEN", "U01ALICE", "U02BOB"
UTC = ZoneInfo("UTC")
HOSTILE = "<!channel> <@U01ALICE> *b* `c` \u202e|&" * 20


def refusal(channel: str = CHANNEL, *, reason: str = "is_archived", ended: bool = False) -> Refusal:
    return Refusal(
        id=1,
        channel=channel,
        since=NOW,
        reason=None if ended else reason,
        state=State.SENT if ended else State.HELD,
        ended_at=NOW + timedelta(hours=5) if ended else None,
    )


def told(
    of: Refusal, *subscribers: str, owners: str = OWNERS, deaf: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    return to_tell(of, owners=owners, subscribers=subscribers, deaf=deaf)


def text_of(said: Bulletin) -> str:
    text, blocks = bulletin_blocks.message(said)
    assert check_limits({"text": text, "blocks": blocks}) == []
    return text


def test_the_owners_and_whoever_subscribed_are_told_each_once() -> None:
    found = told(refusal(), ALICE, "rulewire", BOB, ALICE, "terminal", "")

    assert found == (OWNERS, ALICE, BOB)


def test_a_person_is_not_told_twice_of_one_channel_nor_of_their_own_messages() -> None:
    own = told(refusal(ALICE), ALICE)
    same = told(refusal(), ALICE, owners=ALICE)

    assert own == (OWNERS,)
    assert same == (ALICE,)


def test_a_channel_that_refuses_is_told_of_none() -> None:
    owners = told(refusal(OWNERS), ALICE, deaf=frozenset({OWNERS}))
    another = told(refusal(), ALICE, deaf=frozenset({OWNERS, ALICE}))

    assert owners == (ALICE,)
    assert another == ()


def test_nobody_in_another_workspace_is_told() -> None:
    there = told(refusal("T1/C5"), "T1/U1", "T2/U2", ALICE)

    assert there == ("T1/U1",)


@pytest.mark.parametrize("reason", ["token_revoked", "account_inactive", UNINSTALLED])
def test_what_ends_every_channel_is_told_nobody_through_slack(reason: str) -> None:
    assert told(refusal(reason=reason), ALICE) == ()


def test_of_a_person_whose_account_is_deactivated_the_owners_are_told() -> None:
    assert told(refusal(ALICE, reason="account_inactive"), ALICE) == (OWNERS,)


def test_no_crowd_is_written_to() -> None:
    crowd = [f"U{number:03}" for number in range(50)]

    assert told(refusal(), *crowd) == (OWNERS, *crowd[:PEOPLE])


def test_the_waits_grow_to_six_hours() -> None:
    waits = [wait(tries) for tries in range(40)]

    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)


@pytest.mark.parametrize("reason", _OUTCOMES[Outcome.CHANNEL_REFUSES].split())
@pytest.mark.parametrize("place", [CHANNEL, ALICE])
def test_each_word_by_which_slack_refuses_is_put_plainly(reason: str, place: str) -> None:
    if reason in {"cannot_dm_bot", "messages_tab_disabled", "user_not_found"}:
        place = ALICE  # of people alone

    meaning, remedy = plainly(reason, place)

    assert reason not in meaning
    assert meaning.endswith(".")
    assert remedy.endswith(".")


def test_a_word_that_is_not_known_is_shown_as_it_is() -> None:
    assert plainly("new_error", CHANNEL)[0] == "Slack says: new_error"


def test_the_message_says_which_channel_since_when_why_what_is_lost_and_what_to_do() -> None:
    of = refusal(reason="not_in_channel")

    said = text_of(
        refusal_wording.refuses(
            Told(refusal=of, missed=3, queries=["topic:huawei", "a OR b"]), timezone=UTC
        )
    )

    for line in (
        "Rulewire cannot post in <#C01GEN>",
        "Since 18 June 2020, 2:00 p.m. UTC. Rulewire is not in the channel.",
        "To have it back, write /invite @Rulewire in the channel.",
        "/rulewire search topic:huawei after:2020-06-17",
        "/rulewire search (a OR b) after:2020-06-17",
    ):
        assert line in said.splitlines()
    assert "3 messages were refused, and nothing is told there until" in said
    assert "rulewire subscriptions remove C01GEN QUERY" in said


def test_of_a_workspace_that_installed_the_app_nobody_is_sent_to_the_server() -> None:
    said = text_of(
        refusal_wording.refuses(Told(refusal=refusal("T1/C05ABC"), missed=1), timezone=UTC)
    )

    assert "<#C05ABC>" in said
    assert "T1" not in said
    assert "on the server" not in said


def test_the_end_says_for_how_long_and_how_many() -> None:
    said = text_of(
        refusal_wording.is_over(Told(refusal=refusal(ended=True), missed=1), timezone=UTC)
    )

    assert said.startswith("Rulewire posts again in <#C01GEN>\n")
    assert "after 5 hours. 1 message was refused" in said


def test_the_channel_is_told_the_newest_of_what_it_missed() -> None:
    rows = [Row(text="Release of technology", url="https://rules.example/1")]

    said = text_of(
        refusal_wording.returns(
            Told(refusal=refusal(), missed=7, queries=["topic:huawei"], newest=rows), timezone=UTC
        )
    )

    assert "7 messages were refused:\nRelease of technology\nand 6 more\n" in said
    assert "/rulewire search topic:huawei after:2020-06-17" in said


def test_few_are_told_of_one_by_one_and_more_together() -> None:
    some = [refusal(f"C{number:03}") for number in range(FEW + 1)]

    assert [len(each) for each in together(some[:FEW])] == [1] * FEW
    assert [len(each) for each in together(some)] == [FEW + 1]
    assert together([]) == []


def test_many_are_told_by_their_reasons() -> None:
    some = [
        *(Told(refusal=refusal(f"C00{number}"), missed=number) for number in range(3)),
        Told(refusal=refusal("C00OUT", reason="not_in_channel"), missed=1),
        Told(refusal=refusal("C00BACK", ended=True), missed=2),
    ]

    said = text_of(refusal_list.of_many(some, timezone=UTC)).splitlines()

    assert said[0] == "Rulewire cannot post in 4 of 5 channels"
    assert said[1] == "The channel is archived."
    assert said[3] == "C000: since 18 June 2020, 2:00 p.m. UTC, 0 messages were refused"
    assert "Rulewire is not in the channel." in said
    assert said[said.index("Over") + 1].startswith("C00BACK: takes messages again since")


def test_many_that_are_over_say_so() -> None:
    some = [Told(refusal=refusal(f"C{number:03}", ended=True), missed=1) for number in range(5)]

    said = refusal_list.of_many(some, timezone=UTC)

    assert said.title == "Rulewire posts again in 5 channels"
    assert said.closing == ""


def test_any_number_of_channels_fits_into_one_message_that_mentions_them() -> None:
    reasons = [f"new_{number}" for number in range(400)]
    some = [
        Told(refusal=refusal(f"C{number:09}", reason=reason), missed=10**6)
        for number, reason in enumerate([*reasons, *["is_archived"] * 400])
    ]

    text_of(refusal_list.of_many(some, timezone=UTC))
    _, blocks = bulletin_blocks.message(refusal_list.of_many(some[-5:], timezone=UTC))

    assert "• <#C000000799> · since" in blocks[1]["text"]["text"]


@pytest.mark.parametrize(
    ("queries", "value"),
    [
        (["topic:huawei"], "topic:huawei after:2020-06-17"),
        (["a OR b"], "(a OR b) after:2020-06-17"),
        (["a OR b", "topic:c"], "((a OR b) OR (topic:c)) after:2020-06-17"),
        (["a " * 400], None),
        ([], None),
    ],
)
def test_one_button_finds_what_every_subscription_missed(
    queries: list[str], value: str | None
) -> None:
    said = refusal_wording.returns(Told(refusal=refusal(), missed=1, queries=queries), timezone=UTC)

    assert [each.value for each in said.buttons] == ([value] if value else [])


def test_outside_text_does_nothing_in_any_of_them() -> None:
    full = Told(
        refusal=refusal(reason=HOSTILE),
        missed=10**6,
        queries=[HOSTILE] * 9,
        newest=[Row(text=HOSTILE, url="https://rules.example/1")] * 5,
    )

    for say in (refusal_wording.refuses, refusal_wording.is_over, refusal_wording.returns):
        said = text_of(say(full, timezone=UTC))
        assert "<!channel>" not in said
        assert "<@U01ALICE>" not in said
