from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.errors import Invalid
from kaverun.template.template import (
    Condition,
    RenderError,
    Template,
    check_variables,
    compile_condition,
    compile_template,
)


def template(text: str, **place: int) -> Template:
    return compile_template(text, path="c.yaml", **{"line": 12} | place)


def render(text: str, **values: object) -> str:
    return template(text).render(values)


def condition(expression: str) -> Condition:
    return compile_condition(expression, path="c.yaml", line=7)


def problems_of(text: str) -> list[str]:
    with pytest.raises(Invalid) as raised:
        template(text)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ name }} عزیز\nلغو11", "سارا عزیز\nلغو11"),
        ("{{ name }}\n", "سارا"),
        ("{{ nothing }}", ""),
        ("{{ 12.0 }} {{ 1.5 }} {{ price }}", "12 1.5 1200"),
        ("{% if price > 5 %}ویژه{% else %}عادی{% endif %}", "ویژه"),
        ("{% for n in range(3) %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/3 2/3 3/3 "),
        ("{% set a = name ~ '!' %}{{ a }}", "سارا!"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(name) }}", "<سارا>"),
        ("{{ missing | default('دوست') }}", "دوست"),
        ("{{ amount | toman | thousands | persian_digits }}", "۱۲۵,۰۰۰"),
        ("{{ '۱۲' | latin_digits }}", "12"),
        ("{{ ['a', 'b'] | join('، ') }}", "a، b"),
        ("{{ ', '.join(['a', 'b']) }}{{ 'abc'.replace('b', '-') }}{{ '7'.zfill(3) }}", "a, ba-c007"),
        ("{{ 'abc' | replace('b', '-') }}{{ 3.14159 | round(2) }}{{ 'x' | center(3) }}", "a-c3.14 x "),
        ("{{ '%s-%05d' % ('a', 7) }}{{ '{:,}'.format(1000) }}{{ '%s' | format('b') }}", "a-000071,000b"),
        ("{{ 'ab' * 3 }}{{ 2 ** 10 }}{{ 3 * 1.5 }}", "ababab10244.5"),
        ("{% with a = 1 %}{{ a }}{% endwith %}{{ [1, 2, 3] | batch(2) | list | length }}", "12"),
        ("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "3"),
        ("<b>&</b> {{ '<' }}", "<b>&</b> <"),
    ],
)
def test_a_template_is_rendered(text: str, expected: str) -> None:
    assert render(text, name="سارا", nothing=None, price=1200.0, amount="1250000") == expected


def test_a_column_may_be_called_like_a_function_of_jinja() -> None:
    assert render("{{ range }}", range="تهران") == "تهران"


def test_variables_are_those_a_row_has_to_give() -> None:
    text = (
        "{{ a }}{% set b = 1 %}{{ b }}{% for c in range(2) %}{{ c }}{% endfor %}{{ d | default(1) }}{{ e is defined }}"
    )
    assert template(text).variables == {"a"}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a\n{{ nmae }}", 13, "'nmae' has no value"),
        ("\n\n{{ name.first }}", 14, "has no attribute 'first'"),
        ("{{ name + 1 }}", 12, "concatenate"),
        ("{{ 1 / 0 }}", 12, "division by zero"),
        ("{{ name | thousands }}", 12, "thousands needs a number"),
        ("{{ name.upper }}", 12, "are the brackets () missing"),
        ("{{ [1, 2] }}", 12, "join it"),
        ("{{ [1, 2] | map('string') }}", 12, "join it"),
        ("{{ namespace() }}", 12, "no text of its own"),
        ("{{ ''.__class__.__mro__ }}", 12, "unsafe"),
        ("{{ name.encode() }}", 12, "unsafe"),
        ("{% if vip %}a{% endif %}", 12, "compare it instead"),
        ("{{ 'a' if vip else 'b' }}", 12, "compare it instead"),
        ("{% if not vip %}a{% endif %}", 12, "compare it instead"),
        ("{% if name and vip %}a{% endif %}", 12, "compare it instead"),
    ],
)
def test_an_error_says_why_and_names_the_line_of_the_file(text: str, line: int, reason: str) -> None:
    with pytest.raises(RenderError) as raised:
        render(text, name="سارا", vip="FALSE")
    assert raised.value.line == line
    assert reason in str(raised.value)


