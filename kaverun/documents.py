"""JSON for programs: a document is a typed dictionary, whose type is the contract and gives its JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, overload

import orjson

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True, eq=False)
class Says:
    """What a JSON Schema says about a type in addition to the type itself; `kaverun.json_schema` reads it."""

    words: dict[str, Any]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **self.words}


#: A time in ISO 8601 with its offset, always UTC.
Time = Annotated[str, Says({"format": "date-time"})]


@overload
def iso(seconds: float) -> str: ...
@overload
def iso(seconds: float | None) -> str | None: ...
def iso(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def json_bytes(document: object) -> bytes:
    """A document as indented JSON with a final newline; named tuples and dataclasses in it are objects."""
    return orjson.dumps(document, default=_fields, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def json_text(document: object) -> str:
    """The same as text without the final newline."""
    return json_bytes(document).decode().removesuffix("\n")


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a named tuple, which orjson does not write by itself as it does dataclasses."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        fields: dict[str, Any] = value._asdict()
        return fields
    raise TypeError(f"a document cannot hold {type(value).__name__}")
