"""A sandbox in each dialect, with a clock that stands, and the client in front of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kaverun.kavenegar import Client, Secret, Timeouts
from kaverun.kavenegar.transport import HttpTransport
from kaverun.sandbox import Sandbox, SandboxSettings

NOW = 1_700_000_000


@dataclass
class Bench:
    """One sandbox, and ways to it."""

    sandbox: Sandbox

    def transport(self, key="key-of-the-bench"):
        return HttpTransport(self.sandbox.url, Secret(key), Timeouts(2, 5))

    def client(self, key="key-of-the-bench"):
        return Client.connect(self.sandbox.url, key, Timeouts(2, 5), clock=self.sandbox.clock)


@pytest.fixture
def start():
    """Starts a sandbox whose clock stands at 1,700,000,000; ended with the test, having met no bug of its own."""
    running = []

    def started(**settings):
        sandbox = Sandbox(SandboxSettings(**settings))
        sandbox.start()
        running.append(sandbox)
        sandbox.clock.stop()
        sandbox.clock.set(NOW)
        return Bench(sandbox)

    yield started
    for sandbox in running:
        assert sandbox.crashes == 0
        sandbox.stop()


@pytest.fixture(params=["document", "live"])
def bench(start, request):
    return start(dialect=request.param)
