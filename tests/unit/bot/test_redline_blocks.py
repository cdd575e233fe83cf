"""Changes of the law in Slack: struck and bold, within its limits, and outside text does nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import law_text
from bot.law_page import LawPage, LawPlace, Line, Passage
from bot.slack import redline_blocks
from bot.slack.blocks import Block
from feeds import law_change, redline, regulation_xml
from feeds.law_change import LawChange
from feeds.model import CfrPart
from tests.ecfr_server import entity_list, part, row, section
from tests.slack_limits import check_limits

ZONE = ZoneInfo("America/New_York")
PART = CfrPart(title=15, part="744")
HOSTILE = "<!channel> @here *b* ~s~ _i_ `c` & <http://x|y> :tada:"


def compare(before: bytes, after: bytes) -> LawChange:
    old, new = (regulation_xml.read(xml, feed="ecfr") for xml in (before, after))
    days = (date(2020, 6, 17), date(2020, 6, 18))
    return law_change.compare(old, new, part=PART, days=days)


def said(blocks: list[Block]) -> str:
    texts = [block.get("text", {}).get("text", "") for block in blocks]
    return "\n".join(text for text in texts if text)


def test_a_reply_counts_what_changed_shows_the_first_of_it_and_offers_the_rest() -> None:
    change = compare(
        part(
            section("744.11", "Released without a license to Huawei in a standards organization."),
            entity_list(row("Firm, Wuhan", country="CHINA")),
        ),
        part(
            section("744.11", "Released without a license to anybody in a standards organization."),
            entity_list(row("Firm, Wuhan", country="CHINA"), row("New Corp., Jinan")),
        ),
    )

    text, blocks = redline_blocks.reply(change, named="2020-13093")

    shown = said(blocks)
    assert "https://www.ecfr.gov/on/2020-06-18/title-15/part-744" in text
    assert "• § 744.11: 1 word added, 1 word removed" in shown
    assert "1 entry added (New Corp.)" in shown
    assert "Released without a license to ~Huawei~ *anybody* in a standards organization." in shown
    assert "Entity: *New Corp., Jinan*" in shown
    assert "citation" not in shown
    (button,) = blocks[-1]["elements"]
    assert json.loads(button["value"]) == {"named": "2020-13093", "page": 1}


def test_a_reply_about_a_great_change_stays_short() -> None:
    before = part(*(section(f"744.{n}", "old " * 300) for n in range(1, 60)))
    after = part(*(section(f"744.{n}", "new " * 300) for n in range(1, 60)))

    text, blocks = redline_blocks.reply(compare(before, after), named="15 CFR 744")

    assert "… and 53 more sections" in text
    assert len(json.dumps(blocks)) < 6_000


def test_a_page_has_each_heading_once_and_turns() -> None:
    line = Line(redline=redline.words("a b c d old", "a b c d new"))
    page = LawPage(
        title="15 CFR 744",
        passages=(
            Passage(heading="85 FR 36719: Release\n§ 744.11: 1 word added", opens=True),
            Passage(heading="§ 744.11 License", lines=(line,)),
            Passage(heading="§ 744.11 License", lines=(line,)),
        ),
        page=2,
        pages=3,
        next=LawPlace(named="15 CFR 744", page=3),
        previous=LawPlace(named="15 CFR 744", page=1),
    )

    _, blocks = redline_blocks.page(page, ZONE)

    whole = json.dumps(blocks, ensure_ascii=False)
    assert whole.count("§ 744.11 License") == 1
    assert whole.count("a b c d ~old~ *new*") == 2
    assert "Page 2 of 3" in whole
    assert [each["text"]["text"] for each in blocks[-1]["elements"]] == ["Previous", "Next"]


@given(st.lists(st.text(min_size=1, max_size=2_000), min_size=1, max_size=4), st.integers(1, 40))
@settings(max_examples=25)
def test_any_change_is_within_slacks_limits(texts: list[str], count: int) -> None:
    passage = Passage(
        heading="\n".join(texts),
        lines=tuple(Line(label=text, redline=redline.words(text, texts[0])) for text in texts),
    )
    page = LawPage(title=texts[0], passages=(passage,) * count, page=1, pages=1)

    text, blocks = redline_blocks.page(page, ZONE)

    assert check_limits({"text": text, "blocks": blocks}) == []


def test_outside_text_mentions_nobody_and_forges_no_markup() -> None:
    change = compare(
        part(section("744.1", "Old.")),
        part(
            section("744.1", f"{HOSTILE} new"),
            entity_list(row(f"{HOSTILE}, X", country=HOSTILE, cite=HOSTILE)),
        ),
    )

    shown = redline_blocks.reply(change, named="2020-13093")[1]
    shown += redline_blocks.page(
        LawPage(title=HOSTILE, passages=tuple(law_text.passages(change)), page=1, pages=1), ZONE
    )[1]

    texts = re.findall(r'"text": "((?:[^"\\]|\\.)*)"', json.dumps(shown, ensure_ascii=False))
    for text in texts:
        assert not re.search(r"<(?!https://www\.ecfr\.gov/)", text)
        assert "*b*" not in text
        assert "~s~" not in text
        assert ":tada:" not in text
    assert all(
        '"verbatim": true' in each
        for each in re.findall(r'\{[^{}]*"type": "mrkdwn"[^{}]*\}', json.dumps(shown))
    )


def test_of_a_change_too_long_to_show_the_beginnings_of_both_sides_are_shown() -> None:
    line = redline.words("a " * 50 + "&&&& " * 400, "a " * 50 + "<<<< " * 400)

    shown = redline_blocks.marked(line, 500)

    assert len(shown) <= 500
    assert re.fullmatch(r"[a ]+~[^~*]{150,}…~ \*[^~*]{150,}…\*", shown)
