"""Queries and items of every shape, for hypothesis."""
# ruff: noqa: RUF001  typographic and foreign signs are what is generated

from __future__ import annotations

from datetime import UTC, date, datetime

import hypothesis.strategies as st

from feeds import entities, facts, query, renumbered
from feeds.model import Agency, CfrPart, Document, DocumentType, Item, SourceKind, Stage
from feeds.query import Query
from feeds.terms import Day, Entity, Fact, Near, Node, Prefix, Topic, Words, both, either, negated
from feeds.words import is_ideograph, written

TOPICS = {"huawei": "huawei OR 华为", "main": "topic:huawei agency:bis"}
VOCABULARY = (
    "Huawei", "Huawei's", "HUAWEI’S", "standard", "standards", "Standardized", "foreign-produced", "Foreign produced",
    "entity", "Entities", "list", "technology", "technologies", "technological", "rule", "rules", "ruling", "U.S.",
    "US", "us", "don't", "dont", "don’t", "café", "cafe", "Straße", "strasse", "华为", "华为技术", "技", "5G", "744.11",
    "AT&T", "to", "the", "or", "AND", "near", "O'Brien", "İstanbul", "ﬁnal", "Ａ", "ё", "Е", "हिन्दी", "¹", "½", "a-b",
)  # fmt: skip
FACTS = {
    "agency": ("bis", "fcc", "commerce", "An Office Nobody Mapped"),
    "type": ("rule", "notice", "other"),
    "cfr": ("15", "15/744", "15/730-774", "47/1-15", "41/102-3", "15/7"),
    "rin": ("0694-AI06", "3060-AF12"),
    "docket": ("BIS-2020-0017", "18-89"),
    "source": ("register", "news", "inspection"),
    "stage": ("published", "reported"),
    "feed": ("one", "two"),
    "publisher": ("Reuters", "the wire"),
}
_pieces = st.sampled_from(VOCABULARY)
_texts = st.lists(
    st.tuples(_pieces, st.sampled_from((" ", "-", ", ", ". ", " (", "\n", "·", "’"))), max_size=8
).map(lambda parts: "".join(word + gap for word, gap in parts))
_days = st.sampled_from(
    [date(2020, 6, 15), date(2020, 6, 16), date(2020, 6, 18), date(2024, 7, 18)]
)
_words = (
    st.lists(_pieces, min_size=1, max_size=3)
    .map(lambda some: tuple(written(" ".join(some))))
    .filter(bool)
)
_prefixes = (
    _pieces.flatmap(lambda word: st.sampled_from(written(word) or ["to"]))
    .flatmap(lambda word: st.integers(2, max(2, len(word))).map(lambda n: word[:n]))
    .filter(
        lambda start: len(start) > 1 and not is_ideograph(start[-1]) and written(start) == [start]
    )
)


def _fact(field: str, values: list[str]) -> Node:
    folded = [facts.canonical(field, value) for value in values]
    if field == "cfr":
        folded = [*renumbered.names(*folded)]
    return Fact(field, tuple(folded))


def _topic(name: str) -> Node:
    return Topic(name, query.parse(TOPICS[name], topics=TOPICS).root)


def _entity(name: str, *, title: bool) -> Node:
    return Entity(name, entities.bundled()[name].node(title=title), title)


_leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Words, _words, st.booleans()),
    st.builds(Words, _words.map(lambda some: some[:1])),
    st.builds(Prefix, _prefixes, st.booleans()),
    st.builds(
        Near,
        st.lists(st.builds(Words, _words), min_size=1, max_size=2).map(tuple),
        st.lists(st.builds(Words, _words), min_size=1, max_size=2).map(tuple),
        st.integers(0, 4),
        st.booleans(),
    ),
    st.sampled_from(sorted(FACTS)).flatmap(
        lambda field: st.lists(st.sampled_from(FACTS[field]), min_size=1, max_size=2).map(
            lambda values: _fact(field, values)
        )
    ),
    st.builds(Day, st.booleans(), _days),
    st.sampled_from(sorted(TOPICS)).map(_topic),
    st.builds(_entity, st.sampled_from(["huawei", "smic"]), title=st.booleans()),
)


def nodes() -> st.SearchStrategy[Query]:
    """Queries of every shape that the parser makes."""
    trees = st.recursive(
        _leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(both),
            st.lists(inner, min_size=2, max_size=3).map(either),
            inner.map(negated),
        ),
        max_leaves=6,
    )
    return trees.map(Query)


_moments = st.none() | st.sampled_from(
    [datetime(2020, 6, 16, 3, 30, tzinfo=UTC), datetime(2020, 6, 16, 12, tzinfo=UTC), datetime(2024, 7, 18, 10, tzinfo=UTC)]
)  # fmt: skip
_documents = st.builds(
    Document,
    number=st.just("2020-13093"),
    type=st.sampled_from([DocumentType.RULE, DocumentType.NOTICE, DocumentType.OTHER]),
    agencies=st.lists(
        st.sampled_from(
            [
                Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau"),
                Agency(name="Federal Communications Commission"),
                Agency(name="AN OFFICE NOBODY MAPPED"),
            ]
        ),
        max_size=2,
    ).map(tuple),
    cfr_parts=st.lists(
        st.builds(
            CfrPart,
            title=st.sampled_from([15, 41, 47]),
            part=st.sampled_from(["744", "772", "2", "15a", "102-3", "7", "Ch. I", ""]),
        ),
        max_size=2,
    ).map(tuple),
    dockets=st.sampled_from([(), ("BIS-2020-0017",), ("WC Docket No. 18-89",)]),
    rins=st.sampled_from([(), ("0694-AI06",)]),
)
items: st.SearchStrategy[Item] = st.builds(
    Item,
    key=st.uuids().map(str),
    feed=st.sampled_from(["one", "two"]),
    source=st.sampled_from(SourceKind),
    stage=st.sampled_from(Stage),
    title=_texts,
    url=st.uuids().map(lambda some: f"https://news.example/{some}"),
    summary=_texts,
    event_at=_moments,
    publisher=st.sampled_from([None, "Reuters", "The Wire"]),
    evidence=st.lists(_texts, max_size=2).map(tuple),
    document=st.none() | _documents,
)
