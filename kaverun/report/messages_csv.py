"""`messages.csv`: a line per input row, for spreadsheets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import orjson

from kaverun.plan.cells import RUNS_AS_FORMULA, safe_cell
from kaverun.plan.plan import Action
from kaverun.report.folder import own_file, write_behind
from kaverun.report.lines import Kind, Lines

COLUMNS = (
    "row", "key", "phone", "line", "action", "outcome", "reason", "localid",
    "messageid", "status", "statustext", "cost", "parts", "attempts", "text",
)  # fmt: skip
# What a cell is put into quotes for.
_QUOTED = ('"', ",", "\n", "\r")
# Stands before each text, so that one look over all finds how any of them begins.
_BETWEEN = "\0"
_runs_as_formula = re.compile(f"{_BETWEEN}[{re.escape(''.join(RUNS_AS_FORMULA))}]").search


def write_messages(
    path: Path,
    lines: Iterable[Lines],
    *,
    default_line: str,
    statustexts: Mapping[int, str],
    seen: Callable[[Kind, int], None],
) -> None:
    """Write every line, UTF-8 with a byte order mark as Excel wants it; `seen` is called with each kind of a block of
    rows, and how many they are.
    """

    @lru_cache
    def middle(action: Action, line: str, outcome: str, reason: str) -> str:
        line = line or default_line if action in ("send", "done") else ""
        return f",{_cell(line)},{action},{outcome},{_cell(reason)},"

    @lru_cache
    def end(status: int | None, billed: int | None, parts: int, attempts: int) -> str:
        told = _cell(statustexts.get(status, "")) if status is not None else ""
        return f",{_known(status)},{told},{_known(billed)},{parts or ''},{attempts or ''},"

    def written() -> Iterator[bytes]:
        yield f"\ufeff{','.join(COLUMNS)}\r\n".encode()
        for block in lines:
            middles, ends = {}, {}
            for kind, rows in Counter(block.kinds).items():
                seen(kind, rows)
                middles[kind] = middle(kind.action, kind.line, kind.outcome, kind.reason)
                ends[kind] = end(kind.status, kind.billed, kind.parts, kind.attempts)
            kinds = block.kinds
            yield _rows(block, map(middles.__getitem__, kinds), map(ends.__getitem__, kinds)).encode()

    with own_file(path) as file:
        write_behind(file, written())


def _rows(lines: Lines, middles: Iterable[str], ends: Iterable[str]) -> str:
    """The rows in the order of `COLUMNS`, put together column by column: it takes half as long as row by row."""
    columns = (
        _numbers(lines.rows), ",", _cells(lines.keys), ",", _phones(lines.phones), middles,
        _numbers(lines.localids), ",", _numbers(lines.messageids), ends, _cells(lines.texts), "\r\n",
    )  # fmt: skip
    rows, width = len(lines.rows), len(columns)
    pieces = [""] * (rows * width)
    for place, column in enumerate(columns):
        pieces[place::width] = [column] * rows if isinstance(column, str) else column
    return "".join(pieces)


def _numbers(values: Sequence[int | None]) -> Sequence[str]:
    """As cells; 0 stands for none, as None does."""
    if all(values):
        return orjson.dumps(values)[1:-1].decode().split(",")
    return [str(value or "") for value in values]


def _cells(texts: Sequence[str]) -> Sequence[str]:
    signs = _BETWEEN + _BETWEEN.join(texts)
    if _runs_as_formula(signs):
        texts = [*map(safe_cell, texts)]
    return _quoted_as_needed(texts, signs)


def _phones(phones: Sequence[str]) -> Sequence[str]:
    return _quoted_as_needed(phones, "".join(phones))


def _known(number: int | None) -> int | str:
    return "" if number is None else number


def _cell(text: str) -> str:
    return _quoted(safe_cell(text))


def _quoted_as_needed(cells: Sequence[str], signs: str) -> Sequence[str]:
    """As `csv.writer` writes cells, which have these signs: it takes three times as long, looking at one by one."""
    reasons = [reason for reason in _QUOTED if reason in signs]
    if len(reasons) == 1 and '"' not in reasons:
        (only,) = reasons
        return [f'"{cell}"' if only in cell else cell for cell in cells]
    return [*map(_quoted, cells)] if reasons else cells


def _quoted(text: str) -> str:
    if '"' in text:
        text = text.replace('"', '""')
        return f'"{text}"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text
