"""LatestOutbox (API document, 8): what went out last, 500 at most."""

from __future__ import annotations

import pytest

from kaverun.kavenegar import ApiError, NotAsked

SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def test_client_lists_the_newest_first(bench, send):
    client = bench.client()
    ids = send(3)
    assert [row.messageid for row in client.latest_outbox()] == ids[::-1]
    assert [row.messageid for row in client.latest_outbox(2, sender="10004346")] == ids[:0:-1]
    assert client.latest_outbox(sender="30002626") == []
    with pytest.raises(NotAsked):
        client.latest_outbox(501)


def test_client_off_the_whitelist_is_refused(start):
    with pytest.raises(ApiError) as caught:
        start(ip_whitelist=()).client().latest_outbox()
    assert caught.value.code == 407


def test_command_reads_with_and_without_parameters(answered, send):
    ids = send(2)
    assert [row["messageid"] for row in answered("sms/latestoutbox")] == ids[::-1]
    assert [row["messageid"] for row in answered("sms/latestoutbox", "pagesize=1")] == ids[1:]


def test_sandbox_answers_whole_messages_at_most_500(wire, send, live):
    assert wire.code("sms/latestoutbox") == (449 if live else 200)
    (messageid,) = send()
    for verb in ("GET", "POST"):
        (row,) = wire.entries("sms/latestoutbox", verb, pagesize=10)
        assert list(row) == ([*SENT, "localid"] if live else SENT)
        assert row["messageid"] == messageid
    assert wire.xml("sms/latestoutbox")["message"] == "سلام 1"
    assert wire.code("sms/latestoutbox", pagesize=500) == 200
    assert wire.code("sms/latestoutbox", pagesize=501) == 414
    assert wire.code("sms/latestoutbox", pagesize="many") == 400
