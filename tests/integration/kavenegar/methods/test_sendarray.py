"""SendArray (API document, 2): to each number its text from its line."""

from __future__ import annotations

import json

from kaverun.kavenegar import OutgoingMessage

NOW, HOUR = 1_700_000_000, 3600
FIRST, SECOND = "09123456789", "09351234567"
ARRAYS = {"receptor": [FIRST, SECOND], "sender": ["10004346", "30002626"], "message": ["یک", "second"]}
SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def written(**changes):
    return {name: json.dumps(values) for name, values in (ARRAYS | changes).items()}


def test_client_gives_each_number_its_text_from_its_line(bench):
    messages = [
        OutgoingMessage(FIRST, "10004346", "یک & دو = ۳ + «٪»", 2**63 - 1),
        OutgoingMessage(SECOND, "30002626", "second\nline", 2),
    ]
    rows = bench.client().send_array(messages, type=[0, 1], date=NOW + HOUR, tag="nowruz", hide=True, policy="evening")
    assert [(row.receptor, row.sender, row.message) for row in rows] == [message[:3] for message in messages]
    assert [row.localid for row in rows] in (["", ""], [str(2**63 - 1), "2"])
    taken = bench.sandbox.messages()
    assert [(message.localid, message.type) for message in taken] == [(str(2**63 - 1), 0), ("2", 1)]
    assert {(message.date, message.tag, message.hide, message.policy) for message in taken} == {
        (NOW + HOUR, "nowruz", True, "evening")
    }


def test_client_goes_without_localids_too(bench):
    rows = bench.client().send_array([OutgoingMessage(FIRST, "10004346", "سلام")] * 200)
    assert len({row.messageid for row in rows}) == 200


def test_command_takes_arrays_as_the_provider_does(bench, command, answered):
    words = ["sms/sendarray", *(f"{name}={value}" for name, value in written(localmessageids=[7, 8]).items())]
    assert command("api", *words)[0] == 1
    rows = answered(*words, "--yes")
    assert [row["message"] for row in rows] == ["یک", "second"]
    assert [row["messageid"] for row in answered(*words, "--yes")] == [row["messageid"] for row in rows]
    assert len(bench.sandbox.messages()) == 2


def test_sandbox_answers_each_row_in_its_place(wire, live):
    rows = wire.entries("sms/sendarray", **written(localmessageids=[7, 8]))
    assert [list(row) for row in rows] == [[*SENT, "localid"] if live else SENT] * 2
    assert [(row["receptor"], row["sender"], row["message"]) for row in rows] == list(
        zip(*ARRAYS.values(), strict=True)
    )
    assert wire.entries("sms/sendarray", **written(localmessageids=[7, 8])) == rows
    assert wire.xml("sms/sendarray", **written())["message"] == "یک"


def test_sandbox_wants_a_post_and_arrays_of_one_length(bench, wire):
    assert wire.code("sms/sendarray", "GET", **written()) == 405
    assert wire.code("sms/sendarray", **written(sender=["10004346"])) == 419
    assert wire.code("sms/sendarray", **{**written(), "localmessageids": "null"}) == 419
    assert wire.code("sms/sendarray", receptor=FIRST, sender="10004346", message="a") == 400
    assert wire.code("sms/sendarray", **{name: json.dumps(values[:1] * 201) for name, values in ARRAYS.items()}) == 414
    assert bench.sandbox.messages() == ()
    assert wire.code("sms/sendarray", **{**written(), "localmessageids": "7,8"}) == 200
