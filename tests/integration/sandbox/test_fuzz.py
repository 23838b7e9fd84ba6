"""Whatever the fourteen methods are asked, in both dialects and both formats, the answer is an envelope.

Never HTTP 500, never a hang, never a bug of the sandbox itself. KAVERUN_FUZZ=20 tries twenty times as much, at random.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaverun.kavenegar.codes import ERRORS
from kaverun.sandbox import Sandbox, SandboxSettings
from kaverun.sandbox.methods import METHODS

MORE = int(os.environ.get("KAVERUN_FUZZ", "1"))
NAMES = ["receptor", "sender", "message", "date", "type", "localid", "localmessageids", "hide", "tag", "policy"]
NAMES += ["messageid", "debugmode", "mincreditalarm", "startdate", "enddate", "pagesize", "status", "template"]
NAMES += ["token", "token2", "token3", "token10", "token20", "defaultsender", "apilogs"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
likely = st.sampled_from(
    [
        "09123456789",
        "09123456789,+989123456789,9123456789",
        '["09123456789"]',
        '["09123456789","09090000000",null,9123456789]',
        '["10004346"]',
        '["سلام"]',
        '["\\ud83d"]',
        "[1]",
        "[]",
        "null",
        "[",
        "[" * 3000,
        "0",
        "-1",
        "9" * 30,
        "9" * 5000,
        "1e400",
        "nan",
        "",
        " ",
        ",",
        "\x00",
        "س" * 901,
        "%token",
        "09090000418",
        "09090000000",
        "09090000014",
        "8792343001",
        "8792343001,8792343002,7",
        ",".join(["8792343001"] * 501),
        "1700000000",
        "99999999999",
        "call",
        "verify",
        "enabled",
    ]
)
values = likely | st.text(max_size=30) | json_values.map(json.dumps)
fields = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), values, max_size=6)
formats = st.sampled_from(["json", "xml"])
verbs = st.sampled_from(["GET", "POST"])


def fuzzed(examples: int) -> settings:
    return settings(max_examples=examples * MORE, deadline=None, derandomize=MORE == 1)


@pytest.fixture(scope="module", params=["document", "live"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    panel = (("verify", "%token {token2}"), ("", ""))
    settings = SandboxSettings(dialect=request.param, bad_receptor="row", templates=panel, outcomes=((14, 0.5),))
    with Sandbox(settings) as running:
        yield running
        assert running.crashes == 0


def exchange(sandbox: Sandbox, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
    connection = HTTPConnection(sandbox.host_and_port, timeout=5)
    try:
        connection.request(verb, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def check(http_status: int, body: bytes, form: str = "json") -> int:
    """The `return.status` of a proper answer: a documented code, the HTTP status too, with entries if it is 200."""
    code, persian, entries = read_json(body) if form == "json" else read_xml(body)
    assert code == http_status
    assert code == 200 or code in ERRORS
    assert persian
    assert entries == (code == 200)
    return code


def read_json(body: bytes) -> tuple[int, str, bool]:
    answer = json.loads(body)
    assert list(answer) == ["return", "entries"]
    assert list(answer["return"]) == ["status", "message"]
    rows: Any = answer["entries"]
    assert all(isinstance(row, dict) for row in (rows if isinstance(rows, list) else [rows or {}]))
    return answer["return"]["status"], answer["return"]["message"], rows is not None


def read_xml(body: bytes) -> tuple[int, str, bool]:
    root = ElementTree.fromstring(body)
    assert [element.tag for element in root] == ["return", "entries"]
    code = int(root.findtext("return/status") or 0)
    # An empty list and no entries at all look the same in XML.
    return code, root.findtext("return/message") or "", code == 200 or len(root[1]) > 0


def ask(sandbox: Sandbox, verb: str, method: str, form: str, told: bytes) -> int:
    path = f"/v1/KEY/{method}.{form}"
    path, body = (f"{path}?{told.decode()}", None) if verb == "GET" else (path, told)
    return check(*exchange(sandbox, verb, path, body), form)


@pytest.mark.parametrize("method", METHODS)
@fuzzed(10)
@given(verb=verbs, form=formats, given_fields=fields)
def test_any_fields_get_an_envelope(
    sandbox: Sandbox, method: str, verb: str, form: str, given_fields: dict[str, str]
) -> None:
    ask(sandbox, verb, method, form, urlencode(given_fields, errors="replace").encode())


@fuzzed(100)
@given(method=st.sampled_from(sorted(METHODS)), form=formats, body=st.binary(max_size=200))
def test_any_bytes_get_an_envelope(sandbox: Sandbox, method: str, form: str, body: bytes) -> None:
    ask(sandbox, "POST", method, form, body)


@fuzzed(100)
@given(path=st.text(max_size=40).map(lambda text: "/" + quote(text, errors="replace")))
def test_any_path_gets_an_envelope(sandbox: Sandbox, path: str) -> None:
    if not path.lstrip("/").startswith("_sandbox"):
        check(*exchange(sandbox, "GET", path, None))


@fuzzed(60)
@given(
    verb=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"]),
    version=st.sampled_from(["v1", "V1", "v2", ""]),
    method=st.sampled_from([*sorted(METHODS), "sms/nothing", "sms", "/", "SMS/Send", "sms/send.json"]),
    form=st.sampled_from(["json", "xml", "JSON", "php", ""]),
    end=st.sampled_from(["", "/", "//", "?", "?a", "?=", "?&&", "#", "/..", "%2F", "%00"]),
)
def test_any_address_gets_an_envelope(
    sandbox: Sandbox, verb: str, version: str, method: str, form: str, end: str
) -> None:
    status, body = exchange(sandbox, verb, f"/{version}/KEY/{method}.{form}{end}", None)
    check(status, body, "xml" if body.startswith(b"<") else "json")


#: what each method needs, so that fuzzing gets past the first check; one or two values at a time are spoilt
PLAUSIBLE: dict[str, dict[str, str]] = {
    "sms/send": {"receptor": "09123456789", "message": "سلام", "localid": "7"},
    "sms/sendarray": {"receptor": '["09123456789"]', "sender": '["10004346"]', "message": '["سلام"]'},
    "sms/status": {"messageid": "8792343001,7"},
    "sms/statuslocalmessageid": {"localid": "7,8"},
    "sms/statusbyreceptor": {"receptor": "09123456789", "startdate": "1700000000", "enddate": "1700000001"},
    "sms/select": {"messageid": "8792343001,7"},
    "sms/selectoutbox": {"startdate": "1700000000", "sender": "10004346"},
    "sms/latestoutbox": {"pagesize": "3", "sender": "10004346"},
    "sms/countoutbox": {"startdate": "1700000000", "enddate": "1700000001", "status": "10"},
    "sms/cancel": {"messageid": "8792343001,7"},
    "verify/lookup": {"receptor": "09123456789", "template": "verify", "token": "1", "token2": "2", "type": "call"},
    "call/maketts": {"receptor": "09123456789", "message": "سلام", "localid": "[7]", "date": "99999999999"},
    "account/info": {},
    "account/config": {"debugmode": "disabled", "mincreditalarm": "5"},
}


def test_every_method_is_fuzzed_from_a_call_that_works(sandbox: Sandbox) -> None:
    assert set(PLAUSIBLE) == set(METHODS)
    sandbox.clock.set(1_700_000_000.0)
    codes = {
        method: ask(sandbox, "POST", method, "json", urlencode(told).encode()) for method, told in PLAUSIBLE.items()
    }
    assert set(codes.values()) == {200}
    sandbox.clock.reset()


@pytest.mark.parametrize("method", PLAUSIBLE)
@fuzzed(25)
@given(
    spoilt=st.dictionaries(st.sampled_from(NAMES), values | st.none(), max_size=2),
    verb=verbs,
    form=formats,
    moment=st.sampled_from([0.0, 1_699_999_999.0, 1_700_000_000.0, 1_700_100_000.0, 99_999_999_999.0, 9e11, -5e11]),
)
def test_nearly_right_requests_get_an_envelope(
    sandbox: Sandbox, method: str, spoilt: dict[str, str | None], verb: str, form: str, moment: float
) -> None:
    sandbox.clock.set(moment)
    told = {name: value for name, value in {**PLAUSIBLE[method], **spoilt}.items() if value is not None}
    ask(sandbox, verb, method, form, urlencode(told, errors="replace").encode())
    sandbox.clock.reset()


@fuzzed(60)
@given(
    receptor=st.integers(0, 9_999_999).map(lambda number: f"0909{number:07d}"),
    key=st.text(alphabet="0123456789sandboxmeug-", max_size=20),
)
def test_any_magic_gets_an_envelope(sandbox: Sandbox, receptor: str, key: str) -> None:
    body = urlencode({"receptor": receptor, "message": "سلام"}).encode()
    check(*exchange(sandbox, "POST", f"/v1/{quote(key) or 'KEY'}/sms/send.json", body))
    assert all(message.status for message in sandbox.messages()[-5:])
