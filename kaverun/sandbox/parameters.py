"""Reading the parameters of a call: one place for every shape and every code about them.

A parameter that is not there gives 400; one that is there and empty gives 400 in the document's dialect and 406 in
the live one; an optional one that is empty counts as absent (facts, *Wire*).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from kaverun.kavenegar.codes import DISPLAY_TYPES
from kaverun.sandbox.answers import Denial
from kaverun.sandbox.index import Span
from kaverun.sandbox.settings import Dialect

Fields = Mapping[str, str]

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,19}\s*", re.ASCII)
_LONG = range(-(2**63), 2**63)
_DAY = 86400
_LAST_MOMENT = 253_402_300_799  # the end of year 9999
_TAG = {False: re.compile(r"[A-Za-z0-9-]{1,200}", re.ASCII), True: re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)}


def required(fields: Fields, name: str, rules: Dialect) -> str:
    """A mandatory value; raises Denial 400 if absent, 400 or 406 if empty."""
    value = fields.get(name)
    if value is None:
        raise Denial(400, f"{name} is missing")
    if not value.strip():
        raise Denial(rules.empty_value, f"{name} is empty")
    return value


def message(fields: Fields) -> str:
    """The text; raises Denial 400 if absent and 413 if empty (document, *Error Codes*)."""
    value = fields.get("message")
    if value is None:
        raise Denial(400, "message is missing")
    if not value.strip():
        raise Denial(413, "message is empty")
    return value


def optional(fields: Fields, name: str) -> str:
    """A value that may be absent or empty, "" in both cases."""
    return fields.get(name, "").strip()


def send_date(fields: Fields, now: float) -> int | None:
    """`date`, unix seconds; None if absent, empty or 0. Raises Denial 417 if it is not a number or in the past."""
    written = optional(fields, "date")
    if not written:
        return None
    moment = _integer(written)
    if moment is None or moment < 0 or moment > _LAST_MOMENT or 0 < moment < int(now):
        raise Denial(417, f"date={written}")
    return moment or None


def whole_number(fields: Fields, name: str) -> int:
    """An optional number, 0 if absent or empty; raises Denial 400 if it is not a number or negative."""
    written = optional(fields, name)
    number = _integer(written) if written else 0
    if number is None or number < 0:
        raise Denial(400, f"{name}={written}")
    return number


def date_range(fields: Fields, rules: Dialect, longest: float) -> Span:
    """`startdate` to `enddate`, unix seconds, at most `longest` seconds apart.

    Without `enddate` it has the maximum length, a day (document, *StatusByReceptor*). Raises Denial 400 or 406 if
    startdate is missing, 417 for values that are not dates, an end before the start, or a range that is too long.
    """
    start = _moment("startdate", required(fields, "startdate", rules))
    end = _moment("enddate", optional(fields, "enddate") or "0") or start + int(longest)
    if not start <= end <= start + longest:
        raise Denial(417, f"startdate={start} enddate={end} is not within {longest / _DAY:g} day")
    return Span(start, end)


def _moment(name: str, written: str) -> int:
    moment = _integer(written)
    if moment is None or not 0 <= moment <= _LAST_MOMENT:
        raise Denial(417, f"{name}={written}")
    return moment


def tag(fields: Fields, rules: Dialect, known: tuple[str, ...]) -> str:
    """`tag`; raises Denial 607 if it is malformed or, if the panel has tags, not one of them."""
    written = optional(fields, "tag")
    if written and (not _TAG[rules.underscore_in_tags].fullmatch(written) or (known and written not in known)):
        raise Denial(607, f"tag={written}")
    return written


def hide(fields: Fields) -> bool:
    """`hide`, 0 or 1; raises Denial 400 for anything else."""
    written = optional(fields, "hide").lower()
    if written not in ("", "0", "1", "true", "false"):
        raise Denial(400, f"hide={written}")
    return written in ("1", "true")


def display_type(written: str) -> int | None:
    """A message display type; raises Denial 400 for one that is in no table."""
    if not written:
        return None
    number = _integer(written)
    if number not in DISPLAY_TYPES:
        raise Denial(400, f"type={written}")
    return number


def local_id(written: str, rules: Dialect) -> str:
    """A localid as the service returns it; "" if empty or 0. Raises Denial 400 if it must be a Long and is not."""
    written = written.strip()
    if not rules.localids_are_longs:
        return "" if written == "0" else written
    if not written:
        return ""
    number = _integer(written)
    if number is None:
        raise Denial(400, f"localid={written}")
    return str(number) if number else ""


def identifiers(fields: Fields, name: str, limit: int, rules: Dialect) -> list[str]:
    """Comma-joined ids; raises Denial 400, 406, or 414 for more than `limit`."""
    items = [item.strip() for item in required(fields, name, rules).split(",") if item.strip()]
    if not items:
        raise Denial(rules.empty_value, f"{name} is empty")
    if len(items) > limit:
        raise Denial(414, f"{len(items)} ids")
    return items


def numbers(fields: Fields, name: str, limit: int, rules: Dialect) -> list[int]:
    """Comma-joined Longs; raises Denial 400, 406 or 414."""
    found = [_integer(item) for item in identifiers(fields, name, limit, rules)]
    if None in found:
        raise Denial(400, f"{name} is not a number")
    return [number for number in found if number is not None]


def array(fields: Fields, name: str, rules: Dialect) -> list[str]:
    """A mandatory JSON array in one field, which may be empty; raises Denial 400 (absent, not a JSON array) or 406."""
    items = _items(required(fields, name, rules))
    if items is None:
        raise Denial(400, f"{name} is not a JSON array")
    return items


def optional_array(
    fields: Fields, name: str, length: int, *, joined: bool = False, nullable: bool = False
) -> list[str]:
    """An optional JSON array of `length`, [] if absent; raises Denial 419 for `null`, a non-array, another length.

    With `joined`, items joined by commas are accepted too (facts, *Wire*: localmessageids of some SDKs); with
    `nullable`, `null` counts as absent.
    """
    written = optional(fields, name)
    if not written or (nullable and written == "null"):
        return []
    items = _items(written)
    if items is None and joined and written != "null" and written[0] not in '[{"':
        items = [item.strip() for item in written.split(",")]
    if items is None or len(items) != length:
        raise Denial(419, f"{name} is not an array of {length}")
    return items


def loose_array(fields: Fields, name: str) -> list[str]:
    """The items of a JSON array, or [] if it is not one: for callers that only observe and refuse nothing."""
    try:
        return _items(fields.get(name, "")) or []
    except Denial:
        return []


def _items(written: str) -> list[str] | None:
    try:
        items: Any = orjson.loads(written)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(items, list):
        return None
    return [item if type(item) is str else _text(item) for item in items]


def _text(item: object) -> str:
    """An item as text: numbers as they are, null as ""; raises Denial 400 for anything else."""
    if item is None:
        return ""
    if type(item) is not int:
        raise Denial(400, "an array contains something that is neither text nor a whole number")
    return str(item)


def _integer(written: str) -> int | None:
    if not _INTEGER.fullmatch(written):
        return None
    number = int(written)
    return number if number in _LONG else None
