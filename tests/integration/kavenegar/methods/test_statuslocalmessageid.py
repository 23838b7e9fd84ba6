"""StatusLocalMessageId (API document, 4): what became of localids, for 12 hours."""

from __future__ import annotations

HOUR = 3600


def test_client_finds_ids_by_localid(bench, send):
    client = bench.client()
    first, second = send(2)
    states = client.status_by_localid([2**62 + 1, str(2**62 + 2), 5])
    assert [(state.messageid, state.localid, state.status) for state in states] == [
        (first, str(2**62 + 1), 1),
        (second, str(2**62 + 2), 1),
        (None, "5", 100),
    ]
    assert [state.messageid for state in client.status_by_localid([6, 7])] == [None, None]


def test_client_takes_no_record_as_nothing(start):
    assert start(unknown_ids_are_449=True).client().status_by_localid([6, 7]) == []


def test_command_reads_without_a_yes(answered, send):
    (messageid,) = send()
    (row,) = answered("sms/statuslocalmessageid", f"localid={2**62 + 1}")
    assert (row["messageid"], row["localid"], row["status"]) == (messageid, str(2**62 + 1), 1)


def test_sandbox_answers_localids_as_text(bench, wire, send):
    (messageid,) = send()
    for verb in ("GET", "POST"):
        assert wire.entries("sms/statuslocalmessageid", verb, localid=f"{2**62 + 1},451") == [
            {"messageid": messageid, "localid": str(2**62 + 1), "status": 1, "statustext": "در صف ارسال"},
            {"messageid": 0, "localid": "451", "status": 100, "statustext": "شناسه نامعتبر"},
        ]
    assert wire.xml("sms/statuslocalmessageid", localid=2**62 + 1)["localid"] == str(2**62 + 1)


def test_sandbox_forgets_after_12_hours_and_takes_500_ids(bench, wire, send):
    send()
    bench.sandbox.clock.advance(12 * HOUR)
    assert wire.entries("sms/statuslocalmessageid", localid=2**62 + 1)[0]["status"] == 10
    bench.sandbox.clock.advance(1)
    assert wire.entries("sms/statuslocalmessageid", localid=2**62 + 1)[0]["status"] == 100
    assert wire.code("sms/statuslocalmessageid", localid=",".join(["1"] * 501)) == 414
    assert wire.code("sms/statuslocalmessageid") == 400
