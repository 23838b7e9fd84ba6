"""Everything that depends on time follows a clock that clients can move."""

from __future__ import annotations

from typing import Any

import pytest

MINUTE, HOUR, DAY = 60, 3600, 86400
NOW = 1_700_000_000
RECEPTOR = "09123456789"


@pytest.fixture
def at(start: Any) -> Any:
    """A sandbox, and a function that sets its clock to some seconds after NOW, as any client could."""
    caller = start()

    def moved(seconds: float) -> None:
        told = caller.control("clock", "POST", {"stop": True, "set": NOW + seconds})
        assert told == {"now": NOW + seconds, "stopped": True}

    moved(0)
    return caller, moved


def status(caller: Any, messageid: int) -> int:
    return int(caller.entries("sms/status", messageid=messageid)[0]["status"])


def test_a_message_goes_from_queued_to_its_last_status(at: Any) -> None:
    caller, move = at
    sent = caller.send()
    course = []
    for seconds in (0, 1.9, 2, 9.9, 10):
        move(seconds)
        course.append(status(caller, sent))
    assert course == [1, 1, 4, 4, 10]


def test_a_scheduled_message_waits_and_then_goes_its_way(at: Any) -> None:
    caller, move = at
    sent = caller.send(date=NOW + HOUR)
    course = []
    for seconds in (0, HOUR - 0.5, HOUR, HOUR + 2, HOUR + 10):
        move(seconds)
        course.append(status(caller, sent))
    assert course == [2, 2, 1, 4, 10]


def test_the_past_is_before_the_moved_clock(at: Any) -> None:
    caller, move = at
    move(DAY)
    assert caller.status("sms/send", receptor=RECEPTOR, message="a", date=NOW + DAY - 1) == 417
    assert caller.status("sms/send", receptor=RECEPTOR, message="a", date=NOW + DAY) == 200


@pytest.mark.parametrize(
    ("method", "field", "hours"), [("sms/status", "messageid", 48), ("sms/statuslocalmessageid", "localid", 12)]
)
def test_look_ups_end_on_time(at: Any, method: str, field: str, hours: int) -> None:
    caller, move = at
    wanted = {"messageid": caller.send(localid="7"), "localid": "7"}[field]
    move(hours * HOUR)
    assert caller.entries(method, **{field: wanted})[0]["status"] == 10
    move(hours * HOUR + 1)
    assert caller.entries(method, **{field: wanted})[0]["status"] == 100


def test_the_outbox_ends_after_three_days(at: Any) -> None:
    caller, move = at
    caller.send()
    move(3 * DAY)
    assert len(caller.entries("sms/selectoutbox", startdate=NOW)) == 1
    move(3 * DAY + 1)
    assert caller.status("sms/selectoutbox", startdate=NOW) == 417
    assert caller.entries("sms/countoutbox", startdate=NOW) == {"sumcount": 1}
    assert len(caller.entries("sms/statusbyreceptor", receptor=RECEPTOR, startdate=NOW)) == 1
    assert len(caller.entries("sms/latestoutbox")) == 1


def test_dates_of_answers_the_account_and_the_journal_follow_the_moved_clock(at: Any) -> None:
    caller, move = at
    move(DAY)
    assert caller.entries("sms/send", receptor=RECEPTOR, message="a")[0]["date"] == NOW + DAY
    assert NOW + 365 * DAY < caller.entries("account/info")["expiredate"] <= NOW + 366 * DAY
    assert caller.sandbox.requests()[0].at == NOW + DAY


def test_a_clock_that_is_set_back_breaks_nothing(at: Any) -> None:
    caller, move = at
    sent = caller.send(localid="7")
    move(-DAY)
    assert status(caller, sent) == 1
    assert caller.entries("sms/statuslocalmessageid", localid="7")[0]["messageid"] == sent
    earlier = caller.send()
    assert [row["messageid"] for row in caller.entries("sms/selectoutbox", startdate=NOW - DAY)] == [earlier, sent]
