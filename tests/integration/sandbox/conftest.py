"""A sandbox on a free port of the loopback interface, and an independent client."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from kaverun.sandbox import Sandbox, SandboxSettings, parse_fault


class Caller:
    """Calls a sandbox as any HTTP client would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def url(self, method: str, form: str = "json", key: str = "KEY") -> str:
        return f"{self.sandbox.url}/{key}/{method}.{form}"

    def response(self, method: str, verb: str = "POST", key: str = "KEY", **fields: Any) -> requests.Response:
        query, data = (fields, None) if verb == "GET" else (None, fields)
        return self.session.request(verb, self.url(method, key=key), params=query, data=data, timeout=5)

    def status(self, method: str, verb: str = "POST", key: str = "KEY", **fields: Any) -> int:
        """`return.status` of a call."""
        return int(self.response(method, verb, key, **fields).json()["return"]["status"])

    def entries(self, method: str, verb: str = "POST", **fields: Any) -> Any:
        """`entries` of a call that must succeed."""
        answer = self.response(method, verb, **fields).json()
        assert answer["return"]["status"] == 200, answer
        return answer["entries"]

    def send(self, receptor: str = "09123456789", message: str = "سلام", **fields: Any) -> int:
        """The messageid of one message."""
        return int(self.entries("sms/send", receptor=receptor, message=message, **fields)[0]["messageid"])

    def array(self, receptors: list[str], texts: list[str] | None = None, **fields: Any) -> dict[str, Any]:
        """Fields of sms/sendarray for these receptors, each list as JSON text."""
        return {
            "receptor": json.dumps(receptors),
            "sender": json.dumps(["10004346"] * len(receptors)),
            "message": json.dumps(texts or ["سلام"] * len(receptors)),
            **{name: json.dumps(value) if isinstance(value, list) else value for name, value in fields.items()},
        }

    def control(self, page: str, verb: str = "GET", body: Any = None, **values: Any) -> Any:
        data = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        data = data.encode() if isinstance(data, str) else data
        address = f"{self.sandbox.control_url}/{page}"
        return self.session.request(verb, address, params=values, data=data, timeout=5).json()

    def raw(self, sent: bytes, *, until_closed: bool = False) -> bytes:
        """What is received for these bytes on a separate connection."""
        host, _, port = self.sandbox.host_and_port.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(sent)
            if not until_closed:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received


Start = Callable[..., Caller]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sandbox with settings and fault specs; stops it afterwards and checks that it had no bug."""
    with ExitStack() as stack:

        def started(*specs: str, **settings: Any) -> Caller:
            faults = tuple(parse_fault(spec) for spec in specs)
            sandbox = stack.enter_context(Sandbox(SandboxSettings(faults=faults, **settings)))
            caller = Caller(sandbox)
            stack.callback(check, caller)
            return caller

        def check(caller: Caller) -> None:
            caller.session.close()
            assert caller.sandbox.crashes == 0

        yield started


@pytest.fixture
def caller(start: Start) -> Caller:
    """A sandbox with default settings."""
    return start()


#: the time of the stopped clock of `still`
NOW = 1_700_000_000


@pytest.fixture
def still(start: Start) -> Start:
    """Starts a sandbox whose clock is stopped at 1,700,000,000."""

    def started(*specs: str, **settings: Any) -> Caller:
        caller = start(*specs, **settings)
        caller.sandbox.clock.stop()
        caller.sandbox.clock.set(NOW)
        return caller

    return started
