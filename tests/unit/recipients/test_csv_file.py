from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.recipients.csv_file import CsvFile, open_csv
from kaverun.recipients.rows import BadRow, Row
from kaverun.recipients.uncomputed import UnusableCell


def opened(tmp_path: Path, content: str | bytes, **settings: str) -> CsvFile:
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_csv(path, "list.csv", **settings)


def values(file: CsvFile) -> list[dict[str, object]]:
    return [row.values for row in file.rows() if isinstance(row, Row)]


def problems(tmp_path: Path, content: str | bytes, **settings: str) -> list[str]:
    with pytest.raises(Invalid) as raised:
        opened(tmp_path, content, **settings)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_line_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    file = opened(tmp_path, f"phone{delimiter}name\n0912{delimiter}x\n")
    assert file.delimiter == delimiter
    assert values(file) == [{"phone": "0912", "name": "x"}]


def test_among_several_delimiters_the_one_that_parts_all_rows_alike_is_taken(tmp_path: Path) -> None:
    file = opened(tmp_path, "phone;name, family\n1;a, b\n2;c\n")
    assert file.delimiter == ";"


def test_a_delimiter_inside_quotes_does_not_count(tmp_path: Path) -> None:
    assert opened(tmp_path, '"a;b";"c,d"\n1;2\n').delimiter == ";"


def test_delimiters_that_fit_alike_are_an_error(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "a;b,c\n1;2,3\n")
    assert "state `delimiter:`" in problem


def test_a_stated_delimiter_wins_over_the_found_one(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "a;b,c\n1;2,3\n", delimiter=";")) == [{"a": "1", "b_c": "2,3"}]
    assert opened(tmp_path, "a\tb,c\n1\t2,3\n", delimiter="tab").delimiter == "\t"


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_sep_line_tells_the_delimiter_and_is_no_header(tmp_path: Path, line: str) -> None:
    file = opened(tmp_path, f"{line}\r\na,x;b\r\n1;2\r\n")
    assert (file.delimiter, file.header_line) == (";", 2)
    assert [row.line for row in file.rows()] == [3]


def test_a_list_of_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "phone\n1\n2\n")) == [{"phone": "1"}, {"phone": "2"}]


def test_values_are_kept_as_written(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "a,b,c,d\n007, x ,,1.10\n")) == [{"a": "007", "b": " x ", "c": "", "d": "1.10"}]


def test_values_are_composed(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "a,b\ne\u0301,x\n")) == [{"a": "é", "b": "x"}]


def test_a_mark_at_the_border_of_two_reads_is_seen(tmp_path: Path) -> None:
    lines = "12345678901234e\n" * (1 << 14)
    file = opened(tmp_path, "h\n" + lines[2:-1] + "\u0301\n")
    assert values(file)[-1] == {"h": "12345678901234é"}


def test_a_cell_too_long_for_any_list_is_an_error_at_its_row(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'a,b\n1,"' + "x\n" * 100_000)
    assert problem.startswith("list.csv:2: row 1: a cell of this row is longer than 131,072 characters")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_inside_a_cell_are_line_feeds_whichever_they_were(tmp_path: Path, end: str) -> None:
    text = f'a,b{end}"x{end}y",1{end}"z{end}{end}",2{end}'
    assert values(opened(tmp_path, text)) == [{"a": "x\ny", "b": "1"}, {"a": "z\n\n", "b": "2"}]
    lines = [row.line for row in opened(tmp_path, text).rows()]
    assert lines == [2, 4]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_line_end_and_through_blank_ones(tmp_path: Path, end: str) -> None:
    file = opened(tmp_path, end.join(["a,b", "1,2", "", ",", '3,"x', 'y"', "5,6"]))
    assert [(row.number, row.line) for row in file.rows()] == [(1, 2), (2, 5), (3, 7)]


def test_blank_lines_may_stand_above_the_header(tmp_path: Path) -> None:
    file = opened(tmp_path, "\n\na,b\n1,2\n")
    assert file.header_line == 3
    assert [row.line for row in file.rows()] == [4]


def test_rows_can_be_read_again_and_numbered_on(tmp_path: Path) -> None:
    file = opened(tmp_path, "a\n1\n2\n")
    assert [row.number for row in file.rows()] == [1, 2]
    assert [row.number for row in file.rows(10)] == [11, 12]


