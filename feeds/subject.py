"""Pure: what a message is about: the documents that it names, and the words worth searching for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feeds import entities, reference
from feeds.entities import Alias
from feeds.reference import Kind, Reference
from feeds.terms import Words
from feeds.words import stem, written

#: So much of a message is read (characters), and so much of it is taken up.
_READ = 12_000
_REFERENCES, _COMPANIES, _PHRASES, _WORDS = 6, 3, 4, 8
_ADDRESS = re.compile(r"https?://[^\s<>|\"]+")
_CFR = re.compile(
    r"(?<![\w.])\d{1,2}\s*C\.?F\.?R\.?\s*(?:§+|parts?|pt\.?|sections?|sec\.?)?\s*\d{1,5}[a-z]?"
    r"(?:-\d{1,5})?(?:\.[\w()-]*\w)?",
    re.IGNORECASE | re.ASCII,
)
#: Numbers of documents, dockets and rulemakings.
_NUMBERED = re.compile(r"(?<!\w)(?<!\w-)\w+(?:-\w+)*-\d[\w-]*")
#: Sites whose addresses name documents, and not only a page.
_OF_DOCUMENTS = {Kind.NUMBER, Kind.CITATION}
#: Slack's own markup: mentions, channels, emoji.
_MARKUP = re.compile(r"<[@#!][^>]*>|:[a-z0-9_+-]+:")
#: What rules are about, in their own words and in those of people who write of them.
_RULE_WORDS = tuple(
    tuple(written(phrase))
    for phrase in (
        "entity list",
        "covered list",
        "unverified list",
        "military end user",
        "temporary general license",
        "license exception",
        "licence exception",
        "license requirement",
        "licensing requirement",
        "export license",
        "export licence",
        "export control",
        "export administration regulations",
        "foreign direct product",
        "deemed export",
        "technical data",
        "de minimis",
        "is informed",
        "standards organization",
        "standards body",
        "standards development",
        "standards setting",
        "supply chain",
        "national security",
        "equipment authorization",
        "rip and replace",
        "section 889",
        "section 214",
        "universal service",
        "advanced computing",
        "connected vehicle",
        "affiliates rule",
        "interim final rule",
        "proposed rule",
        "comment period",
        "telecommunications equipment",
        "semiconductor manufacturing",
        "certification body",
        "submarine cable",
    )
)
#: Words of talk, which tell nothing of what it is about.
_TALK = frozenset(
    "about above actually after again against agree already also always another anybody anyone anything"  # noqa: SIM905
    " asked asking because been before being below best better between both call came cannot check"
    " come coming could did does doing done down each else even ever every everyone everything fine"
    " first folks from getting give given going good great guys have having hear heard hello help here"
    " hey hope however idea into issue issues just keep kind know last later least less like likely"
    " link little look looking lots made make many maybe mean meeting might monday month more morning"
    " most much must need needs never next nobody none note nothing okay once only other ours over"
    " part people please point possible probably question quick quite rather read really regarding"
    " right rule rules same saw seem seems seen send sent should since some somebody someone something"
    " soon sorry sounds still such sure take team tell than thank thanks that their them then there"
    " these they thing things think this those though thread through time today together tomorrow"
    " took tuesday under until update used using very want wants week were what when where whether"
    " which while will with within without wondering word work working would year years yesterday"
    " your yours us usa sources says said saying and but for the not nor has had was are our can may any all yes new you how why who"
    " its let get got too out off via did she her his him they cfr fed reg rin docket federal register"
    " group groups share sharing adding added company companies colleagues legal thursday friday wednesday saturday sunday anyway apply applies allowed".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a message is about, most telling first."""

    references: tuple[Reference, ...]
    #: Companies by their name in `entity:`.
    companies: tuple[str, ...]
    #: Phrases of rules, as words.
    phrases: tuple[str, ...]
    #: Other words, as written, rarest looks first.
    words: tuple[str, ...]

    @property
    def queries(self) -> tuple[str, ...]:
        """Queries for it, each looser than the one before; none for a message without such words.

        Words are quoted, so that none of them is taken for a part of the language.
        """
        companies = [f"entity:{name}" for name in self.companies]
        phrases = [f'"{phrase}"' for phrase in self.phrases]
        words = [f'"{word}"' for word in self.words]
        strong = [*companies, *phrases]
        tried = [
            " ".join([*strong, *words[:2]]) if strong and words else "",
            " ".join(strong),
            f"{_any(companies)} {_any([*phrases, *words])}" if companies and words else "",
            f"{_any(phrases)} {_any(words)}" if phrases and words else "",
            " ".join(words[:3]) if len(words) >= 2 else "",
            _any(strong) or (_any(words) if len(words) >= 2 else ""),
        ]
        return tuple(dict.fromkeys(query for query in tried if query))


