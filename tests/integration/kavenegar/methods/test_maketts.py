"""MakeTTS (API document, 12): a text read out by phone."""

from __future__ import annotations

NOW, HOUR = 1_700_000_000, 3600
FIRST, SECOND = "09123456789", "09351234567"
CALL = {"receptor": FIRST, "message": "کد شما ۱۲۳ است"}
SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def test_client_calls_one_or_many_and_the_same_localids_call_once(bench):
    client = bench.client()
    (row,) = client.make_tts(FIRST, "کد شما ۱۲۳ است", date=NOW + HOUR)
    assert (row.receptor, row.cost, row.date) == (FIRST, 1000, NOW + HOUR)
    rows = client.make_tts([FIRST, SECOND], "سلام", localids=[2**62, 8])
    assert [message.localid for message in bench.sandbox.messages()] == ["", str(2**62), "8"]
    assert client.make_tts([FIRST, SECOND], "سلام", localids=[2**62, 8]) == rows


def test_command_calls_where_it_is_told_yes(bench, command, answered, live):
    words = ["call/maketts", *(f"{name}={value}" for name, value in CALL.items())]
    assert command("api", *words)[0] == 1
    entries = answered(*words, "--yes")
    assert (entries if live else entries[0])["cost"] == 1000
    assert [message.channel for message in bench.sandbox.messages()] == ["call"]


def test_sandbox_answers_a_list_or_one_object(bench, wire, live):
    for verb in ("GET", "POST"):
        entries = wire.entries("call/maketts", verb, **CALL)
        assert isinstance(entries, dict) == live
        assert list(entries if live else entries[0]) == SENT
    assert wire.xml("call/maketts", **CALL)["cost"] == "1000"
    assert bench.sandbox.credit == 1_000_000_000 - 3000
    both = {**CALL, "receptor": f"{FIRST},{SECOND}"}
    assert len(wire.entries("call/maketts", **both, localid="[7,8]")) == 2
    assert len(wire.entries("call/maketts", **both, localid="7,8")) == 2
    assert len(bench.sandbox.messages()) == 5


def test_sandbox_refuses_what_cannot_be_read_out(bench, wire):
    assert wire.code("call/maketts", receptor=FIRST) == 400
    assert wire.code("call/maketts", receptor="123", message="سلام") == 411
    assert wire.code("call/maketts", receptor=FIRST, message="") == 413
    assert wire.code("call/maketts", **CALL, date=NOW - 1) == 417
    assert wire.code("call/maketts", **CALL, localid="[1,2]") == 419
    assert wire.code("call/maketts", receptor=FIRST, message="؟!") == 428
    assert bench.sandbox.messages() == ()
