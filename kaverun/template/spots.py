"""Which expression of a template went wrong: every one gets a line number of its own before it is compiled.

Python's tracebacks know lines only, and a message often is one long line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from jinja2 import nodes

from kaverun.template.parsing import Parsed
from kaverun.template.source import Source


class Spot(NamedTuple):
    """An expression: the text and the line in it (from 1) where it stands, and the names it takes, as first met."""

    source: Source
    line: int
    names: tuple[str, ...]


def number(parsed: Parsed, wanted: Collection[str]) -> list[Spot]:
    """The spots that the tree's line numbers are indexes of from now on. `wanted` are the names to keep."""
    spots = [Spot(parsed.sources[0], 1, ())] * 2
    _Numbering(parsed, wanted, spots).statement(parsed.tree)
    return spots


class _Numbering:
    def __init__(self, parsed: Parsed, wanted: Collection[str], spots: list[Spot]) -> None:
        self._parsed, self._wanted, self._spots = parsed, wanted, spots

    def statement(self, node: nodes.Node) -> None:
        children = list(node.iter_child_nodes())
        own = [child for child in children if isinstance(child, (nodes.Expr, nodes.Helper))]
        if isinstance(node, nodes.Output):
            for printed in own:
                self._spot(printed.lineno, [printed], [])
        else:
            self._spot(node.lineno, own, [node])
        for child in children:
            if isinstance(child, nodes.Stmt):
                self.statement(child)

    def _spot(self, lineno: int, expressions: Iterable[nodes.Node], others: Iterable[nodes.Node]) -> None:
        within = [part for one in expressions for part in (one, *one.find_all(nodes.Node))]
        names = [part.name for part in within if isinstance(part, nodes.Name) and part.name in self._wanted]
        for node in (*within, *others):
            node.lineno = len(self._spots)
        self._spots.append(Spot(*self._parsed.place(lineno), tuple(dict.fromkeys(names))))
