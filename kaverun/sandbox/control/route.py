"""A page of the sandbox's own, described: what it takes, what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaverun.sandbox.control.values import Values
from kaverun.sandbox.provider import Line, Provider


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the sandbox itself, its values read."""

    provider: Provider
    line: Line
    values: Values
    body: bytes


@dataclass(frozen=True, slots=True)
class Route:
    """One page, or one thing that can be told."""

    verb: str
    name: str
    #: what it does, in a line
    what: str
    answer: Callable[[Asked], Any]
    #: the values it takes, and what each means
    takes: Mapping[str, str] = field(default_factory=dict)
    #: whether the body holds values; otherwise it is read as a whole
    fields_in_body: bool = True
