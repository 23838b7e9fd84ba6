"""How ^C and SIGTERM stop a command that must not be cut off halfway."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event
from types import FrameType


def listen_to_signals(stopping: Event, ending: str, tell: Callable[[str], None]) -> None:
    """The first ^C or SIGTERM lets what is in flight finish; the second ends the process, which is also safe.

    `ending` tells the user what is still being done; `tell` prints it.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(130)
        stopping.set()
        tell(f"Stopping: {ending}. Again to stop at once.")

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