def test_a_name_that_is_only_written_to_is_looked_for_among_the_columns_too() -> None:
    (problem,) = check_variables(template("\n{% set ns.count = 1 %}", column=5), ["name"])
    assert str(problem) == "c.yaml:13:12: message.text: no column is called 'ns'; the columns are name"


def test_an_error_shows_no_number() -> None:
    with pytest.raises(RenderError) as raised:
        render("{{ phone | int(base=99) }}{{ {}[phone] }}", phone="09121234567")
    assert "1234567" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 10**8 }}",
        "{{ 10**8 * 'x' }}",
        "{{ [1] * 10**8 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{% set n = namespace(a=7) %}{% for i in range(99) %}{% set n.a = n.a * n.a %}{% endfor %}",
        "{{ '%99999999d' % 1 }}",
        "{{ '%*d' % (99999999, 1) }}",
        "{{ '%.99999999f' % 1 }}",
        "{{ '%(a)99999999s' % {'a': 1} }}",
        "{{ '%99999999d' | format(1) }}",
        "{{ '{:>99999999}'.format(1) }}",
        "{{ '{:{w}}'.format(1, w=99999999) }}",
        "{{ 'x'.ljust(10**9) }}",
        "{{ 'x\t'.expandtabs(10**9) }}",
        "{{ 'x' | center(10**9) }}",
        "{{ 'x' | center(width=10**9) }}",
        "{{ 'x' | indent(10**9) }}",
        "{{ [1] | batch(10**9, 0) | list }}",
        "{{ 1.5 | round(10**9) }}",
        "{{ long.replace('x', long) }}",
        "{{ long | replace('x', long) }}",
        "{{ long.join(range(9999) | list) }}",
        "{{ range(9999) | join(long) }}",
        "{{ range(10**9) | list }}",
        "{% for i in range(10**9) %}{% endfor %}",
        "{% for i in range(500) %}{% for j in range(500) %}{% endfor %}{% endfor %}",
        "{% for i in range(500) %}{% for j in long %}{% endfor %}{% endfor %}",
        "{% for i in range(999) %}{{ long }}{% endfor %}",
        "{% set n = namespace(a='xx') %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
        "{% set n = namespace(a='xx') %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}",
        "{% set n = namespace(a='x') %}{% for i in range(99) %}{% set n.a %}{{ n.a }}{{ n.a }}{% endset %}{% endfor %}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% macro m(a, n) %}{% if n > 0 %}{{ m(a ~ a, n - 1) }}{% endif %}{% endmacro %}{{ m('xx', 60) }}",
        "{{ long }}{{ long }}{{ long }}",
        "{{ long ~ long ~ long }}",
        "{{ 7 | round(-10**9) }}",
        "{{ long | indent(long) }}",
        "{{ long | wordwrap(1, wrapstring=long) }}",
        "{{ ('%s' * 99) % ((long[:999],) * 99) }}",
        "{{ ('%(a)s' * 99) % {'a': long[:999]} }}",
        "{{ ('{a}' * 99).format(a=long[:999]) }}",
        "{{ '{:f}'.format(huge) }}",
        "{{ '%d' % huge }}",
        "{{ huge | int }}",
        "{{ huge | round(method='ceil') }}",
        "{{ price ** 99999999 }}",
        "{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a ~ 1 }}",
        "{% macro m(a, n) %}{% if n %}{{ m([a, a], n - 1) }}{% endif %}{% endmacro %}{{ m([1], 60) }}",
        "{% macro m(a, n) %}{% if n %}{{ m({1: a, 2: a}, n=n - 1) }}{% endif %}{% endmacro %}{{ m([1], n=60) }}",
        "{% set a = [1] * 9999 %}{% set b = [a] * 9999 %}",
        "{% for i in range(4999) %}{% if long | list | sort | first %}{% endif %}{% endfor %}",
        "{% for i in range(4999) %}{% if long | wordcount %}{% endif %}{% endfor %}",
        "{% for i in range(4999) %}{% if long.split() %}{% endif %}{% endfor %}",
    ],
)
def test_a_template_that_runs_away_is_cut_off_at_its_line_within_a_second(text: str) -> None:
    began = process_time()
    with pytest.raises(RenderError) as raised:
        render("\n" + text, long="x" * 9_000, huge=Decimal("1e99999999"), price=Decimal(1200))
    assert raised.value.line == 13
    assert process_time() - began < 1


