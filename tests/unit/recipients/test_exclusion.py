from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Invalid
from kaverun.recipients.exclusion import Excluded, load_excluded

Load = Callable[..., LoadedCampaign]
LISTS = Path(__file__).parents[2] / "data" / "lists"
RECIPIENTS = '{inline: [{phone: "1"}], exclude: [o.csv]}'


def excludes(excluded: Excluded, expected: dict[str, str]) -> bool:
    """Whether it excludes these numbers by these places, and nobody else."""
    return len(excluded) == len(expected) and excluded.among(expected) == expected


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("09121234567\n", 1),
        ("phone\n09121234567\n", 2),
        ("شماره های لغو\n+98 912 123 4567\n", 2),
        ("name,phone\nx,۰۹۱۲۱۲۳۴۵۶۷\n", 2),
        ("phone,,\n09121234567,,\n", 2),
    ],
)
def test_a_list_of_numbers_is_read_with_and_without_a_header(load: Load, content: str, line: int) -> None:
    assert excludes(load_excluded(load(RECIPIENTS, o=content)), {"09121234567": f"o.csv:{line}"})


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("9.12E+09", "last digits are lost"),
        ("۹٫۱۲E+۰۹", "last digits are lost"),
        ("'9.12E+09'", "last digits are lost"),
        ('"9.12E+09"', "last digits are lost"),
        ('"9,12E+09"', "last digits are lost"),
        ("+98 912", "3 digits"),
        ("0912-345", "6 digits"),
        ("0912***", "character '*'"),
        ("0912xxx", "letter 'x'"),
        ("tel:+98 912", "3 digits"),
        ("#####", "spreadsheet's error"),
        ("#N/A", "spreadsheet's error"),
        ("09121234567 / 09351234567", "several numbers"),
    ],
)
def test_a_first_line_that_may_be_somebodys_number_is_no_header(load: Load, first: str, reason: str) -> None:
    (problem,) = problems_of(load(RECIPIENTS, o=f"{first}\n09351234567\n"))
    assert problem.startswith("o.csv:1: number: ")
    assert reason in problem


@pytest.mark.parametrize("first", ["9.12E+09,x", "9,123,456", "9.12E+09;9.35E+09", "0912,"])
def test_a_first_line_of_several_cells_that_holds_a_doubtful_number_needs_a_header(load: Load, first: str) -> None:
    (problem,) = problems_of(load(RECIPIENTS, o=f"{first}\n"))
    assert problem.startswith("o.csv:1: the first line holds a number")


@pytest.mark.parametrize("header", ["phone", "شماره ۱", "Phone 1 - Value", "لغو در ۱۴۰۵", "mobile2", "‌شماره"])
def test_a_word_with_some_digits_is_a_header(load: Load, header: str) -> None:
    assert excludes(load_excluded(load(RECIPIENTS, o=f"{header}\n09121234567\n")), {"09121234567": "o.csv:2"})


@pytest.mark.parametrize(
    ("first", "words"),
    [("9.12E+09", "last digits are lost"), (912, "3 digits"), ("#####", "spreadsheet's error"), ("error", "#N/A")],
)
def test_a_first_cell_of_a_sheet_that_may_be_somebodys_number_is_no_header(
    load: Load, first: object, words: str
) -> None:
    excel = runpy.run_path(str(LISTS / "workbooks.py"))
    cell = excel["Error"]("#N/A") if first == "error" else first
    book = excel["xlsx"](excel["Sheet"]("A", [[cell], [9071234567]]))
    (problem,) = problems_of(load('{inline: [{phone: "1"}], exclude: [b.xlsx]}', b_xlsx=book))
    assert problem.startswith("b.xlsx:1: ")
    assert words in problem


def test_the_first_place_of_a_number_is_told(load: Load) -> None:
    text = '{inline: [{phone: "1"}], exclude: [o.csv, p.csv]}'
    excluded = load_excluded(load(text, o="phone\n09121234567\n", p="09351234567\n09121234567\n"))
    assert excludes(excluded, {"09121234567": "o.csv:2", "09351234567": "p.csv:1"})
    assert excluded.among(["09121234567", "09121234568"]) == {"09121234567": "o.csv:2"}
    assert excluded.among(["09121234568"]) == {}


