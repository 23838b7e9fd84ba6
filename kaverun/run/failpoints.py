"""Places at which a test can kill the process for real, to prove that dying there loses and repeats nothing.

`KAVERUN_FAILPOINT=name` or `name:3` ends the process with SIGKILL when it reaches that place for the first or
third time. Unset, which is always outside of tests, a failpoint costs one comparison.
"""

from __future__ import annotations

import os
import signal
from threading import Lock

#: In the order in which a run reaches them.
NAMES = (
    "locked",
    "planned",
    "account-checked",
    "doubt-asked",
    "doubt-recorded",
    "found-adopted",
    "before-plan",
    "plan-written",
    "before-intent",
    "intent-recorded",
    "before-look-up",
    "before-request",
    "request-answered",
    "before-record",
    "outcome-recorded",
    "before-report",
    "report-written",
)
#: In the order in which a cancellation reaches them.
NAMES_OF_CANCELLING = (
    "before-cancel-intent",
    "cancel-intended",
    "cancel-answered",
    "cancel-recorded",
)
#: Where the next command looks up what a cancellation left behind.
NAMES_AFTER_CANCELLING = ("cut-off-asked", "cut-off-settled")

_name, _, _count = os.environ.get("KAVERUN_FAILPOINT", "").partition(":")
_left = int(_count or 1)
_counting = Lock()


def failpoint(name: str) -> None:
    """Die here, without any chance to clean up, if this is the place and time that a test has named."""
    if name == _name:
        _die_when_counted()


def _die_when_counted() -> None:
    global _left
    with _counting:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