@pytest.mark.parametrize("text", ["{{ (1).to_bytes(10**9, 'big') }}", "{{ day.today() }}", "{{ day.now() }}"])
def test_bytes_and_the_clock_are_out_of_reach(text: str) -> None:
    with pytest.raises(RenderError, match="unsafe"):
        render(text, day=datetime(2026, 3, 20))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "سلام {{ name }}، {{ amount | thousands }} تا {{ due }}",
            "amount: thousands needs a number, and its input is none",
        ),
        ("{% if amount > 5 %}x{% endif %}{{ name }}", "amount: '>' not supported"),
        ("{{ name }}{% for x in amount | length %}{% endfor %}", "amount: 'int' object is not iterable"),
        ("{% set x = amount * name %}", "amount, name: can't multiply"),
        (
            "{% macro m() %}{{ name }}{{ due | jalali }}{% endmacro %}{{ m() }}",
            "due: jalali needs a date, and its input is none",
        ),
        ("{{ name }}{{ nmae }}", "'nmae' has no value"),
        ("{{ amount | default_if_empty(0) | toman }}", "amount: toman needs a number"),
        (
            "{{ price | sqrt }}{{ price / 0 }}".replace("{{ price | sqrt }}", ""),
            "price: this cannot be computed: a number",
        ),
    ],
)
def test_an_error_names_the_columns_of_the_expression_that_failed_on_a_line_of_many(text: str, told: str) -> None:
    with pytest.raises(RenderError) as raised:
        render(text, name="سارا", amount="x", due="-", price=Decimal(1))
    assert str(raised.value).startswith(told)
    assert str(raised.value).endswith(" (c.yaml:12)")


@pytest.mark.parametrize("empty", [None, "", "  ", "\u200c", "\u00a0\t\u200f"])
def test_an_empty_cell_gets_the_default_that_is_for_empty_ones(empty: object) -> None:
    assert render("{{ name | default_if_empty('دوست') }}", name=empty) == "دوست"
    assert render("{{ name | default('دوست') }}", name=empty) == ("" if empty is None else empty)


def test_what_is_there_is_kept_by_the_default_for_empty_cells() -> None:
    assert [render("{{ n | default_if_empty('x') }}", n=value) for value in (0, "0", " a ")] == ["0", "0", " a "]
    assert render("{{ nobody | default_if_empty('x') }}") == "x"
    assert template("{{ nobody | default_if_empty('x') }}").variables == frozenset()


def test_parts_put_together_print_as_they_do_alone() -> None:
    assert render("{{ a ~ '-' ~ b ~ '-' ~ c }}", a=None, b=12.0, c="x") == "-12-x"


def constant(text: str, **constants: object) -> Template:
    return compile_template(text, path="c.yaml", line=12, constants=constants)


def test_constants_are_there_for_every_row_and_no_column_is_needed_for_them() -> None:
    wanting = constant("{{ name }} {{ shop }} {{ gifts | join('، ') }}", shop="کتاب", gifts=("a", "b"))
    assert wanting.variables == {"name"}
    assert wanting.render({"name": "سارا"}) == "سارا کتاب a، b"
    assert wanting.render_many([{"name": "x"}, {"name": "y"}]) == ["x کتاب a، b", "y کتاب a، b"]
    assert constant("{{ shop }}", shop="کتاب").constant


def test_a_name_nobody_provides_is_looked_for_among_constants_too() -> None:
    (problem,) = check_variables(constant("{{ shpo }}", shop="کتاب"), ["name"])
    assert problem.what == "no column or variable is called 'shpo'; did you mean 'shop'?"


