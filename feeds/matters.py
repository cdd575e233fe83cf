"""The language of rule changes: what a text is about, who acts, and in which direction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Final

from feeds import entities
from feeds.words import stem, written


class Direction(Enum):
    """Whether a rule gives or takes."""

    EASES = "eases"
    CURBS = "curbs"


#: What these rules are about (reference/domain.md §2, §3), in the words of rules and of the press.
#: A text is about the one that stands first in it; what names a rule stands before what it touches.
_MATTERS: Final = {
    "interim final rule": r"interim (?:final )?rule",
    "temporary licence": r"temporary general licen[sc]es?|tgls?|reprieve|grace period"
    r"|90 day (?:licen[sc]e|extension|waiver)|(?:another|for) 90 days"
    r"|temporar(?:y|ily) (?:licen[sc]e|waiver|relief|loosens?|eases?|relaxes)",
    "affiliates rule": r"affiliates rule|(?:50|fifty) (?:percent )?(?:affiliates? )?rule|subsidiaries",
    "labs": r"(?:test(?:ing)?|bad|chinese) lab(?:s|oratories)|certification bodies|certifying",
    "equipment": r"covered list|national security (?:threats?|risks?)|rip and replace"
    r"|(?:telecom(?:munications?)? )?(?:equipment|gear)|communications supply chain",
    "vehicles": r"connected (?:vehicles?|cars?)",
    "drones": r"drones?|unmanned aircraft",
    "routers": r"routers?",
    "cables": r"(?:submarine|undersea|subsea) cables?",
    "carriers": r"section 214|interconnection|points of presence",
    "diffusion": r"ai diffusion|diffusion rule",
    "contracting": r"(?:section )?889|procurement|(?:government|federal) contract(?:s|ing|ors?)"
    r"|contracting (?:ban|with)|acquisition (?:regulations?|supply chain)|prohibition on contracting|vendors",
    "supply chain": r"information and communications technology|icts|national emergency|executive order",
    "military companies": r"military compan(?:y|ies)|1260h",
    "standards": r"standards?|5g|6g|3gpp|ieee|etsi|itu",
    "listing": r"entity list|(?:trade )?black ?list(?:s|ed|ing)?|affiliates?"
    r"|(?:trade|export|huawei|zte|smic)? ?restrictions?",
    "licences": r"licen[sc]es?",
    "chips": r"chip(?:s|makers?)?|semiconductors?|tsmc|foreign (?:produced )?direct product"
    r"|advanced computing|ascend|processors?",
}
_MATTER = re.compile(
    " (?:" + "|".join(f"(?P<m{i}>{text})" for i, text in enumerate(_MATTERS.values())) + ")(?= )"
)
_NAMES = tuple(_MATTERS)
#: A rule on these is known by its matter alone, whoever it names.
SINGULAR: Final = frozenset(
    {"affiliates rule", "labs", "vehicles", "drones", "routers", "cables", "carriers", "diffusion"}
)

_SINGULAR = re.compile(" (?:" + "|".join(_MATTERS[name] for name in sorted(SINGULAR)) + ")(?= )")

#: Tried in this order: "revokes licences that allowed" takes, "ban revoked" gives.
_DIRECTIONS = (
    (
        Direction.CURBS,
        (
            r"(?:revok|cancel|suspend|halt|stop|den(?:y|ie)|reject|pull)\w* (?:\w+ ){0,5}licen[sc]es?"
            r"|licen[sc]es? (?:\w+ ){0,3}(?:revoked|halted|denied|stopped)"
        ),
    ),
    (
        Direction.EASES,
        (
            r"(?:lift|drop|end|revers|rescind|remov|scrap|eas)\w* (?:\w+ ){0,4}(?:bans?|restrictions?|curbs?)"
            r"|(?:ban|restrictions?|curbs?) (?:\w+ ){0,3}(?:lifted|dropped|revoked|reversed|eased)|in reversal"
        ),
    ),
    (
        Direction.EASES,
        (
            r"allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|lets?|authori[sz](?:es?|ed|ing)|can|relax(?:es|ed|ing)?"
            r"|loosen(?:s|ed|ing)?|eas(?:es?|ed|ing)|reprieve|grant(?:s|ed)|waiv(?:es?|ed|ing|ers?)"
            r"|lift(?:s|ed|ing)?|exempt(?:s|ed)?|another 90 days"
        ),
    ),
    (
        Direction.CURBS,
        (
            r"ban(?:s|ned|ning)?|bar(?:s|red|ring)|block(?:s|ed|ing)?|restrict(?:s|ed|ing|ions?)?"
            r"|prohibit(?:s|ed|ing|ion)?|blacklist(?:s|ed|ing)?|curb(?:s|ed|ing)?|tighten(?:s|ed|ing)?"
            r"|crackdown|halt(?:s|ed|ing)?|stop(?:s|ped|ping)?|cut(?:s|ting)?|revok(?:es?|ed|ing)"
            r"|designat(?:es?|ed|ing|ion)|threats?|adds?|added"
        ),
    ),
)
_DIRECTED = tuple((to, re.compile(f" (?:{text})(?= )")) for to, text in _DIRECTIONS)

_ACTORS = {
    "commerce": r"commerce(?: department| dept)?|department of commerce|bis"
    r"|(?:bureau of )?industry and security(?: bureau)?",
    "fcc": r"fcc|federal communications commission|us communications agency",
    "nist": r"nist|national institute of standards and technology",
    "treasury": r"ofac|treasury|(?:office of )?foreign assets control(?: office)?",
    "procurement": r"far council|defense acquisition|pentagon|gsa|nasa|dod|acquisition regulations?"
    r"|defense department|general services administration",
    "ntia": r"ntia|national telecommunications and information administration",
    "ustr": r"ustr|trade representative",
    "standards body": r"ieee|3gpp|etsi|itu|ietf",
    "united states": r"us|usa|united states|american?s?|washington|trump|biden|white house|federal",
}
_ACTOR = re.compile(
    " (?:" + "|".join(f"(?P<a{i}>{text})" for i, text in enumerate(_ACTORS.values())) + ")(?= )"
)
_ACTOR_NAMES = tuple(_ACTORS)
#: Governments whose own rules about the same companies are other events.
_ABROAD = re.compile(
    " (uk|britain|british|germany|german|canada|canadian|australian?|indian?|japan(?:ese)?|france|french"
    "|sweden|swedish|eu|europe(?:an)?|poland|polish|italy|italian|spain|spanish|brazil(?:ian)?|taiwan"
    "|korean?|netherlands|dutch|malaysian?|singapore|vietnam|israel|zealand|romanian?|portugal|czech)(?= )"
)
#: A listed company by another name: rules rarely name one (reference/domain.md §3).
_PROXY = re.compile(
    " (?:entity list|temporary general license|covered list|covered telecommunications|footnote 1"
    "|foreign produced direct product|communications supply chain|video surveillance"
    "|communications technology and services|chinese military|peoples? republic of china|china"
    "|certification bodies)(?= )"
)


def singular(text: str) -> bool:
    """Whether it is about one of the matters that are `SINGULAR`."""
    return _SINGULAR.search(text) is not None


def matters(text: str) -> tuple[str, ...]:
    """What a text is about: what is `SINGULAR`, then what is named first.

    Args:
        text: Words as `feeds.words.written` gives them, with single spaces, one at each end.
    """
    found = dict.fromkeys(_NAMES[int(str(hit.lastgroup)[1:])] for hit in _MATTER.finditer(text))
    return tuple(sorted(found, key=lambda matter: matter not in SINGULAR))


def direction(text: str) -> Direction | None:
    """Whether it tells of a rule that gives or takes; None when it says neither."""
    return next((to for to, pattern in _DIRECTED if pattern.search(text)), None)


def actors(text: str) -> frozenset[str]:
    """The parts of the US government that it names; "united states" for the whole."""
    return frozenset(_ACTOR_NAMES[int(str(hit.lastgroup)[1:])] for hit in _ACTOR.finditer(text))


def abroad(text: str) -> frozenset[str]:
    """The other countries that it names, as it writes them."""
    return frozenset(_ABROAD.findall(text))


def companies(text: str) -> frozenset[str]:
    """The listed companies that it names, those of `feeds.entities` under names that mean nothing else."""
    pattern, names = _aliases()
    return frozenset(names[hit] for hit in pattern.findall(text))


def speaks_of_listed(text: str) -> bool:
    """Whether it means listed companies without naming one."""
    return _PROXY.search(text) is not None


@cache
def _aliases() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {
        " ".join(written(alias.text)): entity.name
        for entity in entities.bundled().values()
        for alias in entity.aliases
        if not alias.near
    }
    longest = sorted(names, key=len, reverse=True)
    return re.compile(f" ({'|'.join(map(re.escape, longest))})(?= )"), names


def _folds(table: Iterable[str]) -> dict[str, str]:
    return {word: line.split()[0] for line in table for word in line.split()}


#: Words that say one thing in a headline on a rule, the first standing for all of them.
_SAME = _folds(
    (
        "us usa american americans america washington government govt administration federal",
        "china chinese beijing prc",
        "commerce bis",
        (
            "allow allows allowed allowing permit permits permitted let lets letting can able authorize"
            " authorizes authorized authorizing authorise authorises authorised approve approves approved"
            " clears cleared ease eases eased easing relax relaxes relaxed loosen loosens loosened"
        ),
        "lift lifts lifted lifting drop drops dropped reverse reverses reversed reversal",
        (
            "extend extends extended extending extension extensions renew renews renewed renewal continue"
            " continues continuation another"
        ),
        (
            "restrict restricts restricted restricting restriction restrictions ban bans banned banning bar"
            " bars barred barring block blocks blocked blocking prohibit prohibits prohibited prohibition"
            " curb curbs curbed tighten tightens tightened tightening crackdown halt halts halted stop stops"
            " stopped prevent prevents cuts"
        ),
        "revoke revokes revoked revoking cancel cancels cancelled rescind rescinds rescinded",
        "company companies firm firms business businesses supplier suppliers vendor vendors",
        "license licenses licence licences",
        "chip chips semiconductor semiconductors processor processors",
        (
            "plan plans planning draft drafts drafting draws drew mull mulls consider considers considering"
            " weigh weighs prepare prepares preparing wants trying propose proposes proposed proposal"
        ),
        "rule rules regulation regulations",
        "request requests requested seek seeks ask asks",
        "input information comment comments",
        "designate designates designated designation names named labels declares declared deemed",
        "threat threats risk risks",
        "affiliate affiliates subsidiary subsidiaries",
        "sell sells selling sale sales ship ships shipping supply supplies export exports",
    )
)
_IDLE = frozenset(
    """
    a an the of to on in for with and or by as at from its it is are was be been will would may this that
    over into after about up out off not no new says say said report reported reportedly reports news how
    what why who when which some other others their his her our more most than now just but if all any has
    have had do does via per under between amid latest only further exclusive update source sources
    """.split()  # noqa: SIM905 - a table of words
)


@cache
def fold(word: str) -> str:
    """What a written word counts as between two headlines; empty for one that tells nothing."""
    return "" if word in _IDLE else stem(_SAME.get(word, word))
