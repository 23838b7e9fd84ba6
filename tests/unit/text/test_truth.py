"""What counts as a yes in a condition: never a cell that says no or nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kaverun.template.template import RenderError, compile_condition, compile_template
from kaverun.text.truth import meaning

NOTHING = ["", " ", "\u00a0", "\u200c", "\u200f \u200e", "\ufeff", "\u00ad", "\u2063", "\u202a\u202c", "\t\n", "\u3164"]
NO = [
    *("0", "0.0", "۰٫۰", "۰", "٠", "-0", "0%", "00", "F", "f", "false", "FALSE", "no", "off", "N/A", "n.a.", "#N/A"),
    *(
        "none",
        "NULL",
        "<null>",
        "nan",
        "\\N",
        "-",
        "–",
        "—",
        "--",
        "…",
        "?",
        "✗",
        "❌",
        "☐",
        "ندارد",
        "نخیر",
        "خیر",
        "نه",
    ),
    *("خير", " ندارد. ", "نمی‌خواهد", "هیچ‌کدام", "-\u200f", "\u200cندارد"),
]
YES = ["1", "0.5", "yes", "TRUE", "T", "بله", "دارد", "✓", "سارا", "10", "علی - رضا", "N12"]

CONDITIONS = [
    "{% if v %}yes{% endif %}",
    "{% if v | trim %}yes{% endif %}",
    "{{ 'yes' if v }}",
    "{{ 'yes' if a and v }}",
    "{{ 'yes' if v and a }}",
    "{{ 'yes' if v or false }}",
    "{{ 'yes' if false or v }}",
    "{% if not v %}{% else %}yes{% endif %}",
    "{% if a %}{% if false %}{% elif v %}yes{% endif %}{% endif %}",
    "{% for x in [1] if v %}yes{% endfor %}",
    "{% set w = v %}{% if w %}yes{% endif %}",
    "{% if v | default('') %}yes{% endif %}",
    "{{ 'yes' if (v if a else a) }}",
    "{{ 'yes' if v | default('', true) }}",
    "{{ [v] | select | map('length') | join and 'yes' }}",
    "{% for x in [1] if [v] | reject | list | length == 0 %}yes{% endfor %}",
    "{{ 'yes' if [{'v': v}] | selectattr('v') | list }}",
]


def said(text: str, value: object) -> str:
    """`yes`, nothing or the error of a template."""
    try:
        return compile_template(text, path="c.yaml").render({"v": value, "a": "بله"}).strip()
    except RenderError as error:
        return f"error: {error}"


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_cell_that_shows_nothing_is_false_in_every_condition(text: str) -> None:
    assert {said(text, cell) for cell in NOTHING} == {""}


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_cell_that_says_no_is_an_error_that_asks_for_a_type_in_every_condition(text: str) -> None:
    for cell in NO:
        assert "give its column a type below recipients.columns" in said(text, cell), cell


@pytest.mark.parametrize("text", CONDITIONS)
def test_any_other_cell_is_true_as_before(text: str) -> None:
    assert [cell for cell in YES if not said(text, cell)] == []


@pytest.mark.parametrize("cell", ["", " ", "\u200c", "\u00a0"])
def test_what_is_blank_gives_way_to_a_default(cell: str) -> None:
    assert said("{{ v | default('دوست', true) }}", cell) == "دوست"
    assert said("{{ v | d('دوست', boolean=true) }}", cell) == "دوست"
    assert said("{{ v or 'دوست' }}", cell) == "دوست"
    assert said("{{ v and 'x' }}", cell) == ""


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), float("inf"), Decimal("-Infinity")])
def test_what_is_not_a_number_is_neither_yes_nor_no_and_never_printed(value: object) -> None:
    assert said("{% if v %}yes{% endif %}", value).startswith("error: v: this is not a number")
    assert said("{{ v }}", value).startswith("error: v: this is not a number")
    assert said("{{ '%s' | format(v) }}", value).startswith("error: v: this is not a number")


@pytest.mark.parametrize("value", [0, 0.0, Decimal("0.0"), False, None])
def test_numbers_and_typed_cells_count_as_they_are(value: object) -> None:
    assert said("{% if v %}yes{% endif %}", value) == ""


def test_a_condition_over_rows_holds_for_no_blank_cell_and_is_an_error_for_a_no() -> None:
    where = compile_condition("vip", path="c.yaml")
    assert where({"vip": " "}) is where({"vip": "\u200c"}) is where({"vip": ""}) is False
    for expression in ("vip", "not vip", "vip and true", "true and vip", "vip or true"):
        with pytest.raises(RenderError, match="vip"):
            compile_condition(expression, path="c.yaml")({"vip": "ندارد"})


def test_a_long_text_is_no_word_for_no() -> None:
    assert meaning("-" * 41) == "other"
    assert meaning(" " * 5000) == "nothing"
