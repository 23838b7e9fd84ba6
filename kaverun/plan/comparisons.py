"""Comparisons that can never hold: a column of a CSV file holds texts, unless recipients.columns gives it a type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from kaverun.errors import Problem

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.recipients.source import RecipientSource

_TESTS = {"true": "bool", "false": "bool", "boolean": "bool", "integer": "int", "float": "decimal", "number": "decimal"}
_plain = Environment()  # nothing is rendered with it


class _Compared(NamedTuple):
    """A name that is compared with a value of this type of column, on a line of its template."""

    name: str
    kind: str
    line: int


def texts_compared(loaded: LoadedCampaign, source: RecipientSource) -> Iterator[Problem]:
    """A warning for each column of texts that a template or `where` compares with true, false or a number."""
    for template in loaded.templates.values():
        for found in _compared(_parsed(template.text)):
            if found.name in source.texts:
                yield _problem(found, source, template.path, template.line, template.key)
    where = loaded.campaign.recipients.where
    place = loaded.document.place("recipients", "where")
    for found in _compared(_parsed_expression(where)) if where else ():
        if found.name in source.texts:
            yield _problem(found, source, loaded.document.path, place.line, "recipients.where")


def _problem(found: _Compared, source: RecipientSource, path: str, line: int, key: str) -> Problem:
    meant = {"bool": "true or false", "int": "a number", "decimal": "a number"}[found.kind]
    what = (
        f"'{found.name}' holds texts in {source.texts[found.name]}, which are never {meant}: "
        f"give it a type, as in `columns: {{{found.name}: {found.kind}}}` below recipients:"
    )
    return Problem(what, path, line + found.line - 1, key=key, severity="warning")


def _parsed(text: str) -> nodes.Node | None:
    try:
        return _plain.parse(text)
    except (TemplateSyntaxError, RecursionError):
        return None  # told where the template is compiled


def _parsed_expression(text: str) -> nodes.Node | None:
    try:
        return Parser(_plain, text, state="variable").parse_expression()
    except (TemplateSyntaxError, RecursionError):
        return None


def _compared(tree: nodes.Node | None) -> Iterator[_Compared]:
    """Each name once, at its first comparison with a constant that is no text."""
    seen = set[str]()
    for found in sorted(_all_compared(tree), key=lambda found: found.line) if tree else ():
        if found.name not in seen:
            seen.add(found.name)
            yield found


def _all_compared(tree: nodes.Node) -> Iterator[_Compared]:
    comparisons = [*tree.find_all(nodes.Compare), *([tree] if isinstance(tree, nodes.Compare) else [])]
    for comparison in comparisons:
        sides = [comparison.expr, *(operand.expr for operand in comparison.ops if operand.op not in ("in", "notin"))]
        kind = next((kind for side in sides if (kind := _kind(side))), "")
        for side in sides:
            if kind and isinstance(side, nodes.Name):
                yield _Compared(side.name, kind, side.lineno)
    for test in [*tree.find_all(nodes.Test), *([tree] if isinstance(tree, nodes.Test) else [])]:
        if test.name in _TESTS and isinstance(test.node, nodes.Name):
            yield _Compared(test.node.name, _TESTS[test.name], test.lineno)


def _kind(side: nodes.Node) -> str:
    """The type of column whose cells could be equal to a constant; "" for a text or what is no constant."""
    value = side.value if isinstance(side, nodes.Const) else None
    if isinstance(value, bool):
        return "bool"
    return "int" if isinstance(value, int) else "decimal" if isinstance(value, float) else ""
