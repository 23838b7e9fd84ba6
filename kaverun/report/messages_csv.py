"""`messages.csv`: one entry per input row, for spreadsheets and for rebuilding a lost ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from kaverun.ledger.store import Row, Store
from kaverun.report.folder import own_file
from kaverun.report.rows import Extent
from kaverun.report.table import cells, columns_of


def write_messages(path: Path, store: Store, extent: Extent) -> None:
    """Write every row into a file that only its owner may read. Raises `OSError`."""
    with own_file(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        write_csv(text, columns_of(extent), cells(store, extent))


def write_csv(file: TextIO, header: Iterable[str], lines: Iterable[Row], line_end: str = "\r\n") -> None:
    """Write cells with the byte order mark that Excel needs; the file is UTF-8 and changes no line ends."""
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerow(header)
    writer.writerows(lines)
