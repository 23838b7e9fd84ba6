"""StatusByReceptor (API document, 5): what one number got within a day."""

from __future__ import annotations

import pytest

from kaverun.kavenegar import NotAsked

NOW, HOUR, DAY = 1_700_000_000, 3600, 86400
FIRST, SECOND = "09123456789", "09351234567"


def test_client_lists_what_a_number_got_within_a_day(bench, send):
    client = bench.client()
    first, second = send(2)
    states = client.status_by_receptor(FIRST, NOW - HOUR, NOW + HOUR)
    assert [(state.messageid, state.receptor) for state in states] == [(first, FIRST), (second, FIRST)]
    assert client.status_by_receptor(FIRST, NOW) == states
    assert client.status_by_receptor(SECOND, NOW) == []
    with pytest.raises(NotAsked):
        client.status_by_receptor(FIRST, NOW, NOW + DAY + 1)


def test_command_reads_without_a_yes(answered, send):
    (messageid,) = send()
    (row,) = answered("sms/statusbyreceptor", f"receptor={FIRST}", f"startdate={NOW}", f"enddate={NOW + DAY}")
    assert (row["messageid"], row["receptor"], row["status"]) == (messageid, FIRST, 1)


def test_sandbox_answers_with_the_documented_fields(bench, wire, send):
    (messageid,) = send()
    bench.sandbox.clock.advance(60)
    row = {"messageid": messageid, "receptor": FIRST, "status": 10, "statustext": "رسیده به گیرنده"}
    for verb in ("GET", "POST"):
        assert wire.entries("sms/statusbyreceptor", verb, receptor=FIRST, startdate=NOW) == [row]
    assert wire.xml("sms/statusbyreceptor", receptor=FIRST, startdate=NOW)["receptor"] == FIRST


def test_sandbox_wants_one_number_and_at_most_a_day(wire, live):
    assert wire.code("sms/statusbyreceptor", receptor=FIRST, startdate=NOW) == (449 if live else 200)
    assert wire.code("sms/statusbyreceptor", receptor=f"{FIRST},{SECOND}", startdate=NOW) == 411
    assert wire.code("sms/statusbyreceptor", receptor=FIRST) == 400
    assert wire.code("sms/statusbyreceptor", receptor=FIRST, startdate=NOW, enddate=NOW + DAY + 1) == 417
