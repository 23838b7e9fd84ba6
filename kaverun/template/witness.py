"""A template that shows where it prints nothing: what a cell is empty for is known only once the text is made.

A guard ({% if name %}) or a default keeps an empty cell out of the text, so cells alone say too little.
"""

from __future__ import annotations

from typing import cast

from jinja2 import nodes

from kaverun.template.filters import WITNESSED
from kaverun.template.parsing import Parsed

#: Filters after which an empty result is what the template's author asked for.
_ASKED_FOR = ("default_if_empty",)
_WHOLE = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Call, nodes.Add)


def marked(parsed: Parsed) -> Parsed:
    """The same tree, in which every printed column goes through the filter that marks what says nothing."""
    for output in parsed.tree.find_all(nodes.Output):
        output.nodes = [_watched(node) for node in output.nodes]
    return parsed


def printed_names(parsed: Parsed) -> frozenset[str]:
    """The names that are part of what is printed, and not only of conditions."""
    outputs = [node for output in parsed.tree.find_all(nodes.Output) for node in output.nodes]
    return frozenset(
        name.name for node in outputs for name in (node, *node.find_all(nodes.Name)) if isinstance(name, nodes.Name)
    )


def _watched(node: nodes.Node) -> nodes.Expr:
    expression = cast("nodes.Expr", node)
    if isinstance(node, nodes.Filter):
        return _through(node, words_only=_asked_for(node)) if _has_a_name(node) else expression
    if isinstance(node, nodes.CondExpr):
        node.expr1 = _watched(node.expr1)
        node.expr2 = _watched(node.expr2) if node.expr2 else None
    elif isinstance(node, nodes.Concat):
        node.nodes = [_watched(one) for one in node.nodes]
    elif isinstance(node, nodes.Or):
        return _through(node, words_only=isinstance(node.right, nodes.Const))
    elif isinstance(node, _WHOLE):
        return _through(node)
    return expression


def _asked_for(node: nodes.Filter) -> bool:
    """Whether a chain of filters gives a default for an empty value, or `""` for one that is not there."""
    one: nodes.Node | None = node
    while isinstance(one, nodes.Filter):
        given = one.args[0] if one.args else None
        said = given.value if isinstance(given, nodes.Const) else None
        boolean = len(one.args) > 1 or any(keyword.key == "boolean" for keyword in one.kwargs)
        if one.name in _ASKED_FOR or (one.name in ("default", "d") and (boolean or not one.args or said == "")):
            return True
        one = one.node
    return False


def _has_a_name(node: nodes.Filter) -> bool:
    """Whether a column is filtered, and not a text of the template's own."""
    one: nodes.Node | None = node
    while isinstance(one, nodes.Filter):
        one = one.node
    return one is not None and any(isinstance(part, nodes.Name) for part in (one, *one.find_all(nodes.Name)))


def _through(node: nodes.Node, *, words_only: bool = False) -> nodes.Expr:
    given: list[nodes.Expr] = [nodes.Const(True, lineno=node.lineno)] if words_only else []
    return nodes.Filter(
        cast("nodes.Expr", node), WITNESSED, given, [], None, None, lineno=node.lineno, environment=node.environment
    )
