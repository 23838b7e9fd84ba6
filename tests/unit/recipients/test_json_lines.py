from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.recipients import json_lines
from kaverun.recipients.json_lines import JsonLines, open_json_lines
from kaverun.recipients.rows import BadRow, Row


def opened(tmp_path: Path, content: str | bytes, **settings: bool) -> JsonLines:
    path = tmp_path / "l.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_json_lines(path, "l.jsonl", **settings)


def values(file: JsonLines) -> list[dict[str, object]]:
    return [row.values for row in file.rows() if isinstance(row, Row)]


def reason(tmp_path: Path, line: str) -> str:
    first, bad = opened(tmp_path, '{"phone": "1"}\n' + line + "\n").rows()
    assert isinstance(first, Row)
    assert isinstance(bad, BadRow)
    assert bad[:3] == (2, "l.jsonl", 2)
    return bad.reason


def problem(tmp_path: Path, content: str | bytes) -> str:
    with pytest.raises(Invalid) as raised:
        opened(tmp_path, content)
    (found,) = raised.value.problems
    return str(found)


def test_each_line_is_a_row_with_its_own_types(tmp_path: Path) -> None:
    file = opened(tmp_path, '{"phone": 9061234567, "vip": true, "a": 1.5, "n": null, "t": "007"}\n')
    assert values(file) == [{"phone": 9061234567, "vip": True, "a": 1.5, "n": None, "t": "007"}]


def test_lines_are_counted_through_blank_ones_and_numbered_on(tmp_path: Path) -> None:
    file = opened(tmp_path, '{"a": 1}\n\n \n{"a": 2}')
    assert [(row.number, row.line) for row in file.rows(7)] == [(8, 1), (9, 4)]
    assert len(list(file.rows())) == 2


def test_the_columns_are_those_of_any_line_by_their_names(tmp_path: Path) -> None:
    file = opened(tmp_path, '{"نام خانوادگي": "a"}\n{"شهر": "b", "نام\\u200cخانوادگی": "c"}\n[]\nx\n')
    assert [column.name for column in file.columns] == ["نام_خانوادگی", "شهر"]
    assert values(file) == [{"نام_خانوادگی": "a"}, {"شهر": "b", "نام_خانوادگی": "c"}]


def test_texts_are_composed_and_whole_numbers_exact(tmp_path: Path) -> None:
    file = opened(tmp_path, '{"a": "e\u0301", "b": 12345678901234567890123, "c": 1e20, "d": 0.1}\n')
    assert values(file) == [{"a": "é", "b": 12345678901234567890123, "c": 1e20, "d": 0.1}]
    assert values(opened(tmp_path, '{"a": "e\\u0301"}\n')) == [{"a": "é"}]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    assert values(opened(tmp_path, '\ufeff{"a": 1}\r\n{"a": 2}\r\n')) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[1]", "it is a list, and must be an object such as"),
        ("5", "it is a number, and must be"),
        ('"09061234567"', "it is a text, and must be"),
        ("null", "it is null, and must be"),
        ("true", "it is true or false, and must be"),
        ('{"a": 1,}', "it is no JSON: "),
        ("{'a': 1}", "it is no JSON: "),
        ('{"a": NaN}', "it is no JSON: "),
        ('{"a": "\\ud800"}', "it is no JSON: "),
        ('{"a": 1} {"a": 2}', "it is no JSON: "),
        ('{"a": [1]}', "'a' holds a list: a column holds a text, a number, true, false or null"),
        ('{"a": 1, "b": {"c": 1}}', "'b' holds an object"),
        ('{"a": 1, "a": 2}', "the key 'a' is written twice"),
        ('{"a" : "x:y", "b": 1, "a" : 2}', "the key 'a' is written twice"),
    ],
)
def test_a_line_that_gives_no_row_says_why(tmp_path: Path, line: str, words: str) -> None:
    assert words in reason(tmp_path, line)


def test_a_colon_in_a_text_is_no_second_key(tmp_path: Path) -> None:
    assert values(opened(tmp_path, '{"a": "b: c: d"}\n')) == [{"a": "b: c: d"}]


def test_bytes_that_are_no_utf8_cost_their_own_line_only(tmp_path: Path) -> None:
    good, bad = opened(tmp_path, b'{"a": 1}\n{"a": "\xff"}\n').rows()
    assert isinstance(good, Row)
    assert isinstance(bad, BadRow)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the list is empty"),
        ("\n\n", "the list is empty"),
        ('[\n{"a": 1}\n]\n', "l.jsonl:1: it is one JSON document over the whole file"),
        ('[{"a": 1}]', "it is one JSON document over the whole file"),
        ('{\n"a": 1\n}\n', "it is one JSON document over the whole file"),
        ('{"a": 1}\n'.encode("utf-16"), "it is not in UTF-8"),
        ('{"a": 1}\n{"نام پدر": 1, "نام_پدر": 2}\n', "l.jsonl:2: 2 columns are both 'نام_پدر'"),
    ],
)
def test_what_is_no_json_lines_file_says_so(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words in problem(tmp_path, content)


def test_a_line_longer_than_any_recipient_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_LINE", 100)
    assert problem(tmp_path, '{"a": 1}\n{"a": "' + "x" * 100 + '"}\n').startswith("l.jsonl:2: the line is longer than")


def test_more_columns_than_a_list_has_are_an_error(tmp_path: Path) -> None:
    lines = "".join(f'{{"c{number}": 1}}\n' for number in range(1001))
    assert problem(tmp_path, lines) == "l.jsonl:1001: up to here there are more than 1,000 different keys"


def test_lines_of_ever_other_shapes_are_read_alike(tmp_path: Path) -> None:
    lines = "".join(
        '{"a": 1' + "".join(f', "k{n >> bit & 1}{bit}": {n}' for bit in range(11)) + "}\n" for n in range(2048)
    )
    assert len(values(opened(tmp_path, lines))) == 2048


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"^gone\.jsonl: cannot be read: No such file"):
        open_json_lines(tmp_path / "gone.jsonl", "gone.jsonl")


def test_a_list_that_is_only_excluded_may_be_empty(tmp_path: Path) -> None:
    assert opened(tmp_path, "", may_be_empty=True).columns == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "l.jsonl: is a Git LFS pointer"),
        ("BEGIN:VCARD\nVERSION:3.0\n", "l.jsonl: is a vCard file"),
        (b"PK\x03\x04" + bytes(30), "l.jsonl: is a broken zip archive or workbook"),
        ("<!doctype html><p>", "l.jsonl: is a web page or XML"),
        ('{"phone": "1"}\n<<<<<<< HEAD\n{"phone": "2"}\n', "l.jsonl:2: a Git merge conflict is left here"),
        ('{"phone": "1"}\n>>>>>>> theirs\r\n', "l.jsonl:2: a Git merge conflict is left here"),
        (b'{"phone": "1"}\n' + bytes(99), "l.jsonl:2: 99 NUL bytes are at the end"),
    ],
)
def test_a_list_that_is_something_else_or_not_whole_is_named_for_it(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    assert problem(tmp_path, content).startswith(words)


def test_line_ends_in_a_text_are_line_feeds(tmp_path: Path) -> None:
    file = opened(tmp_path, '{"a": "x\\r\\ny", "b": "ش\\u000dz"}\n')
    assert values(file) == [{"a": "x\ny", "b": "ش\nz"}]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_finite_number_is_no_json(tmp_path: Path, number: str) -> None:
    assert "it is no JSON" in reason(tmp_path, f'{{"phone": "1", "a": {number}}}')
