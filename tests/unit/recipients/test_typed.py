from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from kaverun.recipients.typed import BadCells, typed_column, typed_values
from kaverun.recipients.uncomputed import error_cell

NOWRUZ = date(2026, 3, 21)


def read(kind: str, cell: object) -> object:
    return typed_values({"c": cell}, (typed_column("c", "ستون", kind),))["c"]


def refused(kind: str, cell: object) -> str:
    with pytest.raises(BadCells) as raised:
        read(kind, cell)
    reason = str(raised.value)
    assert reason.startswith("column 'ستون': ")
    return reason


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1250000", 1250000),
        ("-5", -5),
        ("+5", 5),
        ("−5", -5),
        (" 5 ", 5),
        ("۱۲۵۰۰۰۰", 1250000),
        ("١٢", 12),
        ("1,250,000", 1250000),
        ("۱٬۲۵۰٬۰۰۰", 1250000),
        ("۱،۲۵۰،۰۰۰", 1250000),
        ("1 250 000", 1250000),
        ("1\u00a0250\u00a0000", 1250000),
        ("12.0", 12),
        ("۱۲٫۰", 12),
        ("\u200e12\u200f", 12),
        ("007", 7),
        (12, 12),
        (12.0, 12),
        ("123456789012345678901234", 123456789012345678901234),
    ],
)
def test_a_whole_number_is_read_as_people_and_spreadsheets_write_it(cell: object, number: int) -> None:
    found = read("int", cell)
    assert found == number
    assert type(found) is int


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("12.5", "is the column a decimal?"),
        (12.5, "is the column a decimal?"),
        ("12,50", "is no number"),
        ("1,2500", "is no number"),
        ("1,250 000", "is no number"),
        ("1000 تومان", "leave out the unit or currency"),
        ("1.25E+06", "a spreadsheet shortened it"),
        ("x", "write digits only, such as 1250000"),
        ("1_000", "is no number"),
        ("0x10", "is no number"),
        ("²", "is no number"),
        ("1" * 31, "is no number"),
        (True, "true is no number"),
        (NOWRUZ, "2026-03-21"),
        (error_cell("c", "#N/A"), "it holds #N/A, an error of the spreadsheet"),
    ],
)
def test_what_is_no_whole_number_says_why(cell: object, words: str) -> None:
    assert words in refused("int", cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1.10", "1.10"), ("۱٫۵", "1.5"), ("1,250.75", "1250.75"), (1.1, "1.1"), (3, "3"), ("-0.5", "-0.5")],
)
def test_a_decimal_is_exact(cell: object, number: str) -> None:
    found = read("decimal", cell)
    assert isinstance(found, Decimal)
    assert str(found) == number


@pytest.mark.parametrize("cell", ["true", "TRUE", "Yes", "y", "1", "۱", "on", "بله", "بلي", "آری", True, 1, 1.0])
def test_every_yes_is_true(cell: object) -> None:
    assert read("bool", cell) is True


@pytest.mark.parametrize("cell", ["false", "FALSE", " no ", "N", "0", "۰", "off", "خیر", "خير", "نه", False, 0, 0.0])
def test_every_no_is_false(cell: object) -> None:
    assert read("bool", cell) is False


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "F",
            "-",
            "–",
            "—",
            "✗",
            "❌",
            "ندارد",
            "نخیر",
            "N/A",
            "n/a",
            "none",
            "NULL",
            "nan",
            "0.0",
            "۰٫۰",
            "-0",
            "00",
        ),
        *("#N/A ", "خیر.", "\u200fندارد", "نمی‌خواهد", "؟"),
    ],
)
def test_what_says_no_or_not_given_is_never_true(cell: str) -> None:
    assert read("bool", cell) is False


@pytest.mark.parametrize("cell", ["T", "✓", "✔", "دارد", "1.0", "۱٫۰", "01", "\u200fبله"])
def test_signs_and_short_words_for_yes_are_true(cell: str) -> None:
    assert read("bool", cell) is True


@pytest.mark.parametrize("cell", ["", " ", "\u00a0", "\u200c", "\u200f"])
def test_a_blank_cell_is_neither(cell: str) -> None:
    assert read("bool", cell) is None