def test_of_a_long_list_every_number_is_excluded(load: Load) -> None:
    numbers = [f"09{121_000_000 + row}" for row in range(1201)]
    excluded = load_excluded(load(RECIPIENTS, o="\n".join(numbers)))
    assert excludes(excluded, {number: f"o.csv:{line}" for line, number in enumerate(numbers, 1)})


def test_a_list_without_rows_excludes_nobody(load: Load) -> None:
    assert len(load_excluded(load(RECIPIENTS, o="phone\n"))) == 0


def test_without_lists_nobody_is_excluded(load: Load) -> None:
    assert not load_excluded(load('[{phone: "1"}]'))


def problems_of(loaded: LoadedCampaign) -> list[str]:
    with pytest.raises(Invalid) as raised:
        load_excluded(loaded)
    return [str(problem) for problem in raised.value.problems]


def test_every_bad_number_of_a_list_is_an_error_shown_masked(load: Load) -> None:
    first, second, third = problems_of(load(RECIPIENTS, o="phone,x\n0912123456,\n,y\n09121234567,x,y\n"))
    assert first.startswith("o.csv:2: phone: 0912****56: it has 9 digits")
    assert second.startswith("o.csv:3: phone: the number is empty")
    assert third.startswith("o.csv:4: it has 3 cells")


def test_several_columns_without_a_header_are_an_error(load: Load) -> None:
    (problem,) = problems_of(load(RECIPIENTS, o="09121234567,سارا\n09351234567,رضا\n"))
    assert "needs a header" in problem


def test_several_columns_without_the_number_are_an_error(load: Load) -> None:
    (problem,) = problems_of(load(RECIPIENTS, o="phon,name\n09121234567,x\n"))
    assert "did you mean 'phon'?" in problem


def test_an_empty_file_is_an_error_since_a_list_was_meant(load: Load) -> None:
    (problem,) = problems_of(load(RECIPIENTS, o=""))
    assert "empty" in problem


def test_lists_of_every_kind_exclude(load: Load) -> None:
    excel = runpy.run_path(str(LISTS / "workbooks.py"))
    book = excel["xlsx"](excel["Sheet"]("A", [["x"]]), excel["Sheet"]("B", [[9061234567], [9071234567.0]]))
    excluded = load_excluded(
        load(
            '{inline: [{phone: "1"}], exclude: [o.csv, b.xlsx#B, c.jsonl, empty.jsonl]}',
            o="09081234567\n",
            b_xlsx=book,
            c_jsonl='{"phone": "09091234567", "why": "asked"}\n{"phone": 9241234567}\n',
            empty_jsonl="",
        )
    )
    expected = {
        "09081234567": "o.csv:1",
        "09061234567": "b.xlsx#B:1",
        "09071234567": "b.xlsx#B:2",
        "09091234567": "c.jsonl:1",
        "09241234567": "c.jsonl:2",
    }
    assert excludes(excluded, expected)


def test_a_row_without_a_number_in_a_list_that_excludes_is_an_error(load: Load) -> None:
    text = '{inline: [{phone: "1"}], exclude: o.jsonl}'
    problems = problems_of(load(text, o_jsonl='{"phone": "09061234567"}\n{"phon": "09071234567"}\n[]\n'))
    assert [problem.split(": ")[0] for problem in problems] == ["o.jsonl:2", "o.jsonl:3"]


def test_titles_above_the_header_of_a_list_that_excludes_are_named(load: Load) -> None:
    first, second = problems_of(
        load(
            '{inline: [{phone: "1"}], exclude: [o.csv, p.csv]}',
            o="Opt-outs\nname,phone\nx,09121234567\n",
            p="Opt-outs,1404\nname,phone\nx,09121234567\n",
        )
    )
    assert first.startswith("o.csv:1: this is a title, and the header seems to be on line 2")
    assert second.startswith("p.csv:1: ")
    assert "a number" in second


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "o.csv: is a Git LFS pointer"),
        (b"BEGIN:VCARD\nVERSION:3.0\n", "o.csv: is a vCard file"),
        (b"phone\n<<<<<<< HEAD\n09121234567\n=======\n>>>>>>> b\n", "o.csv:2: a Git merge conflict"),
        (b"phone\n09121234567\n\0\0\0", "o.csv:3: 3 NUL bytes"),
    ],
)
def test_a_list_that_excludes_and_is_something_else_is_named(load: Load, content: bytes, words: str) -> None:
    (problem,) = problems_of(load(RECIPIENTS, o=content))
    assert problem.startswith(words)
