"""Workbooks as Excel writes them (ECMA-376), in a few lines of XML: the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_FIXED_TIME = (2026, 3, 20, 10, 0, 0)


@dataclass(frozen=True)
class Error:
    """A cell with an error; with a formula as Excel computes it."""

    word: str


@dataclass(frozen=True)
class Formula:
    """A formula with the result that was stored for it; None where it was never computed."""

    text: str
    result: float | str | None


@dataclass(frozen=True)
class Day:
    """A date, as the number of days that Excel counts; shown by a date format."""

    serial: float


@dataclass(frozen=True)
class Sheet:
    """A sheet: rows of cells, which rows (from 1) are hidden, merged areas, and blank rows with a format after all."""

    name: str
    rows: Sequence[Sequence[Any]]
    hidden: Sequence[int] = ()
    merged: Sequence[str] = ()
    state: str = ""
    blank_rows: int = 0


def xlsx(*sheets: Sheet, prefix: str = "", references: bool = True) -> bytes:
    """A workbook. `prefix` and `references` are habits of exporters: names with x:, cells without r=."""
    strings: dict[str, int] = {}
    numbered = list(enumerate(sheets, 1))
    parts = {f"xl/worksheets/sheet{n}.xml": _sheet(sheet, strings, prefix, references) for n, sheet in numbered}
    names = "".join(
        f'<{prefix}sheet name="{escape(sheet.name)}" sheetId="{n}"{_attribute("state", sheet.state)} r:id="rId{n}"/>'
        for n, sheet in numbered
    )
    space = f'{_namespace(prefix)} xmlns:r="{_RELATIONS}"'
    targets = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered}
    targets |= {"rId90": ("styles", "styles.xml"), "rId91": ("sharedStrings", "sharedStrings.xml")}
    return _zipped(
        {
            "[Content_Types].xml": _content_types(parts),
            "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": f"<{prefix}workbook {space}><{prefix}sheets>{names}</{prefix}sheets></{prefix}workbook>",
            "xl/_rels/workbook.xml.rels": _relations(targets, "/xl/" if prefix else ""),
            **parts,
            "xl/styles.xml": _STYLES,
            "xl/sharedStrings.xml": _shared(strings),
        }
    )


def _sheet(sheet: Sheet, strings: dict[str, int], p: str, references: bool) -> str:
    rows = []
    for number, cells in enumerate([*sheet.rows, *[[None]] * sheet.blank_rows], 1):
        made = "".join(
            _cell(f"{chr(65 + place)}{number}" if references else "", value, strings, p)
            for place, value in enumerate(cells)
        )
        attributes = _attribute("r", number if references else "") + _attribute("hidden", int(number in sheet.hidden))
        rows.append(f'<{p}row{attributes} spans="1:{len(cells)}">{made}</{p}row>')
    merged = "".join(f'<{p}mergeCell ref="{area}"/>' for area in sheet.merged)
    merges = f"<{p}mergeCells>{merged}</{p}mergeCells>" if merged else ""
    data = f"<{p}sheetData>{''.join(rows)}</{p}sheetData>"
    return f"<{p}worksheet {_namespace(p)}>{data}{merges}</{p}worksheet>"


def _namespace(prefix: str) -> str:
    return f'xmlns{":" if prefix else ""}{prefix.rstrip(":")}="{_MAIN}"'


def _attribute(name: str, value: object) -> str:
    return f' {name}="{value}"' if value else ""


def _cell(reference: str, value: Any, strings: dict[str, int], p: str) -> str:
    r = _attribute("r", reference)
    if value is None:
        return f'<{p}c{r} s="0"/>'
    if isinstance(value, bool):
        return f'<{p}c{r} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
    if isinstance(value, Error):
        return f'<{p}c{r} t="e"><{p}f>VLOOKUP(A1,H:I,2,0)</{p}f><{p}v>{value.word}</{p}v></{p}c>'
    if isinstance(value, Formula):
        return _formula(r, value, p)
    if isinstance(value, Day):
        return f'<{p}c{r} s="1"><{p}v>{value.serial}</{p}v></{p}c>'
    if isinstance(value, str):
        return f'<{p}c{r} t="s"><{p}v>{strings.setdefault(value, len(strings))}</{p}v></{p}c>'
    return f"<{p}c{r}><{p}v>{value!r}</{p}v></{p}c>"


def _formula(r: str, formula: Formula, p: str) -> str:
    kind = ' t="str"' if isinstance(formula.result, str) else ""
    result = "" if formula.result is None else f"<{p}v>{formula.result}</{p}v>"
    return f"<{p}c{r}{kind}><{p}f>{formula.text}</{p}f>{result}</{p}c>"


def _shared(strings: Mapping[str, int]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    return f'<sst xmlns="{_MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">{items}</sst>'


def _relations(targets: Mapping[str, tuple[str, str]], folder: str = "") -> str:
    items = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{folder}{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{items}</Relationships>'


def _content_types(parts: Iterable[str]) -> str:
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = {
        "xl/workbook.xml": "sheet.main",
        "xl/styles.xml": "styles",
        "xl/sharedStrings.xml": "sharedStrings",
    } | dict.fromkeys(parts, "worksheet")
    items = "".join(f'<Override PartName="/{name}" ContentType="{base}.{kind}+xml"/>' for name, kind in kinds.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rels}{items}</Types>'


_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def _zipped(parts: Mapping[str, str]) -> bytes:
    """Stored, not compressed: what zlib makes of it differs by its version."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), _HEAD + xml)
    return made.getvalue()
