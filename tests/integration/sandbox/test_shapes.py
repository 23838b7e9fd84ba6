"""All fourteen methods in both dialects, both verbs and both formats."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from kaverun.sandbox.methods import METHODS

NOW = 1_700_000_000  # of the clock of `still`
RECEPTOR = "09123456789"
ARRAY = {"receptor": '["09123456789"]', "sender": '["10004346"]', "message": '["سلام"]'}
FIELDS: dict[str, dict[str, Any]] = {
    "sms/send": {"receptor": RECEPTOR, "message": "سلام"},
    "sms/sendarray": ARRAY,
    "sms/status": {"messageid": 8_792_343_001},
    "sms/statuslocalmessageid": {"localid": 7},
    "sms/statusbyreceptor": {"receptor": RECEPTOR, "startdate": NOW},
    "sms/select": {"messageid": 8_792_343_001},
    "sms/selectoutbox": {"startdate": NOW},
    "sms/latestoutbox": {},
    "sms/countoutbox": {"startdate": NOW},
    "sms/cancel": {"messageid": 8_792_343_001},
    "verify/lookup": {"receptor": RECEPTOR, "template": "verify", "token": "12345"},
    "call/maketts": {"receptor": RECEPTOR, "message": "سلام"},
    "account/info": {},
    "account/config": {},
}
SENT = {"messageid", "message", "status", "statustext", "sender", "receptor", "date", "cost"}
STATE = {"messageid", "status", "statustext"}
CONFIG = {"apilogs", "dailyreport", "debugmode", "defaultsender", "mincreditalarm", "resendfailed"}
KEYS: dict[str, set[str]] = {
    "sms/statuslocalmessageid": STATE | {"localid"},
    "sms/statusbyreceptor": STATE | {"receptor"},
    "sms/status": STATE,
    "sms/cancel": STATE,
    "sms/countoutbox": {"sumcount"},
    "account/info": {"remaincredit", "expiredate", "type"},
    "account/config": CONFIG,
}
LIVE_OBJECTS = {"verify/lookup", "call/maketts", "account/info", "account/config"}


@pytest.fixture(params=["document", "live"])
def caller(still: Any, request: pytest.FixtureRequest) -> Any:
    """A sandbox with one message, with localid 7."""
    caller = still(dialect=request.param)
    caller.send(localid=7)
    return caller


def wanted(method: str, dialect: str) -> set[str]:
    keys = KEYS.get(method, SENT)
    if dialect == "document":
        return keys
    if method == "sms/countoutbox":
        return {"startdate", "enddate", "sumpart", "sumcount", "cost"}
    return keys | ({"localid"} if method in ("sms/select", "sms/selectoutbox", "sms/latestoutbox") else set())


def test_there_are_fourteen() -> None:
    assert set(METHODS) == set(FIELDS)
    assert len(METHODS) == 14


@pytest.mark.parametrize("method", FIELDS)
def test_json_has_the_keys_of_the_dialect(caller: Any, method: str) -> None:
    dialect = caller.sandbox.settings.dialect
    entries = caller.entries(method, **FIELDS[method])
    objects = {"sms/countoutbox", "account/info", "account/config"} if dialect == "document" else LIVE_OBJECTS
    assert isinstance(entries, dict) == (method in objects)
    assert set(entries if isinstance(entries, dict) else entries[0]) == wanted(method, dialect)


@pytest.mark.parametrize("method", FIELDS)
def test_xml_has_the_same_keys_and_values(caller: Any, method: str) -> None:
    fields = {**FIELDS[method], "localid": 7} if method in ("sms/send", "sms/status") else FIELDS[method]
    answer = caller.session.post(caller.url(method, "xml"), data=fields, timeout=5)
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.findtext("return/status") == "200"
    entries = root.find("entries")
    assert entries is not None
    row = entries.find("entry") if entries.find("entry") is not None else entries
    assert row is not None
    assert {element.tag for element in row} >= wanted(method, caller.sandbox.settings.dialect)


@pytest.mark.parametrize("method", FIELDS)
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_verbs(caller: Any, method: str, verb: str) -> None:
    allowed = ("POST",) if method == "sms/sendarray" else ("GET", "POST")
    answer = caller.response(method, verb, **FIELDS[method])
    code = 200 if verb in allowed else 405
    assert answer.json()["return"]["status"] == code
    assert answer.status_code == code


@pytest.mark.parametrize("method", FIELDS)
def test_errors_have_the_envelope_in_xml_too(caller: Any, method: str) -> None:
    answer = caller.session.put(caller.url(method, "xml"), timeout=5)
    root = ElementTree.fromstring(answer.content)
    assert root.findtext("return/status") == "405"
    assert len(root.find("entries") or []) == 0


@pytest.mark.parametrize("method", [name for name, fields in FIELDS.items() if fields])
def test_bare_calls_miss_a_parameter(caller: Any, method: str) -> None:
    assert caller.status(method) == (200 if method == "sms/latestoutbox" else 400)


def test_the_documents_examples_are_answered_as_curl_sends_them(still: Any) -> None:
    caller = still()
    base, session = f"{caller.sandbox.url}/YOUR-API-KEY", caller.session

    def get(address: str) -> Any:
        return session.get(f"{base}/{address}", timeout=5).json()["entries"]

    assert set(get("sms/send.json?receptor=09123456789&message=Hello&sender=10004346")[0]) == SENT
    states = get("sms/status.json?messageid=123456,123457")
    assert [(row["messageid"], row["status"]) for row in states] == [(123456, 100), (123457, 100)]
    assert "12345" in get("verify/lookup.json?receptor=09123456789&token=12345&template=verify")[0]["message"]
