"""Reports are brought up to date by a process of their own, while this one asks for the statuses they are to hold.

One costs as much processor time as the other, and the threads of one Python have one processor between them.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from kaverun.errors import ReportError

#: Waits until a batch of the ledger has its newest statuses; infinity stands for all batches.
Wait = Callable[[float], None]
#: Brings reports up to date; is given when the provider was asked, in unix seconds. Returns the folders that changed.
Refresh = Callable[[float, Wait], list[Path]]


class Beside:
    """The other process; use it as a context. If it is left without asking for the result, reports stay as they were.

    It begins as a copy of this one, so nothing may be open here that two must not share, as a ledger is.
    """

    def __init__(self, refresh: Refresh) -> None:
        context = get_context("fork")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self._line, refresh), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, asked: float) -> None:
        """The ledger is there, and the provider is asked from now on."""
        self._tell(asked)

    def settled(self, batch: float) -> None:
        """All batches of the ledger before this one have their newest statuses."""
        self._tell(batch)

    def result(self) -> list[Path]:
        """The folders in which something changed, once all is done; raises what the other process came to."""
        self.settled(math.inf)
        try:
            outcome: list[Path] | Exception = self._line.recv()
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


def _work(line: Connection, theirs: Connection, refresh: Refresh) -> None:
    """The other process, from its beginning to its end."""
    theirs.close()
    # ^C is for the one that asks; when that ends, so does this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settled = -math.inf

    def wait(batch: float) -> None:
        nonlocal settled
        while settled < batch or settled == batch < math.inf:
            settled = line.recv()

    with suppress(EOFError, OSError):
        asked = line.recv()
        try:
            line.send(refresh(asked, wait))
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:
            line.send(error)
