"""The API key is part of every URL; here it is removed from whatever people or logs may see."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import quote

#: what betrays a key in a text, and what is shown instead
_SECRETS: dict[str, str] = {}
_MASK = "[api key]"
#: characters; what is shorter is not a Kavenegar key but a word such as "any", given to a sandbox
_SHORTEST = 8


class Secret:
    """An API key that shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        for written in (value, quote(value, safe="")):
            if len(written) >= _SHORTEST:
                _SECRETS[written] = _MASK
            elif written:
                _SECRETS[f"/{written}/"] = f"/{_MASK}/"

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__


def redact(text: str) -> str:
    """`text` with every key known to this process replaced, one of less than 8 characters in addresses only."""
    for secret, shown in _SECRETS.items():
        text = text.replace(secret, shown)
    return text


def without_secrets(body: bytes) -> bytes:
    """An answer as `redact` leaves it: a key that the provider repeats must reach no ledger and no report."""
    return (
        redact(body.decode(errors="replace")).encode() if any(secret.encode() in body for secret in _SECRETS) else body
    )


def redact_log_records() -> None:
    """Make every log record of this process pass through `redact`, whoever writes it (urllib3 logs URLs).

    A second call changes nothing.
    """
    make = logging.getLogRecordFactory()
    if not isinstance(make, _Redacting):
        logging.setLogRecordFactory(_Redacting(make))


class _Redacting:
    """Makes log records as another factory does, with their keys replaced."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: object, **kwargs: object) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        record.msg, record.args = redact(record.getMessage()), None
        return record
