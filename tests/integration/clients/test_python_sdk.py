"""The PyPI package `kavenegar`, unchanged, through every method it has.

It always speaks https to `host`: the scheme is swapped on its way out, everything else is as it sends it.
"""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
import requests

from kaverun.sandbox import Sandbox, SandboxSettings

kavenegar = pytest.importorskip("kavenegar", reason="the PyPI package kavenegar is a development dependency")

PHONE, OTHER = "09123456789", "09351234567"
SENT = ["messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"]
# Methods of the provider that the API document does not have.
UNDOCUMENTED = ("sms_receive", "sms_countinbox", "sms_countpostalcode", "sms_sendbypostalcode", "call_status")


@pytest.fixture(params=["document", "live"])
def sandbox(request):
    with Sandbox(SandboxSettings(dialect=request.param)) as running:
        yield running
        assert running.crashes == 0


@pytest.fixture
def api(sandbox, monkeypatch):
    def post(url, **settings):
        with requests.Session() as session:
            session.trust_env = False
            return session.post(url.replace("https:", "http:", 1), timeout=5, **settings)

    monkeypatch.setattr(kavenegar, "requests", SimpleNamespace(post=post, exceptions=requests.exceptions))
    api = kavenegar.KavenegarAPI("6B6579")
    api.host = sandbox.host_and_port
    return api


def listed(entries):
    """The dialects disagree about single entries: one object, or a list of one."""
    return entries if isinstance(entries, list) else [entries]


def sent(api, **fields):
    """The messageid of one message."""
    return api.sms_send({"receptor": PHONE, "message": "سلام", **fields})[0]["messageid"]


def test_sms_send(api, sandbox):
    rows = api.sms_send({"receptor": f"{PHONE},{OTHER}", "message": "سلام & + %", "sender": "", "localid": "450,451"})
    assert [list(row)[:8] for row in rows] == [SENT, SENT]
    assert [(row["receptor"], row["message"], row["status"]) for row in rows] == [
        (PHONE, "سلام & + %", 1),
        (OTHER, "سلام & + %", 1),
    ]
    assert [(message.text, message.localid) for message in sandbox.messages()] == [
        ("سلام & + %", "450"),
        ("سلام & + %", "451"),
    ]


@pytest.mark.parametrize("write", [json.dumps, lambda value: json.dumps(value, ensure_ascii=False)])
def test_sms_sendarray(api, write):
    arrays = {
        "receptor": [PHONE, OTHER],
        "sender": ["10004346"] * 2,
        "message": ["یک", "دو"],
        "localmessageids": [7, 8],
    }
    rows = api.sms_sendarray({name: write(values) for name, values in arrays.items()})
    assert [row["message"] for row in rows] == ["یک", "دو"]
    assert rows == api.sms_sendarray({name: write(values) for name, values in arrays.items()})


def test_sms_status(api, sandbox):
    messageid = sent(api)
    assert api.sms_status({"messageid": messageid}) == [
        {"messageid": messageid, "status": 1, "statustext": "در صف ارسال"}
    ]
    sandbox.clock.advance(60)
    assert [row["status"] for row in api.sms_status({"messageid": [messageid, 7]})] == [10, 100]


def test_sms_statuslocalmessageid(api):
    messageid = sent(api, localid=450)
    (row,) = api.sms_statuslocalmessageid({"localid": 450})
    assert (row["messageid"], row["localid"], row["status"]) == (messageid, "450", 1)


def test_sms_select(api):
    messageid = sent(api)
    (row,) = api.sms_select({"messageid": messageid})
    assert (list(row), row["message"]) == (SENT, "سلام")


def test_sms_selectoutbox(api):
    messageid = sent(api)
    (row,) = api.sms_selectoutbox({"startdate": int(time.time()) - 60, "enddate": "", "sender": ""})
    assert row["messageid"] == messageid


def test_sms_latestoutbox(api):
    messageid = sent(api)
    assert [row["messageid"] for row in api.sms_latestoutbox({"pagesize": 10})] == [messageid]
    assert len(api.sms_latestoutbox()) == 1


def test_sms_countoutbox(api):
    sent(api)
    (count,) = listed(api.sms_countoutbox({"startdate": int(time.time()) - 60, "status": 0}))
    assert count["sumcount"] == 1
    (count,) = listed(api.sms_countoutbox({"startdate": int(time.time()) - 60, "status": 10}))
    assert count["sumcount"] == 0


def test_sms_cancel(api, sandbox):
    messageid = sent(api, date=int(time.time()) + 3600)
    assert api.sms_cancel({"messageid": messageid}) == [{"messageid": messageid, "status": 13, "statustext": "لغو شده"}]
    assert sandbox.credit == sandbox.settings.credit


def test_verify_lookup(api):
    tokens = {"token": "12345", "token2": "", "token3": "", "type": "sms"}
    (row,) = listed(api.verify_lookup({"receptor": PHONE, "template": "verify", **tokens}))
    assert list(row) == SENT
    assert "12345" in row["message"]


def test_call_maketts(api, sandbox):
    (row,) = listed(api.call_maketts({"receptor": PHONE, "message": "سلام"}))
    assert (list(row), row["cost"], sandbox.messages()[0].channel) == (SENT, 1000, "call")
    rows = api.call_maketts({"receptor": f"{PHONE},{OTHER}", "message": "سلام", "localid": "[1,2]"})
    assert [message.localid for message in sandbox.messages()] == ["", "1", "2"]
    assert len(rows) == 2


def test_account_info(api):
    before = api.account_info()
    assert list(before) == ["remaincredit", "expiredate", "type"]
    sent(api)
    assert before["remaincredit"] - api.account_info()["remaincredit"] == 120


def test_account_config(api):
    assert api.account_config()["debugmode"] == "disabled"
    assert api.account_config({"debugmode": "enabled", "defaultsender": ""})["debugmode"] == "enabled"
    assert api.sms_send({"receptor": PHONE, "message": "سلام"})[0]["status"] == 13


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_a_method_that_no_document_has_is_404(api, name):
    with pytest.raises(kavenegar.APIException, match="404"):
        getattr(api, name)({"receptor": PHONE})


def test_a_refusal_reaches_it_as_its_own_exception(api):
    with pytest.raises(kavenegar.APIException, match="411"):
        api.sms_send({"receptor": "1", "message": "a"})


def test_every_method_it_has_is_tried_here():
    methods = {name for name in vars(kavenegar.KavenegarAPI) if not name.startswith("_")}
    tried = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert methods - tried == set(UNDOCUMENTED)
    assert len(methods) == 18
