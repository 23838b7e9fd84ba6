"""Progress on stderr: one lively line on a terminal, a quiet line a minute elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.status import Status

    from kaverun.run.executor import Progress

_QUIET = 60.0
_LIVELY = 0.2


class ProgressDisplay:
    """Says how far a command is, seldom enough to cost nothing; `clear` before anything else is printed."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._pause = _LIVELY if self._terminal else _QUIET
        self._last = self._started = time.monotonic()
        self._status: Status | None = None
        self.to_send = 0
        self._open = ""

    def planned(self, rows: int) -> None:
        """Called now and then with the number of rows planned so far."""
        self._say(lambda: f"{rows:,} rows planned")

    def sent(self, progress: Progress) -> None:
        """Called with every commit of outcomes."""
        rate = progress.settled / max(time.monotonic() - self._started, 0.001)
        self._say(
            lambda: (
                f"{progress.settled:,} of {self.to_send:,} messages: {progress.accepted:,} accepted, "
                f"{progress.rejected:,} rejected, {progress.unknown:,} unknown; "
                f"{rate:,.0f}/s, {progress.cost:,} Rial so far"
            )
        )

    def cancelled(self, asked: int, cancelled: int) -> None:
        """Called with every page of messages that were asked to be cancelled."""
        self._say(lambda: f"{asked:,} messages asked for: {cancelled:,} cancelled")

    def asked(self, messages: int) -> None:
        """Called with every page of statuses."""
        self._say(lambda: f"{messages:,} messages asked for{self._open}")

    def waiting(self, still_open: int, messages: int) -> None:
        """Called before each wait for statuses; on a terminal that is said for as long as the wait takes."""
        words = f"{still_open:,} of {messages:,} messages are still on their way"
        self._open = f"; {words}"
        if self._terminal:
            self._show(words)
        else:
            self._say(lambda: words)

    def listed(self, messages: int) -> None:
        """Called with every page of an outbox."""
        self._say(lambda: f"{messages:,} messages listed")

    def start_sending(self, messages: int) -> None:
        self.clear()
        self.to_send = messages
        self._started = time.monotonic()

    def clear(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None

    def _say(self, words: Callable[[], str]) -> None:
        if time.monotonic() - self._last < self._pause:
            return
        self._last = time.monotonic()
        if self._terminal:
            self._show(words())
        else:
            click.echo(words(), err=True)

    def _show(self, words: str) -> None:
        from rich.console import Console
        from rich.text import Text

        if self._status is None:
            self._status = Console(stderr=True).status(Text(words))
            self._status.start()
        else:
            self._status.update(Text(words))
