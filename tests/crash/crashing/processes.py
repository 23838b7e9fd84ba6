"""The installed command in real processes: a sandbox, and runs of `kaverun apply` to be killed; each by its own pid."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

COMMAND = str(Path(sys.executable).with_name("kaverun"))
# PYTHONPATH is kept so that a copy of the code, broken on purpose, can stand in front of the installed one.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")
_POLL = 0.002
_CANCELLED = 13


class Hung(AssertionError):
    """Something did not happen in the time it may take."""


def environment(**more: str) -> dict[str, str]:
    return {**{name: os.environ[name] for name in _KEPT if name in os.environ}, **more}


def wait_for(condition: Callable[[], object], seconds: float, what: str, pause: float = _POLL) -> None:
    """Poll real processes: there is no clock to hand them."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Hung(f"{what} did not happen within {seconds:g} seconds")
        time.sleep(pause)


class SandboxProcess:
    """`kaverun sandbox` on a free port, asked over its own control pages."""

    def __init__(self, *flags: str) -> None:
        self._process = subprocess.Popen(
            [COMMAND, "sandbox", "--port", "0", *flags],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip().removeprefix("KAVENEGAR_BASE_URL=")
        self._host = urlsplit(self.url).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=10)

    def close(self) -> None:
        self._connection.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def begin(self, faults: Sequence[str], seed: int) -> None:
        """Forget everything, and let these faults be in force."""
        self._ask("POST", "reset")
        self._ask("POST", "faults", {"seed": seed, "faults": list(faults)})

    def messages(self) -> list[dict[str, Any]]:
        return self._ask("GET", "messages")["messages"]  # type: ignore[no-any-return]

    def messageids(self) -> dict[str, list[int]]:
        """The ids of the messages each number was sent, those that were cancelled left out."""
        found: dict[str, list[int]] = defaultdict(list)
        for message in self.messages():
            if message["status"] == _CANCELLED:
                continue
            found[message["receptor"]].append(message["messageid"])
        return dict(found)

    def counters(self) -> dict[str, Any]:
        return self._ask("GET", "counters")

    def requests(self, method: str = "") -> int:
        """How many requests arrived, of one method or of all."""
        requests = self.counters()["requests"]
        return int(requests["by_method"].get(method, 0) if method else requests["total"])

    def settle(self) -> None:
        """Wait until no request is on its way any more, those of killed clients included."""

        def nothing_open() -> bool:
            requests = self.counters()["requests"]
            return bool(requests["total"] == sum(requests["by_outcome"].values()))

        wait_for(nothing_open, 10, "the end of all requests", pause=0.02)

    def _ask(self, verb: str, page: str, body: object = None) -> dict[str, Any]:
        """One question, again while a fault keeps the listener closed."""
        deadline = time.monotonic() + 10
        while True:
            try:
                self._connection.request(verb, f"/_sandbox/{page}", None if body is None else json.dumps(body))
                answer = self._connection.getresponse()
                data = json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                self._connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                assert answer.status == 200, data
                return data  # type: ignore[no-any-return]


class ApplyProcess:
    """One run of `kaverun apply`, or `cancel`, in `folder`, with `flags` and `more` in its environment."""

    def __init__(
        self, folder: Path, campaign: str, url: str, flags: Sequence[str] = (), command: str = "apply", **more: str
    ) -> None:
        self._said = (folder / "said.txt").open("ab")
        self._process = subprocess.Popen(
            [COMMAND, command, campaign, "--yes", "--base-url", url, *flags],
            cwd=folder,
            env=environment(KAVENEGAR_API_KEY="crash-test", COLUMNS="120", **more),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
        )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL: nothing can be cleaned up."""
        self._process.kill()

    def code(self, seconds: float = 60.0) -> int:
        """Wait for the end; the exit code, -9 for a killed process."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
            raise Hung(f"kaverun apply did not end within {seconds:g} seconds") from None
        finally:
            self._said.close()


def wait_until_seen(process: ApplyProcess, seen: Callable[[], bool], seconds: float = 30.0) -> None:
    """Poll until `seen`, or until the process has ended by itself."""
    wait_for(lambda: not process.running or seen(), seconds, "the moment to kill at")
