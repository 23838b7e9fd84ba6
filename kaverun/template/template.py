"""Message templates: compiled once, rendered for a million rows.

A template is strict (a name without a value is an error), sandboxed and bounded (see `environment`), and gives the same
bytes for the same row. One final newline of the source is dropped, and lines that hold nothing but tags (see `lines`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes
from jinja2.environment import Template as JinjaTemplate
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.utils import missing

from kaverun.errors import Problem, Severity
from kaverun.template.bounds import MAX_TEXT, bounded_concat
from kaverun.template.environment import ENVIRONMENT
from kaverun.template.failure import RenderError, failure, reason_of
from kaverun.template.filters import unended
from kaverun.template.parsing import Parsed, located, parse, parse_expression
from kaverun.template.partials import Partials
from kaverun.template.source import Origin, Source
from kaverun.template.spots import number
from kaverun.template.syntax import Names, names_of, rewrite
from kaverun.text.truth import meaning

if TYPE_CHECKING:
    from types import CodeType

__all__ = [
    "Condition", "Origin", "Partials", "RenderError", "Template",
    "check_variables", "compile_condition", "compile_template",
]  # fmt: skip

Values = Mapping[str, object]

#: Ends each row's text where one loop renders many; a text that holds it itself is rendered alone.
_END: Final = "\0"
#: What that loop goes over, and where a condition leaves its answer.
_ROWS: Final = "kaverun_rows"
_VERDICT: Final = "kaverun_verdict"
#: Fewer rows than this are rendered one by one.
_WORTH_A_LOOP: Final = 10


class _RowContext(Context):
    """What a compiled template asks for names; one per message, so it is kept light."""

    environment = ENVIRONMENT
    eval_ctx = EvalContext(ENVIRONMENT, None)
    name = None
    blocks: dict[str, Any] = {}  # noqa: RUF012
    globals_keys = set(ENVIRONMENT.globals)  # noqa: RUF012

    def __init__(self, values: Values) -> None:
        self.parent = values  # type: ignore[assignment]
        self.vars = {}
        self.exported_vars = set()
        self.steps = 0

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        value = self.parent.get(key, missing)
        return ENVIRONMENT.globals.get(key, missing) if value is missing else value


class Template:
    """A compiled message. `variables` are the names it needs from a row; `constant` if it takes none.

    `constants` are values that are the same for every row (the campaign's vars); `sources` its text and its partials'.
    """

    def __init__(self, parsed: Parsed, again: Callable[[], Parsed], constants: Values) -> None:
        self.text = parsed.sources[0].text
        self.origin = parsed.sources[0].origin
        self.sources = tuple(parsed.sources)
        self.constants = constants
        with located(parsed.place):
            self.names = names_of(parsed.tree, ENVIRONMENT.globals)
        self.places = _places(parsed, self.names)
        self.variables = self.names.needed - constants.keys()
        self.constant = self.names.all <= constants.keys()
        self._wanted = sorted(self.names.all - constants.keys())
        with located(lambda _: (parsed.sources[0], 1)):
            self._spots = number(parsed, self.names.all)
            self._compiled = _compiled(rewrite(parsed.tree))
        self._unended = parsed.ends_in_tags
        self._again = again
        self._columns = _columns(self._wanted)

    def render(self, values: Values) -> str:
        """The text for one row. Raises RenderError, with the file's line where it went wrong."""
        pieces: Any = self._compiled.root_render_func(_RowContext(_merged(self.constants, values)))
        try:
            text = bounded_concat(pieces)
        except Exception as error:
            raise failure(error, self._compiled, pieces.gi_frame, self._spots) from None
        return unended(text) if self._unended else text

    def render_many(self, rows: Sequence[Values]) -> list[str | RenderError]:
        """The texts for up to a few hundred rows, the same as row by row, in a third of the time."""
        return self._in_one_loop(rows) or [self._text_or_error(values) for values in rows]

    @cached_property
    def watched(self) -> Template:
        """This template with `nothing.MARK` wherever it prints a value of a column that says nothing."""
        from kaverun.template.witness import marked

        return Template(marked(self._again()), lambda: marked(self._again()), self.constants)

    @cached_property
    def printed(self) -> frozenset[str]:
        """The columns that it prints; all that it takes, where it keeps something of its own."""
        from kaverun.template.witness import printed_names

        wanted = frozenset(self._wanted)
        return wanted & printed_names(self._again()) if self.names.stateless else wanted

    @cached_property
    def _many(self) -> JinjaTemplate | None:
        """The template as one loop, made once there are rows enough for it: a short list is checked sooner without."""
        return _loop_form(self._again(), self.names, self._wanted)

    def _in_one_loop(self, rows: Sequence[Values]) -> list[str | RenderError] | None:
        if len(rows) < _WORTH_A_LOOP:
            return None
        try:
            if self._many is None:
                return None
            context = _RowContext({**self.constants, _ROWS: map(self._columns, rows)})
            texts = "".join(self._many.root_render_func(context)).split(_END)
        except Exception:
            return None
        if len(texts) != len(rows) + 1 or len(max(texts, key=len)) > MAX_TEXT:
            return None
        texts.pop()
        return [*map(unended, texts)] if self._unended else texts  # type: ignore[return-value]

    def _text_or_error(self, values: Values) -> str | RenderError:
        try:
            return self.render(values)
        except RenderError as error:
            return error


class Condition:
    """A compiled expression over a row's values, and the `constants`, that says yes or no."""

    def __init__(self, parsed: Parsed, constants: Values) -> None:
        self.origin = parsed.sources[0].origin
        self.constants = constants
        with located(parsed.place):
            self.names = names_of(parsed.tree, ENVIRONMENT.globals)
        self.places = {name: (Source("", self.origin), line) for name, line in self.names.places.items()}
        self.variables = self.names.needed - constants.keys()
        with located(parsed.place):
            self._compiled = _compiled(rewrite(parsed.tree))

    def __call__(self, values: Values) -> bool:
        """Whether it holds. Raises RenderError where it cannot be computed or gives no yes or no."""
        context = _RowContext(_merged(self.constants, values))
        try:
            for _ in self._compiled.root_render_func(context):
                pass
            verdict = context.vars[_VERDICT]
            if isinstance(verdict, str) and meaning(verdict) == "nothing":
                return False
            if verdict is not None and not isinstance(verdict, (bool, int)):
                raise TypeError("the condition gives no yes or no; compare it with a value, as in city == 'تهران'")
        except Exception as error:
            columns = tuple(sorted(self.names.all))
            raise RenderError(reason_of(error), self.origin.line, self.origin.path, columns) from None
        return bool(verdict)


def compile_template(
    text: str,
    *,
    path: str,
    line: int = 1,
    column: int = 0,
    key: str = "message.text",
    constants: Values | None = None,
    partials: Partials | None = None,
) -> Template:
    """The template whose first character stands at `path:line:column`; without `partials` it can include nothing.

    Raises Invalid with every problem found.
    """
    origin = Origin(path, line, column, key)
    return Template(parse(text, origin, partials), lambda: parse(text, origin, partials), constants or {})


def compile_condition(
    expression: str,
    *,
    path: str,
    line: int = 1,
    column: int = 0,
    key: str = "recipients.where",
    constants: Values | None = None,
) -> Condition:
    """The condition written at `path:line:column`, an expression without braces. Raises Invalid."""
    return Condition(parse_expression(expression, Origin(path, line, column, key), _VERDICT), constants or {})


def check_variables(
    wanting: Template | Condition, columns: Collection[str], partial: Mapping[str, str] | None = None
) -> list[Problem]:
    """One problem per name that neither a column nor a constant provides, with the nearest of them.

    `partial` names columns that only some sources give, each with the words that say who lacks it. A name the template
    itself provides for (`default`, `is defined`) is a warning if no source has it, and none if some have.
    """
    partial, found = partial or {}, []
    known = {*columns, *wanting.constants}
    for name in sorted(wanting.names.all - known, key=lambda name: wanting.names.places[name]):
        optional = name not in wanting.names.needed
        if not (optional and name in partial):
            what = _unprovided(name, known, partial.get(name), optional, bool(wanting.constants))
            severity: Severity = "warning" if optional else "error"
            source, line = wanting.places[name]
            found.append(source.problem(what, line, name if source.text else "", severity))
    return found


def _unprovided(name: str, known: Collection[str], lacking: str | None, optional: bool, has_constants: bool) -> str:
    if lacking:
        return f"'{name}' is not given for every recipient: {lacking}"
    end = "; everyone gets its default" if optional else ""
    return f"no column {'or variable ' if has_constants else ''}is called '{name}'{_hint(name, known)}{end}"


def _hint(name: str, known: Collection[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; the columns are {', '.join(sorted(known)[:12])}" if known else ""


def _places(parsed: Parsed, names: Names) -> dict[str, tuple[Source, int]]:
    return {name: parsed.place(line) for name, line in names.places.items()}


def _merged(constants: Values, values: Values) -> Values:
    return {**constants, **values} if constants else values


def _compiled(tree: nodes.Template) -> JinjaTemplate:
    code: CodeType = ENVIRONMENT.compile(tree)
    return JinjaTemplate.from_code(ENVIRONMENT, code, {})


def _loop_form(parsed: Parsed, names: Names, wanted: Sequence[str]) -> JinjaTemplate | None:
    """The template as the body of one loop over rows, where that is sure to give the same texts.

    It is not where the template keeps anything of its own (set, for, macro …), uses a global, or could ask for `loop`.
    """
    if not names.stateless or not wanted or names.all & {"loop", _ROWS}:
        return None
    end = nodes.Output([nodes.TemplateData(_END)])
    target = nodes.Tuple([nodes.Name(name, "store") for name in wanted], "store")
    loop = nodes.For(target, nodes.Name(_ROWS, "load"), [*parsed.tree.body, end], [], None, False)
    tree = nodes.Template([loop], lineno=1)
    tree.set_environment(ENVIRONMENT)
    for node in (loop, loop.iter, target, end, *target.items, *end.nodes):
        node.lineno = 1
    return _compiled(rewrite(tree, count_loops=False))


def _columns(wanted: Sequence[str]) -> Callable[[Values], tuple[object, ...]]:
    if len(wanted) == 1:
        (name,) = wanted
        return lambda values: (values[name],)
    return itemgetter(*wanted) if wanted else lambda values: ()
