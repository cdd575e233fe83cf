"""A flood is held back in the transaction that remembers it, behind one card, until a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot import bulletin
from bot.audience import Audience
from bot.bulletin import Bulletin
from bot.flood import Visit
from bot.ingest import IngestReport, ingest
from bot.requery import requery
from feeds import query
from feeds.flood import FEW
from feeds.model import Item
from storage import bulletins, deliveries, entries, flood_entries, floods, search, subscriptions
from storage.database import open_database
from storage.deliveries import State
from storage.floods import Held
from tests.factories import NOW, make_item, make_press
from tests.unit.feeds.test_flood import again, story

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED, OWNERS = "example-news", "C0OWNERS"
VISIT = Visit(
    feed=FEED, title="Example News", owners=OWNERS, last=NOW - HOUR, baselined_at=NOW - 40 * DAY
)
FRESH = story(900, at=NOW - HOUR)


def everyone(db: Database) -> Audience:
    return Audience(subscriptions.every(db), {})


def known_feed(db: Database) -> Audience:
    """A feed that brought one report a day, and a channel that wants every one of them."""
    subscriptions.add(db, channel="C1", query="officials", created_by="U1", now=NOW)
    for n in range(30, 0, -1):
        entries.remember(db, story(n), now=NOW - n * DAY)
    return everyone(db)


def visit(
    db: Database, items: Iterable[Item], audience: Audience, *, hours: int = 0, feed: str = FEED
) -> IngestReport:
    at = replace(VISIT, feed=feed, last=NOW + (hours - 1) * HOUR)
    items = [replace(item, feed=feed) for item in items]
    return ingest(db, items, audience=audience, now=NOW + hours * HOUR, visit=at)


def churned(version: int = 2, *, of: Sequence[int] = range(1, 26)) -> list[Item]:
    """The feed's last items under other ids and links, all dated at once."""
    return [again(n, key=f"v{version}-{n}", url=f"https://news.example/v{version}/{n}") for n in of]


def owed_titles(db: Database) -> list[str]:
    """The headline of everything owed to a channel, but for bulletins."""
    found = [
        entries.get(db, each.event.entry_id) for each in deliveries.in_state(db, State.PENDING)
    ]
    return [entry.item.title for entry in found if entry]


def only_flood(db: Database) -> Held:
    (found,) = floods.newest(db, limit=10)
    return found


def card(db: Database) -> Bulletin:
    found = only_flood(db)
    owed = bulletins.get(db, channel=OWNERS, kind="flood", key=str(found.id))
    assert owed
    return bulletin.decode(owed.body)


def test_a_feed_that_churns_is_held_behind_one_card_and_its_news_is_told(db: Database) -> None:
    audience = known_feed(db)

    report = visit(db, [*churned(), FRESH], audience)

    assert owed_titles(db) == [FRESH.title]
    assert (report.held, only_flood(db).entries, only_flood(db).told) == (25, 25, 1)
    said = card(db)
    assert said.title == "Example News: 25 items held back"
    assert said.parts[0].text == (
        "25 items came before, under other ids, links or dates. 25 of them match subscriptions."
        " 1 new item in the same visits passed as ever."
    )
    assert [button.label for button in said.buttons] == ["Release", "Drop", "Show"]


def test_a_flood_that_goes_on_grows_one_card(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(of=range(1, 16)), audience)

    visit(db, churned(of=range(10, 31)), audience, hours=1)

    assert only_flood(db).entries == 30
    assert card(db).title == "Example News: 30 items held back"


def test_what_a_flood_brings_again_word_for_word_is_seen(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)

    report = visit(db, churned(version=3), audience, hours=1)

    assert (report.held, only_flood(db).entries, owed_titles(db)) == (0, 25, [])


def test_a_flood_days_later_is_another(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(of=range(1, 10)), audience)

    visit(db, churned(of=range(10, 20)), audience, hours=48)

    assert [flood.entries for flood in floods.newest(db, limit=9)] == [10, 9]


def test_a_feed_dated_anew_is_named_and_nothing_of_it_is_held(db: Database) -> None:
    audience = known_feed(db)

    visit(db, [replace(story(n), event_at=NOW) for n in range(1, 26)], audience)

    said = card(db)
    assert said.title == "Example News: 25 items came again and told nobody"
    assert (said.buttons, said.closing) == ((), "Nothing to do.")
    assert floods.undecided(db) == []
    assert owed_titles(db) == []


