"""One command in a process of its own, and what it cost: seconds, processor seconds, memory."""

from __future__ import annotations

import os
import pty
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import NamedTuple

# Without its compiled files Python would compile everything at every start.
_INHERITED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Cost(NamedTuple):
    """Seconds on the clock, seconds of processors (user and system), and peak resident bytes of one process.

    `started` and `ended` are `time.monotonic`, which all processes of a machine share. `rss` is at least that of the
    driver, which the child was made from (getrusage); the driver imports little for that reason.
    """

    started: float
    ended: float
    cpu: float
    rss: int

    @property
    def seconds(self) -> float:
        return self.ended - self.started


class Failed(Exception):
    """A measured command did not end as it has to; the message holds what it said."""


class Child:
    """A running command; its output goes to files in `folder`, or its standard error to a terminal."""

    def __init__(self, command: Sequence[str], folder: Path, *, environment: Mapping[str, str], terminal: bool) -> None:
        self._command = command
        self._out, self._err = folder / "stdout.txt", folder / "stderr.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            screen, keyboard = pty.openpty() if terminal else (-1, -1)
            self.started = time.monotonic()
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**_INHERITED, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=keyboard if terminal else err,
            )
        if terminal:
            os.close(keyboard)
            Thread(target=_swallow, args=(screen,), daemon=True).start()

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> tuple[int, Cost]:
        """Exit code (negative: the signal it died of) and cost."""
        _, status, usage = os.wait4(self._process.pid, 0)
        ended = time.monotonic()
        self._process.returncode = os.waitstatus_to_exitcode(status)
        cost = Cost(self.started, ended, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT)
        return self._process.returncode, cost

    def finish(self) -> Cost:
        """Wait for a good end; raises `Failed` otherwise."""
        code, cost = self.wait()
        if code:
            said = self._err.read_text(errors="replace")[-2000:] + self._out.read_text(errors="replace")[-500:]
            raise Failed(f"{' '.join(self._command)} ended with {code}:\n{said}")
        return cost

    @property
    def output(self) -> str:
        return self._out.read_text()


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, *, terminal: bool = False
) -> Child:
    folder.mkdir(parents=True, exist_ok=True)
    return Child(command, folder, environment=environment or {}, terminal=terminal)


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, *, terminal: bool = False
) -> Cost:
    """Start a command and wait for its good end."""
    return start(command, folder, environment, terminal=terminal).finish()


def _swallow(screen: int) -> None:
    """Read what is drawn on a terminal, as somebody looking at it would."""
    try:
        while os.read(screen, 65_536):
            pass
    except OSError:
        pass
    finally:
        os.close(screen)


# getrusage counts in KiB on Linux and in bytes on macOS.
_RSS_UNIT = 1 if os.uname().sysname == "Darwin" else 1024
