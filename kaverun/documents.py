"""JSON for programs: a document is a frozen value; its types are the contract, and make its JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import orjson

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True, eq=False)
class Says:
    """What a JSON Schema says of a type in addition to the type itself; `kaverun.json_schema` reads it."""

    words: dict[str, Any]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **self.words}


#: A time in ISO 8601 with its offset, which is that of UTC.
Time = Annotated[str, Says({"format": "date-time"})]


def json_bytes(document: object) -> bytes:
    """A document as indented JSON with a final newline: values with named fields as objects, in the fields' order."""
    return orjson.dumps(document, default=_fields, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def json_text(document: object) -> str:
    """The same as text without the final newline."""
    return json_bytes(document).decode().removesuffix("\n")


def _fields(value: Any) -> dict[str, Any]:
    """orjson writes dataclasses by itself, and asks about named tuples."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        fields: dict[str, Any] = value._asdict()
        return fields
    raise TypeError(f"a document cannot hold {type(value).__name__}")
