"""Send (API document, 1): one text to one number or many."""

from __future__ import annotations

NOW, HOUR = 1_700_000_000, 3600
FIRST, SECOND = "09123456789", "09351234567"
SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]


def test_client_gives_one_text_to_many_and_the_same_localids_send_once(bench):
    client = bench.client()
    rows = client.send(
        [FIRST, "+989351234567"],
        "سلام",
        sender="30002626",
        type=1,
        localids=[2**62, 2**62 + 1],
        tag="nowruz",
        hide=True,
        policy="evening",
    )
    assert [(row.message, row.sender, row.status, row.cost, row.date) for row in rows] == [
        ("سلام", "30002626", 1, 120, NOW)
    ] * 2
    again = client.send([FIRST, SECOND], "سلام", localids=[2**62, 2**62 + 1])
    assert [row.messageid for row in again] == [row.messageid for row in rows]
    first, second = bench.sandbox.messages()
    assert (first.type, first.tag, first.hide, first.policy) == (1, "nowruz", True, "evening")
    assert (first.localid, second.localid, second.receptor) == (str(2**62), str(2**62 + 1), SECOND)


def test_client_to_one_number_uses_the_default_line_and_a_date(bench):
    (row,) = bench.client().send(FIRST, "سلام", date=NOW + HOUR)
    assert (row.sender, row.status, row.date) == ("10004346", 2, NOW + HOUR)


def test_command_sends_where_it_is_told_yes(bench, command, answered):
    words = ("sms/send", f"receptor={FIRST},{SECOND}", "message=سلام دنیا", "localid=7,8")
    assert command("api", *words)[0] == 1
    assert bench.sandbox.messages() == ()
    rows = answered(*words, "--yes")
    assert [(row["receptor"], row["message"], row["status"]) for row in rows] == [
        (FIRST, "سلام دنیا", 1),
        (SECOND, "سلام دنیا", 1),
    ]


def test_sandbox_answers_with_the_documented_fields(bench, wire):
    for verb in ("GET", "POST"):
        (row,) = wire.entries("sms/send", verb, receptor=FIRST, message="خدمات پیام کوتاه کاوه نگار", sender="10004346")
        assert list(row) == SENT
        assert (row["status"], row["statustext"], row["cost"], row["date"]) == (1, "در صف ارسال", 120, NOW)
    assert wire.xml("sms/send", receptor=FIRST, message="a<b")["message"] == "a<b"
    assert len(bench.sandbox.messages()) == 3


def test_sandbox_refuses_what_the_document_does_not_allow(bench, wire):
    codes = {
        400: {},
        411: {"receptor": "123", "message": "a"},
        412: {"receptor": FIRST, "message": "a", "sender": "x"},
        413: {"receptor": FIRST, "message": "س" * 901},
        414: {"receptor": ",".join([FIRST] * 201), "message": "a"},
        417: {"receptor": FIRST, "message": "a", "date": NOW - 1},
        607: {"receptor": FIRST, "message": "a", "tag": "a b"},
    }
    assert {code: wire.code("sms/send", **fields) for code, fields in codes.items()} == {code: code for code in codes}
    assert bench.sandbox.messages() == ()
