"""`messages.csv`: a line per input row, for spreadsheets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import mod
from pathlib import Path

from kaverun.plan.cells import safe_cell
from kaverun.report.folder import write_behind
from kaverun.report.lines import Kind, Lines

COLUMNS = (
    "row", "key", "phone", "line", "action", "outcome", "reason", "localid",
    "messageid", "status", "statustext", "cost", "parts", "attempts", "text",
)  # fmt: skip
_needs_quotes = re.compile('[",\r\n]').search
_needs_care = re.compile('[",\r\n=+@\t-]').search


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

    def written() -> Iterator[bytes]:
        yield f"\ufeff{','.join(COLUMNS)}\r\n".encode()
        for block in lines:
            forms = {}
            for kind, rows in Counter(block.kinds).items():
                seen(kind, rows)
                forms[kind] = _form(kind, default_line, statustexts)
            yield "".join(map(mod, map(forms.__getitem__, block.kinds), _own_cells(block))).encode()

    with path.open("wb") as file:
        write_behind(file, written())


def _form(kind: Kind, default_line: str, statustexts: Mapping[int, str]) -> str:
    """A row of this kind, with gaps for what each has of its own."""
    sent = kind.action in ("send", "done")
    shared = {
        "line": _cell(kind.line or default_line if sent else ""),
        "action": kind.action,
        "outcome": kind.outcome,
        "reason": _cell(kind.reason),
        "status": "" if kind.status is None else kind.status,
        "statustext": _cell(statustexts.get(kind.status, "")) if kind.status is not None else "",
        "cost": "" if kind.billed is None else kind.billed,
        "parts": kind.parts or "",
        "attempts": kind.attempts or "",
    }
    return ",".join(str(shared[column]).replace("%", "%%") if column in shared else "%s" for column in COLUMNS) + "\r\n"


def _own_cells(lines: Lines) -> Iterator[tuple[object, ...]]:
    """What fills the gaps, in the order of the columns."""
    return zip(
        lines.rows,
        _cells(lines.keys),
        _phones(lines.phones),
        [localid or "" for localid in lines.localids],
        [messageid or "" for messageid in lines.messageids],
        _cells(lines.texts),
        strict=True,
    )


def _cells(texts: Sequence[str]) -> Sequence[str]:
    return [_cell(text) for text in texts] if _needs_care("".join(texts)) else texts


def _phones(phones: Sequence[str]) -> Sequence[str]:
    return [_quoted(phone) for phone in phones] if _needs_quotes("".join(phones)) else phones


def _cell(text: str) -> str:
    return _quoted(safe_cell(text))


def _quoted(text: str) -> str:
    """As `csv.writer` writes a cell: it takes three times as long, looking at one character after the other."""
    if '"' in text:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text
