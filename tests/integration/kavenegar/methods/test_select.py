"""Select (API document, 6): whole messages by messageid, for clients on the IP whitelist."""

from __future__ import annotations

import pytest

from kaverun.kavenegar import ApiError

SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def test_client_gives_whole_messages_of_any_number_of_ids(bench, send):
    ids = send(2)
    rows = bench.client().select([*ids, *range(1, 600)])
    assert [(row.messageid, row.message) for row in rows[:2]] == [(ids[0], "سلام 1"), (ids[1], "سلام 2")]
    assert {row.status for row in rows[2:]} == {100}
    assert len(bench.sandbox.requests()) == 3


def test_client_off_the_whitelist_is_refused(start):
    with pytest.raises(ApiError) as caught:
        start(ip_whitelist=()).client().select([1])
    assert caught.value.code == 407


def test_command_reads_without_a_yes(answered, send):
    (messageid,) = send()
    (row,) = answered("sms/select", f"messageid={messageid}")
    assert (row["messageid"], row["message"]) == (messageid, "سلام 1")


def test_sandbox_answers_with_the_fields_of_send(wire, send, live):
    (messageid,) = send()
    for verb in ("GET", "POST"):
        found, missing = wire.entries("sms/select", verb, messageid=f"{messageid},12")
        assert list(found) == ([*SENT, "localid"] if live else SENT)
        assert (found["message"], found["cost"], missing["status"]) == ("سلام 1", 120, 100)
    assert wire.xml("sms/select", messageid=messageid)["message"] == "سلام 1"
    assert wire.code("sms/select", messageid=",".join(["1"] * 501)) == 414
