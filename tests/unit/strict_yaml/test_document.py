from __future__ import annotations

import time

import pytest

from kaverun.errors import Invalid, Problem
from kaverun.strict_yaml.composer import Composer
from kaverun.strict_yaml.document import MAX_BYTES, Document, parse, read


def problems_of(text: str | bytes) -> list[Problem]:
    source = text.encode() if isinstance(text, str) else text
    with pytest.raises(Invalid) as caught:
        parse(source, "c.yaml")
    return list(caught.value.problems)


def only_problem_of(text: str | bytes) -> Problem:
    (problem,) = problems_of(text)
    return problem


def data_of(text: str) -> dict[str, object]:
    return parse(text.encode(), "c.yaml").data


def places(problems: list[Problem]) -> list[tuple[int, int]]:
    return [(problem.line, problem.column) for problem in problems]


def test_scalars_keep_the_text_they_are_written_with() -> None:
    text = "phone: 09123456789\ntoken: 012345\nline: 10004346\nat: 10:30\nprice: 1.10\nvip: no\nplus: +989123456789\n"
    assert data_of(text) == {
        "phone": "09123456789",
        "token": "012345",
        "line": 10004346,
        "at": "10:30",
        "price": "1.10",
        "vip": "no",
        "plus": "+989123456789",
    }


def test_keys_are_text_whatever_they_look_like() -> None:
    assert data_of("10004346: a\nyes: b\n1.10: c\nnull: d\n~: e\n") == {
        "10004346": "a",
        "yes": "b",
        "1.10": "c",
        "null": "d",
        "~": "e",
    }


def test_quoted_values_are_text() -> None:
    assert data_of("a: '5'\nb: \"true\"\nc: ''\nd: !!str 7\n") == {"a": "5", "b": "true", "c": "", "d": "7"}


def test_a_key_written_twice_names_both_lines() -> None:
    first, second = problems_of('a: 1\nb:\n  x: 1\n  "x": 2\na: 3\n')
    assert (first.line, first.column, first.key) == (4, 3, "b.x")
    assert "first in line 3" in first.what
    assert (second.line, second.key) == (5, "a")
    assert "first in line 1" in second.what


def test_a_key_written_twice_through_an_alias_is_seen() -> None:
    assert "written twice" in only_problem_of("x: &k name\ny: {*k : 1, *k : 2}\n").what


def test_merged_keys_may_be_overridden_and_keep_their_places() -> None:
    document = parse(b"a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: {<<: [*a, {z: 4}]}\n", "c.yaml")
    assert document.data["b"] == {"x": 1, "y": 3}
    assert document.data["c"] == {"x": 1, "y": 2, "z": 4}
    assert document.place("b", "x") == (1, 11)
    assert document.place("b", "y") == (4, 6)


def test_merging_twice_or_merging_no_mapping_is_an_error() -> None:
    assert "written twice" in only_problem_of("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n").what
    assert only_problem_of("a: {<<: 5}").key == "a.<<"


def test_a_value_cut_at_a_hashtag_shows_what_is_lost() -> None:
    problem = only_problem_of("text: تخفیف #یلدا ویژه\n")
    assert (problem.line, problem.column, problem.key) == (1, 7, "text")
    assert '"#یلدا ویژه"' in problem.what


def test_a_hashtag_that_swallows_everything_is_seen() -> None:
    assert '"#یلدا"' in only_problem_of("text: #یلدا\n").what
    assert '"#b, c]"' in problems_of("x: [a #b, c]\n  ]\n")[0].what


def test_comments_and_numbers_before_them_are_left_alone() -> None:
    assert data_of("a: b  # fine\nc: 5 #max\nd:   # nothing\n  e: f\n#x\ng: h#i\n") == {
        "a": "b",
        "c": 5,
        "d": {"e": "f"},
        "g": "h#i",
    }


def test_braces_without_quotes_are_explained() -> None:
    problem = only_problem_of("a: 1\ntext: {{ name }}\n")
    assert (problem.line, problem.column, problem.key) == (2, 7, "text")
    assert "quotes" in problem.what


