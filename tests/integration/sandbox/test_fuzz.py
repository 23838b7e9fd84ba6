"""Whatever comes in, the answer is an envelope: never HTTP 500, never a hang."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaverun.sandbox import Sandbox, SandboxSettings
from kaverun.sandbox.methods import METHODS

NAMES = ["receptor", "sender", "message", "date", "type", "localid", "localmessageids", "hide", "tag", "policy"]
NAMES += ["messageid", "debugmode", "mincreditalarm", "startdate", "enddate", "pagesize", "status", "template"]
NAMES += ["token", "token2", "token3", "token10", "token20"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
likely = st.sampled_from(
    [
        "09123456789",
        '["09123456789"]',
        '["10004346"]',
        '["سلام"]',
        "[1]",
        "null",
        "[",
        "0",
        "-1",
        "9" * 30,
        "1e400",
        "",
        ",",
        "09090000418",
        "09090000000",
        "09090000014",
        "8792343001",
        "8792343001,8792343002,7",
        "1700000000",
        "99999999999",
        "call",
        "verify",
    ]
)
values = likely | st.text(max_size=30) | json_values.map(json.dumps)
fields = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), values, max_size=6)


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


def check(status: int, body: bytes) -> None:
    assert status not in (500, 502)
    answer = json.loads(body)
    assert isinstance(answer["return"]["status"], int)
    assert (answer["entries"] is None) == (answer["return"]["status"] != 200)


@settings(max_examples=150, deadline=None)
@given(method=st.sampled_from(sorted(METHODS)), verb=st.sampled_from(["GET", "POST"]), given_fields=fields)
def test_any_fields_get_an_envelope(sandbox: Sandbox, method: str, verb: str, given_fields: dict[str, str]) -> None:
    form = urlencode(given_fields, errors="replace")
    path = f"/v1/KEY/{method}.json"
    path, body = (f"{path}?{form}", None) if verb == "GET" else (path, form.encode())
    check(*exchange(sandbox, verb, path, body))


@settings(max_examples=100, deadline=None)
@given(method=st.sampled_from(sorted(METHODS)), body=st.binary(max_size=200))
def test_any_bytes_get_an_envelope(sandbox: Sandbox, method: str, body: bytes) -> None:
    check(*exchange(sandbox, "POST", f"/v1/KEY/{method}.json", body))


@settings(max_examples=100, deadline=None)
@given(path=st.text(max_size=40).map(lambda text: "/" + quote(text, errors="replace")))
def test_any_path_gets_an_envelope(sandbox: Sandbox, path: str) -> None:
    if not path.lstrip("/").startswith("_sandbox"):
        check(*exchange(sandbox, "GET", path, None))


@settings(max_examples=100, deadline=None)
@given(
    page=st.sampled_from(["messages", "requests", "counters", "clock", "faults", "health", "credit", "seed"]),
    verb=st.sampled_from(["GET", "POST"]),
    query=fields,
    body=st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()),
)
def test_any_request_to_the_sandbox_itself_gets_json(
    sandbox: Sandbox, page: str, verb: str, query: dict[str, str], body: bytes
) -> None:
    form = urlencode({"limit": "5", **query}, errors="replace")
    status, answer = exchange(sandbox, verb, f"/_sandbox/{page}?{form}", body)
    assert status in (200, 400, 405)
    json.loads(answer)
    sandbox.set_faults()
    sandbox.clock.reset()


#: what each method needs, so that fuzzing gets past the first look; the values are spoilt one or two at a time
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


@settings(max_examples=400, deadline=None)
@given(
    method=st.sampled_from(sorted(PLAUSIBLE)),
    spoilt=st.dictionaries(st.sampled_from(NAMES), values | st.none(), max_size=2),
    form=st.sampled_from(["json", "xml"]),
    moment=st.sampled_from([0.0, 1_699_999_999.0, 1_700_000_000.0, 1_700_100_000.0, 99_999_999_999.0]),
)
def test_nearly_right_requests_get_an_envelope(
    sandbox: Sandbox, method: str, spoilt: dict[str, str | None], form: str, moment: float
) -> None:
    sandbox.clock.set(moment)
    told = {name: value for name, value in {**PLAUSIBLE[method], **spoilt}.items() if value is not None}
    status, body = exchange(sandbox, "POST", f"/v1/KEY/{method}.{form}", urlencode(told, errors="replace").encode())
    sandbox.clock.reset()
    if form == "json":
        check(status, body)
    else:
        assert status not in (500, 502)
        assert ElementTree.fromstring(body).findtext("return/status")


@settings(max_examples=60, deadline=None)
@given(
    receptor=st.integers(0, 9_999_999).map(lambda number: f"0909{number:07d}"),
    key=st.text(alphabet="0123456789sandboxmeug-", max_size=20),
)
def test_any_magic_gets_an_envelope(sandbox: Sandbox, receptor: str, key: str) -> None:
    body = urlencode({"receptor": receptor, "message": "سلام"}).encode()
    check(*exchange(sandbox, "POST", f"/v1/{quote(key) or 'KEY'}/sms/send.json", body))
    assert all(message.status for message in sandbox.messages()[-5:])
