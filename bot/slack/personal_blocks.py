"""Pure: what a person is answered who does something with one story, as Block Kit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.personal import Noted, Offer, Promised, Suggested
from bot.slack import buttons, mrkdwn, story_buttons
from bot.slack.blocks import entry_row
from bot.slack.parts import LINE, QUERY, Message, clipped, code, context, fitting, section
from bot.slack.report_blocks import line


def noted(answer: Noted, _timezone: ZoneInfo) -> Message:
    """An objection was kept; what can be done so that it comes no more."""
    head = "You said so already" if answer.already else "Noted as not relevant"
    lines = [f"{head}: {answer.objection}. Whoever subscribed will see it."]
    narrower = answer.narrower
    if narrower and len(narrower.query) < QUERY:
        lines.append(
            f"To leave such out, subscribe to {code(narrower.query)} instead: in"
            f" {narrower.days} days it would have left out {narrower.left_out} of {narrower.told}."
            f" Try {code(f'/rulewire rehearse {narrower.query}')}"
        )
    text = "\n".join(lines)
    return text, [section(text), story_buttons.of_noted(answer)]


def offer(answer: Offer, _timezone: ZoneInfo) -> Message:
    """When to be reminded, and sharing."""
    lines = [f"*{mrkdwn.escape(answer.title, LINE)}*"]
    lines.append("I can remind you in a direct message, or share it in a channel.")
    if answer.deadline:
        lines.append(f"Its next deadline: {mrkdwn.escape(answer.deadline, LINE)}.")
    if answer.waiting:
        lines.append(f"You will be reminded on {mrkdwn.escape(answer.waiting, LINE)}.")
    text = "\n".join(lines)
    return text, [section(text), story_buttons.of_offer(answer)]


def promised(answer: Promised, _timezone: ZoneInfo) -> Message:
    """That somebody will be reminded, or not any more."""
    text = mrkdwn.escape(answer.text, 2_800)
    back = [story_buttons.forget_reminder(answer.reminder_id)] if answer.reminder_id else []
    return text, [section(text), *back]


def suggested(answer: Suggested, _timezone: ZoneInfo) -> Message:
    """What the archive has on a message, and why each of it."""
    if not answer.sought:
        text = (
            "This message names no document, company or rule that I could look for. Try"
            f" {code('/rulewire search huawei standards')}"
        )
        return text, [section(text)]
    sought = ", ".join(code(each) for each in answer.sought)
    head = "*Rules about this message*" if answer.cards else "*No rule found about this message*"
    rows = [
        block
        for card in answer.cards
        for block in (*entry_row(card), *(context(mrkdwn.escape(why, LINE)) for why in card.why))
    ]
    said = [
        "\n".join([line(card), *(mrkdwn.escape(why, LINE) for why in card.why)])
        for card in answer.cards
    ]
    looked = f"Looked for {sought}"
    last = buttons.subscribe(answer.query) if answer.query else []
    return clipped("\n".join([head, looked, *said])), fitting(
        [section(f"{head}\n{looked}")], rows, last
    )
