"""The benchmark's server takes what the clients send, and counts it."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.server.account import Account
from benchmarks.server.forms import fields_of
from benchmarks.server.wire import Connection
from kaverun.kavenegar.form import form_body

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def array_fields(texts, **more):
    receptors = [f"0926{number:07d}" for number in range(len(texts))]
    arrays = {"receptor": receptors, "sender": ["10004346"] * len(texts), "message": texts, **more}
    return {name: json.dumps(value) for name, value in arrays.items()}


def ask(account, method, fields):
    answer = json.loads(account.answer(method, b"", urlencode(fields).encode()))
    return answer["return"]["status"], answer["entries"]


@given(st.dictionaries(st.text("abcxyz", min_size=1), TEXTS))
def test_both_encodings_of_a_form_come_out_as_they_went_in(fields):
    raw = {name: value.encode() for name, value in fields.items()}
    assert fields_of(urlencode(fields).encode()) == raw
    assert fields_of(form_body(fields)) == raw


def test_a_broken_escape_is_refused():
    assert json.loads(Account().answer("sms/send", b"", b"receptor=%zz&message=a"))["return"]["status"] == 400


def test_each_message_has_an_id_of_its_own_and_its_words_come_back():
    account = Account()
    code, rows = ask(account, "sms/sendarray", array_fields(["سلام", "hello"], localmessageids=[7, 8]))
    assert code == 200
    assert [(row["receptor"], row["message"], row["status"]) for row in rows] == [
        ("09260000000", "سلام", 1),
        ("09260000001", "hello", 1),
    ]
    assert rows[0]["messageid"] != rows[1]["messageid"]
    assert (account.messages, account.distinct_receptors(), account.repeats, account.characters) == (2, 2, 0, 9)


def test_a_localid_that_comes_again_keeps_its_messageid_and_is_counted():
    account = Account()
    _, first = ask(account, "sms/sendarray", array_fields(["a", "b"], localmessageids=[7, 8]))
    _, second = ask(account, "sms/sendarray", array_fields(["a", "b"], localmessageids=[8, 9]))
    assert second[0]["messageid"] == first[1]["messageid"]
    assert second[1]["messageid"] not in {row["messageid"] for row in first}
    assert account.repeats == 1


def test_localids_and_messageids_are_found_and_strangers_are_not():
    account = Account()
    _, (row,) = ask(account, "sms/send", {"receptor": "09260000000", "message": "سلام", "localid": "7"})
    messageid = row["messageid"]
    assert ask(account, "sms/statuslocalmessageid", {"localid": "7,8"})[1] == [
        {"messageid": messageid, "localid": "7", "status": 1, "statustext": "در صف ارسال"},
        {"messageid": 0, "localid": "8", "status": 100, "statustext": "شناسه نامعتبر"},
    ]
    _, states = ask(account, "sms/status", {"messageid": f"{messageid},{messageid + 1}"})
    assert [state["status"] for state in states] == [10, 100]


def test_messages_of_an_earlier_session_can_be_taken_as_issued():
    first = Account().next_messageid
    _, states = ask(Account(issued=2), "sms/status", {"messageid": f"{first},{first + 1},{first + 2}"})
    assert [state["status"] for state in states] == [10, 10, 100]


@pytest.mark.parametrize(
    ("method", "fields", "code"),
    [
        ("sms/sendarray", array_fields(["a"] * 201), 414),
        ("sms/sendarray", array_fields(["a", "b"], localmessageids=[1]), 419),
        ("sms/sendarray", array_fields(["a" * 901]), 413),
        ("sms/sendarray", array_fields(["a", ""]), 413),
        ("sms/sendarray", {"receptor": "[", "sender": "[]", "message": "[]"}, 400),
        ("sms/sendarray", {"receptor": "[]"}, 400),
        ("sms/status", {"messageid": ",".join(["1"] * 501)}, 414),
        ("sms/nothing", {}, 404),
    ],
)
def test_what_the_document_forbids_is_refused(method, fields, code):
    account = Account()
    assert ask(account, method, fields) == (code, None)
    assert account.messages == 0


class Wire:
    """A transport that keeps what is written."""

    def __init__(self):
        self.written, self.closed = [], False

    def write(self, data):
        self.written.append(data)

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True


@pytest.mark.parametrize("pace", [1, 7, 1000])
def test_requests_are_put_together_from_whatever_pieces_they_come_in(pace):
    stream = (
        b"POST /v1/K/sms/send.json?a=1 HTTP/1.1\r\ncontent-length: 3\r\n\r\nb=2"
        b"GET /v1/K/account/info.json HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    seen, wire = [], Wire()

    async def talk():
        def handle(request, reply):
            seen.append((request.path, request.query, request.body))
            reply(b"{}")

        connection = Connection(handle, asyncio.get_running_loop())
        connection._transport = wire
        for start in range(0, len(stream), pace):
            connection.data_received(stream[start : start + pace])

    asyncio.run(talk())
    assert seen == [(b"/v1/K/sms/send.json", b"a=1", b"b=2"), (b"/v1/K/account/info.json", b"", b"")]
    assert len(wire.written) == 2
    assert wire.closed