def test_cp1256_is_read_with_a_note(tmp_path: Path) -> None:
    file = opened(tmp_path, "نام\nپژمان گلچين\n".replace("ي", "ي").encode("cp1256"))
    assert values(file) == [{"نام": "پژمان گلچين"}]
    assert [note.severity for note in file.notes] == ["warning"]


def test_a_stated_encoding_wins(tmp_path: Path) -> None:
    file = opened(tmp_path, "a\né\n".encode("latin-1"), encoding="latin-1")
    assert values(file) == [{"a": "é"}]
    assert file.notes == ()


def test_a_stated_encoding_that_does_not_fit_is_an_error_at_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, b"a\nb\n\xff\n", encoding="utf-8")
    assert problem.startswith("list.csv:3: ")


def test_utf8_that_breaks_far_into_the_file_is_an_error_and_no_guess(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "نام\nسارا و رضا و مینا\n".encode() + b"\xd8\n")
    assert problem.startswith("list.csv:3: ")
    assert "not UTF-8 from here on" in problem


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_unicode_encodings_are_recognised(tmp_path: Path, codec: str) -> None:
    file = opened(tmp_path, "phone,نام\n0912,سارا\n".encode(codec))
    assert values(file) == [{"phone": "0912", "نام": "سارا"}]


def test_nul_characters_are_no_text(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, b"phone,name\n" + b"0912,x\n" * 20 + b"\0\n")
    assert "NUL" in problem


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str) -> None:
    (problem,) = problems(tmp_path, content)
    assert "empty" in problem


def test_a_header_without_rows_is_an_error(tmp_path: Path) -> None:
    assert problems(tmp_path, "phone,name\n,\n") == ["list.csv:1: the list is empty: there is no row below the header"]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"^gone\.csv: cannot be read: No such file"):
        open_csv(tmp_path / "gone.csv", "gone.csv")


def test_two_headers_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "نام خانوادگي,نام\u200cخانوادگی\nx,y\n")
    assert "'نام خانوادگي', 'نام\u200cخانوادگی'" in problem


def test_data_below_an_empty_header_is_an_error_at_its_first_cell(tmp_path: Path) -> None:
    assert problems(tmp_path, "a,,c,\n1,,3,\n1,2,3,\n") == [
        "list.csv:3: column 2 has data here and no header; give it one, or clear the column"
    ]


def test_a_header_without_letters_gets_the_name_of_its_place(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "#,phone\n1,0912\n")) == [{"column_1": "1", "phone": "0912"}]


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "a,a,\n")) == 2


def test_a_quote_that_swallows_rows_is_an_error_where_it_opens(tmp_path: Path) -> None:
    file = opened(tmp_path, 'a,b\n1,2\n3,"x\n5,6\n7,"y"\n')
    with pytest.raises(Invalid) as raised:
        list(file.rows())
    assert raised.value.problems[0].line == 3


def test_a_quote_open_at_the_end_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"list\.csv:3: row 2: .*quote"):
        list(opened(tmp_path, 'a,b\n1,2\n3,"x').rows())


def test_an_uneven_row_of_several_lines_names_them(tmp_path: Path) -> None:
    (row,) = opened(tmp_path, 'a,b\n"x\ny"\n').rows()
    assert row == BadRow(1, "list.csv", 2, "it has 1 cell (lines 2 to 3), and the header has 2")


def test_an_error_word_of_a_spreadsheet_is_no_value(tmp_path: Path) -> None:
    first, second = values(opened(tmp_path, "phone,نام,note\n0906,#N/A,a\n0907,x,#1 of us\n"))
    error = first["نام"]
    assert isinstance(error, UnusableCell)
    assert error.shown == "#N/A"
    assert second == {"phone": "0907", "نام": "x", "note": "#1 of us"}


def test_an_error_word_at_the_border_of_two_reads_is_seen(tmp_path: Path) -> None:
    lines = "1234567890123,x\n" * (1 << 14)
    (*_, last) = values(opened(tmp_path, "h,n\n" + lines[4:-2] + "#N/A\n"))
    assert isinstance(last["n"], UnusableCell)


