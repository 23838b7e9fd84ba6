"""Errors that end a run: their exit code says whether something may have been sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kaverun.errors import KaverunError, RunFailed

_NOTHING, _PARTLY, _INTERRUPTED = 1, 3, 130


@contextmanager
def answered_for(sent: Callable[[], bool], interrupted: Callable[[], bool]) -> Iterator[None]:
    """Give errors raised inside the exit code for what happened; an unexpected one becomes a `RunFailed`.

    `sent` is whether a message was handed over (or cancelled), or may have been; `interrupted` whether a person stopped
    it.
    """
    try:
        yield
    except KaverunError as error:
        if interrupted():
            error.exit_code = _INTERRUPTED
        elif sent():
            error.exit_code = _PARTLY
        elif error.exit_code == _PARTLY:
            error.exit_code = _NOTHING
        raise
    except Exception as error:
        if not sent():
            raise
        raise RunFailed(f"the run was ended by {type(error).__name__}") from error
