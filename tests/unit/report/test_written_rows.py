"""Rows are taken apart in their bytes, whatever their cells hold."""

from __future__ import annotations

import csv
import io
import random

import pytest

from kaverun.report.messages_csv import COLUMNS
from kaverun.report.written_rows import blocks

CELLS = ["", "1", "سلام", 'say "no"', "a,b", "one\ntwo", "\r\n", '"', ",", "'=1", '",\n"']


def written(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def parsed(cells):
    return next(csv.reader(io.StringIO(cells.decode() + ",", newline="")))[:-1]


def looked_at(rows):
    """The cells that are looked at, as the csv module sees them."""
    return [
        [cell for cells in row for cell in parsed(cells)]
        for row in zip(rows.lines, rows.messageids, rows.told, strict=True)
    ]


@pytest.mark.parametrize("size", [1_000, 2**18])
def test_ten_thousand_rows_of_any_cells_are_taken_apart_as_csv_does_it(tmp_path, monkeypatch, size):
    monkeypatch.setattr("kaverun.report.written_rows._BLOCK", size)
    draw = random.Random(1405)
    odd = [[draw.choice(CELLS) for _ in COLUMNS] for _ in range(2_000)]
    plain = [["1", "k", "0912", "3000", "send", "accepted", "", "7", "8", "1", "در صف", "120", "1", "1", "متن"]] * 8_000
    rows = [*odd[:1_000], *plain, *odd[1_000:]]
    path = tmp_path / "messages.csv"
    path.write_bytes(written(rows))
    parts = list(blocks(path))
    assert b"".join(whole for whole, _ in parts) == path.read_bytes()
    found = [row for _, some in parts if some for row in looked_at(some)]
    line, messageid, status = (COLUMNS.index(name) for name in ("line", "messageid", "status"))
    assert found == [[row[line], row[messageid], *row[status : status + 2]] for row in rows]
    assert all(some.written(some.told) == whole for whole, some in parts if some)


def test_a_line_feed_alone_ends_a_row_too_and_the_last_may_have_no_end(tmp_path):
    path = tmp_path / "messages.csv"
    row = '1,k,09121,3000,send,accepted,,7,8,1,x,120,1,1,"a\nb"'
    path.write_bytes(",".join(COLUMNS).encode() + f"\n{row}\n{row}".encode())
    parts = list(blocks(path))
    assert [rows.messageids for _, rows in parts if rows] == [[b"8"], [b"8"]]
    assert b"".join(rows.written(rows.told) if rows else whole for whole, rows in parts) == path.read_bytes()
    assert [rows.phones for _, rows in parts if rows] == [[b"0912"], [b"0912"]]
