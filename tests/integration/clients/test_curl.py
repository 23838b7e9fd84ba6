"""curl with every example of the API document's section *Examples*; only the host is another."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from kaverun.sandbox import Sandbox, SandboxSettings

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")

SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]
HOST = "https://api.kavenegar.com/v1"

SIMPLE = f"{HOST}/YOUR-API-KEY/sms/send.json?receptor=09123456789&message=Hello&sender=10004346"
STATUS = f"{HOST}/YOUR-API-KEY/sms/status.json?messageid=123456,123457"
VERIFY = f"{HOST}/YOUR-API-KEY/verify/lookup.json?receptor=09123456789&token=12345&template=verify"
BULK = f"{HOST}/YOUR-API-KEY/sms/sendarray.json"
BULK_FIELDS = (
    'receptor=["09123456789","09987654321"]',
    'sender=["10004346","10004346"]',
    'message=["Message 1","Message 2"]',
)


@pytest.fixture(params=["document", "live"])
def sandbox(request):
    with Sandbox(SandboxSettings(dialect=request.param)) as running:
        yield running
        assert running.crashes == 0


def curl(sandbox, url, *arguments):
    """The answer to a call of curl: an envelope whose `return` is the documented one."""
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "10"]
    ended = subprocess.run([*command, *arguments, url.replace(HOST, sandbox.url)], capture_output=True, check=True)
    answer = json.loads(ended.stdout)
    assert list(answer) == ["return", "entries"]
    assert list(answer["return"]) == ["status", "message"]
    return answer


def entries(sandbox, url, *arguments):
    answer = curl(sandbox, url, *arguments)
    assert answer["return"] == {"status": 200, "message": "تایید شد"}
    return answer["entries"]


def as_written(url):
    return [url]


def url_encoded(url):
    """The same call with its query left to curl, which encodes it."""
    address, _, query = url.partition("?")
    return [address, "-G", *(word for pair in query.split("&") for word in ("--data-urlencode", pair))]


WAYS = pytest.mark.parametrize("way", [as_written, url_encoded])


@WAYS
def test_send_simple_sms(sandbox, way):
    (row,) = entries(sandbox, *way(SIMPLE))
    assert list(row) == SENT
    assert (row["message"], row["sender"], row["receptor"], row["status"]) == ("Hello", "10004346", "09123456789", 1)


@pytest.mark.parametrize("flag", ["--data", "--data-raw", "--data-urlencode"])
def test_send_bulk_sms(sandbox, flag):
    rows = entries(sandbox, BULK, *(argument for field in BULK_FIELDS for argument in (flag, field)))
    assert [list(row) for row in rows] == [SENT, SENT]
    assert [(row["receptor"], row["message"]) for row in rows] == [
        ("09123456789", "Message 1"),
        ("09987654321", "Message 2"),
    ]


def test_a_persian_text_encoded_by_curl(sandbox):
    text = "سلام دنیا & 100% + «نوروز»\nلغو۱۱"
    fields = ("--data-urlencode", f"message={text}", "--data-urlencode", "receptor=+989123456789")
    address = SIMPLE.partition("?")[0]
    rows = [*entries(sandbox, address, "-G", *fields), *entries(sandbox, address, *fields)]
    assert [row["message"] for row in rows] == [text, text]
    assert {message.receptor for message in sandbox.messages()} == {"09123456789"}


@WAYS
def test_check_status(sandbox, way):
    rows = entries(sandbox, *way(STATUS))
    assert [list(row) for row in rows] == [["messageid", "status", "statustext"]] * 2
    assert [row["messageid"] for row in rows] == [123456, 123457]


def test_check_status_of_messages_there_are(sandbox):
    (row,) = entries(sandbox, SIMPLE)
    states = entries(sandbox, STATUS.replace("123456,123457", f"{row['messageid']},1"))
    assert [list(state) for state in states] == [["messageid", "status", "statustext"]] * 2
    assert [state["status"] for state in states] == [1, 100]


@WAYS
def test_send_verification_code(sandbox, way):
    answered = entries(sandbox, *way(VERIFY))
    (row,) = answered if isinstance(answered, list) else [answered]
    assert list(row) == SENT
    assert "12345" in row["message"]
