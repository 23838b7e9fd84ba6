"""`python -m benchmarks.profile`: where plan and apply spend their time, as tables in `benchmarks/results/profile.md`.

py-spy looks at the running command from outside many times a second, and counts who holds Python's lock: all threads
share it, so that is what time is short of. Waiting for an answer or the disk is left out, and so is what a library
does without the lock (zlib, SQLite).

    --size N         recipients (default 300,000)
    --top N          rows of each table (default 15)
    --results DIR    where to keep them
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.lists import write_campaign
from benchmarks.machine import machine
from benchmarks.server_process import Server
from benchmarks.table import Rows, as_markdown, as_text
from benchmarks.workshop import COMMAND, Workshop

_PER_SECOND = 200
_FRAME = re.compile(r"(?P<function>.*) \((?P<path>.*?)(?::(?P<line>\d+))?\)")
_COMMANDS = {"plan": ("plan",), "apply": ("apply", "--yes"), "apply again, nothing to send": ("apply", "--yes")}
_RAW = "profile.txt"
_RECORD = ("record", "--gil", "--format", "raw", "--full-filenames", "--rate", str(_PER_SECOND), "--output", _RAW, "--")


PLANNING, SENDING, REPORTING, IMPORTS = "planning", "sending", "reporting", "imports"
_PHASES = {"<module>": IMPORTS, "make_plan": PLANNING, "close_run": REPORTING}
# Code that stands in no file.
_NAMELESS = {"<template>": "the compiled template", "<string>": "making a named tuple"}


class Frame(NamedTuple):
    """A function and the line it stood at; `place` is its module, or what stands for one."""

    function: str
    place: str
    line: str


Stacks = list[tuple[list[Frame], int]]


def profiles(size: int) -> dict[str, Stacks]:
    """Stacks, outermost frame first, and how often each was seen, by command."""
    with tempfile.TemporaryDirectory(prefix="kaverun-profile-") as folder, Server.start() as server:
        shop = Workshop(Path(folder), server, rounds=1)
        return {name: _profile(shop, size, *command) for name, command in _COMMANDS.items()}


def _profile(shop: Workshop, size: int, command: str, *flags: str) -> Stacks:
    folder = shop.folder / "profile"
    campaign = write_campaign(folder, shop.list_of(size))
    through = (str(Path(sys.executable).with_name("py-spy")), *_RECORD, COMMAND)
    shop.kaverun(folder, command, campaign.name, *flags, through=through, online=command != "plan").finish()
    return list(_stacks((folder / _RAW).read_text().splitlines()))


def _stacks(lines: Iterable[str]) -> Iterator[tuple[list[Frame], int]]:
    for line in lines:
        frames, _, seen = line.rpartition(" ")
        yield [_frame(words) for words in frames.split(";")], int(seen)


def _frame(words: str) -> Frame:
    found = _FRAME.fullmatch(words)
    if not found:
        return Frame(words or "the interpreter", "", "")
    return Frame(found["function"], _place(found["path"]), found["line"] or "")


def _place(path: str) -> str:
    """A module's name, the same on every machine."""
    if path.startswith("<"):
        return _NAMELESS.get(path, "importing" if "importlib" in path else path)
    parts = Path(path).with_suffix("").parts
    if "site-packages" in parts:
        return ".".join(parts[parts.index("site-packages") + 1 :])
    start = len(parts) - 1 - parts[::-1].index("kaverun") if "kaverun" in parts else -1
    return ".".join(parts[start:])


def by_phase(stacks: Stacks, size: int, top: int) -> Rows:
    """Time charged to what the command was doing."""
    counted: Counter[str] = Counter()
    for frames, seen in stacks:
        counted[_phase(frames)] += seen
    return _table("phase", counted, size, top)


def of_phase(stacks: Stacks, phase: str) -> Stacks:
    return [(frames, seen) for frames, seen in stacks if _phase(frames) == phase]


def _phase(frames: list[Frame]) -> str:
    """Told by the functions it goes through; what goes through none of them sends or prepares it."""
    functions = {frame.function for frame in frames[1:]}
    return next((words for function, words in _PHASES.items() if function in functions), SENDING)


def by_room(stacks: Stacks, size: int, top: int) -> Rows:
    """Time charged to the packages of kaverun."""
    return _table("room, with the libraries it calls", _charged(stacks, _room), size, top)


def by_function(stacks: Stacks, size: int, top: int) -> Rows:
    """Time charged to the function of kaverun that spent it, itself or in what it called outside kaverun."""
    return _table("function of kaverun, with the libraries it calls", _charged(stacks, _function), size, top)


def by_line(stacks: Stacks, size: int, top: int) -> Rows:
    """Own time of single lines, those of libraries too."""
    own: Counter[str] = Counter()
    for frames, seen in stacks:
        own[_line(frames[-1])] += seen
    return _table("line, without what it calls in Python", own, size, top)


def _charged(stacks: Stacks, name: Callable[[Frame], str]) -> Counter[str]:
    charged: Counter[str] = Counter()
    for frames, seen in stacks:
        ours = next((frame for frame in reversed(frames) if frame.place.startswith("kaverun.")), frames[-1])
        charged[IMPORTS if _phase(frames) == IMPORTS else name(ours)] += seen
    return charged


def _room(frame: Frame) -> str:
    return ".".join(frame.place.split(".")[:2]) or frame.function


def _function(frame: Frame) -> str:
    return f"{frame.place} {frame.function}".strip()


def _line(frame: Frame) -> str:
    if frame.place in _NAMELESS.values():
        return frame.place
    return f"{frame.place}:{frame.line} {frame.function}" if frame.place else frame.function


def _table(title: str, counted: Counter[str], size: int, top: int) -> Rows:
    total = counted.total()
    rows = [_row(name, seen, total, size) for name, seen in counted.most_common(top)]
    return [("share", "µs a message", title), *rows, _row("in all", total, total, size)]


def _row(name: str, seen: int, total: int, size: int) -> tuple[str, str, str]:
    return f"{seen / total:.1%}", f"{seen / _PER_SECOND / size * 1e6:.2f}", name


def tables(stacks: Stacks, size: int, top: int) -> Iterator[tuple[str, Rows]]:
    """Where time went in all, then in each phase that took a tenth of it."""
    yield "in all", by_phase(stacks, size, top)
    yield "in all", by_room(stacks, size, top)
    total = sum(seen for _, seen in stacks)
    for phase in (PLANNING, SENDING, REPORTING):
        some = of_phase(stacks, phase)
        if sum(seen for _, seen in some) * 10 > total:
            yield phase, by_function(some, size, top)
            yield phase, by_line(some, size, top)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.profile")
    parser.add_argument("--size", type=int, default=300_000)
    parser.add_argument("--top", type=int, default=15)
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("results"))
    options = parser.parse_args()
    page = [", ".join(f"{key} {value}" for key, value in machine().items())]
    for name, stacks in profiles(options.size).items():
        page.append(f"## {name}, {options.size:,} recipients")
        for part, rows in tables(stacks, options.size, options.top):
            print(f"\n{name}: {part}\n{as_text(rows)}")
            page += [f"### {part}", as_markdown(rows)]
    options.results.mkdir(exist_ok=True)
    (options.results / "profile.md").write_text("\n\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