def of(text: str) -> Subject:
    """Read a message as a person wrote it, or as Slack has it: with `<address|label>` and mentions."""
    read = text[:_READ]
    plain = _NUMBERED.sub(" ", _CFR.sub(" ", _ADDRESS.sub(" ", _MARKUP.sub(" ", read))))
    tokens = written(plain)
    counted = [stem(word) for word in tokens]
    companies, taken = _companies(counted)
    phrases = list(_phrases(counted))
    for phrase in phrases:
        taken |= {stem(word) for word in phrase.split()}
    return Subject(
        references=tuple(dict.fromkeys(_references(read)))[:_REFERENCES],
        companies=tuple(companies[:_COMPANIES]),
        phrases=tuple(phrases[:_PHRASES]),
        words=tuple(_words(plain, tokens, taken))[:_WORDS],
    )


def _references(text: str) -> Iterator[Reference]:
    """Documents by number and citation first, then dockets and rulemakings, then CFR parts."""
    addresses = map(reference.parse, _ADDRESS.findall(text))
    yield from (each for each in addresses if each and each.kind in _OF_DOCUMENTS)
    named = [each for _, each in reference.mentions(_ADDRESS.sub(" ", text))]
    yield from (each for each in named if each.kind in _OF_DOCUMENTS)
    yield from (each for each in named if each.kind not in _OF_DOCUMENTS)
    parts = map(reference.parse, _CFR.findall(text))
    yield from (each for each in parts if each)


def _companies(counted: Sequence[str]) -> tuple[list[str], set[str]]:
    """The companies that are named, first named first, and the words by which they are.

    A name that means other things, too, is left out: a message is too short to tell.
    """
    places: dict[str, int] = {}
    taken: set[str] = set()
    for entity in entities.bundled().values():
        for alias in entity.aliases:
            name = _name(alias)
            place = _find(counted, name) if name else None
            if place is not None:
                places[entity.name] = min(place, places.get(entity.name, place))
                taken |= set(name)
    return sorted(places, key=places.__getitem__), taken


def _name(alias: Alias) -> tuple[str, ...]:
    node = alias.node
    return tuple(map(stem, node.words)) if isinstance(node, Words) else ()


def _phrases(counted: Sequence[str]) -> Iterator[str]:
    """The phrases of rules that stand in it, first named first."""
    found = [(_find(counted, tuple(map(stem, phrase))), phrase) for phrase in _RULE_WORDS]
    standing = sorted((place, phrase) for place, phrase in found if place is not None)
    yield from (" ".join(phrase) for _, phrase in standing)


def _find(counted: Sequence[str], name: tuple[str, ...]) -> int | None:
    """Where words stand one after the other."""
    span = len(name)
    starts = (at for at, word in enumerate(counted) if word == name[0])
    return next((at for at in starts if tuple(counted[at : at + span]) == name), None)


def _words(plain: str, tokens: Sequence[str], taken: set[str]) -> list[str]:
    """Names and abbreviations first, as they stand in capitals; then long words."""
    capitals = set(
        written(" ".join(re.findall(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w-]+|\b[A-Z0-9]{2,}\b", plain)))
    )
    telling = [
        word
        for word in dict.fromkeys(tokens)
        if word not in _TALK
        and stem(word) not in taken
        and not word.isdecimal()
        and (len(word) >= 5 or (word in capitals and len(word) >= 2))
        and len(word) <= 40
    ]
    return sorted(telling, key=lambda word: (word not in capitals, -len(word)))


def _any(terms: Sequence[str]) -> str:
    return f"({' OR '.join(terms)})" if len(terms) > 1 else "".join(terms)
