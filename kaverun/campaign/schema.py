"""The campaign file as JSON Schema for editors, made from the models.

Draft-07, which editors know best; pydantic writes 2020-12 and knows nothing of the short forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kaverun.campaign import models
from kaverun.files.kinds import KINDS, LIST_KEYS, pattern_of
from kaverun.json_schema import described_fields

Schema = dict[str, Any]

_ID = "urn:kaverun:schema:campaign:1"
_DEFINITIONS = "#/definitions/{model}"


def campaign_schema() -> Schema:
    """JSON Schema (draft-07) of a campaign file, short forms included.

    It says as much as a schema can; that files exist and dates are in the calendar only the loader knows.
    """
    made = models.Campaign.model_json_schema(ref_template=_DEFINITIONS)
    sections = made.pop("$defs")
    for name, fields in described_fields(models).items():
        _describe(made if name == models.Campaign.__name__ else sections.get(name, {}), fields)
    definitions = {name: _tidied(part) for name, part in sections.items()}
    _tell_kinds_apart(definitions["Recipients"])
    _allow_one(definitions["Recipients"], *LIST_KEYS, "exclude")
    _allow_one(definitions["ReportSettings"], "formats")
    _allow_one(definitions["Lints"], "off")
    _demand_one(definitions["Message"], "text", "file", "template", exactly=True)
    _demand_one(definitions["Recipients"], *LIST_KEYS, "inline", exactly=False)
    definitions["Recipients"]["dependencies"] = {"encoding": ["csv"], "delimiter": ["csv"]}
    _demand_one(definitions["Schedule"], "at", "quiet_hours", exactly=False)
    definitions["Schedule"]["dependencies"] = {"deadline": ["at"]}
    top = _tidied(made)
    _allow_one(top, "senders")
    _allow_short_forms(top, definitions)
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": _ID, "title": "kaverun campaign"}
    return {**head, **top, "definitions": definitions}


def _describe(section: Schema, fields: dict[str, str]) -> None:
    """Put descriptions where pydantic would: keys are in alphabetical order."""
    for name, part in section.get("properties", {}).items():
        section["properties"][name] = dict(sorted({**part, "description": fields[name]}.items()))


def _tidied(schema: Schema) -> Schema:
    """Without titles, nulls and defaults that are no value of the file; `$ref` alone, as draft-07 wants it."""
    tidy: Schema = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if "properties" in tidy:
        tidy["properties"] = {name: _tidied(part) for name, part in tidy["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(tidy.get(key), dict):
            tidy[key] = _tidied(tidy[key])
    if "anyOf" in tidy:
        tidy |= _without_null(tidy.pop("anyOf"))
    default = _shown_default(schema, tidy)
    if default is not None:
        tidy["default"] = default
    if "$ref" in tidy and len(tidy) > 1:
        tidy["allOf"] = [{"$ref": tidy.pop("$ref")}]
    return tidy


def _without_null(choices: list[Schema]) -> Schema:
    """A key without a value is an error, so `null` is no choice: what remains is one schema."""
    (kept,) = [_tidied(choice) for choice in choices if choice != {"type": "null"}]
    return kept


def _shown_default(schema: Schema, tidy: Schema) -> object:
    """The default as one would write it: seconds with their unit, whole sections not at all."""
    default = schema.get("default")
    if isinstance(default, float) and tidy.get("type") == "string":
        return f"{default:g}s"
    return None if default in ("", []) or isinstance(default, dict) else default


def _allow_one(schema: Schema, *names: str) -> None:
    """A list may be written as its only member."""
    for name in names:
        found = schema["properties"][name]
        listed = {key: found.pop(key) for key in ("type", "items", "minItems") if key in found}
        found["anyOf"] = [listed, listed["items"]]


def _demand_one(schema: Schema, *names: str, exactly: bool) -> None:
    schema["oneOf" if exactly else "anyOf"] = [{"required": [name]} for name in names]


def _tell_kinds_apart(recipients: Schema) -> None:
    """Each key of a list takes the names of its own kind only, as the loader does."""
    for kind in KINDS:
        items = recipients["properties"][kind.key]["items"]
        items["pattern"] = pattern_of(kind) + items["pattern"].removeprefix("^")


def _allow_short_forms(top: Schema, definitions: Schema) -> None:
    recipients, message = top["properties"]["recipients"], top["properties"]["message"]
    named = definitions["Recipients"]["properties"]
    lists = [form for kind in LIST_KEYS for form in reversed(named[kind]["anyOf"])]
    _add_forms(recipients, *lists, {key: named["inline"][key] for key in ("type", "items", "minItems")})
    _add_forms(message, definitions["Message"]["properties"]["text"])
    senders = top["properties"]["senders"]
    line = definitions["Sender"]["properties"]["line"]
    sender = {"anyOf": [*_bare((line,)), {"$ref": "#/definitions/Sender"}]}
    senders["anyOf"] = [{"type": "array", "items": sender, "minItems": 1}, *sender["anyOf"]]


def _add_forms(schema: Schema, *forms: Schema) -> None:
    long_form = schema.pop("allOf")[0] if "allOf" in schema else {"$ref": schema.pop("$ref")}
    schema["anyOf"] = [*_bare(forms), long_form]


def _bare(forms: tuple[Schema, ...]) -> Iterator[Schema]:
    """The forms without descriptions, which speak of the long form."""
    for form in forms:
        yield {key: value for key, value in form.items() if key not in ("description", "examples")}
