"""What is the same thing, what has changed, and what two sightings of one entry make together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.identity import (
    MAX_EVIDENCE,
    MAX_KEY,
    canonical_url,
    content_hash,
    document_key,
    headline_key,
    merged,
    news_key,
    passed_on_key,
    register_number,
    twin_key,
)
from feeds.model import Agency, CfrPart, FilingType, Item, Stage
from tests.factories import make_document, make_filing, make_item, make_press

PAGE = "https://news.example/a/story"
PRINTED = "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology"
MOMENT = datetime(2020, 6, 15, 19, 20, tzinfo=UTC)


def key(
    guid: str | None = None, url: str | None = None, *, feed: str = "one", title: str = "T"
) -> str:
    return news_key(feed=feed, guid=guid, url=url, title=title, date=MOMENT)


@pytest.mark.parametrize(
    "number", ["2020-13093", " 2020\u201313093", "2020\u201413093\n", "2020\u201113093"]
)
def test_a_document_number_has_one_key_whichever_dash_is_typed(number: str) -> None:
    assert document_key(number) == "fr:2020-13093"


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://News.Example/a/story",
        "https://news.example:443/a/story",
        "http://news.example:80/a/story/",
        "https://www.news.example/a/story#section",
        "https://m.news.example/a/story",
        "https://mobile.news.example/a/story",
        "https://amp.news.example/a/story",
        "https://news.example/a/story/amp/",
        "https://news.example/amp/a/story",
        "https://news.example/a/story?amp=1",
        "https://news.example/a/story?outputType=amp",
        "https://news.example/a/story?utm_source=rss&UTM_Medium=x&fbclid=1&mc_cid=2&gclid=3",
        "https://news.example/a/story?ref=rss",
        "https://user:secret@news.example./a/story",
        "https://news-example.cdn.ampproject.org/c/s/www.news.example/a/story",
        "https://www.google.com/amp/s/news.example/a/story/amp",
        "  https://news.example/a/story\n",
    ],
)
def test_the_addresses_of_one_page_have_one_spelling(url: str) -> None:
    assert canonical_url(url) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.example/a?p=1", "https://x.example/a?p=2"),
        ("https://x.example/A", "https://x.example/a"),
        ("https://x.example/a?ref=main", "https://x.example/a?ref=old"),
        ("https://x.example:8443/a", "https://x.example/a"),
        ("https://x.example/champ", "https://x.example/ch"),
        ("https://amp.example/a", "https://example/a"),
        ("https://x.example/a%2Fb", "https://x.example/a/b"),
        ("https://m.example.org/a", "https://other.example.org/a"),
    ],
)
def test_the_addresses_of_two_pages_stay_two(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://x.example/b?z=1&a=2&a=1", "https://x.example/b?a=1&a=2&z=1"),
        ("https://x.example/s.amp.html", "https://x.example/s.html"),
        ("https://bücher.example/ü?q=ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("https://x.example/%c3%bc", "https://x.example/%C3%BC"),
        ("https://[::1]:8080/a", "https://[::1]:8080/a"),
        ("https://x.example\u3002/s", "https://x.example/s"),
        ("https://x.example /s", "https://x.example/s"),
        ("https://x.example/a/.amp", "https://x.example/a"),
        ("https://x.example/a.amp/amp", "https://x.example/a"),
        ("https://x.example/?@&\ud800", "https://x.example?%3F=&%40="),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://[broken", "http://[broken"),
        ("https://x.example:port/a", "https://x.example:port/a"),
        ("", ""),
    ],
)
def test_odd_addresses_come_out_whole(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="htps:/.?&=#[]@%wamp1 \u3002\u00fc\ud800", max_size=60).map(
            "https://".__add__
        ),
    )
)
@settings(max_examples=300)
def test_any_text_has_a_canonical_form_which_is_its_own(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once


def test_a_guid_that_is_an_address_means_the_same_in_every_feed() -> None:
    assert key("http://www.news.example/a/story?utm_source=x") == key(PAGE, feed="two")
    assert key(PAGE) == "news:https://news.example/a/story"


def test_any_other_guid_means_something_only_in_its_feed() -> None:
    assert key("post-1") == key(" post-1 ", "https://elsewhere.example/")
    assert key("post-1") != key("post-1", feed="two")


def test_without_a_guid_the_address_is_the_key_and_tracking_makes_no_difference() -> None:
    assert key(None, PAGE + "?utm_campaign=june") == key("", PAGE, feed="two", title="Other")


def test_a_home_page_identifies_nothing() -> None:
    assert key("https://news.example/", PAGE) == key(None, PAGE)
    assert key("https://news.example/", "https://news.example") != key(PAGE)
    assert key(None, "https://news.example/", title="A") != key(
        None, "https://news.example/", title="B"
    )


def test_items_that_differ_in_the_fragment_alone_are_two() -> None:
    assert key(PAGE + "#june-18") != key(PAGE + "#june-19")
    assert key(PAGE + "#xtor=RSS-1") == key(PAGE + "#comments") == key(PAGE)


def test_without_guid_and_address_the_title_and_date_are_the_key() -> None:
    assert key(title="U.S. rule") == key(title="US  Rule!")
    assert key(title="A") != key(title="B")
    assert key(None, "javascript:alert(1)", title="A") == key(title="A")


ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Cf"]), max_size=400)


@given(ANY_TEXT, ANY_TEXT | ANY_TEXT.map("http://a.example/b#{}".format))
@settings(max_examples=100)
def test_a_key_is_always_short_and_plainly_news(guid: str, url: str) -> None:
    made = key(guid, url)

    assert made.startswith("news:")
    assert len(made) <= MAX_KEY
    assert made.isprintable()


def test_guids_that_differ_in_what_cannot_be_printed_stay_apart() -> None:
    assert len({key("a\ud800"), key("a\x00"), key("a?"), key("a\u202e")}) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [("2012-07333", "2012-7333"), ("E9-00480", "E9-480"), ("C1-2019-00024", "C1-2019-24")],
)
def test_zeros_in_front_make_no_other_document(one: str, other: str) -> None:
    assert document_key(one) == document_key(other)
    assert document_key(one) != document_key(other + "0")


def test_long_guids_stay_apart() -> None:
    assert key("x" * 500 + "1") != key("x" * 500 + "2")


def test_a_guid_issued_anew_on_the_same_link_and_title_is_a_twin() -> None:
    first = make_press(key="news:one:1", url=PAGE + "?utm_source=a", title="Huawei\u2019s rule")
    again = make_press(
        key="news:one:2", url="http://www.news.example/a/story/", title="Huawei's  Rule"
    )

    assert twin_key(first) == twin_key(again)
    assert twin_key(first) is not None


@pytest.mark.parametrize(
    "other",
    [make_press(url=PAGE, title="Another"), make_press(url="https://news.example/b", title="T")],
)
def test_another_link_or_title_is_no_twin(other: Item) -> None:
    assert twin_key(make_press(url=PAGE, title="T")) != twin_key(other)


def test_documents_and_home_pages_have_no_twins() -> None:
    assert twin_key(make_item()) is None
    assert twin_key(make_press(url="https://news.example/")) is None


@pytest.mark.parametrize(
    "copy",
    [
        "UPDATE 1-U.S. to allow Huawei in standards bodies",
        "EXCLUSIVE: U.S. to allow Huawei in standards bodies",
        "Exclusive-U.S. to allow Huawei in standards bodies",
        "Breaking News: US to allow Huawei in standards bodies",
        "UPDATE 2-EXCLUSIVE-U.S. to allow “Huawei” in standards bodies",
    ],
)
def test_a_syndicated_copy_has_the_same_headline(copy: str) -> None:
    original = headline_key("US to allow Huawei in standards bodies")

    assert headline_key(copy) == original == "us to allow huawei in standards bodies"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Huawei on the list - what now", "huawei on the list what now"),
        ("Update on 5.5G standards", "update on 5.5g standards"),
        ("Exclusive-use zones: a rule", "exclusive use zones a rule"),
        ("EXCLUSIVE:", "exclusive"),
        ("Reuters", "reuters"),
        ("…!?", ""),
    ],
)
def test_what_may_be_part_of_the_story_stays_in_the_headline(title: str, words: str) -> None:
    assert headline_key(title) == words


@pytest.mark.parametrize(
    "url",
    [
        "https://www.federalregister.gov/documents/2020/06/18/2020-13093/release-of-technology",
        "https://www.federalregister.gov/documents/2020/06/18/2020-13093",
        "https://www.federalregister.gov/d/2020-13093?utm_source=x",
        "http://127.0.0.1:8712/public-inspection/2020-13093/release-of-technology",
        "https://www.federalregister.gov/api/v1/documents/2020-13093.json",
        "https://www.govinfo.gov/content/pkg/FR-2020-06-18/pdf/2020-13093.pdf",
        "https://public-inspection.federalregister.gov/2020-13093.pdf",
        "https://www.federalregister.gov/d/2020\u201113093",
    ],
)
def test_the_address_of_a_document_gives_its_number(url: str) -> None:
    assert register_number(url) == "2020-13093"


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://www.federalregister.gov/d/C1-2020-13093", "C1-2020-13093"),
        ("https://www.federalregister.gov/d/E9-1234", "E9-1234"),
        ("https://www.federalregister.gov/documents/search?term=2020-13093", None),
        ("https://www.federalregister.gov/documents/2020/06/18", None),
        ("https://news.example/2020/06/2020-13093/story", None),
        ("http://[broken/d/2020-13093", None),
        ("", None),
    ],
)
def test_only_the_address_of_a_document_gives_a_number(url: str, number: str | None) -> None:
    assert register_number(url) == number


def test_markup_white_space_and_quotes_do_not_change_the_hash() -> None:
    plainly = make_item(title='The "rule" - final', summary="One two.")
    dressed = make_item(title="The “rule”  \u2013\nfinal", summary="<p>One&nbsp;two.</p>")

    assert content_hash(plainly) == content_hash(dressed)


@pytest.mark.parametrize(
    "same",
    [
        make_item(url="https://elsewhere.example/"),
        make_item(feed="other"),
        make_item(evidence=("Huawei", "HiSilicon")),
        make_item(event_at=None),
        make_item(key="other"),
        make_item(document=make_document(pdf_url=None, raw_text_url="https://x.example/t")),
    ],
)
def test_where_and_how_it_was_seen_does_not_change_the_hash(same: Item) -> None:
    assert content_hash(same) == content_hash(make_item())


DAY = date(2020, 9, 1)


@pytest.mark.parametrize(
    "changed",
    [
        make_item(title="Other"),
        make_item(summary="Other"),
        make_item(stage=Stage.WITHDRAWN),
        make_item(document=make_document(action="Final rule.")),
        make_item(document=make_document(dates="Other")),
        make_item(document=make_document(effective_on=DAY)),
        make_item(document=make_document(comments_close_on=DAY)),
        make_item(document=make_document(comments_close_on=None)),
        make_item(document=make_document(publication_date=DAY)),
        make_item(document=make_document(agencies=(Agency(name="Other"),))),
        make_item(document=make_document(cfr_parts=(CfrPart(title=15, part="734"),))),
        make_item(document=make_document(dockets=("X",))),
        make_item(document=make_document(rins=("X",))),
        make_item(document=make_document(citation=None)),
        make_item(document=make_document(correction_of="X")),
        make_item(document=make_document(corrections=("X",))),
        make_item(document=make_document(filing_type=FilingType.SPECIAL)),
        make_item(document=make_document(editorial_note="X")),
        make_item(document=make_document(significant=True)),
    ],
)
def test_each_fact_a_reader_acts_on_changes_the_hash(changed: Item) -> None:
    assert content_hash(changed) != content_hash(make_item())


def filed(**but: object) -> Item:
    item = make_filing()
    assert item.document is not None
    facts = {"filing_type": FilingType.SPECIAL, "editorial_note": "Note", **but}
    return replace(item, evidence=("seen",), document=replace(item.document, **facts))  # type: ignore[arg-type]  # facts of any type


def test_publication_keeps_what_only_public_inspection_knew() -> None:
    now = merged(filed(), make_item())

    assert now.document is not None
    assert now.stage is Stage.PUBLISHED
    assert now.document.filed_at == make_filing().event_at
    assert now.document.filing_type is FilingType.SPECIAL
    assert now.document.editorial_note == "Note"
    assert now.document.citation == "85 FR 36719"
    assert now.evidence == ("seen", "Huawei")
    assert now.event_at == make_item().event_at


def test_a_published_document_never_goes_back_to_inspection() -> None:
    now = merged(make_item(), filed())

    assert now.document is not None
    assert (now.stage, now.title, now.summary) == (
        Stage.PUBLISHED,
        make_item().title,
        make_item().summary,
    )
    assert now.document.filing_type is FilingType.SPECIAL
    assert now.evidence == ("Huawei", "seen")
    assert content_hash(now) == content_hash(merged(filed(), make_item()))


def test_a_withdrawal_is_a_step_forward_and_loses_no_filing_facts() -> None:
    withdrawn = make_filing(stage=Stage.WITHDRAWN, event_at=None)

    now = merged(filed(), withdrawn)

    assert now.document is not None
    assert now.stage is Stage.WITHDRAWN
    assert now.event_at is None
    assert now.document.editorial_note == "Note"


def test_a_summary_and_a_moment_are_kept_while_the_stage_stays() -> None:
    old = make_press(summary="Told.", event_at=MOMENT)

    now = merged(old, make_press(summary="", event_at=None, publisher=None))

    assert now == old


def test_a_summary_is_not_carried_over_to_another_stage() -> None:
    now = merged(make_filing(summary="Of the filing."), make_item(summary=""))

    assert now.summary == ""


@pytest.mark.parametrize(
    "old", [make_item(), filed(), make_press(), make_filing(stage=Stage.WITHDRAWN)]
)
@pytest.mark.parametrize("new", [make_item(evidence=("z",)), filed(), make_press(title="New")])
def test_seeing_the_same_again_changes_nothing_more(old: Item, new: Item) -> None:
    once = merged(old, new)

    assert merged(once, new) == once


@pytest.mark.parametrize(("guid", "url"), [(PRINTED, PRINTED), ("7", PRINTED), (None, PRINTED)])
def test_the_registers_own_page_in_a_news_feed_is_the_document(guid: str | None, url: str) -> None:
    assert key(guid, url) == "fr:2020-13093"


@pytest.mark.parametrize(
    ("guid", "url"), [(PAGE, PRINTED), (None, "https://blog.example/a/2020-13093/notes")]
)
def test_a_page_elsewhere_is_no_document_whatever_it_is_about(guid: str | None, url: str) -> None:
    assert key(guid, url).startswith("news:https://")


def test_evidence_does_not_grow_without_end() -> None:
    item = make_item(evidence=())

    for n in range(200):
        item = merged(item, replace(item, evidence=(f"passage {n}",)))

    assert len(item.evidence) == MAX_EVIDENCE
    assert item.evidence[0] == "passage 0"


@pytest.mark.parametrize("words", [2, 5, 6, 60])
def test_a_headline_with_one_endless_word_costs_little(words: int) -> None:
    endless = "a" * 400
    title = "US lets firms talk standards - " + " ".join([endless, *["b"] * (words - 1)])

    assert (passed_on_key(title) is not None) == (words <= 5)
