"""What a call puts on the wire, and what it makes of the entries."""

import orjson
import pytest

from kaverun.kavenegar.client import Client, OutgoingMessage
from kaverun.kavenegar.errors import ApiError, NotAsked, Unanswered
from kaverun.kavenegar.tokens import Tokens


class RecordingTransport:
    """Answers every call with the same entries, or raises, and remembers what was asked."""

    def __init__(self, entries=(), error=None):
        self.calls = []
        self._entries = list(entries)
        self._error = error

    def call(self, method, fields):
        self.calls.append((method, fields))
        if self._error:
            raise self._error
        return self._entries


MESSAGES = [OutgoingMessage("09121234567", "10004346", "سلام", 7), OutgoingMessage("09351234567", "3000", "درود", 8)]


def test_sendarray_holds_each_array_as_json_in_one_field_of_equal_length():
    transport = RecordingTransport()
    Client(transport).send_array(MESSAGES)
    method, fields = transport.calls[0]
    assert method == "sms/sendarray"
    assert {name: orjson.loads(value) for name, value in fields.items()} == {
        "receptor": ["09121234567", "09351234567"],
        "sender": ["10004346", "3000"],
        "message": ["سلام", "درود"],
        "localmessageids": [7, 8],
    }


def test_what_a_batch_shares_is_sent_once_and_absent_fields_are_left_out():
    transport = RecordingTransport()
    Client(transport).send_array(MESSAGES, date=1766242800, type=1, tag="nowruz", hide=True, policy="flow")
    fields = transport.calls[0][1]
    assert fields["type"] == b"[1,1]"
    assert [fields[name] for name in ("date", "hide", "tag", "policy")] == ["1766242800", "1", "nowruz", "flow"]


@pytest.mark.parametrize("count", [0, 201])
def test_a_request_outside_1_to_200_messages_is_never_made(count):
    transport = RecordingTransport()
    with pytest.raises(ValueError, match="takes 1 to 200"):
        Client(transport).send_array(MESSAGES[:1] * count)
    assert not transport.calls


@pytest.mark.parametrize(
    "send",
    [
        lambda client, text: client.send_array([*MESSAGES, MESSAGES[0]._replace(text=text)]),
        lambda client, text: client.send("09121234567", text),
        lambda client, text: client.make_tts("09121234567", text),
    ],
)
def test_half_of_a_character_is_never_sent(send):
    transport = RecordingTransport()
    with pytest.raises(NotAsked, match=r"holds half of a character beyond 16 bits \(U\+D83D\)") as caught:
        send(Client(transport), "b \ud83d")
    assert caught.value.code == 422
    assert not transport.calls


def test_status_asks_in_pages_of_500():
    transport = RecordingTransport()
    Client(transport).status(range(1, 1002))
    assert [len(fields["messageid"].split(",")) for _, fields in transport.calls] == [500, 500, 1]


def test_no_record_is_an_empty_list_and_other_codes_are_errors():
    assert Client(RecordingTransport(error=ApiError(449))).status_by_localid([1]) == []
    with pytest.raises(ApiError, match="407"):
        Client(RecordingTransport(error=ApiError(407))).status_by_localid([1])


def test_the_settings_are_read_by_a_bare_get_since_parameters_would_write_them():
    transport = RecordingTransport([{"debugmode": "disabled", "defaultsender": "10004346"}])
    assert Client(transport).account_config().defaultsender == "10004346"
    assert transport.calls == [("account/config", None)]


def test_send_takes_one_text_for_many_receptors():
    transport = RecordingTransport([{"messageid": 5, "receptor": "09121234567"}])
    rows = Client(transport).send(["09121234567", "09351234567"], "سلام", sender="3000", localids=[1, 2])
    assert transport.calls[0][1] == {
        "receptor": "09121234567,09351234567",
        "message": "سلام",
        "sender": "3000",
        "localid": "1,2",
    }
    assert rows[0].messageid == 5


def test_send_refuses_localids_that_do_not_pair_with_receptors():
    with pytest.raises(ValueError, match="1 localids for 2 receptors"):
        Client(RecordingTransport()).send(["09121234567", "09351234567"], "x", localids=[1])


def test_one_receptor_may_be_given_by_itself():
    transport = RecordingTransport()
    Client(transport).send("09121234567", "سلام")
    assert transport.calls == [("sms/send", {"receptor": "09121234567", "message": "سلام"})]


