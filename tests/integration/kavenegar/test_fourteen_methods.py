"""Each of the fourteen methods through the client, over HTTP, in the document's dialect and the live one.

The tests are named test_<scope>_<method>_…, so that the README can point to them.
"""

from __future__ import annotations

import sys

import pytest

from kaverun.kavenegar import OutgoingMessage, Tokens
from kaverun.kavenegar.methods import METHODS

NOW = 1_700_000_000
HOUR, DAY = 3600, 86400
FIRST, SECOND = "09123456789", "09351234567"


def sent(client, count=1, **shared):
    """The messageids of `count` messages."""
    messages = [OutgoingMessage(FIRST, "10004346", f"سلام {n}", 2**62 + n) for n in range(1, count + 1)]
    return [row.messageid for row in client.send_array(messages, **shared)]


def test_each_of_the_fourteen_has_a_test_here():
    tests = [name for name in vars(sys.modules[__name__]) if name.startswith("test_")]
    wanted = [f"test_{name.replace('/', '_')}_" for name in METHODS]
    assert len(wanted) == 14
    assert [prefix for prefix in wanted if not any(name.startswith(prefix) for name in tests)] == []


def test_sms_send_gives_one_text_to_many_and_the_same_localids_send_once(bench):
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
    assert [row.messageid for row in client.send([FIRST, SECOND], "سلام", localids=[2**62, 2**62 + 1])] == [
        row.messageid for row in rows
    ]
    first, second = bench.sandbox.messages()
    assert (first.type, first.tag, first.hide, first.policy) == (1, "nowruz", True, "evening")
    assert (first.localid, second.localid, second.receptor) == (str(2**62), str(2**62 + 1), SECOND)


def test_sms_send_to_one_number_uses_the_default_line_and_a_date(bench):
    (row,) = bench.client().send(FIRST, "سلام", date=NOW + HOUR)
    assert (row.sender, row.status, row.date) == ("10004346", 2, NOW + HOUR)


def test_sms_sendarray_gives_each_number_its_text_from_its_line(bench):
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


def test_sms_sendarray_goes_without_localids_too(bench):
    rows = bench.client().send_array([OutgoingMessage(FIRST, "10004346", "سلام")] * 200)
    assert len({row.messageid for row in rows}) == 200


def test_sms_status_tells_any_number_of_ids_beyond_32_bits(bench):
    client = bench.client()
    ids = sent(client, 200)
    assert min(ids) > 2**32
    bench.sandbox.clock.advance(60)
    states = client.status([*ids, *range(1, 902)])
    assert [(state.messageid, state.status) for state in states[:200]] == [(messageid, 10) for messageid in ids]
    # Two more pages hold nothing the provider knows: rows of status 100, or none at all where that is code 449.
    assert {state.status for state in states[200:]} == {100}
    assert len(bench.sandbox.requests()) == 4


def test_sms_statuslocalmessageid_finds_ids_by_localid(bench):
    client = bench.client()
    first, second = sent(client, 2)
    states = client.status_by_localid([2**62 + 1, str(2**62 + 2), 5])
    assert [(state.messageid, state.localid, state.status) for state in states] == [
        (first, str(2**62 + 1), 1),
        (second, str(2**62 + 2), 1),
        (None, "5", 100),
    ]
    assert [state.messageid for state in client.status_by_localid([6, 7]) if state.messageid] == []


def test_sms_statusbyreceptor_lists_what_a_number_got_within_a_day(bench):
    client = bench.client()
    first, second = sent(client, 2)
    states = client.status_by_receptor(FIRST, NOW - HOUR, NOW + HOUR)
    assert [(state.messageid, state.receptor) for state in states] == [(first, FIRST), (second, FIRST)]
    assert client.status_by_receptor(FIRST, NOW) == states
    assert client.status_by_receptor(SECOND, NOW) == []


