"""The envelope of every answer (document, *Response Structure*), as JSON and as XML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import orjson

from kaverun.kavenegar.codes import ERRORS, SUCCESS

Format = Literal["json", "xml"]

_MEDIA_TYPES = {"json": "application/json; charset=utf-8", "xml": "application/xml; charset=utf-8"}
#: characters; a reason may quote the request
_LONGEST_WHY = 200
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Denial(Exception):
    """The service refuses with this `return.status`; `why` is for the journal and people, not for the answer."""

    def __init__(self, code: int, why: str = "") -> None:
        self.code = code
        self.why = (why or (ERRORS[code].meaning if code in ERRORS else ""))[:_LONGEST_WHY]
        super().__init__(f"{code} {self.why}".strip())


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over the wire."""

    #: HTTP status
    http_status: int
    body: bytes
    media_type: str = _MEDIA_TYPES["json"]
    headers: tuple[tuple[str, str], ...] = ()
    #: `return.status`; 0 if the body is not an envelope
    status: int = 0
    #: send nothing, close the connection
    drop: bool = False
    #: reset a dropped connection
    reset: bool = False
    #: close the connection after this many bytes of the body
    cut: int | None = None
    chunked: bool = False


DROPPED = Reply(0, b"", drop=True)


def envelope(status: int, entries: Any, form: Format = "json") -> bytes:
    """The body of an answer: `return` with status and Persian message, and `entries` (None on errors)."""
    entry = SUCCESS if status == SUCCESS.code else ERRORS.get(status)
    head = {"status": status, "message": entry.persian if entry else "خطا"}
    if form == "json":
        return orjson.dumps({"return": head, "entries": entries})
    parts = f"{_element('return', head)}{_element('entries', entries)}"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<result>{parts}</result>'.encode()


def media_type(form: Format) -> str:
    """The Content-Type of a format."""
    return _MEDIA_TYPES[form]


def _element(name: str, value: Any) -> str:
    if value is None:
        return f"<{name}/>"
    if isinstance(value, dict):
        inside = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, list):
        inside = "".join(_element("entry", item) for item in value)
    else:
        inside = escape(_NOT_XML.sub("", str(value)), quote=False)
    return f"<{name}>{inside}</{name}>"
