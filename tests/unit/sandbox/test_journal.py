from __future__ import annotations

import pytest

from kaverun.sandbox import journal as journal_module
from kaverun.sandbox.journal import Journal
from kaverun.sandbox.records import Request


def request(body: bytes = b"", method: str = "sms/send") -> Request:
    return Request(0, 1.0, "POST", "/v1/***/sms/send.json", method, 1, len(body), raw=(b"", body))


def test_requests_are_numbered_in_the_order_of_arrival() -> None:
    journal = Journal()
    assert [journal.open(request()).number for _ in range(3)] == [1, 2, 3]


def test_a_request_is_seen_before_it_is_answered_and_after() -> None:
    journal = Journal()
    number = journal.open(request()).number
    assert journal.requests()[0].outcome == ""
    journal.close(number, outcome="answered", status=200, http_status=200)
    assert (journal.requests()[0].outcome, journal.requests()[0].status) == ("answered", 200)


def test_counters_add_up() -> None:
    journal = Journal()
    for status in (200, 200, 418):
        journal.close(journal.open(request()).number, outcome="answered", status=status)
    journal.close(journal.open(request(method="sms/status")).number, outcome="dropped")
    assert journal.counters() == {
        "total": 4,
        "by_method": {"sms/send": 3, "sms/status": 1},
        "by_outcome": {"answered": 3, "dropped": 1},
        "by_status": {"sms/send": {"200": 2, "418": 1}},
        "notes": {},
    }


def test_fields_can_be_read_from_an_entry() -> None:
    assert request(b"Message=%D8%B3").fields == {"message": "س"}
    assert request(b"message=%ff").fields == {}


def test_the_oldest_bodies_and_requests_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST_BYTES", 25)
    monkeypatch.setattr(journal_module, "MOST_REQUESTS", 3)
    journal = Journal()
    for _ in range(4):
        journal.open(request(b"message=xy"))
    assert [(entry.number, len(entry.raw[1])) for entry in journal.requests()] == [(2, 0), (3, 10), (4, 10)]
    assert journal.counters()["total"] == 4


def test_reset_forgets_everything() -> None:
    journal = Journal()
    journal.open(request())
    journal.reset()
    assert (journal.requests(), journal.counters()["total"]) == ((), 0)
