"""stdin, stdout and stderr as commands may rely on them: a stream that fails never ends a run.

A disk may be full, a pipe closed early, a stream closed from the start. What is said on the way (stderr) is then lost;
a result (stdout) that cannot be written is an error with a sentence. Both are UTF-8 whatever the locale says: texts are
Persian, and JSON is UTF-8 by its standard. Control characters are shown and never obeyed: cells, names of files and
what a provider says would otherwise move the cursor, or paint over the question that somebody is about to answer.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TextIO

from kaverun.errors import NotShown
from kaverun.text.controls import harmless

#: To the beginning of the line, and away with what is there.
ERASE = "\r\x1b[K"
# Names of files may be bytes that are no UTF-8.
_ODD = "backslashreplace"


def open_streams() -> None:
    """Replace the three streams of this process; done once, before anything is printed.

    What somebody has put in place of one, as tests do, is left alone.
    """
    _fill_gaps()
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  for as long as the process lives
    if sys.stdout is sys.__stdout__:
        sys.stdout = _Result(sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _Aside(sys.stderr)


def somebody_is_there() -> bool:
    """Whether a question can be asked: there is a terminal to answer at, and what it is about can be read."""
    return sys.stdin is not None and sys.stdin.isatty() and not getattr(sys.stderr, "lost", False)


@contextmanager
def result_of(exit_code: int, done: str) -> Iterator[None]:
    """Print the result of what is `done` already, in words: where that fails, the exit code still says so.

    3 where something was sent, although all of it may have been: whoever asked has not seen what became of it.
    """
    try:
        yield
    except NotShown as lost:
        lost.exit_code = exit_code
        lost.args = (f"{lost}; {done}",)
        raise


def _fill_gaps() -> None:
    """Open the null device for streams that are closed, so that no file of ours takes their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


class _Stream(io.TextIOWrapper):
    """`closed_before` is whether there was no such stream when the process began."""

    def __init__(self, stream: TextIO | None) -> None:
        self.closed_before = stream is None
        # The number of a closed stream may be another file's by now.
        buffer = open(os.devnull, "wb") if stream is None else stream.detach()  # type: ignore[attr-defined]  # noqa: SIM115
        super().__init__(buffer, "utf-8", _ODD, "\n", line_buffering=buffer.isatty())

    def _give_up(self) -> None:
        """What is still held back goes nowhere: Python has nothing to complain of when it ends (exit code 120)."""
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)


class _Result(_Stream):
    """stdout: raises `NotShown` where a result cannot be written. `used` is whether anything was."""

    used = False

    def write(self, text: str) -> int:
        if self.closed_before:
            raise NotShown("it is closed")
        self.used = True
        try:
            return super().write(harmless(text))
        except OSError as error:
            self._fail(error)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> NoReturn:
        self._give_up()
        raise NotShown(error.strerror or str(error), by_reader=isinstance(error, BrokenPipeError)) from None


class _Aside(_Stream):
    """stderr: what cannot be written is lost, and nothing else with it."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(stream)
        self.lost = self.closed_before

    def write(self, text: str) -> int:
        with self._at_a_loss():
            return super().write(harmless(text))
        return len(text)

    def redraw(self, words: str) -> None:
        """Write over the line that the cursor is in; of what is written only these two marks are for the terminal."""
        with self._at_a_loss():
            super().write(ERASE + harmless(words))
            super().flush()

    def flush(self) -> None:
        with self._at_a_loss():
            super().flush()

    @contextmanager
    def _at_a_loss(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError:
            pass  # A signal's handler prints while its thread is printing.
        except OSError:
            self.lost = True
            self._give_up()
