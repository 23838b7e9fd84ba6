from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kaverun.recipients.workbook import ooxml
from kaverun.recipients.workbook.marks import Area, Marks, area_name, cell_name, column_number, letters
from kaverun.recipients.workbook.ooxml import marks_of_xlsx
from kaverun.recipients.workbook.opendocument import marks_of_ods

BY_PROGRAM = Path(__file__).parents[3] / "data" / "lists" / "by-program"
ERRORS = {(1, 6): "#N/A", (2, 6): "#DIV/0!"}


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_the_names_of_a_spreadsheet(column: int, name: str) -> None:
    assert letters(column) == name
    assert column_number(name) == column


def test_cells_and_areas_have_the_names_of_a_spreadsheet() -> None:
    assert cell_name(6, 1) == "B7"
    assert area_name(Area(5, 1, 7, 2)) == "B6:C8"


def test_libreoffice_marks_alike_in_both_formats() -> None:
    xlsx = marks_of_xlsx(BY_PROGRAM / "libreoffice.xlsx", "اعضا")
    ods = marks_of_ods(BY_PROGRAM / "libreoffice.ods", "اعضا")
    for marks in (xlsx, ods):
        assert marks.errors == ERRORS
        assert marks.hidden == [range(3, 4)]
        assert not marks.uncalculated
    assert ods.merged == [Area(4, 1, 5, 1)]


def test_formulas_that_openpyxl_wrote_have_no_results() -> None:
    marks = marks_of_xlsx(BY_PROGRAM / "openpyxl.xlsx", "اعضا")
    assert marks.uncalculated == {(1, 4), (1, 6), (2, 4), (2, 6), (7, 0)}


def test_a_sheet_without_marks_has_none() -> None:
    assert marks_of_xlsx(BY_PROGRAM / "openpyxl.xlsx", "لغو") == Marks()
    assert marks_of_ods(BY_PROGRAM / "libreoffice.ods", "لغو") == Marks()


def sheet(path: Path, xml: str, excel: Any) -> Marks:
    """The marks of a sheet with this XML in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(excel.xlsx(excel.Sheet("S", [])))) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            target.writestr(name, xml if name.endswith("sheet1.xml") else source.read(name))
    path.write_bytes(made.getvalue())
    return marks_of_xlsx(path, "S")


def test_places_that_a_cell_leaves_out_count_on(tmp_path: Path, excel: Any) -> None:
    xml = (
        '<x:worksheet xmlns:x="m"><x:sheetData><x:row/><x:row hidden="true"><x:c/><x:c t="e"><x:v>#REF!</x:v></x:c>'
        "<x:c r=\"F2\" t='e'/><x:c><x:f>A1</x:f></x:c></x:row></x:sheetData></x:worksheet>"
    )
    marks = sheet(tmp_path / "a.xlsx", xml, excel)
    assert marks == Marks(errors={(1, 1): "#REF!", (1, 5): "#ERROR!"}, uncalculated={(1, 6)}, hidden=[range(1, 2)])


def test_a_formula_with_an_empty_text_has_a_result(tmp_path: Path, excel: Any) -> None:
    xml = (
        '<worksheet xmlns="m"><sheetData><row r="1"><c r="A1" t="str"><f>T(B1)</f><v></v></c>'
        '<c r="B1"><f t="shared" si="0"/><v>0</v></c><c r="C1" t="b"><f>TRUE()</f><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    assert sheet(tmp_path / "a.xlsx", xml, excel) == Marks()


def test_signs_on_the_border_of_two_reads_are_seen(tmp_path: Path, excel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ooxml, "_CHUNK", 1000)
    for shift in range(-9, 10):
        head = '<worksheet xmlns="m"><sheetData><row r="1">'
        filler = f"<!--{'x' * (1000 - len(head) - 20 + shift)}-->"
        xml = f'{head}{filler}<c r="A1" t="e"><v>#N/A</v></c></row></sheetData></worksheet>'
        assert sheet(tmp_path / "a.xlsx", xml, excel).errors == {(0, 0): "#N/A"}


def ods(path: Path, rows: str) -> Marks:
    names = ("office", "table", "text", "calcext")
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in names)
    xml = f"<office:body {spaces}><table:table table:name='S'>{rows}</table:table></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", xml)
    return marks_of_ods(path, "S")


def test_repeated_rows_and_cells_of_an_ods_are_counted(tmp_path: Path) -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="3" table:visibility="filter"><table:table-cell/>'
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="4"/>'
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" calcext:value-type="error">'
        "<text:p>#N/A</text:p></table:table-cell></table:table-row>"
        '<table:table-row><table:table-cell table:formula="of:=1+1"/><table:table-cell table:formula="of:=X"'
        ' office:value-type="float" office:value="0"><text:p>Err:509</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-spanned="2"/><table:covered-table-cell/></table:table-row>'
    )
    assert ods(tmp_path / "a.ods", rows) == Marks(
        errors={(3, 4): "#N/A", (4, 4): "#N/A", (5, 1): "Err:509"},
        uncalculated={(5, 0)},
        hidden=[range(3)],
        merged=[Area(5, 2, 5, 3)],
    )


def test_what_an_ods_shows_for_percentages_and_codes_is_kept(tmp_path: Path) -> None:
    def cell(kind: str, value: str, shown: str, more: str = "") -> str:
        head = f'<table:table-cell office:value-type="{kind}" office:value="{value}"{more}>'
        return f"{head}<text:p>{shown}</text:p></table:table-cell>"

    cells = cell("percentage", "0.2", "20%", ' table:number-columns-repeated="2"') + cell("float", "5", "00005")
    cells += cell("float", "5.5", "5.5") + cell("float", "7", "8") + cell("string", "", "007")
    found = ods(tmp_path / "a.ods", f"<table:table-row>{cells}</table:table-row>")
    assert found.shown == {
        (0, 0): "20%",
        (0, 1): "20%",
        (0, 2): "00005",
    }
