from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from kaverun.errors import Invalid
from kaverun.recipients.rows import BadRow, Row
from kaverun.recipients.uncomputed import UnusableCell
from kaverun.recipients.workbook.sheet import SheetFile, open_sheet, open_sheet_of_numbers

Open = Callable[..., SheetFile]


def values(file: SheetFile) -> list[dict[str, object]]:
    return [row.values for row in file.rows() if isinstance(row, Row)]


def problems(opened: Open, *rows: list[Any], **settings: Any) -> list[str]:
    with pytest.raises(Invalid) as raised:
        opened(*rows, **settings)
    return [str(problem) for problem in raised.value.problems]


def test_whole_numbers_come_without_their_point(opened: Open) -> None:
    file = opened(["phone", "n", "x"], [9061234567.0, 12.0, 12.5])
    assert values(file) == [{"phone": 9061234567, "n": 12, "x": 12.5}]
    assert [type(value) for value in values(file)[0].values()] == [int, int, float]


def test_texts_stay_as_they_are_and_are_composed(opened: Open) -> None:
    assert values(opened(["a", "b"], ["007", " e\u0301 "])) == [{"a": "007", "b": " é "}]


def test_dates_and_times_come_as_such(opened: Open, excel: Any) -> None:
    file = opened(["d", "dt", "t"], [excel.Day(46101), excel.Day(46101.4375), excel.Day(0.4375)])
    assert values(file) == [{"d": date(2026, 3, 20), "dt": datetime(2026, 3, 20, 10, 30), "t": time(10, 30)}]


def test_true_and_false_come_as_such(opened: Open) -> None:
    assert values(opened(["a", "b"], [True, False])) == [{"a": True, "b": False}]


def test_a_formula_gives_the_result_that_was_stored(opened: Open, excel: Any) -> None:
    file = opened(["a", "b"], [excel.Formula("1+1", 2.0), excel.Formula("T(A1)", "")])
    assert values(file) == [{"a": 2, "b": ""}]


def test_an_error_and_a_formula_never_computed_have_no_value_and_say_why(opened: Open, excel: Any) -> None:
    (row,) = values(opened(["نام", "b", "c"], [excel.Error("#N/A"), excel.Formula("1+1", None), 1]))
    name, formula = row["نام"], row["b"]
    assert isinstance(name, UnusableCell)
    assert isinstance(formula, UnusableCell)
    assert (name.what, name.shown) == ("#N/A, an error of the spreadsheet", "#N/A")
    assert "never computed" in formula.what


def test_a_number_that_lost_its_last_digits_has_no_value(opened: Open) -> None:
    (row,) = values(opened(["card", "b"], [6037991234567890.0, 999_999_999_999_999.0]))
    card = row["card"]
    assert isinstance(card, UnusableCell)
    assert "15 digits" in card.what
    assert row["b"] == 999_999_999_999_999


def test_a_row_of_nothing_but_an_error_is_no_blank_row(opened: Open, excel: Any) -> None:
    file = opened(["phone"], ["0906"], [excel.Error("#N/A")], [excel.Formula("A1", None)], [excel.Formula("A1", None)])
    assert [row.line for row in file.rows()] == [2, 3, 4, 5]


def test_lines_are_rows_of_the_sheet_and_blank_ones_are_passed_over(opened: Open) -> None:
    file = opened([None], ["a", "b"], [1, 2], [None, None], [None, ""], [3, None], blank_rows=4)
    assert file.header_line == 2
    assert [(row.number, row.line) for row in file.rows(5)] == [(6, 3), (7, 6)]
    assert len(list(file.rows())) == 2


def test_columns_on_the_left_may_be_blank(opened: Open, excel: Any) -> None:
    file = opened([None, None, "phone", "x"], [None, None, "0906", excel.Error("#REF!")])
    (row,) = values(file)
    assert row["phone"] == "0906"
    assert isinstance(row["x"], UnusableCell)


def test_a_row_without_its_own_cell_in_a_merge_is_refused(opened: Open) -> None:
    file = opened(["phone", "name"], ["0906", "a"], ["0907", None], ["0908", "b"], merged=["B2:B3"])
    _, bad, _ = file.rows()
    assert bad == BadRow(
        2, "m.xlsx", 3, "column 'name': the cells B2:B3 are merged into one, and each row needs its own: unmerge them"
    )


def test_a_merge_over_two_columns_of_a_row_is_refused_there(opened: Open) -> None:
    bad, good = opened(["phone", "name"], ["0906", None], ["0907", "b"], merged=["A2:B2"]).rows()
    assert isinstance(bad, BadRow)
    assert isinstance(good, Row)


def test_a_merge_where_no_recipient_is_does_no_harm(opened: Open) -> None:
    file = opened(["phone", None, "name"], ["0906", None, "a"], [None, None, None], merged=["B1:B3", "A3:C3", "A9:C99"])
    assert len(values(file)) == 1


def test_hidden_rows_are_read_and_told_of(opened: Open) -> None:
    file = opened(["phone"], ["0906"], ["0907"], [None], ["0908"], hidden=[3, 4, 5])
    assert len(values(file)) == 3
    (note,) = file.notes
    assert str(note) == (
        "m.xlsx:3: warning: this row is hidden or filtered out, and 1 more are, and read all the same: "
        "use `where:`, or delete it"
    )