def test_a_condition_sees_constants() -> None:
    where = compile_condition("city == home", path="c.yaml", line=7, constants={"home": "تهران"})
    assert (where({"city": "تهران"}), where({"city": "قم"}), where.variables) == (True, False, {"city"})


def test_a_condition_that_fails_names_its_columns_and_its_place() -> None:
    with pytest.raises(RenderError) as raised:
        condition("amount > 5")({"amount": "x"})
    assert str(raised.value) == "amount: '>' not supported between instances of 'str' and 'int' (c.yaml:7)"


def test_the_same_row_gives_the_same_bytes_so_chance_is_not_there() -> None:
    assert problems_of("{{ [1, 2] | random }}") == ["c.yaml:12: message.text: there is no filter 'random'"]
    assert template("{{ lipsum() }}").variables == {"lipsum"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n{{ name", "c.yaml:13: message.text: the template is not valid: unexpected end of template"),
        ("{% if %}", "c.yaml:12: message.text: the template is not valid: Expected an expression"),
        ("{{ a | upperr }}", "c.yaml:12: message.text: there is no filter 'upperr'; did you mean 'upper'?"),
        ("\n{{ a is definedd }}", "c.yaml:13: message.text: there is no test 'definedd'; did you mean 'defined'?"),
        ("{% include 'x' %}", "{% include %} is not available here"),
        ("{% extends 'x' %}", "{% extends %} is not available"),
        ("{% import 'x' as x %}", "{% import %} is not available"),
        ("{% from 'x' import y %}", "{% from … import %} is not available"),
        ("{% block b %}{% endblock %}", "{% block %} is not available"),
        ("{% autoescape true %}{% endautoescape %}", "a message is plain text"),
        ("{% for a in [[]] recursive %}{{ loop(a) }}{% endfor %}", "may never end"),
        ("\n{% for loop in [1] %}{% endfor %}", "c.yaml:13: message.text: the template is not valid: Can't assign to"),
        ("{% macro m(a, a) %}{% endmacro %}", "a macro has an argument twice"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
        ("{% for a in [1] %}" * 30 + "{% endfor %}" * 30, "nested too deeply"),
    ],
)
def test_a_template_that_cannot_be_used_is_an_error_at_its_line(text: str, expected: str) -> None:
    (problem,) = problems_of(text)
    assert expected in problem


def test_all_unknown_filters_are_told_at_once_in_the_order_of_lines() -> None:
    assert [
        problem.split(":")[1] for problem in problems_of("{{ a | x }}\n{% if b is y %}{% endif %}\n{{ a | z }}")
    ] == [
        "12",
        "13",
        "14",
    ]


def test_a_name_no_column_provides_is_one_problem_with_the_nearest_column() -> None:
    wanting = template("سلام\n{{ nmae }} {{ nmae }} {{ city }}", column=1)
    (problem,) = check_variables(wanting, ["name", "city", "phone"])
    assert str(problem) == "c.yaml:13:4: message.text: no column is called 'nmae'; did you mean 'name'?"


def test_a_name_like_no_column_lists_the_columns() -> None:
    (problem,) = check_variables(template("{{ شهر }}"), ["name", "city"])
    assert str(problem) == "c.yaml:12: message.text: no column is called 'شهر'; the columns are city, name"


def test_a_column_some_recipients_lack_says_who() -> None:
    (problem,) = check_variables(template("{{ city }}"), ["phone"], {"city": "b.csv has no such column"})
    assert problem.what == "'city' is not given for every recipient: b.csv has no such column"
    assert problem.severity == "error"


def test_a_name_with_a_default_is_a_warning_if_nobody_has_it_and_fine_if_some_have() -> None:
    wanting = template("{{ city | default('x') }}{% if town is defined %}{{ town }}{% endif %}")
    problems = check_variables(wanting, ["phone"], {"city": "b.csv has no such column"})
    assert [(problem.severity, "'town'" in problem.what) for problem in problems] == [("warning", True)]


NAMES = ("name", "city", "amount")
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(alphabet="سا\0{}% \nx", max_size=5),
            "city": st.one_of(st.none(), st.text(max_size=3), st.just("x" * 30_000)),
            "amount": st.one_of(st.integers(-5, 5), st.floats(allow_nan=False), st.just("12"), st.just([1])),
        },
    ),
    max_size=8,
)
TEXTS = st.sampled_from(
    [
        "{{ name }} {{ city }}",
        "{{ name | upper }}{% if city == 'a' %}{{ amount }}{% endif %}",
        "{{ amount | thousands }}",
        "{{ city | default('-') }}",
        "{% if name is defined %}{{ name }}{% else %}?{% endif %}",
        "{% set a = name %}{{ a }}",
        "{% for c in name %}{{ c }},{% endfor %}",
        "{{ range(2) | list | join(name) }}",
        "{{ loop }}{{ name }}",
        "{{ amount * 2 }}",
        "fixed",
        "{{ name.strip() }}|{{ name[0] }}",
        "\0{{ name }}",
        "{{ 'a' if name else 'b' }}",
    ]
)


