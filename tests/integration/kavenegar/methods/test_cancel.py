"""Cancel (API document, 10): taking back what has not gone out yet."""

from __future__ import annotations

NOW, HOUR = 1_700_000_000, 3600


def test_client_takes_back_any_number_of_scheduled_messages(bench, send):
    ids = send(200, date=NOW + HOUR)
    states = bench.client().cancel([*ids, *range(1, 302)])
    assert {(state.messageid, state.status) for state in states[:200]} == {(messageid, 13) for messageid in ids}
    assert {state.status for state in states[200:]} == {100}
    assert bench.sandbox.credit == 1_000_000_000


def test_command_cancels_where_it_is_told_yes(bench, command, answered, send):
    (messageid,) = send(date=NOW + HOUR)
    assert command("api", "sms/cancel", f"messageid={messageid}")[0] == 1
    assert bench.sandbox.messages()[0].status == 2
    assert answered("sms/cancel", f"messageid={messageid}", "--yes")[0]["status"] == 13
    assert bench.sandbox.messages()[0].status == 13


def test_sandbox_cancels_what_is_scheduled_and_in_the_document_what_is_queued(bench, wire, send, live):
    (messageid,) = send(date=NOW + HOUR)
    for verb in ("GET", "POST"):
        assert wire.entries("sms/cancel", verb, messageid=messageid) == [
            {"messageid": messageid, "status": 13, "statustext": "لغو شده"}
        ]
    queued = wire.entries("sms/send", receptor="09123456789", message="a")[0]["messageid"]
    assert wire.entries("sms/cancel", messageid=queued)[0]["status"] == (1 if live else 13)
    assert bench.sandbox.credit == 1_000_000_000 - (300 if live else 0)
    assert wire.xml("sms/cancel", messageid="7")["status"] == "100"
    assert wire.code("sms/cancel", messageid=",".join(["1"] * 501)) == 414
    assert wire.code("sms/cancel") == 400


def test_sandbox_keeps_what_went_out(bench, wire, send):
    (messageid,) = send()
    bench.sandbox.clock.advance(60)
    assert wire.entries("sms/cancel", messageid=messageid)[0]["status"] == 10
    assert bench.sandbox.credit == 1_000_000_000 - 120
