"""Jinja's lenient filters are strict: a number that cannot be read is an error, never 0."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kaverun.template.template import RenderError, compile_template


def render(text: str, **values: object) -> str:
    return compile_template(text, path="c.yaml").render(values)


@pytest.mark.parametrize(
    "number", ["1,250,000", "1250000", "۱٬۲۵۰٬۰۰۰", "۱،۲۵۰،۰۰۰", " 1 250 000 ", "1250000.0", "\u200f1250000"]
)
def test_a_number_that_can_only_be_read_one_way_is_read(number: str) -> None:
    assert render("{{ a | int }} {{ a | float }} {{ a | round | int }} {{ a | abs | int }}", a=number) == " ".join(
        ["1250000"] * 4
    )
    assert (
        render("{{ [a, 1] | sum | int }} {{ '%d' | format(a) }} {{ '%.1f' % a }}", a=number)
        == "1250001 1250000 1250000.0"
    )


UNREADABLE = [
    "12a",
    "1.25E+06",
    "",
    " ",
    "12,5",
    "1,2500",
    "1_000",
    "nan",
    "inf",
    "Infinity",
    "-inf",
    "ندارد",
    "0x10",
    "12/5",
]


@pytest.mark.parametrize("cell", [*UNREADABLE, None, float("nan"), float("inf"), Decimal("NaN")])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "{{ a | int }}",
            "{{ a | float }}",
            "{{ a | round }}",
            "{{ a | abs }}",
            "{{ [a] | sum }}",
            "{{ '%d' | format(a) }}",
        ),
        *("{{ '%.2f' % a }}", "{{ '%(x)d' | format(x=a) }}", "{{ a | toman }}", "{{ a | thousands }}"),
        *("{{ [{'x': a}] | sum('x') }}", "{{ a | int | toman }}", "{{ a | int(base=16) if false else a | int }}"),
    ],
)
def test_what_is_no_number_is_an_error_and_never_nought(text: str, cell: object) -> None:
    with pytest.raises(RenderError):
        render(text, a=cell)


@pytest.mark.parametrize("text", ["{{ a | toman }}", "{{ a | thousands }}", "{{ a | int }}", "{{ a | round }}"])
@pytest.mark.parametrize("cell", ["1.25E+06", "1.25e+6", "۱٫۲۵E+۰۶", "9E5"])
def test_an_amount_that_a_spreadsheet_rounded_is_refused_with_what_to_do(text: str, cell: str) -> None:
    with pytest.raises(RenderError, match="a spreadsheet shortened it: widen the column"):
        render(text, a=cell)


def test_only_a_default_that_is_written_is_taken() -> None:
    assert render("{{ a | int(default=7) }} {{ a | int(8) }} {{ a | float(0.5) }}", a="12a") == "7 8 0.5"
    assert render("{{ a | int(0) }}{{ b | int(0) }}", a="", b=None) == "00"
    assert render("{{ a | int(0, 16) }} {{ b | int(base=16) }}", a="zz", b="ff") == "0 255"


def test_a_name_without_a_value_says_so() -> None:
    for text in (
        "{{ nope | int(0) }}",
        "{{ nope | int }}",
        "{{ nope | round }}",
        "{{ '%d' % nope }}",
        "{{ [nope] | sum }}",
    ):
        with pytest.raises(RenderError, match="'nope' has no value"):
            render(text, a="1")


def test_numbers_stay_what_they_are() -> None:
    assert render("{{ 3.14159 | round(2) }} {{ -2 | abs }} {{ 12.7 | int }} {{ true | int }}") == "3.14 2 12 1"
    assert render("{{ a | round(1) }} {{ a | abs }}", a=Decimal("-12.25")) == "-12.2 12.25"
    assert render("{{ '%s-%05d-%%' | format('x', 7) }} {{ '%s' | format('12a') }}") == "x-00007-% 12a"
    assert render("{{ [[1], [2]] | sum(start=[]) | join('-') }}") == "1-2"


@pytest.mark.parametrize("text", ["{{ a * 2 }}", "{{ 2 * a }}", "{{ a + b }}", "{{ (a + b) | toman }}"])
def test_numbers_that_are_texts_are_not_computed_with_as_texts(text: str) -> None:
    with pytest.raises(RenderError, match=r"write `\| int` after each"):
        render(text, a="50000", b="1,000")


def test_texts_are_still_put_together_and_numbers_computed_with() -> None:
    assert render("{{ a + b }} {{ '0' * 3 }} {{ '-' * 2 }} {{ 1 + 2 }}", a="x", b="1") == "x1 000 -- 3"
    assert render("{{ a | int * 2 }} {{ a | int + b | int }} {{ a ~ b }}", a="500", b="1") == "1000 501 5001"
