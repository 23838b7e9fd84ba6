"""The API key is part of every URL; here it is taken out of whatever people or logs may see."""

from __future__ import annotations

import logging
from urllib.parse import quote

_SECRETS: set[str] = set()
_MASK = "[api key]"


class Secret:
    """An API key that shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _SECRETS.update({value, quote(value, safe="")} - {""})

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__


def redact(text: str) -> str:
    """`text` with every key known to this process replaced."""
    for secret in _SECRETS:
        text = text.replace(secret, _MASK)
    return text


def redact_log_records() -> None:
    """Make every log record of this process pass through `redact`, whoever writes it (urllib3 logs URLs)."""
    make = logging.getLogRecordFactory()

    def redacting(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = redact(record.getMessage()), None
        return record

    logging.setLogRecordFactory(redacting)
