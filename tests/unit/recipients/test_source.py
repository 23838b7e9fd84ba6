from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Invalid
from kaverun.recipients.rows import BadRow, Row
from kaverun.recipients.source import open_recipients

Load = Callable[..., LoadedCampaign]
LISTS = Path(__file__).parents[2] / "data" / "lists"


def problems_of(loaded: LoadedCampaign) -> list[str]:
    with pytest.raises(Invalid) as raised:
        open_recipients(loaded)
    return [str(problem) for problem in raised.value.problems]


def test_rows_are_numbered_over_all_sources_in_order(load: Load) -> None:
    source = open_recipients(
        load('{csv: [a.csv, b.csv], inline: [{phone: "3"}]}', a="phone\n1\n\n2\n", b="phone,x\n9,\n8,x,y\n")
    )
    rows = list(source.rows())
    assert [row[:3] for row in rows] == [
        (1, "a.csv", 2),
        (2, "a.csv", 4),
        (3, "b.csv", 2),
        (4, "b.csv", 3),
        (5, "c.yaml", 5),
    ]
    assert [type(row) for row in rows] == [Row, Row, Row, BadRow, Row]
    assert list(source.rows()) == rows


@pytest.mark.parametrize("form", ["members.csv", "[members.csv]", "{csv: members.csv}", "{csv: [members.csv]}"])
def test_every_short_form_of_a_file_is_the_same(load: Load, form: str) -> None:
    source = open_recipients(load(form, members="phone,name\n0912,x\n"))
    assert [column.name for column in source.columns] == ["phone", "name"]
    assert source.phone == "phone"


def test_a_bare_list_of_recipients_keeps_their_places(load: Load) -> None:
    source = open_recipients(load('\n  - {phone: "1", نام: سارا}\n  - {phone: "2", نام: رضا}'))
    assert [(row.line, row.values["نام"]) for row in source.rows() if isinstance(row, Row)] == [(6, "سارا"), (7, "رضا")]


def test_inline_values_keep_their_types(load: Load) -> None:
    (row,) = open_recipients(load("[{phone: 9121234567, vip: true, amount: 1.5, note: null, code: 007}]")).rows()
    assert isinstance(row, Row)
    assert row.values == {"phone": 9121234567, "vip": True, "amount": 1.5, "note": None, "code": "007"}


def test_the_number_column_may_be_given_as_header_or_as_name(load: Load) -> None:
    for written in ("شماره تماس", "شماره_تماس"):
        source = open_recipients(load(f"{{csv: m.csv, phone: {written}, key: كد}}", m="شماره\u200cتماس,کد\n0912,1\n"))
        assert (source.phone, source.key) == ("شماره_تماس", "کد")


def test_a_missing_number_column_names_the_file_and_the_column_that_holds_numbers(load: Load) -> None:
    (problem,) = problems_of(load("m.csv", m="نام,موبایل\nسارا,09121234567\n"))
    assert problem.startswith("m.csv:1: no column is called 'phone'")
    assert "write `phone: موبایل`" in problem


def test_a_missing_column_names_the_nearest_one(load: Load) -> None:
    problems = problems_of(load("{csv: m.csv, phone: mobil, key: membr_id}", m="mobile,member_id\nx,1\n"))
    assert [problem.split("; ")[-1] for problem in problems] == ["did you mean 'mobile'?", "did you mean 'member_id'?"]


def test_the_problems_of_all_sources_are_told_at_once(load: Load) -> None:
    text = '{csv: [a.csv, b.csv], inline: [{phone: "1"}, {name: x}]}'
    problems = problems_of(load(text, a="name\nx\n", b="phone\n"))
    assert [problem.split(":")[0] for problem in problems] == ["a.csv", "b.csv", "c.yaml"]
    assert "recipients.inline[1]" in problems[2]


def test_only_columns_of_every_source_are_usable_and_the_others_say_who_lacks_them(load: Load) -> None:
    text = '{csv: [a.csv, b.csv], inline: [{phone: "1", name: x}, {phone: "2", name: y, extra: z}]}'
    source = open_recipients(load(text, a="phone,name,city\n1,x,t\n", b="name,phone\nx,1\n"))
    assert [column.name for column in source.columns] == ["phone", "name"]
    assert source.partial["city"] == "b.csv has no such column, and 2 more"
    assert source.partial["extra"].startswith("a.csv has no such column")


def test_an_inline_entry_that_lacks_a_key_is_named(load: Load) -> None:
    source = open_recipients(load('\n  - {phone: "1", city: x}\n  - {phone: "2"}'))
    assert [column.name for column in source.columns] == ["phone"]
    assert source.partial == {"city": "c.yaml:7 (recipients.inline[1]) lacks it"}


