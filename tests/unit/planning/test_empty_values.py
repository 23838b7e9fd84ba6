"""Values that print nothing, or NULL: found where the text shows it, not where a guard keeps it out."""

from __future__ import annotations

from functools import partial

import pytest

from kaverun.planning import empty_values

TAIL = "schedule: {quiet_hours: '22:00-08:00'}\n"


@pytest.fixture
def planned(planned):
    return partial(planned, second_look=True)


def warned(planned, text, *names, more=""):
    campaign = f"recipients: {{csv: members.csv{more}}}\nmessage: |-\n  {text} لغو11\n" + TAIL
    rows = "\n".join(f'0926000{number:04},"{name}",x' for number, name in enumerate(names, 1))
    plan = planned(campaign, members_csv=f"phone,name,city\n{rows}\n")
    return [problem for problem in plan.warnings if problem.rule in ("empty-value", "")]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\u200c",
        "\u00a0",
        "\u200f \u200e",
        "\u2800",
        "\ufeff",
        "NULL",
        "null",
        "None",
        "nan",
        "NaN",
        "N/A",
        "#n/a",
        "undefined",
        " NULL ",
        "(null)",
        "<null>",
        "\u200cN/A",
        "nil",
    ],
)
def test_a_value_that_says_nothing_is_named_with_its_row(planned, name):
    (problem,) = warned(planned, "{{ name }} عزیز", "سارا", name, "رضا")
    assert problem.rule == "empty-value"
    assert problem.what.startswith("'name' is empty or says nothing (")
    assert "is printed in 1 of 3 texts (first in row 2)" in problem.what


@pytest.mark.parametrize("name", ["Nancy", "نان", "Annan", "Null Island", "-", "0", "نیل"])
def test_a_value_that_says_something_is_left_alone(planned, name):
    assert warned(planned, "{{ name }} عزیز", "سارا", name) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ name | default_if_empty('مشتری') }} عزیز",
        "{{ name | default('مشتری', true) }} عزیز",
        "{{ name | default('مشتری', boolean=true) }} عزیز",
        "{{ name | default_if_empty('') }} عزیز",
        "{{ name | trim | default_if_empty('') | upper }} عزیز",
        "{{ name | default('') }} عزیز",
        "{{ '' | upper }}{{ city }}",
        "{{ name or 'مشتری' }} عزیز",
        "{{ name if name else 'مشتری' }} عزیز",
        "{% if name %}{{ name }} عزیز{% endif %} سلام",
        "{% if name %}{{ name }}{% else %}مشتری{% endif %} عزیز",
        "{% if name == 'x' %}{{ name }}{% endif %} {{ city }}",
        "{{ ' عزیز' if name else '' }} {{ city }}",
        "{{ city }}{% set n = name or 'مشتری' %}{{ n }}",
    ],
)
def test_a_guard_or_a_default_keeps_it_out_of_the_text(planned, text):
    assert warned(planned, text, "سارا", "", "رضا") == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ name | default('مشتری') }} عزیز",
        "{{ name | trim }} عزیز",
        "{{ name | upper | replace('A', 'B') }} عزیز",
        "{{ city ~ ' ' ~ name }} عزیز",
        "{{ name if city else 'x' }} عزیز",
        "{% if city %}{{ name }}{% endif %} عزیز",
        "{% set n = name %}{{ n }} عزیز",
        "{{ name.strip() }} عزیز",
    ],
)
def test_whatever_way_it_is_printed_it_is_named(planned, text):
    (problem,) = warned(planned, text, "سارا", "", "رضا")
    assert "is printed in 1 of 3 texts (first in row 2)" in problem.what


def test_a_null_that_a_default_for_empty_cells_lets_through_is_not_taken_for_one(planned):
    (problem,) = warned(planned, "{% if city %}{{ name }}{% endif %} {{ name | default_if_empty('x') }}", "a", "NULL")
    assert "(NULL)" in problem.what


@pytest.mark.parametrize(
    "text", ["{{ name | default_if_empty('مشتری') }} عزیز", "{{ name | default_if_empty('') | upper }} عزیز"]
)
def test_a_default_does_not_stand_for_a_word_that_means_none(planned, text):
    (problem,) = warned(planned, text, "سارا", "undefined", "")
    assert (
        "'name' is empty or says nothing (undefined), and is printed in 1 of 3 texts (first in row 2)" in problem.what
    )


def test_typed_columns_that_are_empty_are_named(planned):
    campaign = "recipients: {csv: members.csv, columns: {n: int, d: date}}\nmessage: '{{ n }} {{ d }} لغو11'\n" + TAIL
    csv = "phone,n,d\n09260000001,5,2026-03-20\n09260000002,,2026-03-20\n09260000003,7,2026-03-20\n"
    (problem,) = planned(campaign, members_csv=csv).warnings
    assert problem.what.startswith("'n' is empty or says nothing (an empty cell)")


def test_an_empty_token_of_a_lookup_is_named(planned):
    campaign = "channel: lookup\nrecipients: members.csv\nmessage: {template: t, token: '{{ a }}', token2: '{{ b }}'}\n"
    (problem,) = planned(campaign, members_csv="phone,a,b\n09260000001,1,2\n09260000002,2,NULL\n").warnings
    assert problem.rule == "empty-value"


def test_rows_that_are_left_out_are_not_looked_at(planned):
    assert warned(planned, "{{ name }} عزیز", "سارا", "", "رضا", more=', where: name != ""') == []


def test_past_many_rows_one_of_each_block_is_looked_at(planned, monkeypatch):
    monkeypatch.setattr(empty_values, "_LOOKED_AT", 150)
    (problem,) = warned(planned, "{{ name }} عزیز", *([""] * 600))
    assert "is printed in 152 of 600 texts (first in row 1)" in problem.what