def test_sms_select_gives_whole_messages_of_any_number_of_ids(bench):
    client = bench.client()
    ids = sent(client, 2)
    rows = client.select([*ids, *range(1, 600)])
    assert [(row.messageid, row.message) for row in rows[:2]] == [(ids[0], "سلام 1"), (ids[1], "سلام 2")]
    assert {row.status for row in rows[2:]} == {100}
    assert len(bench.sandbox.requests()) == 3


def test_sms_selectoutbox_lists_a_span_and_a_line(bench):
    client = bench.client()
    ids = sent(client, 2)
    assert [row.messageid for row in client.select_outbox(NOW - HOUR, NOW + HOUR)] == ids
    assert [row.messageid for row in client.select_outbox(NOW)] == ids
    assert client.select_outbox(NOW, sender="30002626") == []


def test_sms_latestoutbox_lists_the_newest_first(bench):
    client = bench.client()
    ids = sent(client, 3)
    assert [row.messageid for row in client.latest_outbox()] == ids[::-1]
    assert [row.messageid for row in client.latest_outbox(2, sender="10004346")] == ids[:0:-1]
    assert client.latest_outbox(sender="30002626") == []


def test_sms_countoutbox_counts_by_status(bench):
    client = bench.client()
    sent(client, 3)
    count = client.count_outbox(NOW - HOUR, NOW + HOUR)
    assert count.sumcount == 3
    assert (count.sumpart, count.cost) in ((None, None), (3, 360))
    assert client.count_outbox(NOW, status=10).sumcount == 0


def test_sms_cancel_takes_back_any_number_of_scheduled_messages(bench):
    client = bench.client()
    ids = sent(client, 200, date=NOW + HOUR)
    states = client.cancel([*ids, *range(1, 302)])
    assert {(state.messageid, state.status) for state in states[:200]} == {(messageid, 13) for messageid in ids}
    assert {state.status for state in states[200:]} == {100}
    assert bench.sandbox.credit == 1_000_000_000


def test_verify_lookup_fills_a_template(bench):
    client = bench.client()
    row = client.lookup(
        FIRST, "order", Tokens("12345", token10="سارا احمدی عزیز ما از تهران", token20="a b"), tag="login"
    )
    assert (row.receptor, row.status) == (FIRST, 1)
    assert "12345" in row.message
    assert "سارا احمدی عزیز ما از تهران" in row.message
    assert client.lookup(FIRST, "verify", "12345", type="call").cost == 1000
    assert [message.channel for message in bench.sandbox.messages()] == ["sms", "call"]


def test_call_maketts_calls_one_or_many(bench):
    client = bench.client()
    (row,) = client.make_tts(FIRST, "کد شما ۱۲۳ است", date=NOW + HOUR)
    assert (row.receptor, row.cost, row.date) == (FIRST, 1000, NOW + HOUR)
    rows = client.make_tts([FIRST, SECOND], "سلام", localids=[2**62, 8])
    assert [message.localid for message in bench.sandbox.messages()] == ["", str(2**62), "8"]
    assert client.make_tts([FIRST, SECOND], "سلام", localids=[2**62, 8]) == rows


def test_account_info_gives_credit_expiry_and_type(bench):
    info = bench.client().account_info()
    assert (info.remaincredit, info.type) == (1_000_000_000, "پیش پرداخت")
    assert info.expiredate > NOW


def test_account_config_reads_and_never_writes(bench):
    config = bench.client().account_config()
    assert (config.debugmode, config.defaultsender, config.mincreditalarm) == (False, "10004346", 10_000)
    assert (config.apilogs, config.dailyreport, config.resendfailed, config.others) == ("enabled",) * 3 + ({},)
    assert [request.verb for request in bench.sandbox.requests()] == ["GET"]


@pytest.mark.parametrize("name", METHODS)
def test_the_sandbox_has_every_method_and_the_client_calls_it(name):
    from kaverun.kavenegar import Client
    from kaverun.sandbox.methods import METHODS as SANDBOXED

    assert set(SANDBOXED) == set(METHODS)
    assert callable(getattr(Client, METHODS[name].call))