def test_two_inline_keys_of_one_name_are_an_error(load: Load) -> None:
    (problem,) = problems_of(load('[{phone: "1", نام پدر: x, نام_پدر: y}]'))
    assert "two keys mean the same column" in problem


def test_a_guessed_encoding_is_a_note_of_the_source(load: Load) -> None:
    loaded = load("{csv: m.csv, phone: شماره}", m="")
    (loaded.folder / "m.csv").write_bytes("شماره,نام\n0912,كريمي\n".encode("cp1256"))
    assert [note.path for note in open_recipients(loaded).notes] == ["m.csv"]


def workbook(*rows: list[object]) -> bytes:
    excel = runpy.run_path(str(LISTS / "workbooks.py"))
    made: bytes = excel["xlsx"](excel["Sheet"]("S", rows))
    return made


def test_files_of_every_kind_are_read_one_after_the_other(load: Load) -> None:
    source = open_recipients(
        load(
            '{jsonl: c.jsonl, excel: b.xlsx, csv: a.csv, inline: [{phone: "4", name: d}]}',
            a="phone,name\n1,a\n",
            b_xlsx=workbook(["phone", "name", "x"], [2.0, "b", 1]),
            c_jsonl='{"phone": "3", "name": "c", "y": 1}\n',
        )
    )
    rows = [(row.number, row.path, row.line, row.values["phone"]) for row in source.rows() if isinstance(row, Row)]
    assert rows == [(1, "a.csv", 2, "1"), (2, "b.xlsx", 2, 2), (3, "c.jsonl", 1, "3"), (4, "c.yaml", 5, "4")]
    assert [column.name for column in source.columns] == ["phone", "name"]
    assert source.partial["x"] == "a.csv has no such column, and 2 more"


def test_a_missing_column_is_told_of_every_kind_of_file(load: Load) -> None:
    text = "{csv: a.csv, excel: b.xlsx, jsonl: c.jsonl}"
    problems = problems_of(
        load(text, a="name\n1\n", b_xlsx=workbook([None], ["موبایل"], ["09061234567"]), c_jsonl='{"mobile": 1}\n')
    )
    assert problems == [
        "a.csv:1: no column is called 'phone', which recipients.phone names as the number; the columns are 'name'",
        "b.xlsx:2: no column is called 'phone', which recipients.phone names as the number; "
        "write `phone: موبایل`, whose first cell is a mobile number",
        "c.jsonl: no column is called 'phone', which recipients.phone names as the number; the columns are 'mobile'",
    ]


def test_typed_columns_may_be_given_by_header_or_name_and_by_one_source_only(load: Load) -> None:
    text = '{csv: a.csv, inline: [{phone: "1", vip: بله}], columns: {مبلغ كل: int, vip: bool}}'
    source = open_recipients(load(text, a="phone,مبلغ کل\n1,2\n"))
    assert [(column.name, column.header) for column in source.typed] == [("مبلغ_کل", "مبلغ كل"), ("vip", "vip")]


def test_a_typed_column_that_no_source_has_is_an_error_at_its_place_with_the_nearest(load: Load) -> None:
    (problem,) = problems_of(load("\n  csv: a.csv\n  columns:\n    amuont: int", a="phone,amount\n1,2\n"))
    assert problem == "c.yaml:8:5: recipients.columns.amuont: no list has such a column; did you mean 'amount'?"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("{phone: int}", "recipients.columns.phone: is the mobile number, which is always read as text"),
        ("{نام پدر: text, نام_پدر: int}", "is the same column as 'نام پدر': keep one of the two"),
    ],
)
def test_a_type_that_makes_no_sense_says_why(load: Load, columns: str, words: str) -> None:
    (problem,) = problems_of(load(f"{{csv: a.csv, columns: {columns}}}", a="phone,نام پدر\n1,2\n"))
    assert words in problem


def test_the_number_may_be_called_text(load: Load) -> None:
    assert open_recipients(load("{csv: a.csv, columns: {phone: text}}", a="phone\n1\n")).typed


def test_a_title_of_several_cells_above_the_header_is_named(load: Load) -> None:
    (problem,) = problems_of(load("a.csv", a="Members,1404\nphone,name\n0912,x\n"))
    assert problem.endswith("the header seems to be on line 2: delete what is above line 2")


def test_a_title_above_the_header_of_a_sheet_is_named(load: Load) -> None:
    excel = runpy.run_path(str(LISTS / "workbooks.py"))
    rows = [["اعضای باشگاه"], [], ["phone", "name"], ["09061234567", "x"]]
    (problem,) = problems_of(load("{excel: a.xlsx}", a_xlsx=excel["xlsx"](excel["Sheet"]("A", rows))))
    assert problem.startswith("a.xlsx:1: this is a title, and the header seems to be on line 3")
