"""A call of the API, read from a request line, and the description of the method that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from kaverun.sandbox.answers import Format
from kaverun.sandbox.faults.deck import Row
from kaverun.sandbox.faults.twists import NONE, Twists
from kaverun.sandbox.parameters import loose_array
from kaverun.sandbox.records import Note
from kaverun.sandbox.state import State

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.I | re.ASCII)
_ADDRESS = re.compile(r"/v1/([^/]+)/([^/.]+/[^/.]+)\.(json|xml)/?", re.I | re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the path and the query of its request line, in whatever form."""

    path: str
    query: bytes

    @classmethod
    def read(cls, written: str) -> Target:
        """Read an origin-form or absolute-form target (facts, *Wire*)."""
        path, _, query = _ORIGIN.sub("", written, count=1).partition("#")[0].partition("?")
        return cls(path or "/", query.encode("latin-1", "replace"))


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of `/v1/{key}/{scope}/{method}.{format}`."""

    key: str
    #: `scope/method`, lower case
    method: str
    form: Format

    @classmethod
    def read(cls, path: str) -> Address | None:
        """None for a path of another shape; method and format may be in upper or lower case."""
        match = _ADDRESS.fullmatch(path)
        if not match:
            return None
        return cls(unquote(match[1]), match[2].lower(), "xml" if match[3].lower() == "xml" else "json")

    @staticmethod
    def masked(path: str) -> str:
        """`path` without its key."""
        return re.sub(r"^/v1/[^/]+", "/v1/***", path, count=1, flags=re.I)


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose key, method and verb are valid."""

    method: str
    fields: Mapping[str, str]
    #: the number of the request in the journal
    number: int
    twists: Twists = NONE
    #: what the real service may not accept: written by methods, read by the journal
    notes: list[Note] = field(default_factory=list)


def _no_rows(_: Mapping[str, str]) -> Sequence[Row]:
    return ()


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API."""

    #: `scope/method`, lower case
    name: str
    #: returns `entries`, or raises Denial; called with the state's lock held
    answer: Callable[[State, Call], Any]
    #: the field whose items the journal counts; "" if the method has no rows
    counted: str = ""
    #: reads from the fields the rows that faults match
    rows: Callable[[Mapping[str, str]], Sequence[Row]] = _no_rows
    verbs: frozenset[str] = frozenset({"GET", "POST"})
    #: answers only clients on the account's IP whitelist (document, *IP Whitelisting*)
    whitelisted: bool = False

    def count(self, fields: Mapping[str, str]) -> int:
        """How many rows `fields` ask for, as far as they can be read."""
        written = fields.get(self.counted, "").strip()
        if written.startswith("["):
            return len(loose_array(fields, self.counted))
        return written.count(",") + 1 if written else 0
