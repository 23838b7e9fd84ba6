"""A sandbox as one object: start it, query it, stop it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from kaverun.clock import Clock
from kaverun.errors import Refused
from kaverun.sandbox.clock import VirtualClock
from kaverun.sandbox.control import counters
from kaverun.sandbox.faults.parser import parse_faults
from kaverun.sandbox.faults.vocabulary import Fault
from kaverun.sandbox.listener import Listener
from kaverun.sandbox.provider import Provider
from kaverun.sandbox.records import Message, Request
from kaverun.sandbox.settings import SandboxSettings


class Sandbox:
    """A local Kavenegar over real HTTP, in threads of this process, while the context is open.

    `port` 0 takes any free port. A `host` that is not the loopback interface raises Refused unless `allow_remote`;
    entering raises Refused if the port is in use.
    """

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        allow_remote: bool = False,
        clock: Clock | None = None,
    ) -> None:
        if not allow_remote and not is_loopback(host):
            raise Refused(
                f"{host} is not the loopback interface, so others could read the messages; "
                "--allow-remote (allow_remote=True) permits it"
            )
        self.settings = settings or SandboxSettings()
        self._provider = Provider(self.settings, clock)
        self._address = (host, port)
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start to listen and answer; raises Refused if the port is in use."""
        if self._listener is None:
            self._listener = Listener(self._provider, *self._address)
            self._address = self._listener.address

    def stop(self) -> None:
        """Close the listener and all connections; accepted messages can still be read."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    @property
    def host_and_port(self) -> str:
        """`127.0.0.1:8870`; an IPv6 host in brackets."""
        host, port = self._address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def url(self) -> str:
        """The base URL for clients, `http://127.0.0.1:PORT/v1`."""
        return f"http://{self.host_and_port}/v1"

    @property
    def control_url(self) -> str:
        """Where the sandbox itself is controlled, `http://127.0.0.1:PORT/_sandbox`."""
        return f"http://{self.host_and_port}/_sandbox"

    @property
    def clock(self) -> VirtualClock:
        """The clock of the sandbox."""
        return self._provider.clock

    @property
    def credit(self) -> int:
        """The remaining credit of the account, in Rial."""
        return self._provider.state.credit

    @property
    def crashes(self) -> int:
        """Requests that hit a bug in the sandbox itself; should be 0."""
        return self._listener.crashes if self._listener else 0

    def messages(self) -> tuple[Message, ...]:
        """Every message accepted so far, in order of acceptance, with current statuses."""
        return self._provider.state.messages()

    def requests(self) -> tuple[Request, ...]:
        """The journal: every request to the API, in order of arrival."""
        return self._provider.journal.requests()

    def counters(self) -> Mapping[str, Any]:
        """The same as `/_sandbox/counters`: requests, messages, de-duplicated rows, faults."""
        return counters(self._provider)

    def set_faults(self, *faults: Fault | str) -> None:
        """Replace the active faults and reset their counters; without arguments, remove all. Raises Invalid."""
        self._provider.deck.replace(_faults(faults))

    def add_faults(self, *faults: Fault | str) -> None:
        """Add to the active faults. Raises Invalid."""
        self._provider.deck.add(_faults(faults))

    def top_up(self, rial: int) -> None:
        """Add to the account's credit."""
        with self._provider.state.lock:
            self._provider.state.credit += rial

    def refuse(self, seconds: float) -> None:
        """Close the listener for `seconds`; returns once connections are refused."""
        if self._listener is not None:
            self._listener.refuse(seconds)

    def reseed(self, seed: int) -> None:
        """Draw the active faults and the outcomes again, with `seed`."""
        self._provider.reseed(seed)

    def reset(self) -> None:
        """Return to the start: no messages, initial credit and faults, the machine's clock, an empty journal."""
        self._provider.reset()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _faults(faults: tuple[Fault | str, ...]) -> tuple[Fault, ...]:
    return tuple(fault if isinstance(fault, Fault) else parse_faults(fault).faults[0] for fault in faults)
