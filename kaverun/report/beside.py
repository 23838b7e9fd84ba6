"""What is done with statuses is done by a process of its own, while this one asks for them.

One costs as much processor time as the other, and the threads of one Python have one processor between them.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, Self, TypeVar

from kaverun.errors import ReportError

T = TypeVar("T")
#: Waits until a batch of the ledger has its newest statuses; returns the first that has not. Infinity is past the last.
Wait = Callable[[float], float]


class Beside(Generic[T]):
    """The other process; use it as a context. If it is left without asking for the result, the work is broken off.

    It begins as a copy of this one, so nothing may be open here that two must not share, as a ledger is. `work` is
    given when the provider was asked, in unix seconds.
    """

    def __init__(self, work: Callable[[float, Wait], T]) -> None:
        context = get_context("fork")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self._line, work), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, asked: float) -> None:
        """The ledger is there, and the provider is asked from now on."""
        self._tell(asked)

    def settled(self, batch: float) -> None:
        """All batches of the ledger before this one have their newest statuses."""
        self._tell(batch)

    def result(self) -> T:
        """What the work came to, once all is done; raises what was raised there, `ReportError` if it was killed."""
        self.settled(math.inf)
        try:
            outcome: T | Exception = self._line.recv()
        except (EOFError, OSError):
            raise ReportError("the process that brings the reports up to date was killed: ask again") from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _tell(self, what: float) -> None:
        # Where it has ended already, its result says why.
        with suppress(OSError):
            self._line.send(what)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._line.close()
        self._process.join()


def _work(line: Connection, theirs: Connection, work: Callable[[float, Wait], object]) -> None:
    """The other process, from its beginning to its end."""
    theirs.close()
    # ^C is for the one that asks; when that ends, so does this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settled = -math.inf

    def wait(batch: float) -> float:
        nonlocal settled
        while settled <= batch < math.inf or settled < batch:
            settled = line.recv()
        return settled

    with suppress(EOFError, OSError):
        asked = line.recv()
        try:
            line.send(work(asked, wait))
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:
            line.send(error)
