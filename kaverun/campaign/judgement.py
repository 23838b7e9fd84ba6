"""What the models say about a campaign file, as located problems in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kaverun.campaign import models
from kaverun.campaign.values import NOT_AVAILABLE, nearest_words
from kaverun.errors import Problem
from kaverun.files.kinds import KINDS, LIST_KEYS
from kaverun.strict_yaml.document import Document, Of
from kaverun.strict_yaml.nodes import Key
from kaverun.text.excerpt import excerpt

SECTIONS: dict[str, type[BaseModel]] = {
    "": models.Campaign,
    "recipients": models.Recipients,
    "senders": models.Sender,
    "message": models.Message,
    "schedule": models.Schedule,
    "sending": models.Sending,
    "retry": models.Retry,
    "limits": models.Limits,
    "lints": models.Lints,
    "report": models.ReportSettings,
}
_SECRET = re.compile(
    r"(?:kavenegar[_-]?)?(?:api[_-]?key|token|secret|password|passwd|credentials?)|kavenegar[_-]?key", re.IGNORECASE
)
_MISSING = {
    "version": "is missing: begin the file with `version: 1`",
    "name": "is missing: give the campaign a name such as nowruz-1405",
    "recipients": "is missing: write `recipients: members.csv`, or rows below `recipients: {inline: …}`",
    "message": "is missing: write `message:` with `text:` or `file:` below it",
    "line": "is missing: write `line:` with the sender number",
}
_EMPTY = {
    **{kind.key: f"is an empty list: name {kind.name}, or delete the line" for kind in KINDS},
    "columns": "is empty: write a column and its type, such as `vip: bool`, or delete the line",
    "inline": 'is an empty list: write rows such as `- {phone: "09…", name: …}`, or delete the line',
    "exclude": "is an empty list: name a file, or delete the line",
    "senders": "is an empty list: name a line, or delete it to use the account's line",
    "off": "is an empty list: name a lint, or delete the line",
    "formats": "is an empty list: write json or csv, or delete the line",
}
# As in: `csv:`, `excel:` or `jsonl:`.
_either_key = " or ".join(", ".join(f"`{key}:`" for key in LIST_KEYS).rsplit(", ", 1))


def complaints(document: Document, error: ValidationError) -> Iterator[Problem]:
    """Every error of pydantic as a problem of the file."""
    for detail in error.errors(include_url=False):
        told = _TELLERS.get(detail["type"], _unforeseen)(document, detail)
        if told:
            yield told


def wrong_keys(error: ValidationError) -> list[tuple[Key, ...]]:
    """The key path of every error of pydantic."""
    return [_keys(detail) for detail in error.errors(include_url=False)]


def _wrong_value(document: Document, detail: ErrorDetails) -> Problem:
    of: Of = "key" if detail["loc"][-1:] == ("[key]",) else "value"
    return document.problem(str(detail["ctx"]["error"]), *_keys(detail), of=of)


def _missing(document: Document, detail: ErrorDetails) -> Problem:
    keys = _keys(detail)
    return document.problem(_MISSING.get(str(keys[-1]), "is missing"), *keys, of="key")


def _unknown_key(document: Document, detail: ErrorDetails) -> Problem:
    *above, key = _keys(detail)
    path = ".".join(str(part) for part in (*above, key) if not isinstance(part, int))
    words = f"{NOT_AVAILABLE}: delete it" if path in models.NOT_YET else unknown_words(str(key), _section(above))
    return document.problem(words, *above, key, of="key")


def unknown_words(key: str, section: str) -> str:
    """What to say of a key that `section` ("" for the top of the file) does not have."""
    if _SECRET.fullmatch(key):
        return (
            "a secret never stands in a file: delete it here and in the history of the repository, "
            "and set the environment variable KAVENEGAR_API_KEY"
        )
    known = [*SECTIONS[section].model_fields]
    nearest = nearest_words(key, known)
    homes = [home for home, model in SECTIONS.items() if home != section and key in model.model_fields]
    if not nearest and homes:
        home = f"below {homes[0]}:" if homes[0] else "at the top of the file"
        return f"is not known here: it belongs {home}"
    return f"is not known{nearest or ': the keys here are ' + ', '.join(known)}"


def _section(above: list[Key]) -> str:
    return str(above[0]) if above else ""


def _empty(document: Document, detail: ErrorDetails) -> Problem | None:
    if detail["input"]:  # pydantic counts what it accepted: members that are wrong are told by themselves
        return None
    keys = _keys(detail)
    return document.problem(_EMPTY.get(str(keys[-1]), "has no columns: write at least the phone"), *keys)


def _too_many(document: Document, detail: ErrorDetails) -> Problem:
    has, most = len(detail["input"]), detail["ctx"]["max_length"]
    words = f"has {has:,} members and may have {most:,}: more is data, which belongs into a list of recipients"
    return document.problem(words, *_keys(detail))


def _no_mapping(document: Document, detail: ErrorDetails) -> Problem:
    keys = _keys(detail)
    part = next((f"recipients.{key}" for key in ("inline", "columns") if keys[:2] == ("recipients", key)), str(keys[0]))
    if part == "recipients" and _texts(detail["input"]):
        words = f"these files are of several kinds: write {_either_key} below recipients: for each"
        return document.problem(words, *keys)
    shape = _SHAPES.get(part, "must be a mapping of keys")
    return document.problem(f"{shape}, and is {excerpt(detail['input'])}", *keys)


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(member, str) for member in value)


def _no_list(document: Document, detail: ErrorDetails) -> Problem:
    return document.problem(f"must be a list, and is {excerpt(detail['input'])}", *_keys(detail))


def _unforeseen(document: Document, detail: ErrorDetails) -> Problem:
    return document.problem(f"cannot be {excerpt(detail['input'])}", *_keys(detail))


def _keys(detail: ErrorDetails) -> tuple[Key, ...]:
    return tuple(key for key in detail["loc"] if key != "[key]")


_SHAPES = {
    "recipients": (
        f"must be a file, a list of files, a list of rows, or a mapping with {', '.join(LIST_KEYS)} or inline"
    ),
    "recipients.columns": "must be a mapping from column to type, such as {vip: bool}",
    "recipients.inline": "must be a mapping from column to value",
    "senders": "must be a line, or a mapping with line and weight",
    "message": "must be a text, or a mapping with text or file",
}
_TELLERS: dict[str, Callable[[Document, ErrorDetails], Problem | None]] = {
    "value_error": _wrong_value,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "too_short": _empty,
    "too_long": _too_many,
    "model_type": _no_mapping,
    "dict_type": _no_mapping,
    "tuple_type": _no_list,
}
