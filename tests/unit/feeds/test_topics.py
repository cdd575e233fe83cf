"""feeds/topics.py and topics.toml: the named queries."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds import matching, query, topics
from feeds.errors import ConfigError
from feeds.model import Agency, CfrPart, DocumentType, Item, SourceKind, Stage
from tests.evaluation.topics import LABELS
from tests.factories import make_document, make_item, make_press

TOPICS = topics.bundled()
TEXTS = {name: topic.query for name, topic in TOPICS.items()}

BIS = Agency(name="Industry and Security Bureau", slug="industry-and-security-bureau")
FCC = Agency(name="Federal Communications Commission", slug="federal-communications-commission")
EPA = Agency(name="Environmental Protection Agency", slug="environmental-protection-agency")
DOJ = Agency(name="Antitrust Division", slug="antitrust-division")


def told(name: str, item: Item) -> bool:
    asked = query.parse(TEXTS[name], topics=TEXTS, limits=query.SHIPPED)
    return matching.match(asked, item) is not None


def filed(title: str, agency: Agency, *, type: DocumentType = DocumentType.RULE) -> Item:  # noqa: A002  the field's name
    document = make_document(type=type, agencies=(agency,), cfr_parts=(), rins=(), dockets=())
    return make_item(
        title=title,
        summary="",
        evidence=(),
        document=document,
        source=SourceKind.INSPECTION,
        stage=Stage.INSPECTION,
    )


FACTS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "evaluation" / "facts.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


def item_of(fact: dict[str, Any]) -> Item:
    """What happened, or could have in such words, as a live run would meet it."""
    day = datetime.fromisoformat(fact["date"]).replace(hour=10, tzinfo=UTC)
    if fact["kind"] == "headline":
        return make_press(
            title=fact["title"], summary="", publisher=fact["publisher"], event_at=day
        )
    document = make_document(
        number=fact["number"],
        type=DocumentType(fact["type"]),
        agencies=tuple(Agency(name=slug, slug=slug) for slug in fact["agencies"]),
        cfr_parts=tuple(
            CfrPart(title=int(title), part=part)
            for title, _, part in (value.partition("/") for value in fact.get("cfr", ()))
        ),
        rins=(),
        dockets=(),
    )
    evidence = (fact["text"],) if "text" in fact else ()
    return make_item(
        title=fact["title"], summary="", evidence=evidence, document=document, event_at=day
    )


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact['date']} {fact['title'][:60]}")
def test_the_default_topic_tells_of_what_happened_and_of_nothing_near_it(
    fact: dict[str, Any],
) -> None:
    assert told("huawei-and-standards", item_of(fact)) is fact["relevant"]


@pytest.mark.parametrize(
    "fact",
    [f for f in FACTS if f["relevant"] and f["kind"] == "document" and f["label"] != "huawei"],
    ids=lambda fact: f"{fact['label']} {fact['title'][:60]}",
)
def test_a_documents_own_topic_tells_of_it(fact: dict[str, Any]) -> None:
    (name,) = (topic for topic, label in LABELS.items() if label == fact["label"])

    assert told(name, item_of(fact))


def test_a_listing_that_names_huawei_in_its_text_alone_is_told() -> None:
    title = "Additions of Entities to the Entity List"
    document = make_document(agencies=(BIS,), rins=(), dockets=())

    texts = ("HMN International, formerly Huawei Marine Networks", "Yangtze Memory Technologies")
    named, other = (
        make_item(title=title, summary="", evidence=(text,), document=document) for text in texts
    )

    assert told("huawei-and-standards", named)
    assert not told("huawei-and-standards", other)


def test_the_topics_the_product_names_ship() -> None:
    expected = {
        "huawei-and-standards", "huawei", "standards", "entity-list", "covered-list", "section-889",
        "ict-supply-chain", "foreign-direct-product",
    }  # fmt: skip

    assert expected <= set(TOPICS)
    assert all(topic.title and topic.about and topic.name == name for name, topic in TOPICS.items())


def test_a_subscription_to_any_topic_asks_for_something() -> None:
    parsed = [query.parse(f"topic:{name}", topics=TEXTS) for name in TOPICS]

    assert all(one.has_positive for one in parsed)


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("Release of “Technology” to Certain Entities on the Entity List in the Context of Standards Organizations", BIS),
        ("Standards-Related Activities and the Export Administration Regulations", BIS),
        ("Temporary General License: Extension of Validity", BIS),
        ("Addition of Huawei Non-U.S. Affiliates to the Entity List", BIS),
        ("Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities", BIS),
        ("Foreign-Direct Product Rules: Organization, Clarification, and Correction", BIS),
        ("Protecting Against National Security Threats to the Communications Supply Chain", FCC),
    ],
)  # fmt: skip
def test_filings_of_this_subject_are_told_by_their_title_alone(title: str, agency: Agency) -> None:
    assert told("huawei-and-standards", filed(title, agency))


@pytest.mark.parametrize(
    ("title", "agency", "evidence"),
    [
        ("Addition of Certain Entities to the Entity List", BIS, ("Entity List",)),
        ("Export Controls on Russia", BIS, ("Entity List", "foreign-produced direct product")),
        ("National Ambient Air Quality Standards", EPA, ()),
        ("Notice Pursuant to the National Cooperative Research and Production Act of 1993", DOJ, ("Huawei",)),
        ("Information Collection Being Reviewed by the Commission", FCC, ("Huawei", "Covered List")),
        ("Submarine Cable Landing Licenses", FCC, ("Covered List",)),
        ("Order Denying Export Privileges", BIS, ("Huawei",)),
    ],
)  # fmt: skip
def test_near_misses_among_documents_are_not_told(
    title: str, agency: Agency, evidence: tuple[str, ...]
) -> None:
    document = make_document(agencies=(agency,), rins=(), dockets=(), cfr_parts=())

    item = make_item(title=title, summary="", evidence=evidence, document=document)

    assert not told("huawei-and-standards", item)


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("US companies can work with Huawei on 5G standards", True),
        ("FCC designates Huawei and ZTE as national security threats", True),
        ("U.S. revokes licenses to sell chips to Huawei", True),
        ("IEEE lifts restrictions on editorial and peer review activities", True),
        ("U.S. bans new Huawei, ZTE equipment sales, citing national security risk", True),
        ("FCC votes to bar Chinese labs from testing electronic devices", True),
        ("BIS suspends 50% affiliates rule for one year", True),
        ("US warns against using Huawei Ascend AI chips anywhere", True),
        ("Interim final rule allows certain technology sharing with Huawei", True),
        ("NIST seeks input on China participation in international standards development", True),
        ("Huawei Mate 60 Pro review: a fine screen", False),
        ("Huawei unveils AI cluster to beat US chip curbs", False),
        ("US adds SMIC to blacklist", False),
        ("DJI drones face US import ban", False),
        ("Honor device sales rise as US bans others", False),
        ("Germany orders carriers to strip Huawei from 5G core after US warning", False),
        ("Huawei profit falls as US sanctions bite", False),
        ("Huawei extends sponsorship of US tennis", False),
        ("UK to strip Huawei from 5G despite US pressure to allow nothing", False),
        ("3GPP finalises latest 5G spec", False),
        ("EPA tightens air quality standards", False),
        ("Standard Chartered sets the standard", False),
    ],
)
def test_headlines_are_told_for_rules_and_not_for_products(
    headline: str, *, expected: bool
) -> None:
    item = make_press(title=headline, summary="")

    assert told("huawei-and-standards", item) is expected


def test_a_users_file_adds_topics_and_replaces_them(tmp_path: Path) -> None:
    own = tmp_path / "topics.toml"
    own.write_text(
        '[[topic]]\nname = "huawei"\ntitle = "Mine"\nquery = "huawei"\n'
        '[[topic]]\nname = "both"\ntitle = "Both"\nquery = "topic:huawei topic:standards"\n',
        encoding="utf-8",
    )

    known = topics.load_with(own)

    assert (known["huawei"].title, known["both"].about) == ("Mine", "")
    assert set(TOPICS) < set(known)


def test_what_topics_are_made_of_is_no_topic_to_offer() -> None:
    parts = {name for name, topic in TOPICS.items() if topic.part}

    assert parts == {"us-action-in-press", "company-news", "abroad", "routine"}
    with pytest.raises(ConfigError, match="part must be true or false"):
        topics.load('[[topic]]\nname = "a"\ntitle = "A"\nquery = "a"\npart = "yes"\n', "own.toml")


def test_every_problem_of_a_file_is_told_at_once() -> None:
    text = """
[[topic]]
name = "No Good"
title = "x"
query = "huawei"
[[topic]]
name = "open"
title = "x"
query = "(huawei"
[[topic]]
name = "open"
title = 3
querry = "x"
"""

    with pytest.raises(ConfigError) as caught:
        topics.load(text, "own.toml")

    said = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 5
    for part in ("'No Good'", "topic open:", "title must be", "query must be", "unknown querry"):
        assert part in said


@pytest.mark.parametrize("text", ["[[topic", 'topic = "x"', "topic = [1]"])
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        topics.load(text, "own.toml")


def test_a_missing_file_is_a_configuration_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        topics.load_with(tmp_path / "none.toml")
