"""Whatever the sandbox itself is asked, it answers JSON with 200, or an error with 400, 404 or 405, and runs on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaverun.sandbox import Sandbox, SandboxSettings
from kaverun.sandbox.control import ROUTES
from kaverun.sandbox.faults.vocabulary import KINDS

MORE = int(os.environ.get("KAVERUN_FUZZ", "1"))
SEND = b"receptor=09123456789&message=Hello&localid=7"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
words = st.sampled_from(
    ["0", "1", "-1", "1e9", "1e400", "nan", "1.5", "9" * 30, "yes", "09123456789", "8792343001", "[]"]
)
names = st.sampled_from([*sorted({name for route in ROUTES for name in route.takes}), "limits"])
#: `refuse` closes the listener, so it is left out here
PAGES = [route for route in ROUTES if route.name != "refuse"]


def fuzzed(examples: int) -> settings:
    return settings(max_examples=examples * MORE, deadline=None, derandomize=MORE == 1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings()) as running:
        yield running
        assert running.crashes == 0


def exchange(sandbox: Sandbox, verb: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection(sandbox.host_and_port, timeout=5)
    try:
        connection.request(verb, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def check(status: int, answer: bytes) -> None:
    assert status in (200, 400, 404, 405)
    told = json.loads(answer)
    assert (status == 200) or (list(told) == ["error"] and told["error"])


def check_alive(sandbox: Sandbox) -> None:
    """After a reset it is as new, whatever happened before."""
    assert exchange(sandbox, "POST", "/_sandbox/reset")[0] == 200
    assert exchange(sandbox, "POST", "/v1/KEY/sms/send.json", SEND)[0] == 200
    assert sandbox.credit == 1_000_000_000 - 300


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{route.verb} {route.name}")
@fuzzed(12)
@given(
    query=st.dictionaries(names, words | st.text(max_size=8), max_size=3),
    body=st.binary(max_size=60)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(names, words | json_values, max_size=3).map(lambda told: json.dumps(told).encode()),
)
def test_any_values_get_json(sandbox: Sandbox, route: object, query: dict[str, str], body: bytes) -> None:
    assert isinstance(route, type(ROUTES[0]))
    path = f"/_sandbox/{route.name}?{urlencode({'limit': '5', **query} if 'limit' in route.takes else query)}"
    check(*exchange(sandbox, route.verb, path, body))
    exchange(sandbox, "POST", "/v1/KEY/sms/send.json", SEND.replace(b"0912", b"0913"))
    check_alive(sandbox)


@fuzzed(40)
@given(verb=st.sampled_from(["GET", "POST", "PUT", "DELETE", "BREW"]), page=st.text(max_size=12))
def test_any_page_gets_json(sandbox: Sandbox, verb: str, page: str) -> None:
    if page.strip("/"):
        check(*exchange(sandbox, verb, f"/_sandbox/{quote(page, errors='replace')}"))


seeds = st.dictionaries(
    st.sampled_from(["receptor", "message", "sender", "localid", "date", "status", "tag", "other"]),
    st.sampled_from(["09123456789", "سلام", "10004346", 7, 1_700_000_000, 10, 2**70, -1, 1.5, True, None, "", [], {}]),
    max_size=8,
)


@fuzzed(50)
@given(told=st.lists(seeds | st.just({"receptor": "09123456789", "message": "سلام"}), max_size=3))
def test_any_history_is_taken_or_refused_as_a_whole(sandbox: Sandbox, told: list[object]) -> None:
    before = len(sandbox.messages())
    status, answer = exchange(sandbox, "POST", "/_sandbox/seed", json.dumps({"messages": told}).encode())
    check(status, answer)
    assert len(sandbox.messages()) == before + (len(told) if status == 200 else 0)
    for path in ("/_sandbox/messages?limit=3", "/v1/KEY/sms/latestoutbox.xml?pagesize=3"):
        assert exchange(sandbox, "GET", path)[0] == 200


spells = st.dictionaries(
    st.sampled_from(sorted({key for kind in KINDS.values() for key in kind.keys} | {"every", "first", "probability"})),
    st.sampled_from(["0", "1", "2", "yes", "both", "418", "502", "0912", "5%", "0s", "x", "-1"]),
    max_size=3,
)


@fuzzed(80)
@given(kind=st.sampled_from(sorted(KINDS)), spell=spells, method=st.sampled_from(["sms/send", "any", "account/*"]))
def test_any_fault_lets_the_sandbox_live(sandbox: Sandbox, kind: str, spell: dict[str, str], method: str) -> None:
    told = {"fault": kind, "method": method, **spell}
    told |= {"seconds": "0s"} if "seconds" in KINDS[kind].keys else {}
    check(*exchange(sandbox, "POST", "/_sandbox/faults", json.dumps([told]).encode()))
    with suppress(HTTPException, ConnectionError):  # which is what some faults are for
        exchange(sandbox, "POST", "/v1/KEY/sms/send.json", SEND)
    check_alive(sandbox)
