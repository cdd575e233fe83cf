"""Standing: where a document stands at a moment, by its own dates and by what later ones did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import standing
from feeds.date_sentences import DateKind
from feeds.document_dates import Basis, DocumentDate
from feeds.model import Stage
from feeds.relation_words import RelationKind
from feeds.relations import Relation
from feeds.standing import Force, Later, Standing

JUNE, AUGUST = date(2020, 6, 18), date(2020, 8, 17)


def on(kind: DateKind, day: date | None, sentence: str = "") -> DocumentDate:
    return DocumentDate(kind=kind, day=day, basis=Basis.STATED, sentence=sentence)


_RULE = (on(DateKind.EFFECTIVE, JUNE), on(DateKind.COMMENTS_CLOSE, AUGUST))


def later(
    kind: RelationKind,
    since: date,
    *dates: DocumentDate,
    until: date | None = None,
    number: str = "2020-99999",
) -> Later:
    relation = Relation(kind=kind, target=None, sentence="", until=until)
    return Later(relation=relation, number=number, since=since, dates=dates)


def stands(
    day: date,
    *steps: Later,
    dates: tuple[DocumentDate, ...] = _RULE,
    stage: Stage = Stage.PUBLISHED,
) -> Standing:
    noon = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    return standing.of(dates, steps, stage=stage, now=noon)


@pytest.mark.parametrize(
    ("day", "force", "open_"),
    [
        (date(2020, 6, 17), Force.NOT_YET, True),
        (JUNE, Force.IN_FORCE, True),
        (AUGUST, Force.IN_FORCE, True),
        (date(2020, 8, 18), Force.IN_FORCE, False),
    ],
)
def test_a_rule_comes_into_force_and_its_comments_close(
    day: date, force: Force, open_: bool
) -> None:
    found = stands(day)

    assert (found.force, found.day, found.comments_open) == (force, JUNE, open_)
    assert found.comments_close == AUGUST


def test_a_rule_effective_on_display_is_in_force_before_it_is_printed() -> None:
    found = stands(JUNE, stage=Stage.INSPECTION)

    assert (found.stage, found.force) == (Stage.INSPECTION, Force.IN_FORCE)


def test_the_day_is_that_of_washington() -> None:
    now = datetime(2020, 6, 18, 3, 0, tzinfo=UTC)  # eleven in the evening of the 17th

    assert standing.of(_RULE, (), stage=Stage.PUBLISHED, now=now).force is Force.NOT_YET


def test_what_is_withdrawn_from_inspection_binds_nobody() -> None:
    found = stands(AUGUST, stage=Stage.WITHDRAWN)

    assert (found.force, found.comments_open) == (Force.WITHDRAWN, False)


def test_a_notice_without_an_effective_date_says_nothing_of_force() -> None:
    found = stands(JUNE, dates=(on(DateKind.COMMENTS_CLOSE, AUGUST),))

    assert (found.force, found.day, found.comments_open) == (Force.NOT_STATED, None, True)


def test_a_date_to_be_announced_is_not_yet() -> None:
    found = stands(JUNE, dates=(on(DateKind.EFFECTIVE, None),))

    assert (found.force, found.day) == (Force.NOT_YET, None)


def test_an_applicable_date_stands_in_for_an_effective_one() -> None:
    assert stands(JUNE, dates=(on(DateKind.APPLICABLE, JUNE),)).force is Force.IN_FORCE


def test_a_rule_expires_when_it_says_so_in_one_breath() -> None:
    breath = "Effective June 18, 2020, through August 17, 2020."
    itself = (on(DateKind.EFFECTIVE, JUNE, breath), on(DateKind.EXPIRES, AUGUST, breath))
    within = (on(DateKind.EFFECTIVE, JUNE, breath), on(DateKind.EXPIRES, AUGUST, "The license …"))

    assert stands(AUGUST, dates=itself).force is Force.IN_FORCE
    assert stands(date(2020, 8, 18), dates=itself).force is Force.EXPIRED
    assert stands(date(2020, 8, 18), dates=within).force is Force.IN_FORCE


def test_a_delay_moves_the_day_until_it_comes() -> None:
    until = date(2020, 9, 1)
    delay = later(RelationKind.DELAYS, date(2020, 6, 10), until=until)

    found = stands(JUNE, delay)
    assert (found.force, found.day, found.because) == (Force.DELAYED, until, "2020-99999")
    assert stands(until, delay).force is Force.IN_FORCE


def test_a_delay_takes_its_day_from_its_own_dates_or_has_none() -> None:
    told = on(DateKind.EFFECTIVE, AUGUST)

    assert stands(JUNE, later(RelationKind.DELAYS, JUNE, told)).day == AUGUST
    assert stands(AUGUST, later(RelationKind.DELAYS, JUNE)).force is Force.DELAYED


def test_an_announced_effective_date_ends_the_waiting() -> None:
    announced = later(RelationKind.CONFIRMS, JUNE, on(DateKind.EFFECTIVE, AUGUST))

    found = stands(AUGUST, announced, dates=(on(DateKind.EFFECTIVE, None),))

    assert (found.force, found.day) == (Force.IN_FORCE, AUGUST)


@pytest.mark.parametrize("kind", [RelationKind.EXTENDS_COMMENTS, RelationKind.REOPENS_COMMENTS])
def test_comments_stay_open_as_long_as_a_later_document_says(kind: RelationKind) -> None:
    until = date(2020, 9, 1)

    found = stands(date(2020, 8, 20), later(kind, AUGUST, until=until))

    assert (found.comments_close, found.comments_open) == (until, True)


def test_a_suspension_ends_by_itself() -> None:
    suspension = later(RelationKind.SUSPENDS, JUNE, until=AUGUST)

    found = stands(AUGUST, suspension)
    assert (found.force, found.day, found.because) == (Force.SUSPENDED, AUGUST, "2020-99999")
    assert stands(date(2020, 8, 18), suspension).force is Force.IN_FORCE
    assert stands(date(2030, 1, 1), later(RelationKind.SUSPENDS, JUNE)).force is Force.SUSPENDED


def test_a_suspension_that_is_over_is_the_reason_of_nothing() -> None:
    suspension = later(RelationKind.SUSPENDS, JUNE, until=AUGUST, number="2020-11111")
    delay = later(RelationKind.DELAYS, JUNE - timedelta(2), until=JUNE, number="2020-22222")
    after = AUGUST + timedelta(1)

    assert stands(AUGUST, suspension).because == "2020-11111"
    assert stands(after, suspension).because == ""
    assert stands(after, suspension, dates=()).because == ""
    assert stands(AUGUST, delay, suspension).because == "2020-11111"
    assert stands(after, delay, suspension).because == "2020-22222"


def test_what_moves_a_day_during_a_suspension_is_not_what_suspends() -> None:
    suspension = later(RelationKind.SUSPENDS, JUNE, until=AUGUST, number="2020-11111")
    moved = later(RelationKind.DELAYS, JUNE + timedelta(2), until=AUGUST, number="2020-22222")

    assert stands(JUNE + timedelta(3), suspension, moved).because == "2020-11111"
    assert stands(AUGUST + timedelta(1), suspension, moved).because == "2020-22222"


def test_a_delay_that_came_too_late_is_not_why_a_rule_is_over() -> None:
    over = later(RelationKind.SUPERSEDES, JUNE, number="2020-11111")
    delay = later(RelationKind.DELAYS, AUGUST, until=date(2021, 1, 1), number="2020-22222")

    assert stands(AUGUST, over, delay).because == "2020-11111"
    assert stands(AUGUST, delay, stage=Stage.WITHDRAWN).because == ""


def test_a_rule_expires_by_itself_whatever_moved_its_beginning() -> None:
    breath = "Effective June 18, 2020, through August 17, 2020."
    dates = (on(DateKind.EFFECTIVE, JUNE, breath), on(DateKind.EXPIRES, AUGUST, breath))
    delay = later(RelationKind.DELAYS, JUNE, until=JUNE + timedelta(9))

    found = stands(AUGUST + timedelta(1), delay, dates=dates)

    assert (found.force, found.because) == (Force.EXPIRED, "")


def test_a_confirmation_of_the_day_that_was_set_moves_nothing() -> None:
    confirmed = later(RelationKind.CONFIRMS, JUNE, on(DateKind.EFFECTIVE, JUNE))

    assert (stands(JUNE, confirmed).force, stands(JUNE, confirmed).because) == (Force.IN_FORCE, "")


@pytest.mark.parametrize(
    ("kind", "force"),
    [
        (RelationKind.SUPERSEDES, Force.SUPERSEDED),
        (RelationKind.WITHDRAWS, Force.WITHDRAWN),
    ],
)
def test_what_is_superseded_or_withdrawn_stays_so(kind: RelationKind, force: Force) -> None:
    delay = later(RelationKind.DELAYS, AUGUST, until=date(2021, 1, 1))

    found = stands(AUGUST, later(kind, JUNE), delay)

    assert (found.force, found.day, found.comments_open) == (force, JUNE, False)


def test_a_longer_validity_outlives_the_first_end() -> None:
    breath = "Effective June 18, 2020, through August 17, 2020."
    dates = (on(DateKind.EFFECTIVE, JUNE, breath), on(DateKind.EXPIRES, AUGUST, breath))
    extension = later(RelationKind.EXTENDS, AUGUST, until=date(2020, 11, 18))

    assert stands(date(2020, 8, 18), extension, dates=dates).force is Force.IN_FORCE
    assert stands(date(2020, 11, 19), extension, dates=dates).force is Force.EXPIRED


_STEPS = st.lists(
    st.builds(
        later,
        st.sampled_from(RelationKind),
        st.dates(JUNE, AUGUST),
        until=st.none() | st.dates(JUNE, AUGUST),
    ),
    max_size=5,
)


@given(_STEPS, st.dates(JUNE, AUGUST), st.randoms(use_true_random=False))
def test_the_order_in_which_later_documents_are_given_does_not_matter(
    steps: list[Later], day: date, random: object
) -> None:
    by_kind = sorted(steps, key=lambda one: (one.since, one.relation.kind, str(one.relation.until)))
    numbered = [
        Later(relation=one.relation, number=str(n), since=one.since)
        for n, one in enumerate(by_kind)
    ]

    assert stands(day, *numbered) == stands(day, *reversed(numbered))


@given(_STEPS, st.dates(JUNE, AUGUST))
def test_what_is_still_to_come_changes_nothing(steps: list[Later], day: date) -> None:
    known = [one for one in steps if one.since <= day]

    assert stands(day, *steps) == stands(day, *known)
    assert stands(JUNE - timedelta(1), *steps) == stands(JUNE - timedelta(1))
