"""Pure: the list of time zones in a form, which is searched as a person types."""

from __future__ import annotations

from collections.abc import Iterable

from bot.drafts import CHANNELS_ZONE
from bot.slack import modals
from bot.slack.blocks import Block
from bot.slack.modals import Option

#: Name and `action_id` of the list.
ZONE = "timezone"
#: How many are offered at once: more is no longer looked through.
_OFFERED = 50


def zone_field(name: str | None, *, otherwise: str) -> Block:
    """The list, with a zone chosen in it.

    Args:
        name: "Europe/Berlin"; None when none was chosen.
        otherwise: What holds then: "The channel's own".
    """
    chosen = _option(name) if name and name != CHANNELS_ZONE else None
    return modals.field(
        ZONE,
        "Time zone",
        modals.searched(chosen=chosen, placeholder=f"{otherwise}: type a city for another"),
        optional=True,
    )


def zones(typed: str, names: Iterable[str]) -> list[Option]:
    """The zones whose name holds what was typed, cities that begin with it first; and none at all."""
    wanted = typed.strip().lower().replace(" ", "_")
    found = sorted(
        (name for name in names if wanted in name.lower()),
        key=lambda name: (not name.rpartition("/")[2].lower().startswith(wanted), name),
    )
    own = Option(label="As set for everything here", value=CHANNELS_ZONE)
    return [own, *map(_option, found[:_OFFERED])]


def _option(name: str) -> Option:
    return Option(label=name.replace("_", " "), value=name)
