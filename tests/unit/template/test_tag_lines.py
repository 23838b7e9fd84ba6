"""A line of a template that holds nothing but tags leaves no empty, billed line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.template.partials import Partials
from kaverun.template.template import RenderError, compile_template

ROWS: list[dict[str, object]] = [{"v": True, "n": "a", "l": ["x", "y"]}, {"v": False, "n": "b", "l": []}]


def both(text: str) -> list[str]:
    """The text for a row with everything and for one with nothing, the same alone and among many."""
    compiled = compile_template(text, path="c.yaml")
    alone = [compiled.render(row) for row in ROWS]
    assert compiled.render_many(ROWS * 10) == alone * 10
    return alone


@pytest.mark.parametrize(
    ("text", "full", "empty"),
    [
        ("a\n{% if v %}\nb\n{% endif %}\nc", "a\nb\nc", "a\nc"),
        ("a\n{% if v %}\nb\n{% endif %}", "a\nb", "a"),
        ("a\n{% if v %}\nb\n{% endif %}\n", "a\nb", "a"),
        ("{% if v %}\nb\n{% endif %}\nc", "b\nc", "c"),
        ("{% if v %}\na\n{% else %}\nb\n{% endif %}", "a", "b"),
        ("a\n  {% if v %}  \n  b \n\t{% elif n %}\n c\n {% endif %} \nd", "a\n  b \nd", "a\n c\nd"),
        ("a\n{% for x in l %}\n- {{ x }}\n{% endfor %}\nb", "a\n- x\n- y\nb", "a\nb"),
        ("{# note #}\na\n{# one\n   two #}\nb\n{# end #}", "a\nb", "a\nb"),
        ("{% set x = n %}\n{{ x }}", "a", "b"),
        ("{% set x %}\n{{ n }}\n{% endset %}\n<{{ x }}>", "<a>", "<b>"),
        ("{% macro m() %}\n{{ n }}\n{% endmacro %}\n<{{ m() }}>\nc", "<a>\nc", "<b>\nc"),
        ("a\n{% if v and\n   n %}{# why #} {% if n %}\nb\n{% endif %}{% endif %}\nc", "a\nb\nc", "a\nc"),
        ("{% filter upper %}\n{{ n }}\n{% endfilter %}\nc", "A\nc", "B\nc"),
        ("a\r\n{% if v %}\r\nb\r\n{% endif %}\r\nc", "a\nb\nc", "a\nc"),
    ],
)
def test_a_line_of_tags_leaves_nothing(text: str, full: str, empty: str) -> None:
    assert both(text) == [full, empty]


@pytest.mark.parametrize(
    ("text", "full", "empty"),
    [
        ("a\n\nb {% if v %}\n c{% endif %} \n\n d", "a\n\nb \n c \n\n d", "a\n\nb  \n\n d"),
        ("a{% if v %}\nb\n{% endif %}c", "a\nb\nc", "ac"),
        ("a\n{%- if v %}\nb\n{%- endif %}\nc", "a\nb\nc", "a\nc"),
        ("a\n{% if v -%}\nb\n{% endif -%}\nc", "a\nb\nc", "a\nc"),
        ("a\n{%+ if v +%}\nb\n{% endif %}\nc", "a\n\nb\nc", "a\nc"),
        ("{{ n }}\n{{ '' }}\n\nx", "a\n\n\nx", "b\n\n\nx"),
        ("{% raw %}\n{% if v %}\n{% endraw %}\nx", "\n{% if v %}\n\nx", "\n{% if v %}\n\nx"),
        ("{{ '{% if v %}' }}\nx", "{% if v %}\nx", "{% if v %}\nx"),
        ("a\n\n", "a\n", "a\n"),
    ],
)
def test_lines_with_words_and_signs_of_the_author_keep_every_blank(text: str, full: str, empty: str) -> None:
    assert both(text) == [full, empty]


def test_what_a_partial_prints_ends_where_its_words_end(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("p\n{% if v %}\nq\n{% endif %}\n", encoding="utf-8")
    partials = Partials(tmp_path, tmp_path)
    compiled = compile_template("{{ n }}\n{% include 'p' %}\nz", path="c.yaml", partials=partials)
    assert [compiled.render(row) for row in ROWS] == ["a\np\nq\nz", "b\np\nz"]
    assert compiled.render_many(ROWS * 10) == ["a\np\nq\nz", "b\np\nz"] * 10


def test_errors_keep_their_lines_and_columns() -> None:
    text = "{# x #}\na\n{% if v %}\n{{ n.nope }}\n{% endif %}"
    with pytest.raises(RenderError, match=r"c\.yaml:13"):
        compile_template(text, path="c.yaml", line=10).render({"v": True, "n": 1})
    with pytest.raises(Invalid, match=r"c\.yaml:12"):
        compile_template("a\n{% if v %}\n{% endfor %}", path="c.yaml", line=10)
