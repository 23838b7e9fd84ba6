from __future__ import annotations

from collections.abc import Callable

import pytest

from kaverun.campaign import values
from kaverun.campaign.values import Share


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300),
        ("1h30m", 5400),
        ("2s", 2),
        ("500ms", 0.5),
        ("1.5s", 1.5),
        ("1d2h3m4s5ms", 93784.005),
        ("0s", 0),
        ("1m500ms", 60.5),
    ],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float) -> None:
    assert values.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "wrong", ["", "5", "m", "10:30", "1m1h", "5 m", "-5s", "1.5h", "5M", "۵m", "5m\n", True, None, [], {}]
)
def test_what_is_no_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="no duration"):
        values.duration(wrong)


@pytest.mark.parametrize("number", [0, 5, 1.5])
def test_a_duration_without_a_unit_is_asked_for_it(number: float) -> None:
    with pytest.raises(ValueError, match=f"{number} has no unit: write {number}s"):
        values.duration(number)


def test_a_duration_out_of_range_names_the_range() -> None:
    with pytest.raises(ValueError, match="from 0s to 1h"):
        values.duration_between(0, 3600, "from 0s to 1h")("61m")


@pytest.mark.parametrize(("text", "per_second"), [("50/s", 50), ("1200/min", 20), ("7200/h", 2)])
def test_a_rate_is_read_as_messages_per_second(text: str, per_second: float) -> None:
    assert values.rate(text) == per_second


@pytest.mark.parametrize("wrong", [1000, "1000", "0/s", "10/day", "10 /s", "1.5/s", "10/s\n", None])
def test_what_is_no_rate_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="no rate"):
        values.rate(wrong)


@pytest.mark.parametrize(
    ("written", "total", "rows"),
    [
        ("1%", 1000, 10),
        ("1%", 50, 0),
        ("0.5%", 1000, 5),
        ("29%", 100, 29),
        ("1.4%", 5500, 77),
        ("100%", 7, 7),
        (12, 5, 12),
        (0, 9, 0),
    ],
)
def test_a_share_is_a_percentage_of_all_rows_or_a_count(written: object, total: int, rows: int) -> None:
    assert values.share(written).of(total) == rows


def test_a_share_prints_as_it_is_written() -> None:
    assert [str(values.share(written)) for written in ("1%", "0.5%", 20)] == ["1%", "0.5%", "20"]
    assert values.share("5%") == Share(5.0, percent=True)


@pytest.mark.parametrize("wrong", ["101%", "100.5%", "-1%", "5", "5 %", "٪۵", -1, 1.5, True, None])
def test_what_is_no_share_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="no share"):
        values.share(wrong)


@pytest.mark.parametrize("wrong", [0, 201, 1.5, "5", "1_000", "0200", True, None, [1]])
def test_a_whole_number_is_digits_within_its_range(wrong: object) -> None:
    assert values.whole(1, 200)(200) == 200
    with pytest.raises(ValueError, match="must be a whole number from 1 to 200"):
        values.whole(1, 200)(wrong)


def test_a_decimal_is_taken_with_trailing_zeros() -> None:
    parse = values.decimal(1, 10)
    assert [parse(value) for value in (2, 1.5, "2.0", "1.50")] == [2.0, 1.5, 2.0, 1.5]
    assert isinstance(parse(2), float)


@pytest.mark.parametrize("wrong", [0.5, 11, "0.50", "2", "1e1", "nan", True, None])
def test_a_decimal_out_of_its_range_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="must be a number from 1 to 10"):
        values.decimal(1, 10)(wrong)


@pytest.mark.parametrize("wrong", ["yes", "no", "on", "true", 1, 0, None])
def test_only_true_and_false_are_yes_and_no(wrong: object) -> None:
    assert (values.yes_no(True), values.yes_no(False)) == (True, False)
    with pytest.raises(ValueError, match="must be true or false"):
        values.yes_no(wrong)


@pytest.mark.parametrize("wrong", [2, "1", 1.0, True, None])
def test_only_version_one_is_known(wrong: object) -> None:
    assert values.file_version(1) == 1
    with pytest.raises(ValueError, match="must be 1"):
        values.file_version(wrong)


@pytest.mark.parametrize(("value", "text"), [(1405, "1405"), (1.5, "1.5"), ("012", "012"), ("", "")])
def test_a_number_is_taken_as_the_text_it_is_written_with(value: object, text: str) -> None:
    assert values.text(value) == text


@pytest.mark.parametrize("wrong", [True, None, ["a"], {"a": 1}])
def test_what_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="must be a text"):
        values.text(wrong)


@pytest.mark.parametrize(
    ("parse", "wrong", "words"),
    [
        (values.line_of_text, " \t", "is empty"),
        (values.line_of_text, "a\nb", "one line"),
        (values.line_of_text, "a\x1bb", "U\\+001B"),
        (values.prose, "\n ", "is empty"),
        (values.message_text, "", "is empty"),
        (values.message_text, " \n\n", "is empty"),
        (values.file_name, 5, "name of a file"),
        (values.encoding, "utf-9", "no encoding"),
        (values.encoding, "base64", "no encoding"),
        (values.delimiter, ";;", "one character"),
        (values.delimiter, '"', "one character"),
        (values.delimiter, 5, "one character"),
        (values.single_value, [1], "single value"),
    ],
)
def test_unusable_text_is_told_why(parse: Callable[[object], object], wrong: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(wrong)


def test_one_final_newline_of_a_message_is_dropped() -> None:
    assert values.message_text("سلام\n") == "سلام"
    assert values.message_text("سلام\n\n") == "سلام\n"
    assert values.message_text(" سلام ") == " سلام "


def test_the_word_tab_is_a_tab() -> None:
    assert [values.delimiter(value) for value in ("tab", "\t", ";", "،")] == ["\t", "\t", ";", "،"]


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (
            values.NAME_PATTERN,
            ["a", "nowruz-1405", "1405"],
            ["A", "a--b", "-a", "a-", "a b", "a_b", "نوروز", "a\n", ""],
        ),
        (values.LINE_PATTERN, ["10004346", "+9810004346", "0210"], ["12", "1000 4346", "1000-4346", "۱۰۰۰", "1000\n"]),
        (values.TAG_PATTERN, ["a-b_C9"], ["a b", "تگ", "a.b", ""]),
    ],
)
def test_a_shape_takes_what_fits_and_nothing_else(pattern: str, right: list[str], wrong: list[str]) -> None:
    parse = values.shaped(pattern, "because", 20)
    assert [parse(text) for text in right] == right
    for text in wrong:
        with pytest.raises(ValueError, match="because"):
            parse(text)


def test_text_longer_than_allowed_is_told_its_length() -> None:
    with pytest.raises(ValueError, match="65 characters long: at most 64"):
        values.shaped(values.NAME_PATTERN, "", 64)("a" * 65)


def test_a_wrong_word_names_the_nearest_and_one_of_later_says_so() -> None:
    parse = values.one_of("skip", "fail", later=("ask",))
    with pytest.raises(ValueError, match=r"must be skip or fail, and is \"Skip\" \(did you mean skip\?\)"):
        parse("Skip")
    with pytest.raises(ValueError, match="is not available in this version of kaverun: write skip or fail"):
        parse("ask")
    with pytest.raises(ValueError, match="and is an empty list"):
        parse([])


def test_no_words_repeat_a_phone_number() -> None:
    for parse in (values.duration, values.rate, values.share, values.yes_no, values.delimiter, values.encoding):
        with pytest.raises(ValueError, match=r"^((?!09121234567).)*$"):
            parse("09121234567")
