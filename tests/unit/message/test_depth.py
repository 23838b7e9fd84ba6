"""An expression of any depth is an error with a place, never one of Python's own."""

import pytest

from kaverun.errors import Invalid
from kaverun.template.template import compile_condition, compile_template

SHAPES = {
    "not": lambda n: "not " * n + "true",
    "brackets": lambda n: "(" * n + "1" + ")" * n,
    "lists": lambda n: "[" * n + "]" * n,
    "sum": lambda n: "1" + "+1" * n,
    "filters": lambda n: "a" + "|upper" * n,
    "attributes": lambda n: "a" + ".x" * n,
    "and": lambda n: "a and " * n + "a",
    "minus": lambda n: "-" * n + "1",
    "choices": lambda n: "1 if a else " * n + "1",
    "items": lambda n: "a" + "[0]" * n,
}


@pytest.mark.parametrize("levels", [150, 5000])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_deep_expression_is_an_error_at_its_place(shape, levels):
    expression = SHAPES[shape](levels)
    with pytest.raises(Invalid, match=r"c\.yaml:3: recipients\.where: the template is nested too deeply"):
        compile_condition(expression, path="c.yaml", line=3)
    with pytest.raises(Invalid, match=r"c\.yaml:7: message\.text: the template is nested too deeply"):
        compile_template("{{ " + expression + " }}", path="c.yaml", line=7)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_people_write_is_not_deep(shape):
    compile_condition(SHAPES[shape](30), path="c.yaml")
    compile_template("{{ " + SHAPES[shape](30) + " }}", path="c.yaml")
