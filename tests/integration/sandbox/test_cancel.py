"""Cancelling messages, and their refunds."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3600
NOW = 1_700_000_000  # of the clock of `still`
CREDIT = 10_000


def test_a_scheduled_message_is_cancelled_and_refunded(still: Any) -> None:
    caller = still(credit=CREDIT)
    sent = caller.send(date=NOW + HOUR)
    assert caller.sandbox.credit == CREDIT - 120
    assert caller.entries("sms/cancel", "GET", messageid=sent) == [
        {"messageid": sent, "status": 13, "statustext": "لغو شده"}
    ]
    assert caller.sandbox.credit == CREDIT
    caller.sandbox.clock.advance(2 * HOUR)
    assert caller.entries("sms/status", messageid=sent)[0]["status"] == 13
    assert caller.sandbox.counters()["cancelled"] == 1
    assert caller.sandbox.counters()["refunded"] == 120


def test_a_message_is_refunded_once(still: Any) -> None:
    caller = still(credit=CREDIT)
    sent = caller.send(date=NOW + HOUR)
    assert [row["status"] for row in caller.entries("sms/cancel", messageid=f"{sent},{sent}")] == [13, 13]
    caller.entries("sms/cancel", messageid=sent)
    assert caller.sandbox.credit == CREDIT


@pytest.mark.parametrize(("dialect", "status"), [("document", 13), ("live", 1)])
def test_a_queued_message_is_cancelled_in_the_document_only(still: Any, dialect: str, status: int) -> None:
    caller = still(dialect=dialect, credit=CREDIT)
    assert caller.entries("sms/cancel", messageid=caller.send())[0]["status"] == status
    assert caller.sandbox.credit == (CREDIT if status == 13 else CREDIT - 120)


def test_what_went_out_keeps_its_status_and_its_price(still: Any) -> None:
    caller = still(credit=CREDIT)
    sent = caller.send()
    for seconds, status in ((5, 4), (10, 10)):
        caller.sandbox.clock.set(NOW + seconds)
        assert caller.entries("sms/cancel", messageid=sent)[0]["status"] == status
    assert caller.sandbox.credit == CREDIT - 120


def test_unknown_ids_are_100_next_to_known_ones(still: Any) -> None:
    caller = still()
    rows = caller.entries("sms/cancel", messageid=f"{caller.send()},12")
    assert [row["status"] for row in rows] == [13, 100]


def test_a_message_scheduled_long_ago_can_still_be_cancelled(still: Any) -> None:
    caller = still()
    sent = caller.send(date=NOW + 1000 * HOUR)
    caller.sandbox.clock.advance(999 * HOUR)
    assert caller.entries("sms/cancel", messageid=sent)[0]["status"] == 13


def test_a_cancelled_localid_gives_the_cancelled_record_again(still: Any) -> None:
    caller = still()
    sent = caller.send(localid=7, date=NOW + HOUR)
    caller.entries("sms/cancel", messageid=sent)
    (row,) = caller.entries("sms/send", receptor="09123456789", message="سلام", localid=7)
    assert (row["messageid"], row["status"]) == (sent, 13)


def test_500_ids_can_be_cancelled_at_once(still: Any) -> None:
    caller = still()
    assert caller.status("sms/cancel", messageid=",".join(["1"] * 500)) == 200
    assert caller.status("sms/cancel", messageid=",".join(["1"] * 501)) == 414
    assert caller.status("sms/cancel") == 400


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_ids_of_which_none_is_known_are_100_too(still: Any, dialect: str) -> None:
    assert still(dialect=dialect).entries("sms/cancel", messageid="12")[0]["status"] == 100


def test_the_live_dialect_has_nothing_to_note(still: Any) -> None:
    caller = still(dialect="live")
    caller.entries("sms/cancel", messageid=caller.send())
    assert caller.sandbox.requests()[-1].notes == ()


def test_refunds_can_be_off(still: Any) -> None:
    caller = still(credit=CREDIT, refund=False)
    caller.entries("sms/cancel", messageid=caller.send(date=NOW + HOUR))
    assert caller.sandbox.credit == CREDIT - 120


def test_in_debugmode_nothing_was_paid_and_nothing_comes_back(still: Any) -> None:
    caller = still(credit=CREDIT, debugmode=True)
    assert caller.entries("sms/cancel", messageid=caller.send())[0]["status"] == 13
    assert caller.sandbox.credit == CREDIT