def test_reading_goes_on_after_braces_without_quotes() -> None:
    document = read(b"text: {{ name }}\nb: {{ x:\n  y }}\nc: 1\n", "c.yaml")
    assert document.data == {"text": "{{ name }}", "b": "{{ x:   y }}", "c": 1}
    assert len(document.problems) == 2


@pytest.mark.parametrize("text", ["a: {{ name }} عزیز\n", "a: {% if x %}b{% endif %}\n", "x:\n  - {{ a }} b\n"])
def test_braces_that_break_the_syntax_are_explained_once(text: str) -> None:
    problem = only_problem_of(text)
    assert "quotes around the whole value" in problem.what


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("a: x\u2028y\nb: 1\n", (1, 5), "LINE SEPARATOR (U+2028)"),
        ("a: x\u2029y\n", (1, 5), "PARAGRAPH SEPARATOR (U+2029)"),
        ("a: x\u0085y\n", (1, 5), "NEXT LINE (U+0085)"),
        ("a: 1\nb: x\ufeff\n", (2, 5), "BYTE ORDER MARK"),
        ("a: 'x\x00y'\n", (1, 6), "U+0000"),
        ("a: x\x1by\n", (1, 5), "U+001B"),
        ("a:\n\u00a0\u00a0b: 1\n", (2, 1), "NO-BREAK SPACE (U+00A0)"),
        ("a:\n  b\u200c: 1\n", (2, 3), "ZERO WIDTH NON-JOINER (U+200C)"),
        ("a:\n  c: 1\n \u00a0d: 1\n", (3, 2), "NO-BREAK SPACE (U+00A0)"),
        ("a:\n\tb: 1\n", (2, 1), "tab"),
        ("a: [x، y]\n", (1, 5), "ARABIC COMMA (U+060C)"),
        ("a: {p: 1، q: 2}\n", (1, 8), "ARABIC COMMA (U+060C)"),
        ("a: @b\n", (1, 4), '"@"'),
    ],
)
def test_odd_characters_are_named_at_their_place(text: str, place: tuple[int, int], name: str) -> None:
    problem = only_problem_of(text)
    assert (problem.line, problem.column) == place
    assert name in problem.what


def test_invisible_characters_do_not_hide_what_comes_after_them() -> None:
    assert places(problems_of("a: x\u2028y\nb: 1\nb: 2\n")) == [(1, 5), (3, 1)]


def test_a_half_space_inside_a_value_or_column_is_kept() -> None:
    assert data_of("می‌روم: می‌آیم\n") == {"می‌روم": "می‌آیم"}


def test_a_list_item_without_its_space_is_seen() -> None:
    problem = only_problem_of("x:\n  -09121234567\n  -09351234567\n")
    assert (problem.line, problem.column) == (2, 3)
    assert "space after the dash" in problem.what
    assert "09121234567" not in problem.what


def test_a_negative_number_is_no_list_item() -> None:
    assert data_of("x: -5\ny: [-5,\n  -6]\n") == {"x": -5, "y": [-5, -6]}


@pytest.mark.parametrize(
    "text", ["message:\n  text:hello\n", "x:\n  - phone:0912\n", "a:1\nb: 2\n", "x: {phone:0912}\n"]
)
def test_a_key_without_a_space_after_its_colon_is_seen(text: str) -> None:
    assert "space after the colon" in only_problem_of(text).what


def test_a_key_may_hold_a_colon() -> None:
    assert data_of("ns:name: 1\n") == {"ns:name": 1}


