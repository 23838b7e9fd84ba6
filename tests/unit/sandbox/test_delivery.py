from __future__ import annotations

import pytest

from kaverun.sandbox.delivery import CANCELLED, QUEUED, SCHEDULED, status_at
from kaverun.sandbox.records import Message

PROGRESS = ((0.0, 1), (2.0, 4), (10.0, 10))


def message(status: int, date: int, accepted_at: float = 100.0) -> Message:
    return Message(1, "", "09123456789", "10004346", "x", status, 120, "ucs2", 1, date, accepted_at, 1)


@pytest.mark.parametrize(("now", "status"), [(100.0, 1), (101.9, 1), (102.0, 4), (109.9, 4), (110.0, 10), (1e9, 10)])
def test_a_message_goes_from_queued_to_delivered(now: float, status: int) -> None:
    assert status_at(message(QUEUED, 100), now, PROGRESS) == status


@pytest.mark.parametrize(("now", "status"), [(100.0, 2), (499.9, 2), (500.0, 1), (502.0, 4), (510.0, 10)])
def test_a_scheduled_message_waits_for_its_date(now: float, status: int) -> None:
    assert status_at(message(SCHEDULED, 500), now, PROGRESS) == status


def test_a_cancelled_message_stays_so() -> None:
    assert status_at(message(CANCELLED, 100), 1e9, PROGRESS) == CANCELLED
