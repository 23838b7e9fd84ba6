"""What the faults of one request change while it is processed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twists:
    """Changes for one request; the defaults change nothing."""

    #: whether the same localid again sends nothing
    dedupe: bool = True
    #: seconds a localid is remembered for sending, instead of the setting
    send_window: float | None = None
    #: seconds a localid is found by a look-up, instead of the setting
    lookup_window: float | None = None
    debugmode: bool = False
    #: rows, counted from 0, that come back as status 6 without a messageid
    bad_rows: frozenset[int] = frozenset()


NONE = Twists()