def test_released_each_channel_is_owed_what_it_asked_for_once(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)
    number = only_flood(db).id

    first = flood_entries.settle(db, number, floods.State.RELEASED, by="U1", now=NOW)
    second = flood_entries.settle(db, number, floods.State.DROPPED, by="U2", now=NOW)

    assert (first, second) == (25, None)
    assert len(owed_titles(db)) == 25
    assert (only_flood(db).state, only_flood(db).settled_by) == (floods.State.RELEASED, "U1")


def test_after_a_release_the_feeds_news_is_told_as_ever(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)
    flood_entries.settle(db, only_flood(db).id, floods.State.RELEASED, by="U1", now=NOW)

    report = visit(db, [FRESH], audience, hours=1)

    assert (report.held, report.owed) == (0, 1)


def test_who_unsubscribed_meanwhile_is_told_nothing_on_release(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)
    subscriptions.remove(db, channel="C1", query="officials")

    assert flood_entries.settle(db, only_flood(db).id, floods.State.RELEASED, by="U1", now=NOW) == 0


def test_released_a_channel_whose_query_was_changed_is_owed_what_that_one_wants(
    db: Database,
) -> None:
    visit(db, churned(), known_feed(db))
    (before,) = subscriptions.of_channel(db, "C1")
    requery(db, before, "officials satellite", topics={}, now=NOW)

    flood_entries.settle(db, only_flood(db).id, floods.State.RELEASED, by="U1", now=NOW)

    told = owed_titles(db)
    assert 0 < len(told) < 25
    assert all("satellite" in title for title in told)


def test_who_subscribes_after_it_was_held_is_not_told_of_the_past(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)
    subscriptions.add(db, channel="C2", query="officials", created_by="U1", now=NOW)

    assert (
        flood_entries.settle(db, only_flood(db).id, floods.State.RELEASED, by="U1", now=NOW) == 25
    )
    assert {each.channel for each in deliveries.in_state(db, State.PENDING)} == {"C1"}


def test_dropped_it_is_told_to_nobody_ever(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)

    assert flood_entries.settle(db, only_flood(db).id, floods.State.DROPPED, by="U1", now=NOW) == 0
    visit(db, churned(version=3), audience, hours=1)
    visit(db, churned(), audience, hours=2, feed="other-news")

    assert owed_titles(db) == []
    assert (
        flood_entries.settle(db, only_flood(db).id, floods.State.RELEASED, by="U2", now=NOW) is None
    )


def test_what_is_held_is_found_by_search_and_heads_no_story(db: Database) -> None:
    audience = known_feed(db)

    visit(db, churned(), audience)

    assert search.search(db, query.parse("officials")).total == 55


def foreign(of: Sequence[int] = range(500, 520)) -> list[Item]:
    return [story(n, host="other.example.org", at=NOW - HOUR) for n in of]


def test_what_is_held_is_news_when_the_feed_whose_it_is_brings_it(db: Database) -> None:
    audience = known_feed(db)
    visit(db, foreign(), audience)

    visit(db, foreign()[:1], audience, feed="other-news")

    assert owed_titles(db) == [foreign()[0].title]
    assert (only_flood(db).entries, card(db).title) == (19, "Example News: 19 items held back")


def test_a_flood_that_another_feed_brings_whole_holds_nothing_any_more(db: Database) -> None:
    audience = known_feed(db)
    visit(db, foreign(), audience)

    for item in foreign():
        visit(db, [item], audience, feed="other-news")

    assert len(owed_titles(db)) == 20
    assert (card(db).title, card(db).buttons) == (
        "Example News: nothing is held back any more",
        (),
    )


def test_another_feeds_report_with_the_headline_of_what_is_held_is_told_in_full(
    db: Database,
) -> None:
    audience = known_feed(db)
    visit(db, foreign(), audience)

    theirs = replace(foreign()[0], key="theirs", url="https://other.example.org/own")
    visit(db, [theirs], audience, feed="other-news")

    (owed,) = deliveries.in_state(db, State.PENDING)
    assert owed.event.step.value == "reported"