def test_an_address_is_no_key() -> None:
    assert data_of("x:\n  http://x.y\ny:\n  - https://x.y\n") == {"x": "http://x.y", "y": ["https://x.y"]}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", (1, 1), "empty"),
        ("# only a comment\n", (1, 1), "empty"),
        ("---\n", (1, 1), "empty"),
        ("- a\n- b\n", (1, 1), "a list"),
        ("hello\n", (1, 1), "a single value"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second document"),
        ("a: !foo x\n", (1, 4), "tag"),
        ("a: !!python/object:os.system x\n", (1, 4), "tag"),
        ("a: !!int '5'\n", (1, 4), "tag"),
        ("a: !foo [x]\n", (1, 4), "tag"),
        ("a: !سلام\n", (1, 5), "!"),
        ("a: *b\n", (1, 4), "&b"),
        ("a: *سلام*\n", (1, 5), "*"),
        ("a: &z [1, *z]\n", (1, 11), "cannot contain itself"),
        ("a: &z\n  b: {c: *z}\n", (2, 10), "cannot contain itself"),
        ("? [a, b]\n: c\n", (1, 1), "single word"),
    ],
)
def test_what_is_no_campaign_file_is_told_with_its_place(text: str, place: tuple[int, int], words: str) -> None:
    problem = only_problem_of(text)
    assert (problem.line, problem.column) == place
    assert words in problem.what


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 'q\nb: 1\n", (1, 4), "never closed"),
        ('a: "q\n---\nb: 1\n', (1, 4), "never closed"),
        ("a: [1, 2\nb: 3\n", (1, 4), "] is missing"),
        ("a: {b: 1\nc: 3\n", (1, 4), "} is missing"),
        ("a: b: c\n", (1, 5), "second colon"),
        ("a: سلام: خوبی\n", (1, 8), "second colon"),
        ("x:\n  - a\n b: 1\n", (3, 2), "indentation"),
        ("x:\n  - a\n  b\nc\n", (4, 1), "colon is missing"),
        ("a: - x\n", (1, 4), "line of its own"),
        ('a: "سلام "یلدا" خوب"\n', (1, 11), "after the closing quote"),
        ("a: 'it's'\n", (1, 8), "after the closing quote"),
        ('a: "\\d"\n', (1, 5), "backslash"),
        ('a: "\\ud83d"\n', (1, 7), "escape"),
        ("a: |x\n", (1, 5), "next line"),
        ("%YAML 3.0\n---\na: 1\n", (1, 1), "%YAML"),
        ("a: foo\n- b\n", (2, 1), ""),
    ],
)
def test_a_syntax_error_says_what_to_do_at_its_place(text: str, place: tuple[int, int], words: str) -> None:
    problem = only_problem_of(text)
    assert (problem.line, problem.column) == place
    assert words in problem.what
    assert "while" not in problem.what


def test_a_syntax_error_names_the_key_it_stands_below() -> None:
    assert only_problem_of('message:\n  text: "\\d"\n').key == "message.text"


def test_columns_are_code_points() -> None:
    assert places(problems_of("a: {😀: 1, 😀: 2}\n")) == [(1, 11)]


def test_a_byte_order_mark_at_the_start_moves_no_column() -> None:
    assert places(problems_of(b"\xef\xbb\xbfa: 1\na: 2\n")) == [(2, 1)]
    assert parse(b"\xef\xbb\xbfa: 1\n", "c.yaml").place("a") == (1, 4)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_kind_of_line_end(end: str) -> None:
    assert places(problems_of(f"a: 1{end}b: 2{end}{end}a: 3{end}")) == [(4, 1)]


def test_a_file_that_is_not_utf8_says_where() -> None:
    problem = only_problem_of("a: 1\nb: سلام\n".encode("cp1256"))
    assert (problem.line, problem.column) == (2, 4)
    assert "UTF-8" in problem.what


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf16_file_says_so(encoding: str) -> None:
    assert "UTF-16" in only_problem_of("a: 1\n".encode(encoding)).what


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{b: " * 100_000, "- " * 100_000, "a: " + "[" * 51 + "]" * 51])
def test_deep_nesting_is_refused_before_it_can_hurt(text: str) -> None:
    problem = only_problem_of(text)
    assert "nested deeper than 50 levels" in problem.what
    assert problem.line == 1


def test_depth_counts_through_aliases() -> None:
    text = "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30 + "\n"
    assert only_problem_of(text).line == 2


def test_billions_of_laughs_are_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join(['*' + above] * 10)}]" for above, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    start = time.perf_counter()
    problem = only_problem_of("\n".join(lines))
    assert "aliases" in problem.what
    assert time.perf_counter() - start < 1


