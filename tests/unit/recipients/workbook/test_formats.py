"""What a sheet shows is what its cells say: codes with leading zeros, percentages, numbers of 15 digits."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kaverun.recipients.rows import Row
from kaverun.recipients.typed import typed_column, typed_values
from kaverun.recipients.uncomputed import UnusableCell
from kaverun.recipients.workbook.formats import shown_by
from kaverun.recipients.workbook.sheet import open_sheet

BY_PROGRAM = Path(__file__).parents[3] / "data" / "lists" / "by-program"


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000", "5", "00005"),
        ("00000", "123456", "123456"),
        ("00", "0", "00"),
        ("0000-000", "123456", "0123-456"),
        (r"0000\-000", "1234567", "1234-567"),
        ("0000 000 0000", "9123456789", "0912 345 6789"),
        ("00000;-00000", "7", "00007"),
        ("0%", "0.2", "20%"),
        ("0%", "0.28999999999999998", "29%"),
        ("0.00%", "0.125", "12.50%"),
        ("0%", "0.125", "13%"),
        ("#,##0.0%", "-0.5", "-50.0%"),
    ],
)
def test_a_number_is_shown_by_its_format(code: str, number: str, shown: str) -> None:
    how = shown_by(code)
    assert how is not None
    assert how(number) == shown


@pytest.mark.parametrize(
    "code",
    ["", "General", "0", "#", "0.00", "#,##0", "yyyy-mm-dd", "[h]:mm", '0 "ریال"', "@", "0.00E+00", "# ?/?", "%"],
)
def test_formats_that_change_nothing_about_a_number_are_left_alone(code: str) -> None:
    assert shown_by(code) is None


@pytest.mark.parametrize("number", ["5.5", "-5", "x", "", "NaN"])
def test_a_number_that_does_not_fit_a_code_stays_a_number(number: str) -> None:
    how = shown_by("00000")
    assert how is not None
    assert how(number) == ""


def formatted(made: bytes, codes: dict[str, str]) -> bytes:
    """A workbook in which cells have formats of their own."""
    places = {cell: place for place, cell in enumerate(codes, 2)}
    numbered = "".join(
        f'<numFmt numFmtId="{170 + place}" formatCode="{codes[cell]}"/>' for cell, place in places.items()
    )
    formats = "".join(f'<xf numFmtId="{170 + place}"/>' for place in places.values())
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as before, zipfile.ZipFile(again, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode()
            if name.endswith("styles.xml"):
                text = text.replace("<fonts", f"<numFmts>{numbered}</numFmts><fonts", 1)
                text = text.replace("</cellXfs>", f"{formats}</cellXfs>")
            if name.endswith("sheet1.xml"):
                text = re.sub(r'r="([A-Z]\d)"(?=[ >])', lambda found: _styled(found[0], places.get(found[1])), text)
            after.writestr(name, text)
    return again.getvalue()


def _styled(reference: str, place: int | None) -> str:
    return f'{reference} s="{place}"' if place else reference


def test_a_cell_says_what_its_sheet_shows_and_typed_columns_read_the_number(tmp_path: Path, excel: Any) -> None:
    rows = [["phone", "code", "off"], [9120000001.0, 5.0, 0.2], [9120000002.0, 12.0, 0.30000000000000004]]
    path = tmp_path / "m.xlsx"
    path.write_bytes(formatted(excel.xlsx(excel.Sheet("S", rows)), {"B2": "00000", "C2": "0%"}))
    first, second = open_sheet(path, "m.xlsx", None).rows()
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert (first.values["code"], first.values["off"]) == ("00005", "20%")
    assert second.values == {"phone": 9120000002, "code": 12, "off": 0.3}
    typed = typed_values(first.values, (typed_column("code", "code", "int"), typed_column("off", "off", "decimal")))
    assert (typed["code"], typed["off"]) == (5, Decimal("0.2"))


def test_texts_have_line_feeds_however_their_line_ends_are_escaped(opened: Any) -> None:
    (row,) = opened(["phone", "text", "x"], [1, "a_x000D_\nb_x000d_c", "_x005F_x000D_\nd_x"]).rows()
    assert row.values["text"] == "a\nb\nc"
    assert row.values["x"] == "\nd_x"


def test_what_is_not_a_number_is_unusable(opened: Any) -> None:
    (row,) = opened(["phone", "n"], [1, float("nan")]).rows()
    assert isinstance(row.values["n"], UnusableCell | str)
