from __future__ import annotations

import pytest

from kaverun.sandbox.delivery import CANCELLED, QUEUED, SCHEDULED, ends, status_at
from kaverun.sandbox.records import Message

PROGRESS = ((0.0, 1), (2.0, 4), (10.0, 10))


def message(status: int, date: int, accepted_at: float = 100.0, ending: int | None = None) -> Message:
    return Message(1, "", "09123456789", "10004346", "x", status, 120, "ucs2", 1, date, accepted_at, 1, ending=ending)


@pytest.mark.parametrize(("now", "status"), [(100.0, 1), (101.9, 1), (102.0, 4), (109.9, 4), (110.0, 10), (1e9, 10)])
def test_a_message_goes_from_queued_to_delivered(now: float, status: int) -> None:
    assert status_at(message(QUEUED, 100), now, PROGRESS) == status


@pytest.mark.parametrize(("now", "status"), [(100.0, 2), (499.9, 2), (500.0, 1), (502.0, 4), (510.0, 10)])
def test_a_scheduled_message_waits_for_its_date(now: float, status: int) -> None:
    assert status_at(message(SCHEDULED, 500), now, PROGRESS) == status


def test_a_cancelled_message_stays_so() -> None:
    assert status_at(message(CANCELLED, 100), 1e9, PROGRESS) == CANCELLED


@pytest.mark.parametrize("ending", [4, 5, 6, 11, 13, 14, 50, 100])
def test_another_ending_takes_the_place_of_the_last_status(ending: int) -> None:
    course = [status_at(message(QUEUED, 100, ending=ending), now, PROGRESS) for now in (100.0, 102.0, 110.0, 1e9)]
    assert course == [1, 4, ending, ending]


def test_a_message_may_stay_queued_for_ever() -> None:
    assert status_at(message(QUEUED, 100, ending=1), 1e9, PROGRESS) == QUEUED
    assert status_at(message(SCHEDULED, 500, ending=1), 1e9, PROGRESS) == QUEUED


def test_without_progress_messages_stay_queued_or_end_at_once() -> None:
    assert status_at(message(QUEUED, 100), 1e9, ()) == QUEUED
    assert status_at(message(QUEUED, 100, ending=11), 100.0, ()) == 11


def test_a_message_ends_when_its_progress_does() -> None:
    assert (ends(message(QUEUED, 100), PROGRESS), ends(message(SCHEDULED, 500), PROGRESS)) == (110.0, 510.0)
    assert ends(message(QUEUED, 100), ()) == 100.0
