"""Numbers and keys that choose what happens, so that a test need not configure the sandbox.

0909 belongs to no operator (facts, *Money and language*), so no message to 0909… can reach a person. The last three
digits of such a number choose:

400 … 607   an error code of the service: the whole request is refused with it (09090000418: no credit)
000         the row is refused: status 6 without a messageid
001 … 100   the last status its messages get: 001 stays queued, 004 and 005 stay with the operator, 006 fails, 010 is
            delivered, 011 is not, 013 is cancelled, 014 is blocked, 050 is a status in no table, 100 is invalid
others      nothing

Keys: `sandbox-CODE` is answered with that code: every call if the code is about the key, the address or the server,
otherwise only calls that send; `sandbox-debugmode` is an account whose debugmode is on.
"""

from __future__ import annotations

import re

from kaverun.kavenegar.codes import ERRORS, MESSAGE_STATUSES
from kaverun.sandbox.delivery import SCHEDULED
from kaverun.sandbox.faults.vocabulary import SENDING

#: how every magic number begins: checking it first spares nearly every row the rest
PREFIX = "0909"

_NUMBER = re.compile(PREFIX + r"[0-9]{4}([0-9]{3})", re.ASCII)
_KEY = re.compile(r"sandbox-([0-9]{3})", re.ASCII)
_REFUSED_ROW = 0
#: 50 is the example of a status in no table (facts, *Wire*)
_ENDINGS = frozenset({*MESSAGE_STATUSES, 50}) - {SCHEDULED}
#: codes about the key, the client's address or the server: they apply to every method
_OF_THE_ACCOUNT = frozenset({401, 402, 403, 407, 409, 416, 429, 451})


def code(receptor: str) -> int:
    """The code that refuses a request to `receptor` (09…), or 0."""
    number = _digits(receptor)
    return number if number in ERRORS else 0


def refuses_row(receptor: str) -> bool:
    """Whether the row of `receptor` (09…) is refused."""
    return _digits(receptor) == _REFUSED_ROW


def ending(receptor: str) -> int | None:
    """The last status of messages to `receptor` (09…); None for the usual one."""
    number = _digits(receptor)
    return number if number in _ENDINGS else None


def key_code(key: str, method: str) -> int:
    """The code that answers a call of `method` with `key`, or 0."""
    match = _KEY.fullmatch(key)
    number = int(match[1]) if match else 0
    if number not in ERRORS:
        return 0
    return number if number in _OF_THE_ACCOUNT or method in SENDING else 0


def key_in_debugmode(key: str) -> bool:
    """Whether `key` belongs to an account whose debugmode is on."""
    return key == "sandbox-debugmode"


def _digits(receptor: str) -> int:
    match = _NUMBER.fullmatch(receptor)
    return int(match[1]) if match else -1
