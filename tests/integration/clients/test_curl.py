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


def test_send_simple_sms(sandbox):
    (row,) = entries(sandbox, SIMPLE)
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


def test_check_status(sandbox):
    rows = entries(sandbox, STATUS)
    assert [list(row) for row in rows] == [["messageid", "status", "statustext"]] * 2
    assert [row["messageid"] for row in rows] == [123456, 123457]


def test_check_status_of_messages_there_are(sandbox):
    (row,) = entries(sandbox, SIMPLE)
    states = entries(sandbox, STATUS.replace("123456,123457", f"{row['messageid']},1"))
    assert [list(state) for state in states] == [["messageid", "status", "statustext"]] * 2
    assert [state["status"] for state in states] == [1, 100]


def test_send_verification_code(sandbox):
    answered = entries(sandbox, VERIFY)
    (row,) = answered if isinstance(answered, list) else [answered]
    assert list(row) == SENT
    assert "12345" in row["message"]