def test_a_held_item_that_its_feed_edits_stays_held(db: Database) -> None:
    audience = known_feed(db)
    visit(db, foreign(), audience)

    visit(db, [replace(foreign()[0], summary="Edited, and officials again")], audience, hours=1)

    assert owed_titles(db) == []


def test_a_footer_under_every_text_tells_nobody_until_it_is_released(db: Database) -> None:
    known_feed(db)
    subscriptions.add(db, channel="C2", query="huawei", created_by="U1", now=NOW)

    edited = [replace(story(n), summary=f"{story(n).summary} Huawei!") for n in range(1, 20)]
    visit(db, edited, everyone(db))

    assert owed_titles(db) == []
    assert (
        flood_entries.settle(db, only_flood(db).id, floods.State.RELEASED, by="U1", now=NOW) == 19
    )


def test_old_documents_are_held_and_todays_issue_is_told(db: Database) -> None:
    subscriptions.add(db, channel="C1", query="huawei", created_by="U1", now=NOW)
    old = [
        make_item(key=f"fr:old-{n}", url=f"https://fr.example/{n}", event_at=NOW - 900 * DAY)
        for n in range(40)
    ]

    report = visit(db, [*old, make_item()], everyone(db), feed="register")

    assert report.held == 40
    assert owed_titles(db) == [make_item().title]


def test_a_first_reading_is_no_flood(db: Database) -> None:
    audience = known_feed(db)

    ingest(db, churned(), audience=audience, now=NOW, baseline=True, visit=VISIT)

    assert floods.newest(db, limit=9) == []


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("churn"), st.integers(2, 5)),
        st.tuples(st.just("foreign"), st.integers(500, 510)),
        st.tuples(st.just("theirs"), st.integers(500, 520)),
        st.tuples(st.just("fresh"), st.integers(700, 720)),
        st.tuples(st.sampled_from(["release", "drop"]), st.integers(1, 4)),
    ),
    max_size=14,
)


@settings(max_examples=60)
@given(ACTS)
def test_whatever_happens_nothing_is_told_that_waits_or_was_dropped_and_nothing_twice(
    acts: list[tuple[str, int]],
) -> None:
    with open_database(":memory:") as db:
        audience = known_feed(db)
        dropped: set[int] = set()

        for hour, (act, n) in enumerate(acts, 1):
            if act == "churn":
                visit(db, churned(version=n), audience, hours=hour)
            elif act == "foreign":
                visit(db, foreign(range(n, n + FEW)), audience, hours=hour)
            elif act == "theirs":
                visit(db, foreign([n]), audience, hours=hour, feed="other-news")
            elif act == "fresh":
                visit(db, [story(n, at=NOW)], audience, hours=hour)
            else:
                state = floods.State.RELEASED if act == "release" else floods.State.DROPPED
                inside = {each.entry.id for each in flood_entries.entries(db, n)}
                if (
                    flood_entries.settle(db, n, state, by="U1", now=NOW) is not None
                    and act == "drop"
                ):
                    dropped |= inside

            told = [each.event.entry_id for each in deliveries.in_state(db, State.PENDING)]
            waiting = {
                each.entry.id
                for flood in floods.undecided(db)
                for each in flood_entries.entries(db, flood.id)
            }
            assert len(told) == len(set(told))
            assert not (waiting | dropped) & set(told)
            fresh = {story(each).title for kind, each in acts[:hour] if kind == "fresh"}
            assert fresh <= set(owed_titles(db))


def test_a_press_item_of_another_feed_is_not_taken_for_a_repeat(db: Database) -> None:
    audience = known_feed(db)
    visit(db, churned(), audience)

    report = visit(db, [make_press(feed="other-news")], audience, feed="other-news")

    assert report.held == 0


def test_in_a_restored_database_a_number_given_again_is_another_flood(
    db: Database, tmp_path: Path
) -> None:
    """Slack is asked for a card by its id: one that stands must not pass for another."""
    visit(db, churned(), known_feed(db))
    with open_database(tmp_path / "restored.db") as restored:
        visit(restored, churned(3), known_feed(restored), hours=1)

        ((first,), (second,)) = (bulletins.in_state(each, State.PENDING) for each in (db, restored))

    assert first.key == second.key
    assert first.delivery_id != second.delivery_id
