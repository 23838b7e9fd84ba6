"""The short forms of the campaign file, written out. What is no short form comes back as it is."""

from __future__ import annotations

from kaverun.files.kinds import LIST_KEYS
from kaverun.files.named import kind_of


def recipients(value: object) -> object:
    """`members.csv`, a list of files of one kind or a list of mappings as the mapping that it stands for."""
    if isinstance(value, str):
        return {kind_of(value): [value]}
    if isinstance(value, list) and value:
        if all(isinstance(member, str) for member in value):
            kinds = {kind_of(member) for member in value}
            return {kinds.pop(): value} if len(kinds) == 1 else value
        if all(isinstance(member, dict) for member in value):
            return {"inline": value}
    return value


def message(value: object) -> object:
    """A text as the mapping with this text."""
    return {"text": value} if _is_text(value) else value


def sender(value: object) -> object:
    """A line number as the mapping with this line."""
    return {"line": value} if _is_text(value) else value


def many(value: object) -> object:
    """One text, or one mapping, as the list of it."""
    return [value] if _is_text(value) or isinstance(value, dict) else value


def written_out(data: dict[str, object]) -> dict[str, object]:
    """The whole file in long form, whatever else may be wrong with it."""
    out = dict(data)
    for key, form in (("recipients", recipients), ("message", message), ("senders", many)):
        if key in out:
            out[key] = form(out[key])
    for section, keys in (
        ("recipients", (*LIST_KEYS, "exclude")),
        ("report", ("formats",)),
        ("lints", ("off",)),
    ):
        found = out.get(section)
        if isinstance(found, dict):
            out[section] = {key: many(value) if key in keys else value for key, value in found.items()}
    if isinstance(senders := out.get("senders"), list):
        out["senders"] = [sender(member) for member in senders]
    return out


def _is_text(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
