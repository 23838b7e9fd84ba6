"""`python -m benchmarks.timed OUT.json PLACE… -- ARGUMENTS`: kaverun's command with some of its functions timed.

A place is `module:function` as its caller knows it, or `module:Class.method`; one that is not there any more is left
out of the result, which has for each place the seconds on the clock and those of processors.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple


class Spent(NamedTuple):
    """Seconds in a function: on the clock, and of processors."""

    clock: float
    processors: float


def _timed(function: Callable[..., Any], place: str, spent: dict[str, Spent]) -> Callable[..., Any]:
    def measured(*arguments: Any, **named: Any) -> Any:
        clock, processors = time.perf_counter(), time.thread_time()
        try:
            return function(*arguments, **named)
        finally:
            before = spent.get(place, Spent(0.0, 0.0))
            spent[place] = Spent(
                before.clock + time.perf_counter() - clock, before.processors + time.thread_time() - processors
            )

    return measured


def _watch(place: str, spent: dict[str, Spent]) -> None:
    module, _, name = place.partition(":")
    *owners, function = name.split(".")
    try:
        owner = reduce(getattr, owners, import_module(module))
        setattr(owner, function, _timed(getattr(owner, function), place, spent))
    except (ImportError, AttributeError):
        print(f"{place} is not there to be timed", file=sys.stderr)


def read(path: Path) -> dict[str, Spent]:
    """What was written for each place."""
    return {place: Spent(**values) for place, values in json.loads(path.read_text()).items()}


def main(out: str, *rest: str) -> None:
    from kaverun.cli.main import main as kaverun

    places, arguments = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    spent: dict[str, Spent] = {}
    for place in places:
        _watch(place, spent)
    sys.argv = ["kaverun", *arguments]
    try:
        kaverun()
    finally:
        Path(out).write_text(json.dumps({place: values._asdict() for place, values in spent.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
