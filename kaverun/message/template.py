"""Message templates: compiled once, rendered for a million rows.

A template is strict (a name without a value is an error), sandboxed and bounded (see `environment`), and gives the same
bytes for the same row. Whitespace is Jinja's own: one final newline of the source is dropped, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import TemplateSyntaxError
from jinja2.nodes import EvalContext
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.utils import missing

from kaverun.errors import Invalid, KaverunError, Problem
from kaverun.message.environment import MAX_TEXT, MessageEnvironment, RunAway, bounded_concat
from kaverun.message.syntax import Names, names_of, refused, rewrite

if TYPE_CHECKING:
    from types import CodeType, FrameType

#: Ends each row's text where one loop renders many; a text that holds it itself is rendered alone.
_END: Final = "\0"
#: Where a condition leaves its answer.
_VERDICT: Final = "kaverun_verdict"
_ENVIRONMENT: Final = MessageEnvironment()


class RenderError(KaverunError):
    """One row cannot be rendered: why, and the line of the file that the template stands in (0: unknown)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a template's text begins: file, line and column (from 1; 0: unknown), and its key path."""

    path: str
    line: int = 1
    column: int = 0
    key: str = "message.text"

    def problem(self, what: str, line: int, column: int = 0) -> Problem:
        """A problem in line `line` (from 1) of the text."""
        shown = self.column + column - 1 if self.column and column else 0
        return Problem(what, self.path, self.line + line - 1, shown, self.key)


class _RowContext(Context):
    """What a compiled template asks for names; one per message, so it is kept light."""

    environment = _ENVIRONMENT
    eval_ctx = EvalContext(_ENVIRONMENT, None)
    name = None
    blocks: dict[str, Any] = {}  # noqa: RUF012
    globals_keys = set(_ENVIRONMENT.globals)  # noqa: RUF012

    def __init__(self, values: Mapping[str, object]) -> None:
        self.parent = values  # type: ignore[assignment]
        self.vars = {}
        self.exported_vars = set()
        self.steps = 0

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        value = self.parent.get(key, missing)
        return _ENVIRONMENT.globals.get(key, missing) if value is missing else value


class Template:
    """A compiled message. `variables` are the names it needs from a row; `constant` if it needs none."""

    def __init__(self, text: str, tree: nodes.Template, origin: Origin) -> None:
        self.text = text
        self.origin = origin
        self.names = names_of(tree, _ENVIRONMENT.globals)
        self.variables = self.names.needed
        self.constant = not self.names.all
        self._compiled = _compiled(rewrite(tree), origin)
        self._many = _loop_form(text, self.names, origin)
        self._columns = _columns(self.names)

    def render(self, values: Mapping[str, object]) -> str:
        """The text for one row. Raises RenderError, with the file's line where it went wrong."""
        pieces = self._compiled.root_render_func(_RowContext(values))
        try:
            return bounded_concat(pieces)
        except Exception as error:
            raise self._error(error, pieces) from None

    def render_many(self, rows: Sequence[Mapping[str, object]]) -> list[str | RenderError]:
        """The texts for up to a few hundred rows, the same as row by row, in a third of the time."""
        return self._in_one_loop(rows) or [self._text_or_error(values) for values in rows]

    def _in_one_loop(self, rows: Sequence[Mapping[str, object]]) -> list[str | RenderError] | None:
        if self._many is None:
            return None
        try:
            context = _RowContext({"rows": map(self._columns, rows)})
            texts = "".join(self._many.root_render_func(context)).split(_END)
        except Exception:
            return None
        if len(texts) != len(rows) + 1 or len(max(texts, key=len)) > MAX_TEXT:
            return None
        texts.pop()
        return texts  # type: ignore[return-value]

    def _text_or_error(self, values: Mapping[str, object]) -> str | RenderError:
        try:
            return self.render(values)
        except RenderError as error:
            return error

    def _error(self, error: Exception, pieces: Any) -> RenderError:
        line = _line_of(error, self._compiled, pieces.gi_frame)
        return RenderError(_reason(error), self.origin.line + line - 1 if line else 0)


class Condition:
    """A compiled expression over a row's values that says yes or no."""

    def __init__(self, tree: nodes.Template, origin: Origin) -> None:
        self.origin = origin
        self.names = names_of(tree, _ENVIRONMENT.globals)
        self.variables = self.names.needed
        self._compiled = _compiled(rewrite(tree), origin)

    def __call__(self, values: Mapping[str, object]) -> bool:
        """Whether it holds. Raises RenderError where it cannot be computed or gives no yes or no."""
        context = _RowContext(values)
        try:
            for _ in self._compiled.root_render_func(context):
                pass
            verdict = context.vars[_VERDICT]
            if verdict is not None and not isinstance(verdict, (bool, int)):
                raise TypeError("the condition gives no yes or no; compare it with a value, as in city == 'تهران'")
        except Exception as error:
            raise RenderError(_reason(error), self.origin.line) from None
        return bool(verdict)


def compile_template(text: str, *, path: str, line: int = 1, column: int = 0, key: str = "message.text") -> Template:
    """The template whose first character stands at `path:line:column`. Raises Invalid with every problem found."""
    origin = Origin(path, line, column, key)
    return Template(text, _parsed(text, origin), origin)