CONFLICT = "phone,name\n{}<<<<<<< HEAD\n0912,x\n=======\n0935,y\n>>>>>>> theirs\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_a_merge_conflict_is_an_error_at_its_line(tmp_path: Path, encoding: str) -> None:
    (problem,) = problems(tmp_path, CONFLICT.format("سلام,x\n").encode(encoding))
    assert problem.startswith("list.csv:3: a Git merge conflict is left here")


def test_a_merge_conflict_far_down_is_an_error_at_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, CONFLICT.format("09121234567,x\n" * 60_000))
    assert problem.startswith("list.csv:60002: a Git merge conflict is left here")


def test_nuls_at_the_end_are_named_with_their_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, b"phone,name\n0912,x\n" + bytes(512))
    assert problem.startswith("list.csv:3: 512 NUL bytes are at the end")
    (problem,) = problems(tmp_path, "phone,name\n0912,سارا\n".encode("cp1256") + bytes(1))
    assert problem.startswith("list.csv:3: a NUL byte is at the end")


def test_a_nul_inside_is_named_with_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, b"phone,name\n0912,x\n0935,\0" + b"x" * 100 + b"\n")
    assert problem.startswith("list.csv:3: cannot be read as text: it holds NUL characters")


def test_utf_16_without_a_mark_is_no_list_with_nuls(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "phone,name\n0912,x\n".encode("utf-16-le"))) == [{"phone": "0912", "name": "x"}]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe"])
def test_a_file_without_anything_is_empty(tmp_path: Path, content: bytes) -> None:
    (problem,) = problems(tmp_path, content)
    assert "list.csv: the file is empty" in problem


def test_a_list_that_is_something_else_is_named_for_it(tmp_path: Path) -> None:
    assert problems(tmp_path, b"BEGIN:VCARD\r\nVERSION:3.0\r\n") == [
        "list.csv: is a vCard file: export the contacts as CSV"
    ]


@pytest.mark.parametrize(
    ("content", "title", "header"),
    [
        ("Members of the club\nphone,name\n0912,x\n", 1, 2),
        ("Members of the club,,\nphone,name,\n0912,x,\n", 1, 2),
        ("اعضا\n\nنام;شماره\nx;0912\n", 1, 3),
        ("\nMembers\n1404\nphone\tname\n0912\tx\n", 2, 4),
    ],
)
def test_a_title_above_the_header_is_named(tmp_path: Path, content: str, title: int, header: int) -> None:
    (problem,) = problems(tmp_path, content)
    assert problem.startswith(f"list.csv:{title}: this is a title, and the header seems to be on line {header}")


@pytest.mark.parametrize("content", ["phone\n0912\n", "phone\n09121234567,x\n", "phone,\n0912,\n"])
def test_a_header_of_one_column_is_no_title(tmp_path: Path, content: str) -> None:
    assert [column.header for column in opened(tmp_path, content).columns] == ["phone"]


@pytest.mark.parametrize("parted", [', "b, c"', ',  "b, c"'])
def test_a_quote_after_a_space_opens_a_cell(tmp_path: Path, parted: str) -> None:
    assert values(opened(tmp_path, f"phone,a,b\n1{parted}, x\n2,y,z\n")) == [
        {"phone": "1", "a": "b, c", "b": "x"},
        {"phone": "2", "a": "y", "b": "z"},
    ]


def test_a_space_before_a_cell_stays_where_no_quote_follows_one(tmp_path: Path) -> None:
    assert values(opened(tmp_path, 'phone,a\n1, x "y" z\n')) == [{"phone": "1", "a": ' x "y" z'}]


def test_cells_that_are_missing_at_the_end_are_empty_and_counted(tmp_path: Path) -> None:
    file = opened(tmp_path, "phone,a,b\n1,x,y\n2,x\n3\n4,x,y,\n")
    for _ in range(2):
        assert values(file)[1:3] == [{"phone": "2", "a": "x", "b": ""}, {"phone": "3", "a": "", "b": ""}]
        (warning,) = file.afterthoughts()
        assert str(warning).startswith(
            "list.csv:3: warning: 2 rows have fewer cells than the header: what is missing at the"
        )
    assert [*opened(tmp_path, "phone,a\n1,x\n").afterthoughts()] == []
