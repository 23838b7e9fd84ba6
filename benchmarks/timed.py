"""`python -m benchmarks.timed OUT.json PLACE… -- ARGUMENTS`: kaverun's command with some of its functions timed.

A place is `module:function` as its caller knows it; one that is not there any more is left out of the result.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any


def _timed(function: Callable[..., Any], name: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def measured(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            seconds[name] += time.perf_counter() - started

    return measured


def _watch(place: str, seconds: dict[str, float]) -> None:
    module, _, name = place.partition(":")
    try:
        owner = import_module(module)
        setattr(owner, name, _timed(getattr(owner, name), place, seconds))
    except (ImportError, AttributeError):
        print(f"{place} is not there to be timed", file=sys.stderr)


def main(out: str, *rest: str) -> None:
    from kaverun.cli.main import main as kaverun

    places, arguments = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    seconds: dict[str, float] = defaultdict(float)
    for place in places:
        _watch(place, seconds)
    sys.argv = ["kaverun", *arguments]
    try:
        kaverun()
    finally:
        Path(out).write_text(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
