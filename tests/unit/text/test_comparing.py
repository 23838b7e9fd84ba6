"""Texts are compared in the folded form that headers have, and printed as they are."""

from __future__ import annotations

import time
import unicodedata

import pytest

from kaverun.template.template import compile_condition, compile_template

SHIRAZ = [
    *("شیراز", "شيراز", "شىراز", " شیراز", "شیراز ", "شیراز\u00a0", "\u200fشیراز", "شیراز\u200c", "شی\u00adراز"),
    *("\ufeffشیراز", "شیراز\u200e", "شِیراز", "\u202bشیراز\u202c", "شیراز\n", "\tشیراز"),
]
WRITTEN = ["کیش", "كيش", "کيش", "ك\u200eیش"]


@pytest.mark.parametrize("cell", SHIRAZ)
@pytest.mark.parametrize(
    "expression",
    [
        "city == 'شیراز'",
        "'شیراز' == city",
        "not city != 'شیراز'",
        "city in ['تهران', 'شیراز']",
        "city in ('شیراز', 'x')",
        "not city not in ['شیراز']",
        "city in 'قم، شیراز، کیش'",
        "'شیرا' in city",
        "city == home == 'شیراز'",
        "city.startswith('شیر')",
        "city.endswith('راز')",
        "city is eq 'شیراز'",
        "city is equalto('شیراز')",
        "not city is ne 'شیراز'",
        "city is in ['شیراز']",
        "[city] | select('equalto', 'شیراز') | list | length == 1",
    ],
)
def test_nobody_is_lost_by_the_spelling_of_a_keyboard_or_an_invisible_mark(expression: str, cell: str) -> None:
    assert compile_condition(expression, path="c.yaml")({"city": cell, "home": "شیراز "}) is True


@pytest.mark.parametrize("cell", WRITTEN)
def test_a_condition_written_with_arabic_letters_finds_persian_ones_too(cell: str) -> None:
    assert all(compile_condition("city == 'كيش'", path="c.yaml")({"city": written}) for written in WRITTEN)
    assert compile_template("{% if city == 'کیش' %}{{ city }}{% endif %}", path="c.yaml").render({"city": cell}) == cell


def test_decomposed_letters_are_composed() -> None:
    written = "آبان ئی é"
    cell = unicodedata.normalize("NFD", written)
    assert cell != written
    assert compile_condition("a == b and a in [b] and a in b", path="c.yaml")({"a": cell, "b": written}) is True


@pytest.mark.parametrize(
    ("left", "right"),
    [
        *(("A+", "A-"), ("C++", "C#"), ("Tehran", "tehran"), ("۵", "5"), ("میروم", "می‌روم"), ("", "x")),
        *(("شیراز", "تهران"), ("12", 12), ("1", True), (None, ""), ("a b", "ab")),
    ],
)
def test_what_a_person_sees_as_different_stays_different(left: object, right: object) -> None:
    row = {"a": left, "b": right}
    assert compile_condition("a == b", path="c.yaml")(row) is False
    assert compile_condition("a != b", path="c.yaml")(row) is True
    assert compile_condition("a in [b]", path="c.yaml")(row) is False


def test_numbers_and_typed_values_are_compared_as_before() -> None:
    row = {"n": 5, "vip": True, "none": None, "name": "سارا"}
    for expression in (
        "n == 5.0",
        "vip == true",
        "none == none",
        "1 < n < 9",
        "n in [4, 5]",
        "n not in range(3)",
        "n != 4",
    ):
        assert compile_condition(expression, path="c.yaml")(row) is True
    assert compile_condition("' ' in name", path="c.yaml")(row) is False
    assert compile_condition("'' in name", path="c.yaml")(row) is True
    assert compile_condition("' رضا' in 'علیرضا'", path="c.yaml")(row) is False


def test_a_half_space_is_a_space() -> None:
    assert compile_condition("a == 'علی رضا'", path="c.yaml")({"a": "علی‌رضا"}) is True
    assert compile_condition("a == 'علی رضا'", path="c.yaml")({"a": "علی  رضا"}) is True


def test_comparing_long_texts_in_a_loop_takes_steps() -> None:
    text = "{% for x in range(5000) %}{% if a == b %}{% endif %}{% endfor %}x"
    started = time.process_time()
    with pytest.raises(Exception, match="steps"):
        compile_template(text, path="c.yaml").render({"a": "ش" * 20_000, "b": "س" * 20_000})
    assert time.process_time() - started < 5
