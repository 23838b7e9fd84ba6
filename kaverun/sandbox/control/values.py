"""The values in a request to the sandbox itself: each checked by its kind, unknown names refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

import orjson

from kaverun.sandbox.form import FormError, read_fields

_FLAGS: Mapping[str, bool] = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
_BEYOND = 1e12
_LONGEST_SHOWN = 60


class Misuse(Exception):
    """A request to the sandbox itself is invalid; the text says why and what to do."""

    def __init__(self, why: str, http_status: int = 400) -> None:
        self.http_status = http_status
        super().__init__(why)


def as_json(body: bytes) -> Any:
    """Parse a JSON body; raises Misuse."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Misuse(f"the body is not JSON: {error}") from None


class Values:
    """Values by name, from the query and from form fields or a JSON object; an empty one counts as absent."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = {name: value for name, value in told.items() if value not in ("", None)}

    @classmethod
    def read(cls, query: bytes, body: bytes, known: Collection[str]) -> Values:
        """Read the values of a request that takes the `known` ones; raises Misuse for any other."""
        try:
            if body.lstrip().startswith(b"{"):
                told = {**read_fields(query, b""), **as_json(body)}
            else:
                told = dict(read_fields(query, body))
        except FormError as error:
            raise Misuse(str(error)) from None
        for name in told:
            if name not in known:
                raise Misuse(_unknown(name, known))
        return cls(told)

    def __contains__(self, name: str) -> bool:
        return name in self._told

    def raw(self, name: str) -> Any:
        """The value as given; None if absent."""
        return self._told.get(name)

    def text(self, name: str) -> str:
        """A text, "" if absent; raises Misuse for a list, an object, true or false."""
        value = self._told.get(name, "")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Misuse(f"{name} must be a text")
        return str(value)

    def number(self, name: str, least: float = -_BEYOND, most: float = _BEYOND) -> float:
        """A mandatory number from `least` to `most`; raises Misuse."""
        value = self._told.get(name)
        try:
            number = float("nan" if isinstance(value, bool) else value or 0)
        except (TypeError, ValueError):
            number = float("nan")
        if not least <= number <= most:
            bounds = "" if most == _BEYOND else f" from {least:g} to {most:g}"
            raise Misuse(f"{name} must be a number{bounds}, is {_shown(value)}")
        return number

    def whole(self, name: str, least: int = 0) -> int | None:
        """A whole number of at least `least`, None if absent; raises Misuse."""
        if name not in self:
            return None
        written = str(self._told[name]).strip()
        number = int(written) if written.removeprefix("-").isdecimal() and len(written) < 18 else None
        if number is None or number < least:
            raise Misuse(f"{name} must be a whole number from {least}, is {_shown(written)}")
        return number

    def flag(self, name: str) -> bool:
        """Yes or no, no if absent; raises Misuse."""
        value = str(self._told.get(name, "")).lower()
        if value not in _FLAGS:
            raise Misuse(f"{name} must be 1 or 0, is {_shown(value)}")
        return _FLAGS[value]


def _unknown(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    takes = f"known are {', '.join(known)}" if known else "this page takes none"
    return f"no value is called {_shown(name)}{hint}; {takes}"


def _shown(value: object) -> str:
    written = str(value)
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"
