"""JSON documents judged by the committed schemas, as a program that relies on these judges them."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).parents[1] / "schemas"
_formats = FormatChecker(())


@_formats.checks("date-time", raises=ValueError)
def _is_a_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).utcoffset() is not None


def committed(what: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{what}.schema.json").read_text(encoding="utf-8"))
    return found


def faults(what: str, document: object, definition: str = "") -> list[str]:
    """What a schema, or one of its definitions, has against a document; each fault with its place."""
    return [f"{error.json_path}: {error.message}" for error in _judge(what, definition).iter_errors(document)]


@cache
def _judge(what: str, definition: str) -> Draft202012Validator:
    schema = committed(what)
    if definition:
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    return Draft202012Validator(schema, format_checker=_formats)
