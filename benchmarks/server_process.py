"""The driver's end of the server: starts it, sets its latency, asks what arrived, stops it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, NamedTuple, Self


class Counts(NamedTuple):
    """What arrived since the last reset.

    `repeats` are messages whose localid had come before; `receptors` are distinct. Times are `time.monotonic`; `busy`
    are processor seconds of the server from the first request to the last.
    """

    requests: int
    messages: int
    repeats: int
    receptors: int
    characters: int
    next_messageid: int
    first_arrival: float
    last_answer: float
    busy: float

    @property
    def sending(self) -> float:
        """Seconds from the first sending request to the last answer."""
        return self.last_answer - self.first_arrival


@dataclass
class Server:
    """A server process; use it as a context."""

    process: subprocess.Popen[str]
    port: int

    @classmethod
    def start(cls) -> Self:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        return cls(process, int(process.stdout.readline()))

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    def reset(self, *, latency: float = 0.0, issued: int = 0) -> None:
        """Forget everything; `latency` in seconds holds for every answer from now on."""
        self._ask(f"reset?latency={latency}&issued={issued}")

    def counts(self) -> Counts:
        return Counts(**self._ask("counts"))

    def arrivals(self) -> list[tuple[float, int]]:
        """Time (`time.monotonic`) and messages of each sending request."""
        return [(when, messages) for when, messages in self._ask("arrivals")]

    def wait_for(self, messages: int) -> None:
        """Return once so many messages have arrived."""
        self._ask(f"reached?messages={messages}")

    def _ask(self, question: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request("GET", f"/control/{question}")
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
