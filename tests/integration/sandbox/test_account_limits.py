"""Limits of an account: calls per minute, addresses, its owner's number, the length of texts."""

from __future__ import annotations

from typing import Any

import pytest

SEND = {"receptor": "09123456789", "message": "سلام"}


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_more_calls_than_a_minute_may_have_are_451(still: Any, dialect: str) -> None:
    caller = still(dialect=dialect, calls_per_minute=3)
    assert [caller.status("sms/send", **SEND) for _ in range(5)] == [200, 200, 200, 451, 451]
    assert caller.status("account/info") == 451
    assert caller.sandbox.requests()[-1].why == "more than 3 calls in a minute"
    caller.sandbox.clock.advance(60)
    assert caller.status("account/info") == 200
    assert len(caller.sandbox.messages()) == 3


def test_a_reset_and_a_clock_set_back_begin_a_new_minute(still: Any) -> None:
    caller = still(calls_per_minute=1)
    assert [caller.status("account/info") for _ in range(2)] == [200, 451]
    caller.sandbox.clock.advance(-3600)
    assert [caller.status("account/info") for _ in range(2)] == [200, 451]
    caller.sandbox.reset()
    assert caller.status("account/info") == 200


@pytest.mark.parametrize(("dialect", "code"), [("document", 407), ("live", 416)])
def test_a_key_may_be_bound_to_addresses(start: Any, dialect: str, code: int) -> None:
    caller = start(dialect=dialect, sources=("192.0.2.0/24",))
    assert [caller.status(method) for method in ("account/info", "sms/latestoutbox", "sms/nothing")] == [code] * 3
    assert start(dialect=dialect, sources=("192.0.2.0/24", "127.0.0.1")).status("account/info") == 200


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_a_test_account_sends_to_its_owner_alone(start: Any, dialect: str) -> None:
    caller = start(dialect=dialect, owner="+989123456789")
    assert caller.status("sms/send", **SEND) == 200
    assert caller.status("sms/send", receptor="09120000001", message="سلام") == 501
    assert caller.status("sms/sendarray", **caller.array(["9123456789", "09120000001"])) == 501
    assert caller.status("verify/lookup", receptor="09120000001", template="t", token="1") == 501
    assert caller.status("call/maketts", receptor="09120000001", message="سلام") == 501
    assert len(caller.sandbox.messages()) == 1


def test_some_lines_take_longer_texts(start: Any) -> None:
    caller = start(max_text=1800)
    assert caller.status("sms/send", receptor="09123456789", message="س" * 1800) == 200
    assert caller.status("sms/send", receptor="09123456789", message="س" * 1801) == 413
    assert [note.code for note in caller.sandbox.requests()[0].notes] == [413]
