"""Status (API document, 3): delivery by messageid, for 48 hours."""

from __future__ import annotations

HOUR = 3600


def test_client_tells_any_number_of_ids_beyond_32_bits(bench, send):
    ids = send(200)
    assert min(ids) > 2**32
    bench.sandbox.clock.advance(60)
    states = bench.client().status([*ids, *range(1, 902)])
    assert [(state.messageid, state.status) for state in states[:200]] == [(messageid, 10) for messageid in ids]
    assert {state.status for state in states[200:]} == {100}
    assert len(states) == 1101
    assert len(bench.sandbox.requests()) == 4


def test_client_takes_no_record_as_nothing(start):
    assert start(unknown_ids_are_449=True).client().status([1, 2]) == []


def test_command_reads_without_a_yes(answered, send):
    (messageid,) = send()
    rows = answered("sms/status", f"messageid={messageid},7")
    assert [(row["messageid"], row["status"]) for row in rows] == [(messageid, 1), (7, 100)]


def test_sandbox_answers_with_the_documented_fields_in_the_asked_order(bench, wire, send):
    (messageid,) = send()
    bench.sandbox.clock.advance(60)
    for verb in ("GET", "POST"):
        assert wire.entries("sms/status", verb, messageid=f"7,{messageid}") == [
            {"messageid": 7, "status": 100, "statustext": "شناسه نامعتبر"},
            {"messageid": messageid, "status": 10, "statustext": "رسیده به گیرنده"},
        ]
    assert wire.xml("sms/status", messageid=messageid)["statustext"] == "رسیده به گیرنده"


def test_sandbox_forgets_after_48_hours_and_takes_500_ids(bench, wire, send):
    (messageid,) = send()
    bench.sandbox.clock.advance(48 * HOUR)
    assert wire.entries("sms/status", messageid=messageid)[0]["status"] == 10
    bench.sandbox.clock.advance(1)
    assert wire.entries("sms/status", messageid=messageid)[0]["status"] == 100
    assert wire.code("sms/status", messageid=",".join(["1"] * 500)) == 200
    assert wire.code("sms/status", messageid=",".join(["1"] * 501)) == 414
    assert wire.code("sms/status") == 400
