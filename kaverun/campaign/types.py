"""The types of the campaign file's fields: a parser together with what an editor's schema says about it.

Where people write numbers for what is text (a line, a tag), the schema allows both, as the parser does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from kaverun.campaign import quiet_hours, values, variables
from kaverun.campaign.lints import LINTS
from kaverun.strict_yaml.nodes import Plain
from kaverun.text import local_time

_HOUR = 3600
_DAY = 24 * _HOUR
_NO_CONTROL = r"[^\u0000-\u001f\u007f-\u009f]*"
_DURATION = {"type": "string", "pattern": values.DURATION_PATTERN, "examples": ["30s", "5m", "1h30m", "500ms"]}


@dataclass(frozen=True, slots=True, eq=False)
class As:
    """A field's parser, and the JSON Schema (draft-07) of what the parser takes."""

    parse: Callable[[object], object]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def whole(low: int, high: int, unit: str = "") -> As:
    """Whole numbers from `low` to `high`."""
    return As(values.whole(low, high, unit), {"type": "integer", "minimum": low, "maximum": high})


def one_of(*known: str, later: tuple[str, ...] = ()) -> As:
    """One of a few words; those of `later` get their own message."""
    return As(values.one_of(*known, later=later), {"type": "string", "enum": list(known)})


def _shaped(pattern: str, words: str, longest: int, least: int | None = 0) -> As:
    schema = {"type": ["string", "integer"], "pattern": pattern, "maxLength": longest}
    schema |= {} if least is None else {"minimum": least}
    return As(values.shaped(pattern, words, longest), schema)


def _duration(low: float, high: float, words: str) -> As:
    return As(values.duration_between(low, high, words), _DURATION)


def _text(parse: Callable[[object], str], pattern: str = r"\S") -> As:
    return As(parse, {"type": ["string", "number"], "pattern": pattern})


FileVersion = Annotated[Literal[1], As(values.file_version, {"type": "integer", "enum": [1]})]
CampaignName = Annotated[
    str, _shaped(values.NAME_PATTERN, "use lower-case letters a-z, digits and single dashes between them", 64)
]
LineNumber = Annotated[
    str, _shaped(values.LINE_PATTERN, "a line is 3 to 20 digits, with or without + before them", 21, least=100)
]
Tag = Annotated[str, _shaped(values.TAG_PATTERN, "use English letters, digits, - and _", 200, least=None)]
DisplayType = Annotated[
    int | str,
    As(values.display_type, {"type": ["integer", "string"], "enum": [0, 1, 2, 3, "sms", "call"]}),
]
Prose = Annotated[str, _text(values.prose)]
Words = Annotated[str, _text(values.line_of_text, rf"^{_NO_CONTROL}\S{_NO_CONTROL}$")]
MessageText = Annotated[str, _text(values.message_text)]
FileName = Annotated[str, As(values.file_name, {"type": "string", "pattern": rf"^{_NO_CONTROL}\S{_NO_CONTROL}$"})]
Encoding = Annotated[
    str,
    As(values.encoding, {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", "examples": ["cp1256"]}),
]
Delimiter = Annotated[str, As(values.delimiter, {"type": "string", "pattern": r'^(tab|[^"\r\n])$', "examples": [";"]})]
ColumnType = Annotated[
    Literal["text", "int", "decimal", "bool", "date"],
    As(values.column_type, {"type": "string", "enum": list(values.COLUMN_TYPES)}),
]
YesNo = Annotated[bool, As(values.yes_no, {"type": "boolean"})]
Value = Annotated[Plain, As(values.single_value, {"type": ["string", "number", "boolean", "null"]})]
VariableName = Annotated[str, As(variables.name, {"type": "string"})]
Variable = Annotated[
    variables.Variable,
    As(
        variables.variable,
        {"type": ["string", "number", "boolean", "array"], "items": {"type": ["string", "number", "boolean"]}},
    ),
]

LocalDateTime = Annotated[
    datetime,
    As(
        local_time.local_time,
        {"type": "string", "pattern": local_time.PATTERN, "examples": ["2026-03-20 10:00", "1404/12/29 10:00"]},
    ),
]
LintName = Annotated[str, one_of(*LINTS)]
QuietHours = Annotated[
    quiet_hours.QuietHours,
    As(
        quiet_hours.quiet_hours,
        {"type": "string", "pattern": quiet_hours.PATTERN, "examples": ["22:00-08:00"]},
    ),
]
TimeZone = Annotated[str, As(local_time.time_zone, {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_+/-]*$"})]
Wait = Annotated[float, _duration(0, _HOUR, "from 0s to 1h")]
Timeout = Annotated[float, _duration(0.1, 600, "from 100ms to 10m")]
Deadline = Annotated[float, _duration(1, 30 * _DAY, "from 1s to 30d")]
Multiplier = Annotated[
    float,
    As(
        values.decimal(1, 10),
        {"type": ["number", "string"], "pattern": values.DECIMAL_PATTERN, "minimum": 1, "maximum": 10},
    ),
]
Rate = Annotated[
    float,
    As(values.rate, {"type": "string", "pattern": values.RATE_PATTERN, "examples": ["1000/min", "50/s"]}),
]
Share = Annotated[
    values.Share,
    As(
        values.share,
        {"type": ["string", "integer"], "pattern": values.PERCENT_PATTERN, "minimum": 0, "examples": ["1%", 50]},
    ),
]
