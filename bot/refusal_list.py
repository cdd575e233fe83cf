"""What is said of many channels that began to refuse messages at once: one bulletin (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.bulletin import Bulletin, Part, Row
from bot.refusal_meaning import plainly
from bot.refusal_wording import TRIED, Told, count, removing
from bot.wording import moment
from storage.deliveries import State
from storage.workspaces import workspace_of

#: Channels named for each reason.
_NAMED = 25


def of_many(told: Sequence[Told], *, timezone: ZoneInfo) -> Bulletin:
    """What others are told of them, as they are now: those that still refuse by their reason.

    Args:
        told: At least one; of one workspace.
        timezone: In which moments are told.
    """
    lasting = [each for each in told if each.refusal.lasts]
    over = [each for each in told if not each.refusal.lasts]
    reasons: dict[tuple[str, str], list[Row]] = {}
    for each in lasting:
        why = plainly(each.refusal.reason or "no reason", each.refusal.channel)
        reasons.setdefault(why, []).append(_row(each, timezone))
    workspace = workspace_of(told[0].refusal.channel)
    end = removing(f"{workspace}/CHANNEL" if workspace else "CHANNEL")
    return Bulletin(
        title=_title(told, len(lasting)),
        parts=(
            *(
                Part(heading=meaning, text=remedy, rows=_fewer(rows))
                for (meaning, remedy), rows in reasons.items()
            ),
            *(
                [Part(text=f"Nothing is told there meanwhile, nor sent later. {end}")]
                * bool(lasting)
            ),
            *(
                [Part(heading="Over", rows=_fewer([_row(each, timezone) for each in over]))]
                * bool(over)
            ),
        ),
        closing=TRIED if lasting else "",
    )


def _title(told: Sequence[Told], lasting: int) -> str:
    if lasting:
        return f"Rulewire cannot post in {_of(lasting, len(told))} channels"
    again = sum(each.refusal.state is State.SENT for each in told)
    return f"Rulewire posts again in {_of(again, len(told))} channels"


def _of(some: int, all_of_them: int) -> str:
    return f"{some:,}" if some == all_of_them else f"{some:,} of {all_of_them:,}"


def _row(told: Told, timezone: ZoneInfo) -> Row:
    refusal = told.refusal
    refused = f"{count(told.missed)} refused"
    since = moment(refusal.since, timezone)
    if refusal.lasts:
        said = f"since {since}, {refused}"
    elif refusal.state is State.SENT and refusal.ended_at:
        said = f"takes messages again since {moment(refusal.ended_at, timezone)}, {refused}"
    else:
        said = f"nothing is subscribed there any more; it refused from {since} on"
    return Row(text="", place=refusal.channel, detail=said)


def _fewer(rows: Sequence[Row]) -> tuple[Row, ...]:
    more = len(rows) - _NAMED
    return (
        *rows[:_NAMED],
        *([Row(text=f"and {more:,} more; status names them")] if more > 0 else []),
    )
