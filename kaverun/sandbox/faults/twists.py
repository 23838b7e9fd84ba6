"""What the faults on one request change while it is processed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twists:
    """Changes for one request; the defaults change nothing."""

    #: whether a repeated localid sends nothing
    dedupe: bool = True
    #: how many seconds a localid is remembered for sending, instead of the setting
    send_window: float | None = None
    #: how many seconds a look-up finds a localid, instead of the setting
    lookup_window: float | None = None
    debugmode: bool = False
    #: rows, counted from 0, that are answered with status 6 and no messageid
    bad_rows: frozenset[int] = frozenset()


NONE = Twists()
