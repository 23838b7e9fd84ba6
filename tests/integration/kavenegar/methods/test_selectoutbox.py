"""SelectOutbox (API document, 7): whole messages of a day within the last three, 500 at most."""

from __future__ import annotations

import pytest

from kaverun.kavenegar import ApiError, NotAsked

NOW, HOUR, DAY = 1_700_000_000, 3600, 86400
SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def test_client_lists_a_span_and_a_line(bench, send):
    client = bench.client()
    ids = send(2)
    assert [row.messageid for row in client.select_outbox(NOW - HOUR, NOW + HOUR)] == ids
    assert [row.messageid for row in client.select_outbox(NOW)] == ids
    assert client.select_outbox(NOW, sender="30002626") == []
    with pytest.raises(NotAsked):
        client.select_outbox(NOW - 3 * DAY - 1)


def test_client_off_the_whitelist_is_refused(start):
    with pytest.raises(ApiError) as caught:
        start(ip_whitelist=()).client().select_outbox(NOW)
    assert caught.value.code == 407


def test_command_reads_without_a_yes(answered, send):
    (messageid,) = send()
    (row,) = answered("sms/selectoutbox", f"startdate={NOW}", "sender=10004346")
    assert (row["messageid"], row["message"]) == (messageid, "سلام 1")


def test_sandbox_answers_whole_messages_at_most_500(wire, send, live):
    (messageid,) = send()
    for verb in ("GET", "POST"):
        (row,) = wire.entries("sms/selectoutbox", verb, startdate=NOW, enddate=NOW + HOUR)
        assert list(row) == ([*SENT, "localid"] if live else SENT)
        assert row["messageid"] == messageid
    assert wire.xml("sms/selectoutbox", startdate=NOW)["sender"] == "10004346"
    for _ in range(3):
        wire.entries("sms/send", receptor=",".join(["09123456789"] * 200), message="a")
    assert len(wire.entries("sms/selectoutbox", startdate=NOW)) == 500


def test_sandbox_reaches_three_days_back_and_spans_one(wire, live):
    assert wire.code("sms/selectoutbox", startdate=NOW - 3 * DAY) == (449 if live else 200)
    assert wire.code("sms/selectoutbox", startdate=NOW - 3 * DAY - 1) == 417
    assert wire.code("sms/selectoutbox", startdate=NOW, enddate=NOW + DAY + 1) == 417
    assert wire.code("sms/selectoutbox", startdate=NOW, sender="x") == 412
    assert wire.code("sms/selectoutbox") == 400