@pytest.mark.parametrize("kind", ["int", "decimal"])
@pytest.mark.parametrize(
    "cell", ["nan", "inf", "Infinity", "-inf", float("nan"), float("inf"), float("-inf"), "1.25E+06"]
)
def test_what_is_not_finite_or_was_rounded_is_no_number(kind: str, cell: object) -> None:
    assert "is no number" in refused(kind, cell)


@pytest.mark.parametrize("cell", ["maybe", "2", 2, 0.5, "TRUEFALSE", NOWRUZ, error_cell("c", "#REF!")])
def test_what_is_neither_true_nor_false_is_refused(cell: object) -> None:
    assert "neither true nor false" in (reason := refused("bool", cell)) or "#REF!" in reason


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-21",
        "2026/3/21",
        "2026.03.21",
        "1405-01-01",
        "1405/1/1",
        "۱۴۰۵/۰۱/۰۱",
        "\u200f۱۴۰۵/۰۱/۰۱",
        "2026-03-21 00:00:00",
        "2026-03-21T00:00:00.000Z",
        NOWRUZ,
        datetime(2026, 3, 21),
        *("14050101", "20260321", "۱۴۰۵۰۱۰۱", "14050101.0", " 20260321 "),
        *(14050101, 20260321, 14050101.0, 20260321.0),
    ],
)
def test_a_date_is_read_in_both_calendars(cell: object) -> None:
    assert read("date", cell) == NOWRUZ
    assert type(read("date", cell)) is date


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1404-12-30", "does not exist in the Jalali calendar"),
        ("1404-07-31", "does not exist in the Jalali calendar"),
        ("2026-02-29", "does not exist in the Gregorian calendar"),
        ("29/12/1404", "write the year first"),
        ("3/21/2026", "write the year first"),
        ("05-01-01", "write the year first"),
        ("1405-01/01", "is no date such as"),
        ("1700-01-01", "is of no year that is Jalali (1250 on) or Gregorian (1850 on)"),
        ("2026-03-21 10:30", "has a time of day"),
        (datetime(2026, 3, 21, 10, 30), "2026-03-21 10:30 has a time of day"),
        (time(10, 30), "is no date"),
        (46101, "format the cell as a date"),
        (14041331, "does not exist in the Jalali calendar"),
        ("20261340", "does not exist in the Gregorian calendar"),
        (12345678, "is of no year"),
        ("140412290", "is no date such as"),
        (20260321.5, "is no date"),
        (True, "is no date"),
        ("فردا", "is no date"),
    ],
)
def test_what_is_no_date_says_why(cell: object, words: str) -> None:
    assert words in refused("date", cell)


@pytest.mark.parametrize("kind", ["int", "decimal", "bool", "date"])
@pytest.mark.parametrize("cell", ["", "  ", "\u200c", None])
def test_an_empty_cell_has_no_value(kind: str, cell: object) -> None:
    assert read(kind, cell) is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", ""),
        (" x ", " x "),
        (None, ""),
        (12.0, "12"),
        (7, "7"),
        (True, "true"),
        (NOWRUZ, "2026-03-21"),
        ("007", "007"),
    ],
)
def test_text_is_any_cell_as_it_is_written(cell: object, text: str) -> None:
    assert read("text", cell) == text


def test_all_cells_that_are_not_of_their_types_are_told_at_once() -> None:
    columns = (typed_column("a", "A", "int"), typed_column("b", "B", "date"))
    with pytest.raises(BadCells) as raised:
        typed_values({"a": "x", "b": "y"}, columns)
    assert "column 'A': " in str(raised.value)
    assert "; column 'B': " in str(raised.value)


def test_other_columns_stay_and_one_that_a_row_lacks_stays_away() -> None:
    row: dict[str, object] = {"a": "1", "b": "1"}
    assert typed_values(row, (typed_column("a", "a", "int"), typed_column("z", "z", "int"))) == {"a": 1, "b": "1"}
    assert row == {"a": "1", "b": "1"}


def test_a_phone_number_in_a_wrong_cell_is_masked() -> None:
    assert "09061234567" not in refused("date", "09061234567")
