"""CountOutbox (API document, 9): how many messages a day has, of a status or of all."""

from __future__ import annotations

import pytest

from kaverun.kavenegar import NotAsked

NOW, HOUR, DAY = 1_700_000_000, 3600, 86400


def test_client_counts_by_status(bench, send, live):
    client = bench.client()
    send(3)
    count = client.count_outbox(NOW - HOUR, NOW + HOUR)
    assert count.sumcount == 3
    assert (count.sumpart, count.cost) == ((3, 360) if live else (None, None))
    assert client.count_outbox(NOW, status=10).sumcount == 0
    with pytest.raises(NotAsked):
        client.count_outbox(NOW, NOW - 1)


def test_command_reads_without_a_yes(answered, send, live):
    send(2)
    entries = answered("sms/countoutbox", f"startdate={NOW}", "status=1")
    assert (entries[0] if live else entries)["sumcount"] == 2


def test_sandbox_answers_an_object_or_a_list_of_one(wire, send, live):
    send(3)
    for verb in ("GET", "POST"):
        entries = wire.entries("sms/countoutbox", verb, startdate=NOW, enddate=NOW + HOUR)
        if live:
            assert entries == [{"startdate": NOW, "enddate": NOW + HOUR, "sumpart": 3, "sumcount": 3, "cost": 360}]
        else:
            assert entries == {"sumcount": 3}
    assert wire.xml("sms/countoutbox", startdate=NOW)["sumcount"] == "3"
    assert wire.code("sms/countoutbox", startdate=NOW, enddate=NOW + DAY + 1) == 417
    assert wire.code("sms/countoutbox", startdate=NOW, status="sent") == 400
    assert wire.code("sms/countoutbox") == 400
