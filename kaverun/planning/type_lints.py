"""Columns of a CSV file that are taken for more than the texts they hold, unless recipients.columns gives them a type.

Compared with true, false or a number they never are equal; alone in a condition any text but a blank one is a yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from kaverun.campaign.lints import TEXT_AS_CONDITION
from kaverun.errors import Problem
from kaverun.template.parsing import within_levels

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
from kaverun.recipients.source import RecipientSource

_TESTS = {"true": "bool", "false": "bool", "boolean": "bool", "integer": "int", "float": "decimal", "number": "decimal"}
_STILL_TEXT = frozenset({"capitalize", "d", "default", "default_if_empty", "lower", "string", "title", "trim", "upper"})
_plain = Environment()  # nothing is rendered with it


class _Compared(NamedTuple):
    """A name that is compared with a value of this type of column, on a line of its template."""

    name: str
    kind: str
    line: int


class _Tree(NamedTuple):
    """A template or `where` as it is written, and its place."""

    node: nodes.Node
    path: str
    line: int
    key: str


def texts_compared(loaded: LoadedCampaign, source: RecipientSource) -> Iterator[Problem]:
    """A warning for each column of texts that a template or `where` compares with true, false or a number, and for each
    that is a condition by itself."""
    silent = TEXT_AS_CONDITION in loaded.campaign.lints.off
    for tree in _trees(loaded):
        for found in _firsts(_all_compared(tree.node)):
            if found.name in source.texts:
                yield _never_equal(found, tree, source.texts[found.name])
        for found in () if silent else _firsts(_asked(tree.node, is_condition=tree.key == "recipients.where")):
            if found.name in source.texts:
                yield _no_yes(found, tree, source.texts[found.name])


def _trees(loaded: LoadedCampaign) -> Iterator[_Tree]:
    for template in loaded.templates.values():
        if (node := _parsed(template.text)) is not None:
            yield _Tree(node, template.path, template.line, template.key)
    where = loaded.campaign.recipients.where
    if where and (node := _parsed_expression(where)) is not None:
        yield _Tree(node, loaded.document.path, loaded.document.place("recipients", "where").line, "recipients.where")


def _never_equal(found: _Compared, tree: _Tree, file: str) -> Problem:
    meant = {"bool": "true or false", "int": "a number", "decimal": "a number"}[found.kind]
    what = (
        f"'{found.name}' holds texts in {file}, which are never {meant}: "
        f"give it a type, as in `columns: {{{found.name}: {found.kind}}}` below recipients:"
    )
    return Problem(what, tree.path, tree.line + found.line - 1, key=tree.key, severity="warning")


def _no_yes(found: _Compared, tree: _Tree, file: str) -> Problem:
    what = (
        f"'{found.name}' holds texts in {file}, and each that is not blank counts as a yes: give it a type below "
        f"recipients:, as in `columns: {{{found.name}: bool}}`, or `text` where only blank cells are meant"
    )
    line = tree.line + found.line - 1
    return Problem(what, tree.path, line, key=tree.key, severity="warning", rule=TEXT_AS_CONDITION)


def _parsed(text: str) -> nodes.Node | None:
    try:
        return within_levels(_plain.parse(text))
    except (TemplateSyntaxError, RecursionError):
        return None  # told where the template is compiled


def _parsed_expression(text: str) -> nodes.Node | None:
    try:
        return within_levels(Parser(_plain, text, state="variable").parse_expression())
    except (TemplateSyntaxError, RecursionError):
        return None


def _firsts(found: Iterable[_Compared]) -> Iterator[_Compared]:
    """Each name once, where it is met first."""
    seen = set[str]()
    for one in sorted(found, key=lambda found: found.line):
        if one.name not in seen:
            seen.add(one.name)
            yield one


def _asked(tree: nodes.Node, *, is_condition: bool) -> Iterator[_Compared]:
    """Names that are asked for yes or no by themselves; filters that leave a text a text change nothing about it."""
    waiting: list[nodes.Node | None] = [tree] if is_condition else []
    waiting += [found.test for found in tree.find_all(nodes.If)]
    waiting += [found.test for found in tree.find_all(nodes.CondExpr)]
    waiting += [found.test for found in tree.find_all(nodes.For)]
    waiting += [found.node for found in tree.find_all(nodes.Not)]
    waiting += [found.left for found in tree.find_all((nodes.And, nodes.Or))]
    while waiting:
        asked = waiting.pop()
        while isinstance(asked, nodes.Filter) and asked.name in _STILL_TEXT:
            asked = asked.node
        if isinstance(asked, (nodes.And, nodes.Or)):
            waiting += [asked.left, asked.right]
        elif isinstance(asked, nodes.Not):
            waiting.append(asked.node)
        elif isinstance(asked, nodes.Name):
            yield _Compared(asked.name, "bool", asked.lineno)


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
