"""A template's tree before it is compiled: what it needs, what it may not use, and the bounds woven into it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables
from jinja2.visitor import NodeTransformer

from kaverun.template.filters import BOUNDED, CHARGED, CONTAINED, COUNTED, DEFAULTS, JOINED, SAME, TRUTH

if TYPE_CHECKING:
    from kaverun.template.environment import MessageEnvironment

_LATER = "is not available in this version of kaverun"
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Block: f"{{% block %}} {_LATER}",
    nodes.Extends: f"{{% extends %}} {_LATER}",
    nodes.FromImport: f"{{% from … import %}} {_LATER}",
    nodes.Import: f"{{% import %}} {_LATER}",
    nodes.ScopedEvalContextModifier: "{% autoescape %} is for HTML; a message is plain text",
}
_STATEFUL = (
    *(nodes.Assign, nodes.AssignBlock, nodes.CallBlock, nodes.FilterBlock),
    *(nodes.For, nodes.Macro, nodes.Scope, nodes.With),
)


class Names(NamedTuple):
    """The names a template takes from a row.

    `all` of them; `needed` without those it has a default for or asks `is defined`; `places`: the line number in the
    tree where each is met first. `stateless` if it keeps nothing of its own and uses no global.
    """

    all: frozenset[str]
    needed: frozenset[str]
    places: dict[str, int]
    stateless: bool


def names_of(tree: nodes.Template, globals_: Collection[str]) -> Names:
    """The names that `tree` takes from a row, those of `globals_` left out."""
    wanted = frozenset(find_undeclared_variables(tree) - set(globals_))
    places: dict[str, int] = {}
    named: list[nodes.Name | nodes.NSRef] = [*tree.find_all(nodes.Name), *tree.find_all(nodes.NSRef)]
    for name in named:
        places[name.name] = min(name.lineno, places.get(name.name, name.lineno))
    stateless = next(tree.find_all(_STATEFUL), None) is None and places.keys().isdisjoint(globals_)
    return Names(wanted, wanted - _optional(tree), {name: places[name] for name in wanted}, stateless)


def _optional(tree: nodes.Template) -> set[str]:
    asked = {
        test.node.name
        for test in tree.find_all(nodes.Test)
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name)
    }
    guarded = [
        filter_.node
        for filter_ in tree.find_all(nodes.Filter)
        if filter_.name in DEFAULTS and isinstance(filter_.node, nodes.Name)
    ]
    unguarded = {name.name for name in tree.find_all(nodes.Name) if not any(name is node for node in guarded)}
    return asked | ({node.name for node in guarded} - unguarded)


def refused(tree: nodes.Template, environment: MessageEnvironment) -> Iterator[tuple[int, str]]:
    """What a message may not use, as (line, words), in the order of lines."""
    yield from sorted([*_refused_statements(tree), *_unknown(tree, environment)])


def _refused_statements(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for kind, words in _REFUSED.items():
        for node in tree.find_all(kind):
            yield node.lineno, words
    for loop in tree.find_all(nodes.For):
        if loop.recursive:
            yield loop.lineno, "a recursive loop may never end; write the loops one inside the other"


def _unknown(tree: nodes.Template, environment: MessageEnvironment) -> Iterator[tuple[int, str]]:
    for filter_ in tree.find_all(nodes.Filter):
        if filter_.name not in environment.filters:
            yield filter_.lineno, _no_such("filter", filter_.name, environment.filters)
    for test in tree.find_all(nodes.Test):
        if test.name not in environment.tests:
            yield test.lineno, _no_such("test", test.name, environment.tests)


def _no_such(kind: str, name: str, known: Collection[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, [one for one in known if " " not in one], n=1)
    return f"there is no {kind} '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")


def rewrite(tree: nodes.Template, *, count_loops: bool = True) -> nodes.Template:
    """`tree` with its bounds woven in: loops and the work in them counted, what is kept or put together bounded, what
    stands in conditions looked at, texts compared in the form that headers have."""
    _Weaver(count_loops).visit(tree)
    return tree


class _Weaver(NodeTransformer):
    def __init__(self, count_loops: bool) -> None:
        self.count_loops = count_loops
        self._repeated = 0

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self._visit_repeated(node)
        if self.count_loops:
            node.iter = _through(COUNTED, node.iter)
        if node.test is not None:
            node.test = _looked_at(node.test)
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        return self._visit_repeated(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        return self._visit_repeated(node)

    def _visit_repeated(self, node: nodes.Node) -> nodes.Node:
        self._repeated += self.count_loops
        self.generic_visit(node)
        self._repeated -= self.count_loops
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if node.node is not None:
            node.node = self._charged(node.node)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(JOINED, nodes.Tuple(node.nodes, "load", lineno=node.lineno, environment=node.environment))

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return self._literal(node, node.items)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        return self._literal(node, node.items if node.ctx == "load" else [])

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        return self._literal(node, [pair.value for pair in node.items])

    def _literal(self, node: nodes.Expr, items: list[nodes.Expr]) -> nodes.Node:
        constant = all(isinstance(item, nodes.Const) for item in items)
        self.generic_visit(node)
        return node if constant else _through(BOUNDED, node)

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.node = _through(BOUNDED, node.node)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        left, found = self._charged(node.expr), list[nodes.Expr]()
        for operand in node.ops:
            operand.expr = self._charged(operand.expr)
            found.append(_pair(left, operand))
            left = operand.expr
        whole = found.pop()
        while found:
            whole = nodes.And(found.pop(), whole, lineno=node.lineno, environment=node.environment)
        return whole

    def _charged(self, node: nodes.Expr) -> nodes.Expr:
        return _through(CHARGED, node) if self._repeated and not isinstance(node, nodes.Const) else node

    def visit_If(self, node: nodes.If) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.test = _looked_at(node.test)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.test = _looked_at(node.test)
        return node

    def visit_Not(self, node: nodes.Not) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.node = _looked_at(node.node)
        return node

    def visit_And(self, node: nodes.And) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.left, node.right = _looked_at(node.left), _looked_at(node.right)
        return node

    def visit_Or(self, node: nodes.Or) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.left = _looked_at(node.left)
        return node


#: Expressions that are true or false themselves.
_VERDICTS = (nodes.Compare, nodes.Const, nodes.Not, nodes.Test)
#: The comparisons of texts, each as a filter and whether the opposite is meant.
_COMPARED = {"eq": (SAME, False), "ne": (SAME, True), "in": (CONTAINED, False), "notin": (CONTAINED, True)}


def _looked_at(test: nodes.Node) -> nodes.Expr:
    """An expression where yes or no is asked; what it stands for is looked at, so that a cell with `no` is no yes."""
    if isinstance(test, (nodes.And, nodes.Or)):
        test.right = _looked_at(test.right)
    elif isinstance(test, nodes.CondExpr):
        test.expr1 = _looked_at(test.expr1)
        test.expr2 = _looked_at(test.expr2) if test.expr2 is not None else None
    elif not isinstance(test, _VERDICTS) and not (isinstance(test, nodes.Filter) and test.name in (SAME, CONTAINED)):
        return _through(TRUTH, test)
    return cast("nodes.Expr", test)


def _is_text(side: nodes.Expr) -> bool:
    """Whether a side of a comparison could be a text, or hold some."""
    return not isinstance(side, nodes.Const) or not isinstance(side.value, int | float | None)


def _is_part(left: nodes.Expr, filter_: str) -> bool:
    """Whether a text stands in the template itself to be looked for: its edge spaces are meant."""
    return filter_ == CONTAINED and isinstance(left, nodes.Const)


def _pair(left: nodes.Expr, operand: nodes.Operand) -> nodes.Expr:
    """A single comparison, of texts in the form that headers have."""
    if operand.op in _COMPARED and _is_text(left) and _is_text(operand.expr):
        filter_, opposite = _COMPARED[operand.op]
        found = _through(filter_, left, operand.expr, *([nodes.Const(True)] if _is_part(left, filter_) else []))
        return nodes.Not(found, lineno=left.lineno, environment=left.environment) if opposite else found
    return nodes.Compare(left, [operand], lineno=left.lineno, environment=left.environment)


def _through(filter_: str, node: nodes.Node, *arguments: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(
        cast("nodes.Expr", node),
        filter_,
        [*arguments],
        [],
        None,
        None,
        lineno=node.lineno,
        environment=node.environment,
    )
