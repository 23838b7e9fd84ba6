"""A batch's outcomes in columns: what is written is read, and what was taken stays taken."""

from __future__ import annotations

import pytest

from kaverun.columns import packed
from kaverun.ledger.outcomes import (
    fates_in,
    mask,
    newer_statuses,
    result_at,
    unpacked,
    with_cancelled,
    with_cancelling,
    with_kept,
    with_results,
)
from kaverun.ledger.protocol import Result
from kaverun.plan.served import Fate

ACCEPTED = Result(Fate.ACCEPTED, 2**53 + 1, 1, 120, 1)
REJECTED = Result(Fate.REJECTED, None, 6, None, 1, "a bad number")
UNKNOWN = Result(Fate.UNKNOWN, None, None, None, 3, "no answer")


@pytest.mark.parametrize(
    "results", [[ACCEPTED], [ACCEPTED] * 200, [ACCEPTED, REJECTED, UNKNOWN], [ACCEPTED._replace(cost=None)] * 2]
)
def test_what_is_written_is_read(results):
    known = with_results(unpacked(len(results), None, None), dict(enumerate(results)))
    again = unpacked(len(results), packed(known), None)
    assert [result_at(again, index) for index in range(len(results))] == results


def test_newer_statuses_stand_in_the_place_of_those_that_were_there():
    known = with_results(unpacked(2, None, None), {0: ACCEPTED, 1: REJECTED})
    assert unpacked(2, packed(known), packed([[10, 6]])) == known._replace(statuses=[10, 6])


def test_a_column_of_one_value_takes_the_room_of_one():
    known = with_results(unpacked(200, None, None), dict.fromkeys(range(200), ACCEPTED))
    assert len(packed(known)) < 100


def test_what_has_no_outcome_yet_is_being_sent():
    known = with_results(unpacked(2, None, None), {1: ACCEPTED})
    assert known.fates == [Fate.SENDING, Fate.ACCEPTED]
    assert fates_in(known) == mask([Fate.SENDING, Fate.ACCEPTED])


def test_newer_results_stand_but_for_what_was_taken():
    known = with_results(unpacked(3, None, None), {0: ACCEPTED, 1: UNKNOWN, 2: REJECTED})
    newer = with_results(known, dict.fromkeys(range(3), Result(Fate.NOT_SENT)))
    assert newer.fates == [Fate.ACCEPTED, Fate.NOT_SENT, Fate.NOT_SENT]
    assert result_at(newer, 0) == ACCEPTED


def test_the_status_of_a_cancelled_message_does_not_change():
    known = with_results(unpacked(2, None, None), {0: ACCEPTED._replace(fate=Fate.CANCELLED, status=13), 1: ACCEPTED})
    assert newer_statuses(known, {0: 10, 1: 10}) == [13, 10]


def test_a_cancellation_that_was_begun_is_confirmed_or_leaves_the_message_accepted():
    accepted = with_results(unpacked(4, None, None), {**dict.fromkeys(range(3), ACCEPTED), 3: UNKNOWN})
    begun = with_cancelling(accepted, range(4))
    assert begun.fates == [Fate.CANCELLING] * 3 + [Fate.UNKNOWN]
    assert with_results(begun, {0: UNKNOWN}) == begun
    ended = with_kept(with_cancelled(begun, [0]), {0: 2, 1: 10, 2: None, 3: 2}, "nobody knows")
    assert ended.fates == [Fate.CANCELLED, Fate.ACCEPTED, Fate.ACCEPTED, Fate.UNKNOWN]
    assert (ended.statuses, ended.reasons) == ([13, 10, 1, None], ["", "", "nobody knows", "no answer"])
