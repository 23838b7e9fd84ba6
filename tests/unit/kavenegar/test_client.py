"""What a call puts on the wire, and what it makes of the entries."""

import orjson
import pytest

from kaverun.kavenegar.client import Client, OutgoingMessage
from kaverun.kavenegar.errors import ApiError


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
    assert fields["type"] == "[1,1]"
    assert [fields[name] for name in ("date", "hide", "tag", "policy")] == ["1766242800", "1", "nowruz", "flow"]


@pytest.mark.parametrize("count", [0, 201])
def test_a_request_outside_1_to_200_messages_is_never_made(count):
    transport = RecordingTransport()
    with pytest.raises(ValueError, match="takes 1 to 200"):
        Client(transport).send_array(MESSAGES[:1] * count)
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