def test_sendarray_leaves_localids_out_where_no_message_has_one_and_refuses_some():
    transport = RecordingTransport()
    without = [message._replace(localid=None) for message in MESSAGES]
    Client(transport).send_array(without)
    assert "localmessageids" not in transport.calls[0][1]
    with pytest.raises(NotAsked, match="1 localids for 2 messages"):
        Client(transport).send_array([without[0], MESSAGES[1]])


def test_sendarray_takes_a_type_for_each_message():
    transport = RecordingTransport()
    Client(transport).send_array(MESSAGES, type=[0, 1])
    assert transport.calls[0][1]["type"] == b"[0,1]"
    with pytest.raises(NotAsked, match="3 types for 2 messages"):
        Client(transport).send_array(MESSAGES, type=[1, 1, 1])


def test_the_longest_text_is_a_setting_of_the_client():
    long = [OutgoingMessage("09121234567", "10004346", "س" * 901, 1)]
    with pytest.raises(NotAsked, match="text 1 has 901 characters, more than the 900"):
        Client(RecordingTransport()).send_array(long)
    transport = RecordingTransport()
    Client(transport, max_text=1800).send_array(long)
    assert transport.calls


@pytest.mark.parametrize("method", ["status", "status_by_localid", "select", "cancel"])
def test_long_lists_of_ids_are_split_and_their_answers_joined(method):
    transport = RecordingTransport([{"messageid": 7, "status": 1}])
    rows = getattr(Client(transport), method)(iter(range(1, 1002)))
    assert [len(next(iter(fields.values())).split(",")) for _, fields in transport.calls] == [500, 500, 1]
    assert [row.messageid for row in rows] == [7, 7, 7]


def test_no_ids_are_no_request():
    transport = RecordingTransport()
    client = Client(transport)
    assert [client.status([]), client.select([]), client.cancel([])] == [[], [], []]
    assert not transport.calls


def test_an_outbox_is_asked_with_the_fields_that_are_given():
    transport = RecordingTransport()
    client = Client(transport)
    client.select_outbox(1_700_000_000, sender="3000")
    client.latest_outbox()
    client.latest_outbox(5, "3000")
    client.count_outbox(1_700_000_000, 1_700_000_100, status=10)
    assert transport.calls == [
        ("sms/selectoutbox", {"startdate": "1700000000", "sender": "3000"}),
        ("sms/latestoutbox", None),
        ("sms/latestoutbox", {"pagesize": "5", "sender": "3000"}),
        ("sms/countoutbox", {"startdate": "1700000000", "enddate": "1700000100", "status": "10"}),
    ]


def test_how_long_ago_a_start_may_be_is_judged_by_the_clock_where_there_is_one():
    class Clock:
        def now(self):
            return 1_700_000_000.0

    old = 1_700_000_000 - 3 * 86_400
    assert Client(RecordingTransport(), clock=Clock()).select_outbox(old) == []
    with pytest.raises(NotAsked, match="3 days"):
        Client(RecordingTransport(), clock=Clock()).select_outbox(old - 1)
    assert Client(RecordingTransport()).select_outbox(old - 1) == []


def test_no_record_counts_as_nothing():
    assert Client(RecordingTransport(error=ApiError(449))).count_outbox(1).sumcount == 0
    assert Client(RecordingTransport(error=ApiError(449))).latest_outbox() == []


def test_a_template_is_asked_for_with_the_tokens_that_are_given():
    transport = RecordingTransport([{"messageid": 5}])
    client = Client(transport)
    assert client.lookup("09121234567", "order", Tokens("7", token10="a b"), type="sms", tag="login").messageid == 5
    assert transport.calls[0][1] == {
        "receptor": "09121234567",
        "template": "order",
        "token": "7",
        "token10": "a b",
        "type": "sms",
        "tag": "login",
    }


def test_a_template_answered_without_a_row_may_have_been_sent():
    with pytest.raises(Unanswered):
        Client(RecordingTransport()).lookup("09121234567", "verify", "7")


@pytest.mark.parametrize(("receptor", "template"), [("", "verify"), ("0912,0935", "verify"), ("0912", " ")])
def test_a_template_needs_one_receptor_and_a_name(receptor, template):
    transport = RecordingTransport()
    with pytest.raises(NotAsked):
        Client(transport).lookup(receptor, template, "7")
    assert not transport.calls


def test_a_call_holds_its_localids_joined():
    transport = RecordingTransport()
    Client(transport).make_tts(["0912", "0935"], "سلام", date=7, localids=[2**62, 2])
    assert transport.calls == [
        ("call/maketts", {"receptor": "0912,0935", "message": "سلام", "date": "7", "localid": f"{2**62},2"})
    ]