@given(TEXTS, ROWS)
def test_many_rows_are_rendered_as_each_alone(text: str, rows: list[dict[str, object]]) -> None:
    compiled = template(text)

    def alone(row: dict[str, object]) -> tuple[str, ...]:
        try:
            return ("text", compiled.render(row))
        except RenderError as error:
            return ("error", error.reason, str(error.line))

    together = [
        ("text", one) if isinstance(one, str) else ("error", one.reason, str(one.line))
        for one in compiled.render_many(rows)
    ]
    assert together == [alone(row) for row in rows]


def test_texts_with_the_mark_between_rows_are_still_told_apart() -> None:
    rows = [{"name": "a\0b"}, {"name": ""}, {"name": "\0"}]
    assert template("{{ name }}!").render_many(rows) == ["a\0b!", "!", "\0!"]


def test_a_text_too_long_is_cut_off_among_many_too() -> None:
    short, long = template("{{ name }}").render_many([{"name": "x" * 20_000}, {"name": "x" * 20_001}])
    assert short == "x" * 20_000
    assert isinstance(long, RenderError)


def test_steps_are_counted_for_each_of_many_rows() -> None:
    rows = [{"name": "x"}] * 200
    assert template("{% for i in range(90) %}{% endfor %}{{ name }}").render_many(rows) == ["x"] * 200
    assert template("{{ name }}{{ range(90) | sum }}").render_many(rows) == ["x4005"] * 200


def test_a_column_called_like_a_function_wins_among_many_rows_too() -> None:
    rows = [{"name": "a", "range": ""}, {"name": "b", "range": "c"}]
    assert template("{{ name }}{% if range == '' %}!{% endif %}").render_many(rows) == ["a!", "b"]


def test_a_range_takes_its_length_in_steps() -> None:
    with pytest.raises(RenderError, match="steps"):
        render("{{ range(10_001) | length }}")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("city == 'تهران'", True),
        ("city == 'تهران' and amount | int > 5", True),
        ("amount | int in range(3)", False),
        ("not city == 'x'", True),
        ("missing is defined", False),
        ("city\n== 'x'", False),
        ("none", False),
    ],
)
def test_a_condition_says_yes_or_no(expression: str, expected: bool) -> None:
    assert condition(expression)({"city": "تهران", "amount": "10"}) is expected


@pytest.mark.parametrize("expression", ["city", "city ~ 'x'", "nope == 1", "amount > 5", "vip or city == 'x'", "[1]"])
def test_a_condition_without_a_yes_or_no_is_an_error(expression: str) -> None:
    with pytest.raises(RenderError):
        condition(expression)({"city": "تهران", "amount": "10", "vip": "FALSE"})


@pytest.mark.parametrize("expression", ["", "city ==", "city = 'x'", "a b", "a }} b", "a | nope"])
def test_a_condition_that_cannot_be_read_is_an_error_at_its_place(expression: str) -> None:
    with pytest.raises(Invalid, match=r"^c\.yaml:7: recipients\.where: "):
        condition(expression)


def test_the_names_of_a_condition_are_checked_like_those_of_a_template() -> None:
    (problem,) = check_variables(condition("cty == 'x'"), ["city"])
    assert str(problem) == "c.yaml:7: recipients.where: no column is called 'cty'; did you mean 'city'?"
