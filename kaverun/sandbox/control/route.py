"""The description of a control page: what it takes, what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaverun.sandbox.control.values import Values
from kaverun.sandbox.provider import Line, Provider


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the sandbox itself, with its values."""

    provider: Provider
    line: Line
    values: Values
    body: bytes


@dataclass(frozen=True, slots=True)
class Route:
    """One page, to read or to change something."""

    verb: str
    name: str
    #: what it does, in one line
    what: str
    answer: Callable[[Asked], Any]
    #: the values it takes, and what each means
    takes: Mapping[str, str] = field(default_factory=dict)
    #: whether the body contains values; otherwise it is read as a whole
    fields_in_body: bool = True
