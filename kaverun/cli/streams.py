"""stdin, stdout and stderr that commands can rely on: a stream that fails never ends a run.

A disk may be full, a pipe closed early, a stream closed from the start. Progress and warnings (stderr) are then lost; a
result (stdout) that cannot be written is an error with a message. Both are UTF-8 whatever the locale says: texts are
Persian, and JSON is UTF-8 by its standard. Control characters are shown and never obeyed: otherwise cells, file names
and the provider's messages could move the cursor, or paint over the question that somebody is about to answer.
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

#: Go to the start of the line and erase it.
ERASE = "\r\x1b[K"
# File names may be bytes that are not UTF-8.
_ODD = "backslashreplace"


def open_streams() -> None:
    """Replace the three streams of this process; called once, before anything is printed.

    A stream that has already been replaced, as tests do, is left alone.
    """
    _fill_gaps()
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  for as long as the process lives
    if sys.stdout is sys.__stdout__:
        sys.stdout = _Result(sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _Aside(sys.stderr)


def somebody_is_there() -> bool:
    """Whether a question can be asked: there is a terminal to answer at, and the question can be seen."""
    return sys.stdin is not None and sys.stdin.isatty() and not getattr(sys.stderr, "lost", False)


@contextmanager
def result_of(exit_code: int, done: str) -> Iterator[None]:
    """Print the result of work that is finished, as `done` says: if that fails, the exit code still says so.

    3 if something was sent, even if all of it was: the caller has not seen what became of it.
    """
    try:
        yield
    except NotShown as lost:
        lost.exit_code = exit_code
        lost.args = (f"{lost}; {done}",)
        raise


def _fill_gaps() -> None:
    """Open the null device for closed streams, so that none of our files takes their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number


class _Stream(io.TextIOWrapper):
    """`closed_before` is whether the stream was missing when the process began."""

    def __init__(self, stream: TextIO | None) -> None:
        self.closed_before = stream is None
        # A closed stream's number may belong to another file by now.
        buffer = open(os.devnull, "wb") if stream is None else stream.detach()  # type: ignore[attr-defined]  # noqa: SIM115
        super().__init__(buffer, "utf-8", _ODD, "\n", line_buffering=buffer.isatty())

    def _give_up(self) -> None:
        """Discard what is still buffered, so that Python does not fail over it on exit (exit code 120)."""
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)


class _Result(_Stream):
    """stdout: raises `NotShown` if a result cannot be written. `used` is whether anything was."""

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
    """stderr: what cannot be written is lost, and nothing else is."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(stream)
        self.lost = self.closed_before

    def write(self, text: str) -> int:
        with self._losses_ignored():
            return super().write(harmless(text))
        return len(text)

    def redraw(self, words: str) -> None:
        """Overwrite the line that the cursor is on; only the two marks of `ERASE` reach the terminal as commands."""
        with self._losses_ignored():
            super().write(ERASE + harmless(words))
            super().flush()

    def flush(self) -> None:
        with self._losses_ignored():
            super().flush()

    @contextmanager
    def _losses_ignored(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError:
            pass  # A signal handler printed while its thread was printing.
        except OSError:
            self.lost = True
            self._give_up()
