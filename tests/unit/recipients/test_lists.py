"""The files of tests/data/lists: each as a real program writes it, with the rows it must give."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.recipients.csv_file import open_csv
from kaverun.recipients.rows import BadRow, Row

LISTS = Path(__file__).parents[2] / "data" / "lists"
TWO_MEMBERS = [("09121234567", "سارا", "تهران"), ("09351234567", "رضا", "شیراز")]


def rows_of(name: str) -> list[Row | BadRow]:
    return list(open_csv(LISTS / name, name).rows())


def cells_of(name: str) -> list[tuple[object, ...]]:
    return [tuple(row.values.values()) for row in rows_of(name) if isinstance(row, Row)]


def test_the_lists_are_what_their_script_writes() -> None:
    made = runpy.run_path(str(LISTS / "make.py"))["LISTS"]
    assert made == {path.name: path.read_bytes() for path in LISTS.iterdir() if path.suffix in (".csv", ".txt")}


@pytest.mark.parametrize(
    "name",
    [
        "excel-en-utf8.csv",
        "excel-fa-utf8.csv",
        "excel-unicode-text.txt",
        "utf16-no-bom.csv",
        "excel-sep-line.csv",
    ],
)
def test_the_same_members_come_out_of_every_export(name: str) -> None:
    file = open_csv(LISTS / name, name)
    assert [column.name for column in file.columns] == ["phone", "name", "city"]
    assert cells_of(name) == TWO_MEMBERS
    assert file.notes == ()


def test_windows_1256_is_read_with_a_note_and_persian_names() -> None:
    file = open_csv(LISTS / "excel-fa-cp1256.csv", "excel-fa-cp1256.csv")
    assert [column.name for column in file.columns] == ["شماره", "نام_خانوادگی", "شهر"]
    assert cells_of("excel-fa-cp1256.csv")[0] == ("09121234567", "كريمي", "تهران")
    assert file.notes[0].severity == "warning"
    assert "cp1256" in file.notes[0].what


def test_blank_rows_and_unnamed_empty_columns_of_excel_are_left_out() -> None:
    assert cells_of("excel-blank-rows.csv") == [("09121234567", "سارا"), ("09351234567", "رضا")]


def test_a_cell_of_two_lines_keeps_the_places_of_the_rows_after_it() -> None:
    rows = rows_of("libreoffice-quoted.csv")
    assert [row.line for row in rows] == [2, 3]
    assert cells_of("libreoffice-quoted.csv")[0][2] == 'گفت "باشه"'
    assert cells_of("libreoffice-quoted.csv")[1][2] == "خط اول\nخط دوم"


def test_a_last_row_without_a_line_end_is_a_row() -> None:
    assert len(rows_of("google-sheets.csv")) == 2


def test_headers_are_named_without_their_invisible_characters() -> None:
    file = open_csv(LISTS / "pasted-headers.csv", "pasted-headers.csv")
    assert [column.name for column in file.columns] == ["شماره_تماس", "نام_خانوادگی"]


def test_an_unclosed_quote_is_an_error_where_it_opens() -> None:
    file = open_csv(LISTS / "broken-quote.csv", "broken-quote.csv")
    with pytest.raises(Invalid) as raised:
        list(file.rows())
    (problem,) = raised.value.problems
    assert (problem.path, problem.line, problem.row) == ("broken-quote.csv", 3, 2)
    assert "quote" in problem.what


def test_a_stray_quote_costs_its_own_row_only() -> None:
    bad, good = rows_of("stray-quote.csv")
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.line) == (1, 2)
    assert isinstance(good, Row)
    assert (good.number, good.line) == (2, 3)


def test_rows_of_another_width_say_so_and_empty_cells_too_many_do_no_harm() -> None:
    wide, narrow, fine = rows_of("ragged.csv")
    assert isinstance(wide, BadRow)
    assert "3 cells" in wide.reason
    assert isinstance(narrow, BadRow)
    assert "1 cell," in narrow.reason
    assert isinstance(fine, Row)
    assert fine.values == {"phone": "09361234567", "name": "مینا"}
