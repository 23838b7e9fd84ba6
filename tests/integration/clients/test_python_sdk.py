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


@pytest.fixture
def sandbox():
    with Sandbox(SandboxSettings()) as running:
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


def sent(api, **fields):
    """The messageid of one message."""
    return api.sms_send({"receptor": PHONE, "message": "سلام", **fields})[0]["messageid"]


def test_sms_send(api, sandbox):
    rows = api.sms_send({"receptor": f"{PHONE},{OTHER}", "message": "سلام & + %", "sender": "", "localid": "450,451"})
    assert [list(row) for row in rows] == [SENT, SENT]
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


def test_sms_status(api):
    messageid = sent(api)
    assert api.sms_status({"messageid": messageid}) == [
        {"messageid": messageid, "status": 1, "statustext": "در صف ارسال"}
    ]
    assert len(api.sms_status({"messageid": [messageid, messageid]})) == 2


def test_sms_statuslocalmessageid(api):
    messageid = sent(api, localid=450)
    (row,) = api.sms_statuslocalmessageid({"localid": 450})
    assert (row["messageid"], row["localid"]) == (messageid, "450")


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
    assert api.sms_countoutbox({"startdate": int(time.time()) - 60, "status": 0}) == {"sumcount": 1}


def test_sms_cancel(api):
    messageid = sent(api, date=int(time.time()) + 3600)
    assert api.sms_cancel({"messageid": messageid}) == [{"messageid": messageid, "status": 13, "statustext": "لغو شده"}]


def test_verify_lookup(api):
    tokens = {"token": "12345", "token2": "", "token3": "", "type": "sms"}
    (row,) = api.verify_lookup({"receptor": PHONE, "template": "verify", **tokens})
    assert list(row) == SENT


def test_call_maketts(api, sandbox):
    (row,) = api.call_maketts({"receptor": PHONE, "message": "سلام"})
    assert (list(row), sandbox.messages()[0].channel) == (SENT, "call")


def test_account_info(api):
    assert list(api.account_info()) == ["remaincredit", "expiredate", "type"]


def test_account_config(api):
    assert api.account_config()["debugmode"] == "disabled"
    assert api.account_config({"debugmode": "enabled"})["debugmode"] == "enabled"


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
