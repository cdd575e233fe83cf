"""A card as Block Kit: in order, within every limit, and deaf to what outside text asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.card import Card, card
from bot.slack import blocks
from feeds.matching import Reason
from feeds.model import Agency, CfrPart, DocumentType, FilingType, Item, SourceKind, Stage
from storage.deliveries import Why
from storage.stories import Mark, Marked
from tests.factories import NOW, make_document, make_entry, make_filing, make_item
from tests.slack_limits import check_limits

WHY = Why(subscription="topic:huawei", reasons=(Reason(term="Huawei", where="title"),))


def make_card(
    item: Item | None = None,
    marks: frozenset[Mark] = frozenset(),
    muted: Marked | None = None,
) -> Card:
    entry = make_entry(id=7, story_id=3, item=item or make_item())
    return card(entry, whys=(WHY,), now=NOW, marks=marks, muted=muted)


def parts(node: object) -> Iterator[dict[str, Any]]:
    """Every object in a payload."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def actions_of(shown: Card) -> dict[str, dict[str, Any]]:
    return {part["action_id"]: part for part in parts(blocks.alert(shown)) if "action_id" in part}


def test_an_alert_tells_the_most_useful_first() -> None:
    title, said, facts, issuer, why, actions = blocks.alert(make_card())

    assert title["text"]["text"].startswith(
        "Published and in force · Interim final rule; request for comments\n"
    )
    assert said["text"]["text"] == make_item().summary
    assert [field["text"].split("\n")[0] for field in facts["fields"]] == [
        "*Effective*",
        "*Comments close*",
        "*CFR parts*",
        "*Published*",
    ]
    assert issuer["elements"][0]["text"].startswith("Industry and Security Bureau")
    assert issuer["elements"][1]["text"].endswith("|PDF>")
    assert why["elements"][0]["text"] == "Why: Topic huawei: “Huawei” in the title"
    assert actions["type"] == "actions"


def test_the_title_is_a_link_to_the_document() -> None:
    (title, *_) = blocks.alert(make_card(make_item(title="A rule", url="https://fr.example/1")))

    assert title["text"]["text"].endswith("*<https://fr.example/1|A rule>*")


def test_buttons_carry_the_story_and_the_menu_carries_the_entry() -> None:
    buttons = actions_of(make_card())

    assert list(buttons) == [blocks.READ, blocks.FOLLOW, blocks.MUTE, blocks.MORE]
    assert (buttons[blocks.FOLLOW]["value"], buttons[blocks.MUTE]["value"]) == ("3", "3")
    assert [option["value"] for option in buttons[blocks.MORE]["options"]] == [
        "save:7",
        "remind:7",
        "not-relevant:7",
        "why:7",
        "subscribe:7",
    ]


def test_a_muted_story_says_so_and_can_be_unmuted() -> None:
    muted = Marked(mark=Mark.MUTED, holder="C1", made_by="U02BOB", made_at=NOW)
    shown = make_card(marks=frozenset({Mark.MUTED}), muted=muted)

    assert blocks.UNMUTE in actions_of(shown)
    assert blocks.MUTE not in actions_of(shown)
    assert blocks.alert(shown)[-1]["elements"][0]["text"].startswith("Muted by <@U02BOB> · ")


def test_when_a_story_was_muted_is_read_aloud_in_the_channels_own_time() -> None:
    muted = Marked(mark=Mark.MUTED, holder="C1", made_by="U02BOB", made_at=NOW)
    shown = card(make_entry(), now=NOW, timezone=ZoneInfo("Asia/Tokyo"), muted=muted)

    for said in (blocks.fallback(shown), str(blocks.alert(shown)[-1])):
        assert "18 June 2020, 11:00 p.m. JST" in said
        assert "UTC" not in said


def test_a_followed_story_can_be_unfollowed() -> None:
    shown = make_card(marks=frozenset({Mark.FOLLOWED}))

    assert blocks.UNFOLLOW in actions_of(shown)
    assert blocks.FOLLOW not in actions_of(shown)


def test_an_address_that_is_not_safe_is_not_offered() -> None:
    shown = make_card(make_item(url="javascript:alert(1)"))

    assert blocks.READ not in actions_of(shown)
    assert "javascript" not in str(blocks.alert(shown))


def test_a_step_tells_what_moved_without_buttons() -> None:
    title, facts = blocks.step(make_card())

    assert title == blocks.alert(make_card())[0]
    assert facts["elements"][0]["text"] == (
        "Effective 18 June 2020, the day of publication · Comments close 17 August 2020,"
        " 60 days left · 15 CFR 744, 772 · Published 18 June 2020, 85 FR 36719"
    )


def test_filing_times_are_shown_in_the_readers_own_time_zone() -> None:
    _, facts, *_ = blocks.alert(make_card(make_filing()))

    assert facts["fields"][0]["text"].startswith("*Filed*\n<!date^1592311500^")


def test_a_row_of_a_list_is_one_block() -> None:
    (row,) = blocks.entry_row(make_card())

    assert row["accessory"]["action_id"] == blocks.MORE
    assert row["text"]["text"].count("\n") == 1


