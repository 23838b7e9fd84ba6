"""pytest fixtures for testing code that sends SMS through Kavenegar, against its own local Kavenegar.

In your `conftest.py`:

    pytest_plugins = ["kaverun.sandbox.pytest_plugin"]

In a test:

    def test_a_customer_gets_the_code(kavenegar_sandbox, kavenegar_base_url, monkeypatch):
        monkeypatch.setenv("KAVENEGAR_BASE_URL", kavenegar_base_url)    # http://127.0.0.1:PORT/v1
        sign_up("09123456789")
        (message,) = kavenegar_sandbox.messages()
        assert (message.receptor, message.parts, message.cost) == ("09123456789", 1, 120)

Each test has its own sandbox on a free port of the loopback interface: no messages, full credit, no faults, any API key
accepted. `kavenegar_sandbox` is a `kaverun.sandbox.Sandbox`: `messages()`, `requests()`, `counters()`, `credit` (Rial),
`clock.advance(seconds)`, `add_faults(…)`. While a test waits, its page shows the messages in a browser.

A marker on a test, a class or a module sets any of `kaverun.sandbox.SandboxSettings`; the nearest one wins:

    @pytest.mark.kavenegar_sandbox(credit=1000, dialect="live", faults=["drop-after:times=1"])
    def test_an_answer_that_is_lost_is_asked_for_again(kavenegar_sandbox): ...

Faults are written as in `kaverun sandbox --fault`; `kaverun sandbox --list-faults` shows the kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kaverun.errors import Invalid
from kaverun.sandbox import Fault, Sandbox, SandboxSettings, parse_fault

MARKER = "kavenegar_sandbox"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, for --strict-markers."""
    config.addinivalue_line(
        "markers", f"{MARKER}(credit=…, faults=[…], …): settings of the test's own Kavenegar sandbox"
    )


@pytest.fixture
def kavenegar_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A Kavenegar that runs for this test, configured by the marker `kavenegar_sandbox`; stopped after the test."""
    with Sandbox(_settings(request.node)) as sandbox:
        yield sandbox


@pytest.fixture
def kavenegar_base_url(kavenegar_sandbox: Sandbox) -> str:
    """The base URL for a client, `http://127.0.0.1:PORT/v1`."""
    return kavenegar_sandbox.url


def _settings(node: pytest.Item) -> SandboxSettings:
    """The settings of all markers that apply to a test; a wrong one fails the test with one sentence."""
    markers = list(node.iter_markers(MARKER))
    told: dict[str, Any] = {}
    for marker in reversed(markers):  # iter_markers begins with the nearest
        told |= marker.kwargs
    if any(marker.args for marker in markers):
        pytest.fail(f"{MARKER} takes keyword arguments only, such as credit=1000", pytrace=False)
    try:
        return SandboxSettings(**{**told, "faults": tuple(map(_fault, told.get("faults", ())))})
    except (Invalid, TypeError) as error:
        pytest.fail(f"{MARKER}: {str(error).removeprefix('SandboxSettings.__init__() ')}", pytrace=False)


def _fault(written: Fault | str) -> Fault:
    return written if isinstance(written, Fault) else parse_fault(written)