def test_a_file_too_large_is_refused() -> None:
    assert "16 MiB" in only_problem_of(b"#" * (MAX_BYTES + 1)).what


def test_everything_wrong_is_told_in_one_run_in_the_order_of_the_file() -> None:
    text = "b: !x 1\na: *y\ntext: a #b\nlist: [p، q]\na: 2\nd: {{ e }}\n"
    assert [problem.line for problem in problems_of(text)] == [1, 2, 3, 4, 5, 6]


def test_a_problem_elsewhere_does_not_hide_a_syntax_error() -> None:
    assert places(problems_of("a: 1\na: 2\nb: c: d\n")) == [(2, 1), (3, 5)]


@pytest.fixture
def document() -> Document:
    text = (
        "recipients: members.csv\nsenders: ['1', {line: 2}]\nmessage:\n  text: |-  # note\n    سلام\n  tag: x\nq: 'a'\n"
    )
    return parse(text.encode(), "c.yaml")


def test_a_place_is_found_by_its_key_path(document: Document) -> None:
    assert document.place("message", "tag") == (6, 8)
    assert document.place("message", "tag", of="key") == (6, 3)
    assert document.place("senders", 1, "line") == (2, 23)


def test_a_place_that_is_not_written_is_the_nearest_above(document: Document) -> None:
    assert document.place("message", "file") == (4, 3)
    assert document.place("message", "file", of="key") == (3, 1)
    assert document.place("schedule", "at") == (1, 1)
    assert document.place("schedule", "q") == (1, 1)


def test_a_short_form_is_found_under_the_path_of_the_long_one(document: Document) -> None:
    problem = document.problem("no", "recipients", "csv", 0)
    assert (problem.line, problem.column, problem.key) == (1, 13, "recipients")
    assert document.place("senders", 0, "line") == (2, 11)


def test_a_problem_carries_its_key_path_also_for_a_missing_key(document: Document) -> None:
    assert document.problem("no", "senders", 1, "line").key == "senders[1].line"
    assert document.problem("no", "message", "file").key == "message.file"
    assert document.problem("no", "schedule", "at").key == "schedule.at"
    short = parse(b"recipients: [{name: a}]\n", "c.yaml")
    assert short.problem("no", "recipients", "inline", 0, "phone").key == "recipients[0].phone"
    assert str(document.problem("odd", "q", severity="warning")) == "c.yaml:7:4: q: warning: odd"


def test_a_phone_number_used_as_a_key_is_masked_in_paths() -> None:
    assert only_problem_of("'09121234567': 1\n'09121234567': 2\n").key == "0912***4567"


def test_the_text_of_a_block_begins_below_its_sign(document: Document) -> None:
    assert document.template_place("message", "text").line == 5
    assert document.template_place("message", "tag").line == 6
    assert document.template_place("q") == (7, 5)


def test_a_list_on_one_line_of_two_megabytes_is_read_in_time_that_grows_with_its_members() -> None:
    looked_at = []
    members = 20_000
    text = "labels: [" + ", ".join(f"name-{n}-of-a-list" for n in range(members)) + "]\n"

    class Line(str):
        """A line that counts how much of it is copied."""

        def __getitem__(self, part):  # type: ignore[no-untyped-def]
            found = super().__getitem__(part)
            looked_at.append(len(found))
            return found

    Composer(text, [Line(line) for line in text.split("\n")], "a.yaml").compose()
    assert len(looked_at) >= members
    assert sum(looked_at) < 500 * members


def test_more_values_than_a_campaign_can_mean_end_with_the_limit() -> None:
    text = "labels: [" + "a, " * 100_001 + "]\n"
    with pytest.raises(Invalid, match=r"a\.yaml:1:300\d+: labels.*more than 100,000 values: keep recipients in a CSV"):
        parse(text.encode(), "a.yaml")