def test_an_entry_in_a_list_leaves_out_whole_facts_rather_than_cut_one() -> None:
    shown = make_card()
    long = replace(shown, facts=shown.facts * 4)

    (row,) = blocks.entry_row(long)

    line = row["text"]["text"].partition("\n")[2]
    assert len(line) <= 300
    assert line.split(" · ")[-1] in {fact.phrase for fact in shown.facts}


@pytest.mark.parametrize("fact", ["18 June 2020, the day", "60 days left", "85 FR 36719", "RIN"])
def test_the_text_carries_the_same_facts(fact: str) -> None:
    assert fact in blocks.fallback(make_card())


MENTION = "<!channel> <@U01ALICE> <https://evil.example|click> @here *b* _i_ ~s~ `c` & | > :tada:"
hostile = st.one_of(
    st.sampled_from(
        [
            MENTION,
            MENTION * 40,
            "> " + MENTION,
            "<" * 100_000,
            '"' * 5000,
            "&" * 5000,
            "\u202e\u2067\x00\x1b[2J\ud800" * 50,
            "\n" * 100,
            "שלום " * 400,
            "😀" * 5000,
            "",
        ]
    ),
    st.text(max_size=60),
)
urls = st.one_of(
    st.just("https://fr.example/1"),
    st.just("https://fr.example/" + "&" * 1400),
    st.builds("https://fr.example/{}".format, hostile),
    hostile,
)
days = st.none() | st.dates()
moments = st.none() | st.integers(-2_000_000_000, 200_000_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
agencies = st.builds(Agency, name=hostile, slug=st.none() | st.just("commerce-department"))
documents = st.builds(
    make_document,
    number=hostile,
    type=st.sampled_from(DocumentType),
    action=st.none() | hostile,
    dates=st.none() | hostile.map(lambda text: f"Effective {text}"),
    publication_date=days,
    effective_on=days,
    comments_close_on=days,
    agencies=st.lists(agencies, max_size=4).map(tuple) | agencies.map(lambda one: (one,) * 300),
    cfr_parts=st.lists(st.builds(CfrPart, title=st.integers(1, 99), part=hostile), max_size=9).map(
        tuple
    ),
    dockets=st.lists(hostile, max_size=6).map(tuple),
    rins=st.lists(hostile, max_size=6).map(tuple),
    citation=st.none() | hostile,
    correction_of=st.none() | hostile,
    pdf_url=st.none() | urls,
    filed_at=moments,
    filing_type=st.none() | st.sampled_from(FilingType),
)
items = st.builds(
    make_item,
    source=st.sampled_from(SourceKind),
    stage=st.sampled_from(Stage),
    title=hostile,
    url=urls,
    summary=hostile,
    event_at=moments,
    publisher=st.none() | hostile,
    document=st.none() | documents,
)
reasons = st.builds(Reason, term=hostile, where=hostile, sentence=hostile)
whys = st.builds(Why, subscription=hostile, reasons=st.lists(reasons, max_size=6).map(tuple))
cards = st.builds(
    lambda item, whys, marks, press: card(
        make_entry(item=item), whys=whys, marks=marks, press=press, now=NOW
    ),
    items,
    st.lists(whys, max_size=5),
    st.frozensets(st.sampled_from(Mark)),
    st.integers(0, 1000),
)
any_card = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@any_card
@given(cards)
def test_any_entry_fits_into_a_message(shown: Card) -> None:
    text = blocks.fallback(shown)

    problems = [
        check_limits({"text": text, "blocks": made(shown)})
        for made in (blocks.alert, blocks.step, blocks.entry_row)
    ]

    assert problems == [[], [], []]
    assert len(text) < 3000


#: What may stand between angle brackets: our links to web pages, and moments.
LIVE = re.compile(r"<(?:https?://[^<>|\s]+\|[^<>|\n]+|!date\^-?\d+\^[^<>|]+\|[^<>|]+)>")


@any_card
@given(cards)
def test_no_outside_text_mentions_links_or_formats(shown: Card) -> None:
    made = [*blocks.alert(shown), *blocks.step(shown), *blocks.entry_row(shown)]
    markup = [part["text"] for part in parts(made) if part.get("type") == "mrkdwn"]

    for text in (*markup, blocks.fallback(shown)):
        bare = LIVE.sub("", text)
        assert not set(bare) & set("<>`~_\x00\u202e")
        assert not re.search(r"&(?!amp;|lt;|gt;)", bare)
        assert not re.search(r"(?m)^&gt;", bare)


@any_card
@given(cards)
def test_every_text_is_plain_or_verbatim(shown: Card) -> None:
    made = [*blocks.alert(shown), *blocks.step(shown), *blocks.entry_row(shown)]

    kinds = {"mrkdwn": ("verbatim", True), "plain_text": ("emoji", False)}
    for part in parts(made):
        if part.get("type") in kinds:
            name, value = kinds[part["type"]]
            assert part[name] is value
