"""What an alert says: the stage, sentences from the source, facts in words, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.card import Card, card, quotes
from bot.wording import Fact, safe_url, visible
from feeds.matching import Reason
from feeds.model import Agency, CfrPart, DocumentType, FilingType, Item, Stage
from feeds.relation_words import RelationKind
from feeds.relations import Relation
from feeds.standing import Later
from storage.deliveries import FOLLOWED, Why
from tests.factories import NOW, make_document, make_entry, make_filing, make_item, make_press

NEW_YORK = ZoneInfo("America/New_York")


def say(item: Item, *, now: datetime = NOW, whys: tuple[Why, ...] = (), press: int = 0) -> Card:
    return card(make_entry(item=item), now=now, whys=whys, press=press, timezone=NEW_YORK)


def values(facts: tuple[Fact, ...]) -> dict[str, str]:
    return {fact.label: fact.value for fact in facts}


def test_a_card_says_when_its_document_was_found_late() -> None:
    found = datetime(2020, 6, 19, 3, 0, tzinfo=UTC)  # still Thursday in Washington

    late = card(make_entry(), now=NOW, found_late=found)

    assert Fact(label="Found late", value="18 June 2020") in late.references
    assert not [fact for fact in card(make_entry(), now=NOW).references if "late" in fact.label]


def test_a_published_document_shows_its_action_as_printed() -> None:
    shown = say(make_item(document=make_document(action="Interim final rule.")))

    assert shown.headline == "Published and in force · Interim final rule"


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        (DocumentType.RULE, "Published and in force · Rule"),
        (DocumentType.PROPOSED, "Published and in force · Proposed rule"),
        (DocumentType.PRESIDENTIAL, "Published and in force · Presidential document"),
        (DocumentType.OTHER, "Published and in force"),
    ],
)
def test_a_document_without_an_action_shows_its_type(kind: DocumentType, headline: str) -> None:
    shown = say(make_item(document=make_document(action=None, type=kind)))

    assert shown.headline == headline


def test_a_filing_shows_how_and_when_it_was_filed_and_that_it_has_no_citation_yet() -> None:
    document = make_filing().document
    assert document
    filing = make_filing(
        document=make_document(
            action=None,
            dates=None,
            citation=None,
            effective_on=None,
            comments_close_on=None,
            cfr_parts=(),
            filed_at=document.filed_at,
            filing_type=FilingType.SPECIAL,
        )
    )

    shown = say(filing)

    assert shown.headline == "On public inspection · Rule, special filing"
    assert values(shown.facts) == {
        "Filed": "16 June 2020, 8:45 a.m. EDT",
        "To be published": "18 June 2020, FR citation not yet assigned",
    }


def test_a_withdrawn_document_promises_no_publication() -> None:
    shown = say(make_filing(stage=Stage.WITHDRAWN))

    assert shown.headline == "Withdrawn from public inspection · Rule"
    assert "To be published" not in values(shown.facts)


def test_a_press_item_shows_who_reported_it_and_when() -> None:
    shown = say(make_press(), press=3)

    assert shown.headline == "Reported · Example News"
    assert values(shown.facts) == {"Reported": "15 June 2020, 7:20 p.m. EDT"}
    assert [fact.phrase for fact in shown.references] == ["2 other press reports"]


def test_facts_stand_in_the_order_in_which_counsel_asks_for_them() -> None:
    shown = say(make_item(), press=1)

    assert [(fact.label, fact.value) for fact in shown.facts] == [
        ("Effective", "18 June 2020, the day of publication"),
        ("Comments close", "17 August 2020, 60 days left"),
        ("CFR parts", "15 CFR 744, 772"),
        ("Published", "18 June 2020, 85 FR 36719"),
    ]
    assert [fact.phrase for fact in shown.references] == [
        "Document 2020-13093",
        "Docket BIS-2020-0017",
        "RIN 0694-AI06",
        "1 press report",
    ]


@pytest.mark.parametrize(
    ("effective", "words"),
    [
        (date(2020, 6, 16), "16 June 2020, before publication"),
        (date(2020, 6, 18), "18 June 2020, the day of publication"),
        (date(2020, 6, 19), "19 June 2020, 1 day after publication, in 1 day"),
        (date(2020, 8, 17), "17 August 2020, 60 days after publication, in 60 days"),
    ],
)
def test_an_effective_date_says_what_it_rests_on(effective: date, words: str) -> None:
    shown = say(make_item(document=make_document(effective_on=effective)))

    assert values(shown.facts)["Effective"] == words


def test_a_published_rule_without_an_effective_date_says_so() -> None:
    shown = say(make_item(document=make_document(effective_on=None, dates=None)))

    assert values(shown.facts)["Effective"] == "not stated"


def test_a_part_that_takes_effect_on_another_day_is_named() -> None:
    dates = "Comments are due May 1, 2020. Effective June 18, 2020, except § 744.1, June 30, 2020."

    shown = say(make_item(document=make_document(effective_on=None, dates=dates)))

    told = "18 June 2020, the day of publication; 30 June 2020 for § 744.1"
    assert values(shown.facts)["Effective"] == told


def test_an_effective_date_that_nobody_can_compute_is_quoted_as_printed() -> None:
    dates = "Comments are due May 1, 2020. The effective date is delayed indefinitely."

    shown = say(make_item(document=make_document(effective_on=None, dates=dates)))

    quoted = "as printed: “The effective date is delayed indefinitely.”"
    assert values(shown.facts)["Effective"] == quoted


PLACEHOLDERS = (
    "DATES: This rule is effective [INSERT DATE OF PUBLICATION IN THE FEDERAL REGISTER]. Comments"
    " must be received by [INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER]."
    "\nADDRESSES: by mail."
)


def test_dates_of_a_filing_are_computed_from_its_text_and_marked_provisional() -> None:
    now = datetime(2020, 6, 16, 13, 0, tzinfo=UTC)

    shown = card(make_entry(item=make_filing()), now=now, timezone=NEW_YORK, preamble=PLACEHOLDERS)

    assert values(shown.facts)["Effective"] == (
        "18 June 2020, the day of publication, provisional, in 2 days"
    )
    assert values(shown.facts)["Comments close"] == "17 August 2020, 62 days left, provisional"
    assert shown.headline.startswith("On public inspection · ")


def test_what_a_later_document_moved_is_said_with_its_number() -> None:
    relation = Relation(
        kind=RelationKind.EXTENDS_COMMENTS, target=None, sentence="", until=date(2020, 9, 16)
    )
    step = Later(relation=relation, number="2020-17777", since=date(2020, 8, 1))

    shown = card(
        make_entry(), now=datetime(2020, 8, 2, tzinfo=UTC), timezone=NEW_YORK, later=(step,)
    )

    assert values(shown.facts)["Comments close"] == (
        "16 September 2020, 46 days left, moved from 17 August 2020"
    )


def test_a_notice_says_nothing_of_facts_it_does_not_have() -> None:
    notice = make_document(
        type=DocumentType.NOTICE,
        dates=None,
        effective_on=None,
        comments_close_on=None,
        cfr_parts=(),
        citation=None,
        dockets=(),
        rins=(),
    )

    shown = say(make_item(document=notice))

    assert list(values(shown.facts)) == ["Published"]
    assert list(values(shown.references)) == ["Document"]


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2020, 8, 16, 3, 59, tzinfo=UTC), "2 days left"),  # still the 15th, Eastern
        (datetime(2020, 8, 16, 4, 0, tzinfo=UTC), "1 day left"),
        (datetime(2020, 8, 18, 3, 59, tzinfo=UTC), "closes today"),
        (datetime(2020, 8, 18, 4, 0, tzinfo=UTC), "closed"),
    ],
)
def test_days_left_to_comment_are_eastern_days(now: datetime, left: str) -> None:
    shown = say(make_item(), now=now)

    assert values(shown.facts)["Comments close"] == f"17 August 2020, {left}"


def test_parts_of_several_cfr_titles_are_grouped() -> None:
    parts = (("15", "734"), ("47", "2"), ("15", "744"), ("15", "734"))
    cfr = tuple(CfrPart(title=int(title), part=part) for title, part in parts)

    shown = say(make_item(document=make_document(cfr_parts=cfr)))

    assert values(shown.facts)["CFR parts"] == "15 CFR 734, 744; 47 CFR 2"


def test_a_bureau_is_named_with_its_department() -> None:
    shown = say(make_item())

    assert shown.issued_by == "Industry and Security Bureau (Commerce Department)"


def test_agencies_that_act_jointly_are_all_named() -> None:
    names = ("Defense Department", "General Services Administration", "NASA")
    agencies = tuple(Agency(name=name, slug=name.lower().replace(" ", "-")) for name in names)

    shown = say(make_item(document=make_document(agencies=agencies)))

    assert shown.issued_by == ", ".join(names)


def test_three_hundred_agencies_take_one_line() -> None:
    agencies = tuple(Agency(name=f"Agency {number}") for number in range(300))

    shown = say(make_item(document=make_document(agencies=agencies)))

    assert shown.issued_by == "Agency 0, Agency 1, Agency 2, Agency 3 and 296 more"


def test_sentences_are_the_first_and_those_that_matched() -> None:
    said = [
        "The Bureau amends its rules.",
        "It does so today.",
        "Nothing else changes.",
        "Huawei may now take part.",
        "Standards bodies may, too.",
    ]
    reasons = tuple(Reason(term=one, where="abstract", sentence=one) for one in said[3:])

    shown = say(make_item(summary=" ".join(said)), whys=(Why(subscription="q", reasons=reasons),))

    assert shown.sentences == (said[0], f"… {said[3]}", said[4])


def test_without_a_match_in_the_summary_its_first_three_sentences_are_shown() -> None:
    shown = say(make_item(summary="One is here. Two is here. Three is here. Four is here."))

    assert shown.sentences == ("One is here.", "Two is here.", "Three is here.")


def test_long_sentences_make_fewer() -> None:
    long = "Word " * 80 + "end."

    shown = say(make_item(summary=f"{long} {long} Short one."))

    assert len(shown.sentences) == 2
    assert sum(len(sentence) for sentence in shown.sentences) < 650


def test_a_summary_that_repeats_the_title_is_not_shown_twice() -> None:
    shown = say(make_press(title="A headline.", summary="A headline. And some news."))

    assert shown.sentences == ("And some news.",)


def test_a_filing_without_an_abstract_says_what_its_text_does() -> None:
    text = "SUMMARY: In this rule, BIS amends\nthe EAR.\nDATES: This rule is effective today.\n"

    shown = card(make_entry(item=make_filing()), now=NOW, preamble=text)

    assert shown.sentences == ("BIS amends the EAR.",)


def test_quotes_are_the_sentences_beside_the_title_the_fullest_of_each_place_first() -> None:
    def found(term: str, where: str, sentence: str, entity: str = "") -> Reason:
        return Reason(term=term, where=where, sentence=sentence, entity=entity)

    reasons = (
        found("huawei", "title", "About Huawei"),
        found("rule", "abstract", "A rule."),
        found("huawei", "full text", "huawei"),  # all that the Register's search says
        found("about huawei", "full text", "About Huawei"),
        found("5g", "full text", "On 5G."),
        found("hisilicon", "full text", "HiSilicon at 3GPP.", "Huawei"),
        found("3gpp", "full text", "HiSilicon at 3GPP."),
        found("agency:bis", "agency", ""),
    )

    said = quotes((Why(subscription="q", reasons=reasons),), title="About Huawei")

    assert said == (
        "Abstract, “rule”: A rule.",
        "Full text, “hisilicon” (listed as Huawei), “3gpp”: HiSilicon at 3GPP.",
        "Full text, “5g”: On 5G.",
    )


def test_why_names_words_where_they_stand_and_who_asked() -> None:
    reasons = (
        Reason(term="Huawei", where="title"),
        Reason(term="standards organization", where="abstract"),
        Reason(term="agency:industry-and-security-bureau", where="agency"),
    )

    (line,) = say(make_item(), whys=(Why(subscription="topic:huawei", reasons=reasons),)).why

    assert line == (
        "Topic huawei: “Huawei” in the title, “standards organization” in the abstract,"
        " agency:industry-and-security-bureau"
    )


def test_a_hundred_reasons_take_one_line() -> None:
    reasons = tuple(Reason(term=f"word{number}", where="title") for number in range(100))

    (line,) = say(make_item(), whys=(Why(subscription="q", reasons=reasons),)).why

    assert line == "q: “word10”, “word11”, “word12”, “word13” in the title and 96 more"


def test_a_subscription_without_words_still_says_who_asked() -> None:
    shown = say(
        make_item(),
        whys=(Why(subscription="huawei", reasons=()), Why(subscription=FOLLOWED, reasons=())),
    )

    assert shown.why == ("huawei", "You follow this story")


def test_the_words_that_tell_most_are_named_first() -> None:
    terms = ("us", "huawei", "allow", "standards body", "rule")
    reasons = tuple(Reason(term=term, where="title") for term in terms)

    (line,) = say(make_item(), whys=(Why(subscription="topic:huawei", reasons=reasons),)).why

    assert (
        line == "Topic huawei: “standards body”, “huawei”, “allow”, “rule” in the title and 1 more"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("\x1b[31mred\x07\x00", "[31mred"),
        ("pay\u202eexe.pdf\u2066", "payexe.pdf"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_outside_text_is_one_clean_line(text: str, shown: str) -> None:
    assert visible(text, 100) == shown


def test_clean_text_keeps_to_its_limit() -> None:
    assert visible("word " * 50_000, 20) == "word word word word…"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://news.example/a?b=c&d=e#f", "https://news.example/a?b=c&d=e#f"),
        ("HTTPS://News.example/", "https://News.example/"),
        ("https://news.example/a b|c>d<e", "https://news.example/a%20b%7Cc%3Ed%3Ce"),
        ("https://news.example/\u202egpj", "https://news.example/%E2%80%AEgpj"),
        ("https://nëws.example/", "https://xn--nws-jma.example/"),
        ("javascript:alert(1)", None),
        ("https://federalregister.gov@evil.example/", None),
        ("https://", None),
        ("https://[broken/", None),
        ("//news.example/", None),
        ("https://news.example/" + "a" * 3000, None),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, safe: str | None) -> None:
    assert safe_url(url) == safe