def compile_condition(
    expression: str, *, path: str, line: int = 1, column: int = 0, key: str = "recipients.where"
) -> Condition:
    """The condition written at `path:line:column`, an expression without braces. Raises Invalid."""
    origin = Origin(path, line, column, key)
    with _Located(origin):
        parser = Parser(_ENVIRONMENT, expression, state="variable")
        verdict = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("something follows where the expression has ended", parser.stream.current.lineno)
    tree = nodes.Template([nodes.Assign(nodes.Name(_VERDICT, "store", lineno=1), verdict, lineno=1)], lineno=1)
    tree.set_environment(_ENVIRONMENT)
    _refuse(tree, origin)
    return Condition(tree, origin)


def check_variables(
    wanting: Template | Condition, columns: Collection[str], partial: Mapping[str, str] | None = None
) -> list[Problem]:
    """One problem per name that no column provides, with the nearest column.

    `partial` names columns that only some sources give, each with the words that say who lacks it. A name the template
    itself provides for (`default`, `is defined`) is a warning if no source has it, and none if some have.
    """
    partial, found = partial or {}, []
    for name in sorted(wanting.names.all - set(columns), key=lambda name: wanting.names.places[name]):
        optional = name not in wanting.names.needed
        if not (optional and name in partial):
            what = _unprovided(name, columns, partial.get(name), optional)
            found.append(_at(wanting, name, what, "warning" if optional else "error"))
    return found


def _at(wanting: Template | Condition, name: str, what: str, severity: Any) -> Problem:
    line, column = wanting.names.places[name], 0
    if isinstance(wanting, Template):
        match = re.search(rf"\b{re.escape(name)}\b", wanting.text.splitlines()[line - 1])
        column = match.start() + 1 if match else 0
    problem = wanting.origin.problem(what, line, column)
    return Problem(problem.what, problem.path, problem.line, problem.column, problem.key, severity=severity)


def _unprovided(name: str, columns: Collection[str], lacking: str | None, optional: bool) -> str:
    if lacking:
        return f"'{name}' is not given for every recipient: {lacking}"
    end = "; everyone gets its default" if optional else ""
    return f"no column is called '{name}'{_hint(name, columns)}{end}"


def _hint(name: str, known: Collection[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; the columns are {', '.join(sorted(known)[:12])}" if known else ""


class _Located:
    """Turns what Jinja's parser and compiler raise into an Invalid at its place."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, TemplateSyntaxError):
            what = f"the template is not valid: {error.message}"
            raise Invalid([self.origin.problem(what, error.lineno)]) from None
        if isinstance(error, (RecursionError, MemoryError, SyntaxError, OverflowError)):
            raise Invalid([self.origin.problem("the template is nested too deeply", 1)]) from None


def _parsed(text: str, origin: Origin) -> nodes.Template:
    with _Located(origin):
        tree = _ENVIRONMENT.parse(text)
    _refuse(tree, origin)
    return tree


def _refuse(tree: nodes.Template, origin: Origin) -> None:
    problems = [origin.problem(what, line) for line, what in refused(tree, _ENVIRONMENT)]
    if problems:
        raise Invalid(problems)


def _compiled(tree: nodes.Template, origin: Origin) -> JinjaTemplate:
    with _Located(origin):
        code: CodeType = _ENVIRONMENT.compile(tree)
        return JinjaTemplate.from_code(_ENVIRONMENT, code, {})


def _loop_form(text: str, names: Names, origin: Origin) -> JinjaTemplate | None:
    """The template as the body of one loop over rows, where that is sure to give the same texts.

    It is not where the template keeps anything of its own (set, for, macro …), uses a global, or could ask for `loop`.
    """
    if not names.stateless or not names.all or "loop" in names.all:
        return None
    body = _ENVIRONMENT.parse(text).body
    end = nodes.Output([nodes.TemplateData(_END)])
    target = nodes.Tuple([nodes.Name(name, "store") for name in sorted(names.all)], "store")
    loop = nodes.For(target, nodes.Name("rows", "load"), [*body, end], [], None, False)
    tree = nodes.Template([loop], lineno=1)
    tree.set_environment(_ENVIRONMENT)
    for node in (loop, target, end, *target.items, *end.nodes):
        node.lineno = 1
    return _compiled(rewrite(tree, count_loops=False), origin)


def _columns(names: Names) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    wanted = sorted(names.all)
    if len(wanted) == 1:
        (name,) = wanted
        return lambda values: (values[name],)
    return itemgetter(*wanted) if wanted else lambda values: ()


def _line_of(error: BaseException, compiled: JinjaTemplate, halted: FrameType | None) -> int:
    """The line of the template that `error` passed through last, or else where the template was `halted`; 0 if none."""
    line, traceback = compiled.get_corresponding_lineno(halted.f_lineno) if halted else 0, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_globals.get("__jinja_template__") is compiled:
            line = compiled.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line


def _reason(error: Exception) -> str:
    if isinstance(error, (RecursionError, MemoryError)):
        return "the template calls itself without end"
    words = (str(error) or type(error).__name__).replace("is undefined", "has no value")
    return words if isinstance(error, RunAway) else re.sub(r"\d{7,}", lambda run: _masked(run[0]), words)


def _masked(digits: str) -> str:
    return f"{digits[:4]}***{digits[-2:]}"
