"""Reads faults from text: `drop-after:every=5,times=3,method=sms/sendarray`, or the same as a mapping in a file.

A comma inside a value is written `\\,`; several methods, or several numbers of `at`, are joined with `+`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from kaverun.errors import Invalid, Problem
from kaverun.kavenegar.codes import ERRORS
from kaverun.sandbox.faults.vocabulary import KINDS, Fault, Kind, Trigger

#: how many seconds a fault may wait or keep the listener closed
LONGEST_WAIT = 86_400.0

_UNITS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_SPAN = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?", re.ASCII)
_METHOD = re.compile(r"[a-z*?]+(?:/[a-z*?]+)?", re.ASCII)
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True, slots=True)
class FaultList:
    """Faults of a file or a request, with their seed."""

    faults: tuple[Fault, ...]
    seed: int | None = None


def parse_fault(spec: str) -> Fault:
    """Parse one fault from `kind` or `kind:key=value,…`; raises Invalid with all its problems."""
    name, _, rest = spec.strip().partition(":")
    pairs = [_pair(part) for part in _COMMA.split(rest) if part.strip()]
    return _fault(name.strip(), pairs, spec.strip())


def parse_faults(data: object) -> FaultList:
    """Read faults from YAML or JSON data: a list of specs and mappings, or `{seed: 7, faults: […]}`; raises Invalid."""
    if not isinstance(data, Mapping) or "fault" in data:
        return FaultList(_each(data if isinstance(data, list) else [data]))
    unknown = sorted(str(key) for key in data if key not in ("seed", "faults"))
    if unknown or not isinstance(data.get("faults", []), list):
        raise Invalid([Problem("must be a list of faults, or a mapping with `faults` (a list) and `seed`")])
    seed = _read("seed", str(data["seed"]), []) if "seed" in data else None
    return FaultList(_each(data.get("faults", [])), seed)


def parse_span(text: str, name: str) -> float:
    """Parse 2, 0.5, 500ms, 2s, 5m or 12h into seconds; raises Invalid naming `name`."""
    try:
        return _span(text)
    except ValueError as error:
        raise Invalid([Problem(f"{error}, is {text}", key=name)]) from None


def parse_share(text: str, name: str) -> float:
    """Parse 0.05 or 5% into a share from 0 to 1; raises Invalid naming `name`."""
    try:
        return _share(text)
    except ValueError as error:
        raise Invalid([Problem(f"{error}, is {text}", key=name)]) from None


def load_faults(path: Path) -> FaultList:
    """Read faults from a YAML or JSON file; raises Invalid naming the file."""
    try:
        # Every scalar stays as written: the values have their own parsers.
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        return parse_faults(data)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid([Problem(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path))]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Invalid([Problem(f"is not YAML or JSON: {error}", str(path))]) from None
    except Invalid as error:
        raise Invalid([Problem(problem.what, str(path), key=problem.key) for problem in error.problems]) from None


def _each(entries: list[Any]) -> tuple[Fault, ...]:
    faults: list[Fault] = []
    problems: list[Problem] = []
    for entry in entries:
        try:
            faults.append(_entry(entry))
        except Invalid as error:
            problems.extend(error.problems)
    if problems:
        raise Invalid(problems)
    return tuple(faults)


def _entry(entry: object) -> Fault:
    if isinstance(entry, str):
        return parse_fault(entry)
    if not isinstance(entry, Mapping) or "fault" not in entry:
        raise Invalid([Problem("each fault is a text such as `drop-after:every=5` or a mapping with the key `fault`")])
    pairs = [(str(key), _written(value)) for key, value in entry.items() if key != "fault"]
    spec = ",".join(f"{key}={value.replace(',', chr(92) + ',')}" for key, value in pairs)
    name = str(entry["fault"])
    return _fault(name, pairs, f"{name}:{spec}" if spec else name)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "+".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _pair(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return key.strip(), value.strip().replace("\\,", ",")


def _fault(name: str, pairs: list[tuple[str, str]], spec: str) -> Fault:
    kind = KINDS.get(name)
    if kind is None:
        raise Invalid(
            [Problem(f"unknown fault {name!r}{_nearest(name, KINDS)}; known are {', '.join(KINDS)}", key=spec)]
        )
    problems: list[str] = []
    values = {key: _read(key, value, problems) for key, value in pairs if _allowed(kind, key, problems)}
    problems.extend(f"{kind.name} needs {key}=" for key in sorted(kind.needs - {key for key, _ in pairs}))
    if problems:
        raise Invalid([Problem(what, key=spec) for what in problems])
    trigger = Trigger(**{key: values.pop(key) for key in _TRIGGER_KEYS if key in values})
    fields = {_FIELDS.get(key, key): value for key, value in values.items()}
    return Fault(kind, spec, trigger, **{"methods": kind.methods, **fields})


def _allowed(kind: Kind, key: str, problems: list[str]) -> bool:
    known = {*_TRIGGER_KEYS, "times", "method", *kind.keys}
    if key not in known:
        problems.append(f"{kind.name} takes no {key!r}{_nearest(key, known)}; it takes {', '.join(sorted(known))}")
    return key in known


def _nearest(word: str, known: Any) -> str:
    found = get_close_matches(word, list(known), n=1)
    return f", did you mean {found[0]!r}?" if found else ""


def _read(key: str, value: str, problems: list[str]) -> Any:
    try:
        return _READERS[key](value)
    except ValueError as error:
        message = f"{key}={value}: {error}"
        if key == "seed":
            raise Invalid([Problem(message, key=key)]) from None
        problems.append(message)
        return None


def _count(least: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch("[0-9]{1,12}", value, re.ASCII) or int(value) < least:
            raise ValueError(f"must be a whole number from {least}")
        return int(value)

    return read


def _share(value: str) -> float:
    try:
        share = float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError("must be a share such as 0.2 or 20%")
    return share


def _span(value: str) -> float:
    match = _SPAN.fullmatch(value)
    if not match:
        raise ValueError("must be a span such as 2, 0.5, 500ms, 2s, 5m or 12h")
    return float(match[1]) * _UNITS[match[2] or ""]


def _wait(value: str) -> float:
    seconds = _span(value)
    if seconds > LONGEST_WAIT:
        raise ValueError("must be at most 24h")
    return seconds


def _methods(value: str) -> tuple[str, ...]:
    methods = tuple("*" if method == "any" else method for method in value.lower().split("+"))
    if not all(_METHOD.fullmatch(method) for method in methods):
        raise ValueError("must be methods such as sms/sendarray, sms/* or any, several joined with +")
    return methods


def _code(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) not in ERRORS:
        raise ValueError(f"must be a code of the service: {', '.join(map(str, ERRORS))}")
    return int(value)


def _http_status(value: str) -> int:
    if not re.fullmatch("[345][0-9]{2}", value, re.ASCII) or value == "304":
        raise ValueError("must be an HTTP status from 300 to 599 that has a body")
    return int(value)


def _pattern(value: str) -> str:
    try:
        return re.compile(value).pattern
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None


def _scope(value: str) -> str:
    if value not in ("sending", "lookup", "both"):
        raise ValueError("must be sending, lookup or both")
    return value


def _yes(value: str) -> bool:
    if value not in ("yes", "no", "true", "false"):
        raise ValueError("must be yes or no")
    return value in ("yes", "true")


def _seed(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError("must be a whole number") from None


_TRIGGER_KEYS = ("probability", "at", "first", "every", "after", "messages")
_FIELDS = {"method": "methods", "retry-after": "retry_after", "for": "scope"}
_READERS: Mapping[str, Callable[[str], object]] = {
    "probability": _share,
    "at": lambda value: tuple(_count(1)(number) for number in value.split("+")),
    "first": _count(1),
    "every": _count(1),
    "after": _count(0),
    "messages": _count(0),
    "times": _count(1),
    "method": _methods,
    "seconds": _wait,
    "code": _code,
    "status": _http_status,
    "retry-after": _count(0),
    "bytes": _count(0),
    "rows": _count(1),
    "receptor": _pattern,
    "text": _pattern,
    "window": _span,
    "for": _scope,
    "reset": _yes,
    "seed": _seed,
}
