"""What a plan says beside its rows, as it is kept in its file and with the run that carries it out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

import orjson

from kaverun import __version__
from kaverun.errors import Problem
from kaverun.ledger.runs import Input


class Header(NamedTuple):
    """A function of the campaign's inputs, like the rows.

    `warnings` and `second_look` are what `--strict` makes errors, the latter only where there is something to send;
    `left_out` are those about rows that are left out as the file says. `file` is the campaign's, from the root of its
    repository (in none, as it was named), and `given` the variables of the command line.
    """

    campaign: str
    occurrence: str
    digest: str
    warnings: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    second_look: tuple[Problem, ...] = ()
    inputs: tuple[Input, ...] = ()
    file: str = ""
    given: dict[str, str] = {}  # noqa: RUF012  a NamedTuple's default, never changed
    kaverun: str = __version__

    def plain(self) -> dict[str, Any]:
        """JSON values by name, without the inputs."""
        problems = {name: [asdict(one) for one in getattr(self, name)] for name in _PROBLEMS}
        rest = {name: value for name, value in self._asdict().items() if name not in (*_PROBLEMS, "inputs")}
        return {**rest, **problems}

    def written(self) -> str:
        """As a run keeps it."""
        return orjson.dumps(self.plain()).decode()

    @classmethod
    def read(cls, written: str, inputs: tuple[Input, ...] = ()) -> Header:
        """From what `written` returned."""
        return cls.of(orjson.loads(written), inputs)

    @classmethod
    def of(cls, plain: dict[str, Any], inputs: tuple[Input, ...] = ()) -> Header:
        """From what `plain` returned."""
        problems = {name: tuple(Problem(**one) for one in plain[name]) for name in _PROBLEMS}
        return cls(**{**plain, **problems}, inputs=inputs)


_PROBLEMS = ("warnings", "left_out", "second_look")
