"""Whatever comes in, the answer is an envelope: never HTTP 500, never a hang."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaverun.sandbox import Sandbox, SandboxSettings

METHODS = ["sms/send", "sms/sendarray", "sms/status", "sms/statuslocalmessageid", "account/info", "account/config"]
NAMES = ["receptor", "sender", "message", "date", "type", "localid", "localmessageids", "hide", "tag", "policy"]
NAMES += ["messageid", "debugmode", "mincreditalarm"]

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
    ]
)
values = likely | st.text(max_size=30) | json_values.map(json.dumps)
fields = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), values, max_size=6)


@pytest.fixture(scope="module", params=["document", "live"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings(dialect=request.param, bad_receptor="row")) as running:
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
@given(method=st.sampled_from(METHODS), verb=st.sampled_from(["GET", "POST"]), given_fields=fields)
def test_any_fields_get_an_envelope(sandbox: Sandbox, method: str, verb: str, given_fields: dict[str, str]) -> None:
    form = urlencode(given_fields, errors="replace")
    path = f"/v1/KEY/{method}.json"
    path, body = (f"{path}?{form}", None) if verb == "GET" else (path, form.encode())
    check(*exchange(sandbox, verb, path, body))


@settings(max_examples=100, deadline=None)
@given(method=st.sampled_from(METHODS), body=st.binary(max_size=200))
def test_any_bytes_get_an_envelope(sandbox: Sandbox, method: str, body: bytes) -> None:
    check(*exchange(sandbox, "POST", f"/v1/KEY/{method}.json", body))


@settings(max_examples=100, deadline=None)
@given(path=st.text(max_size=40).map(lambda text: "/" + quote(text, errors="replace")))
def test_any_path_gets_an_envelope(sandbox: Sandbox, path: str) -> None:
    if not path.lstrip("/").startswith("_sandbox"):
        check(*exchange(sandbox, "GET", path, None))


@settings(max_examples=100, deadline=None)
@given(
    page=st.sampled_from(["messages", "requests", "counters", "clock", "faults", "health"]),
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
