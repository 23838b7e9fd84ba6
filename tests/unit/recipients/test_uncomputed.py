from __future__ import annotations

import pytest

from kaverun.recipients.uncomputed import error_cell, has_error_words, is_error_word
from kaverun.template.template import RenderError, compile_condition, compile_template

ROW: dict[str, object] = {"name": error_cell("نام", "#N/A"), "phone": "0906"}
REASON = "the column 'نام' holds #N/A, an error of the spreadsheet"


@pytest.mark.parametrize(
    "text",
    [
        "{{ name }}",
        "{{ name | upper }}",
        "{% if name %}x{% endif %}",
        "{{ name == 'x' }}",
        "{{ name or 'x' }}",
        "{{ name ~ 'x' }}",
        "{{ name.first }}",
    ],
)
def test_an_error_of_a_spreadsheet_cannot_be_used_in_a_text(text: str) -> None:
    template = compile_template(text, path="c.yaml")
    with pytest.raises(RenderError) as raised:
        template.render(ROW)
    assert raised.value.reason == REASON
    (made,) = template.render_many([ROW])
    assert isinstance(made, RenderError)
    assert made.reason == REASON


def test_an_error_does_no_harm_where_nobody_asks_for_it() -> None:
    template = compile_template("{{ phone }} {{ name | default('دوست') }}", path="c.yaml")
    assert template.render_many([ROW]) == ["0906 دوست"]


def test_a_condition_over_an_error_cannot_be_answered() -> None:
    with pytest.raises(RenderError, match="#N/A"):
        compile_condition("name != ''", path="c.yaml")(ROW)


@pytest.mark.parametrize(
    "word",
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#ERROR!", "#SPILL!", "Err:502", "########"],
)
def test_the_errors_of_spreadsheets_are_known(word: str) -> None:
    assert is_error_word(word)
    assert has_error_words(f"a,{word}\n")


@pytest.mark.parametrize("word", ["#1", "#یلدا", "##", "N/A", "Err:", "#N/A here", "#n/a", ""])
def test_other_words_are_none(word: str) -> None:
    assert not is_error_word(word)
