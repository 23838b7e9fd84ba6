"""From the text of a template, and of the partials it includes, to one tree; or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer

from kaverun.errors import Invalid, Problem
from kaverun.template.environment import ENVIRONMENT
from kaverun.template.filters import UNENDED
from kaverun.template.partials import MAX_DEPTH, MAX_INCLUDES, Partials
from kaverun.template.source import Origin, Source
from kaverun.template.syntax import refused
from kaverun.template.tag_lines import ends_in_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Line numbers in a tree count on from one text to the next in steps of this; no text has as many lines.
_STEP: Final = 1 << 21
#: Texts, names, filters and so on of one message, its partials among them: more would take seconds to compile.
_MAX_NODES: Final = 20_000
#: Levels of a tree. A text for people has ten; each takes some of the thousand calls that Python nests.
_MAX_LEVELS: Final = 100
#: What a partial may keep for itself: it gets a scope, so that nothing of it leaks into the message.
_KEEPS = (nodes.Assign, nodes.AssignBlock, nodes.Macro)


N = TypeVar("N", bound=nodes.Node)


class Parsed(NamedTuple):
    """A tree with its partials in it, and the texts it was made of. Its line numbers stand for text and line."""

    tree: nodes.Template
    sources: Sequence[Source]

    @property
    def ends_in_tags(self) -> bool:
        """Whether the message's own last line holds nothing but tags."""
        return ends_in_tags(ENVIRONMENT.lexer, self.sources[0].text)

    def place(self, number: int) -> tuple[Source, int]:
        """The text, and the line in it (from 1), that a node's line number stands for."""
        return self.sources[number // _STEP], number % _STEP


def parse(text: str, origin: Origin, partials: Partials | None = None) -> Parsed:
    """The tree of a message. Raises Invalid with every problem of it and of its partials."""
    reader = _Reader(partials)
    tree = reader.tree(Source(text, origin), ())
    if reader.problems:
        raise Invalid(reader.problems)
    return Parsed(tree, reader.sources)


def partials_in(texts: Iterable[str], partials: Partials) -> tuple[str, ...]:
    """The names of all partials that these messages read, those of partials too, whatever is wrong with any of them."""
    for text in texts:
        with suppress(Invalid):
            _Reader(partials).tree(Source(text, Origin("")), ())
    return partials.names


def parse_expression(expression: str, origin: Origin, target: str) -> Parsed:
    """The tree of `{% set target = expression %}`. Raises Invalid."""
    source = Source(expression, origin)
    with located(lambda line: (source, line)):
        parser = Parser(ENVIRONMENT, expression, state="variable")
        found = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("something follows where the expression has ended", parser.stream.current.lineno)
        within_levels(found)
    tree = nodes.Template([nodes.Assign(nodes.Name(target, "store", lineno=1), found, lineno=1)], lineno=1)
    tree.set_environment(ENVIRONMENT)
    problems = [origin.problem(what, line) for line, what in refused(tree, ENVIRONMENT)]
    if problems:
        raise Invalid(problems)
    return Parsed(tree, [source])


@contextmanager
def located(place: Callable[[int], tuple[Source, int]]) -> Iterator[None]:
    """Turns what Jinja's parser and compiler raise into an Invalid; `place` says what its line numbers stand for."""
    try:
        yield
    except TemplateSyntaxError as error:
        source, line = place(error.lineno)
        raise Invalid([source.problem(f"the template is not valid: {error.message}", line)]) from None
    except (RecursionError, MemoryError, SyntaxError, OverflowError) as error:
        source, line = place(1)
        twice = "duplicate argument" in str(error)
        words = "a macro has an argument twice" if twice else "the template is nested too deeply"
        raise Invalid([source.problem(words, line)]) from None


def within_levels(tree: N) -> N:
    """The tree; raises `RecursionError` where Jinja's compiler, or whatever else walks in it, might run aground."""
    level: list[nodes.Node] = [tree]
    for _ in range(_MAX_LEVELS):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return tree
    raise RecursionError


class _Reader:
    """Parses a message and, one by one, its partials; gathers what is wrong."""

    def __init__(self, partials: Partials | None) -> None:
        self.partials = partials
        self.sources: list[Source] = []
        self.problems: list[Problem] = []
        self._nodes = 0

    def tree(self, source: Source, above: tuple[str, ...]) -> nodes.Template:
        """The tree of one text, its line numbers told apart from those of others; `above` are who includes it."""
        with located(lambda line: (source, line)):
            tree = within_levels(ENVIRONMENT.parse(source.text))
        self.problems += [source.origin.problem(what, line) for line, what in refused(tree, ENVIRONMENT)]
        shift = len(self.sources) * _STEP
        self.sources.append(source)
        for node in tree.find_all(nodes.Node):
            node.lineno = (node.lineno or 0) + shift
            self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise Invalid([source.origin.problem(f"the template has more than {_MAX_NODES:,} parts: shorten it", 1)])
        _Includer(self, source, shift, above).visit(tree)
        return tree

    def included(self, source: Source, node: nodes.Include, line: int, above: tuple[str, ...]) -> list[nodes.Node]:
        """What stands in the place of an include."""
        try:
            name = _name(node)
            text = self._text(name, above)
            origin = Origin(self.partials.path(name) if self.partials else "", key=source.origin.key, column=1)
            tree = self.tree(Source(text, origin), (*above, name))
        except ValueError as error:
            self.problems.append(source.problem(str(error), line, "include"))
        except Invalid as invalid:
            self.problems += [problem for problem in invalid.problems if problem not in self.problems]
        else:
            if ends_in_tags(ENVIRONMENT.lexer, text):
                return [_unended(tree.body, node)]
            kept = next(tree.find_all(_KEEPS), None)
            return [nodes.Scope(tree.body, lineno=node.lineno, environment=ENVIRONMENT)] if kept else [*tree.body]
        return []

    def _text(self, name: str, above: tuple[str, ...]) -> str:
        if self.partials is None:
            raise ValueError("{% include %} is not available here")
        if name in above:
            raise ValueError(f"'{name}' includes itself: {' includes '.join((*above[above.index(name) :], name))}")
        if len(above) >= MAX_DEPTH:
            raise ValueError(f"partials include one another more than {MAX_DEPTH} deep")
        if len(self.sources) > MAX_INCLUDES:
            raise ValueError(f"the message includes more than {MAX_INCLUDES} partials")
        return self.partials.read(name)


class _Includer(NodeTransformer):
    """Puts partials in the place of their includes."""

    def __init__(self, reader: _Reader, source: Source, shift: int, above: tuple[str, ...]) -> None:
        self._reader, self._source, self._shift, self._above = reader, source, shift, above

    def visit_Include(self, node: nodes.Include) -> Any:  # noqa: N802
        return self._reader.included(self._source, node, node.lineno - self._shift, self._above)


def _unended(body: list[nodes.Node], node: nodes.Include) -> nodes.Node:
    """What a partial prints, without the line end that its last line, one of tags, leaves over; it is a scope too."""
    filter_ = nodes.Filter(None, UNENDED, [], [], None, None, lineno=node.lineno, environment=node.environment)
    return nodes.FilterBlock(body, filter_, lineno=node.lineno, environment=node.environment)


def _name(node: nodes.Include) -> str:
    """The file that an include names. Raises ValueError with words."""
    if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
        raise ValueError('an include names one file, in quotes: {% include "signature.txt.j2" %}')
    if node.ignore_missing:
        raise ValueError("`ignore missing` is not available: the text would be left out without a word")
    if not node.with_context:
        raise ValueError("`without context` is not available: a partial sees what the message sees")
    return PurePosixPath(node.template.value).as_posix() if node.template.value.strip() else ""
