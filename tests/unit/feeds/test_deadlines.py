"""feeds/deadlines.py: the days that a document sets, and which document sets them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feeds import deadlines
from feeds.date_sentences import DateKind
from feeds.document_dates import Basis, DocumentDate
from feeds.model import Stage
from feeds.relation_words import RelationKind
from feeds.relations import Relation
from feeds.standing import Later

NOW = datetime(2020, 8, 20, 16, tzinfo=UTC)
JUNE, AUGUST, OCTOBER = date(2020, 6, 18), date(2020, 8, 17), date(2020, 10, 1)
RULE = (
    DocumentDate(kind=DateKind.EFFECTIVE, day=JUNE, basis=Basis.FIELD),
    DocumentDate(kind=DateKind.COMMENTS_CLOSE, day=AUGUST, basis=Basis.FIELD),
)


def later(number: str, kind: RelationKind, since: date, until: date | None = None) -> Later:
    relation = Relation(kind=kind, target=None, sentence="", until=until)
    return Later(relation=relation, number=number, since=since)


def test_a_day_is_of_the_document_that_moved_it_whatever_came_after() -> None:
    extended = later("2020-17000", RelationKind.EXTENDS_COMMENTS, date(2020, 8, 4), OCTOBER)
    delayed = later("2020-17500", RelationKind.DELAYS, date(2020, 8, 10), date(2020, 9, 1))
    corrected = later("2020-18000", RelationKind.CORRECTS, date(2020, 8, 18))

    found = deadlines.of(
        "2020-13093", RULE, (extended, delayed, corrected), stage=Stage.PUBLISHED, now=NOW
    )

    assert {(due.kind, due.day, due.source) for due in found} == {
        (DateKind.EFFECTIVE, date(2020, 9, 1), "2020-17500"),
        (DateKind.COMMENTS_CLOSE, OCTOBER, "2020-17000"),
    }


def test_a_day_that_nothing_later_moves_is_the_document_s_own() -> None:
    corrected = later("2020-18000", RelationKind.CORRECTS, date(2020, 8, 18))

    found = deadlines.of("2020-13093", RULE, (corrected,), stage=Stage.PUBLISHED, now=NOW)

    assert {(due.day, due.source) for due in found} == {
        (JUNE, "2020-13093"),
        (AUGUST, "2020-13093"),
    }


@pytest.mark.parametrize(
    ("steps", "binds"),
    [
        ([later("1", RelationKind.DELAYS, date(2020, 6, 10))], None),
        ([later("1", RelationKind.SUSPENDS, date(2020, 6, 10))], None),
        ([later("1", RelationKind.SUSPENDS, JUNE, JUNE)], None),
        ([later("1", RelationKind.SUSPENDS, date(2020, 6, 10), date(2020, 6, 17))], JUNE),
        # It was in force already, and was so from that day.
        ([later("1", RelationKind.DELAYS, date(2020, 6, 19))], JUNE),
        ([later("1", RelationKind.SUSPENDS, date(2020, 6, 19))], JUNE),
        # Put off again, with a day.
        (
            [
                later("1", RelationKind.DELAYS, date(2020, 6, 10)),
                later("2", RelationKind.DELAYS, date(2020, 7, 10), OCTOBER),
            ],
            OCTOBER,
        ),
        # Not suspended yet.
        ([later("1", RelationKind.SUSPENDS, date(2020, 8, 21))], JUNE),
    ],
)
def test_no_rule_takes_effect_on_a_day_on_which_it_is_put_off_or_suspended(
    steps: list[Later], binds: date | None
) -> None:
    found = deadlines.of("2020-13093", RULE, steps, stage=Stage.PUBLISHED, now=NOW)

    days = {due.kind: due.day for due in found}
    assert days.get(DateKind.EFFECTIVE) == binds
    assert days[DateKind.COMMENTS_CLOSE] == AUGUST