def test_what_an_xls_does_not_show_is_said_with_what_to_do(tmp_path: Path, xls: Any) -> None:
    path = tmp_path / "m.xls"
    path.write_bytes(xls(["phone", 9061234567.0, None, 9071234567.0]))
    file = open_sheet(path, "m.xls#S", "S")
    assert [row["phone"] for row in values(file)] == [9061234567, 9071234567]
    (note,) = map(str, file.notes)
    assert note.startswith("m.xls#S: warning: of an .xls workbook only the values are read: hidden and filtered rows")
    assert "errors such as #N/A" in note
    assert "numbers as they are stored" in note
    assert "save it as .xlsx" in note


def test_a_blank_row_of_an_xls_that_excludes_may_be_somebodys_number_and_is_an_error(tmp_path: Path, xls: Any) -> None:
    path = tmp_path / "o.xls"
    for cells, lines in (
        (["phone", 9061234567.0, None, 9071234567.0], [3]),
        ([9061234567.0, "", None], [2, 3]),
        (["", None, "phone", 9061234567.0], [2]),
    ):
        path.write_bytes(xls(cells))
        with pytest.raises(Invalid) as raised:
            open_sheet_of_numbers(path, "o.xls", None, str.isdigit)
        assert [problem.line for problem in raised.value.problems] == lines
        assert "save the workbook as .xlsx if not" in str(raised.value)


def test_an_xls_without_blank_rows_between_its_values_excludes(tmp_path: Path, xls: Any) -> None:
    (tmp_path / "o.xls").write_bytes(xls(["", "phone", 9061234567.0, 9071234567.0, ""]))
    assert len(values(open_sheet_of_numbers(tmp_path / "o.xls", "o.xls", None, str.isdigit))) == 2


@pytest.mark.parametrize("rows", [(), ([None],), ([""],)])
def test_an_empty_sheet_is_an_error(opened: Open, rows: tuple[list[Any], ...]) -> None:
    assert problems(opened, *rows) == ["m.xlsx: the sheet 'S' is empty: it needs a header and a row for each recipient"]


def test_a_header_without_rows_is_an_error(opened: Open) -> None:
    assert problems(opened, ["phone"], [None]) == ["m.xlsx:1: the list is empty: there is no row below the header"]


def test_headers_of_one_name_and_data_without_one_are_errors_at_once(opened: Open) -> None:
    assert problems(opened, ["نام پدر", "نام\u200cپدر", None], ["a", "b", None], ["a", "b", "c"]) == [
        "m.xlsx:1: 2 columns are both 'نام_پدر': 'نام پدر', 'نام\u200cپدر'; rename one",
        "m.xlsx:3: column C has data here and no header; give it one, or clear it",
    ]


def test_headers_may_be_numbers_and_dates(opened: Open, excel: Any) -> None:
    file = opened(["phone", 1404.0, excel.Day(46101)], ["0906", 1, 2])
    assert [column.name for column in file.columns] == ["phone", "_1404", "_2026_03_20"]


@pytest.fixture
def book(tmp_path: Path, excel: Any) -> Path:
    path = tmp_path / "b.xlsx"
    sheets = [
        excel.Sheet("پنهان", [["phone"], ["0906"]], state="hidden"),
        excel.Sheet("First", [["phone"], ["0907"]]),
        excel.Sheet("لیست ي", [["phone"], ["0908"]]),
        excel.Sheet("Empty", []),
    ]
    path.write_bytes(excel.xlsx(*sheets))
    return path


def test_the_first_visible_sheet_is_read_and_the_others_are_named(book: Path) -> None:
    file = open_sheet(book, "lists/b.xlsx", None)
    assert values(file) == [{"phone": "0907"}]
    assert [str(note) for note in file.notes] == [
        "lists/b.xlsx: warning: only the sheet 'First' is read, not 'پنهان', 'لیست ي'; "
        "name a sheet after #, as in b.xlsx#پنهان"
    ]


@pytest.mark.parametrize(("wanted", "phone"), [("پنهان", "0906"), ("First", "0907"), ("لیست ی", "0908")])
def test_a_sheet_that_is_named_is_read_without_a_word(book: Path, wanted: str, phone: str) -> None:
    file = open_sheet(book, "b.xlsx", wanted)
    assert values(file) == [{"phone": phone}]
    assert file.notes == ()


def test_a_sheet_that_is_not_there_names_those_that_are(book: Path) -> None:
    with pytest.raises(Invalid, match=r"there is no sheet 'Last' in it; the sheets are 'پنهان', 'First', .*'Empty'"):
        open_sheet(book, "b.xlsx", "Last")


def is_number(text: str) -> bool:
    return text.isdigit()


def test_a_sheet_of_numbers_needs_no_header(tmp_path: Path, excel: Any) -> None:
    path = tmp_path / "o.xlsx"
    path.write_bytes(excel.xlsx(excel.Sheet("S", [[None], [9061234567], [None], ["0907"]])))
    file = open_sheet_of_numbers(path, "o.xlsx", None, is_number)
    assert [(row.line, row.values) for row in file.rows() if isinstance(row, Row)] == [
        (2, {"number": 9061234567}),
        (4, {"number": "0907"}),
    ]


def test_several_columns_of_numbers_need_one(tmp_path: Path, excel: Any) -> None:
    path = tmp_path / "o.xlsx"
    path.write_bytes(excel.xlsx(excel.Sheet("S", [[9061234567, "x"]])))
    with pytest.raises(Invalid, match=r"o\.xlsx:1: the first row holds a number: .* needs a header"):
        open_sheet_of_numbers(path, "o.xlsx", None, is_number)
