"""Jinja's filters that take what they cannot read for something: here they read it, or say why not.

Of 12a Jinja's `int` makes 0, of a cell that says no its `select` makes a yes, and a text is its own sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from jinja2 import pass_context, pass_environment
from jinja2.filters import make_attrgetter
from jinja2.runtime import Undefined

from kaverun.template.bounds import bounded
from kaverun.text.numbers import NotANumber, needed_number, number_of
from kaverun.text.truth import truth

Filter = Callable[..., Any]

#: No default was given: an unreadable number is an error then, and not 0.
_NONE_GIVEN: Final = object()


def strict_numbers(jinja: dict[str, Filter], plain_round: Filter) -> dict[str, Filter]:
    """Jinja's filters over numbers; a text is read where it can be read one way only, else the row is an error."""

    def int_(value: Any, default: Any = _NONE_GIVEN, base: int = 10) -> Any:
        if base != 10 and isinstance(value, str):
            found = jinja["int"](bounded(value), None, base)
            return _or_default(found, default, "int")
        return _converted(value, default, "int", int)

    def float_(value: Any, default: Any = _NONE_GIVEN) -> Any:
        return _converted(value, default, "float", float)

    def round_(value: Any, precision: int = 0, method: str = "common") -> Any:
        return plain_round(_number(value, "round"), precision, method)

    def abs_(value: Any) -> Any:
        return abs(_number(value, "abs"))

    @pass_environment
    def sum_(environment: Any, items: Iterable[Any], attribute: str | int | None = None, start: Any = 0) -> Any:
        get = make_attrgetter(environment, attribute) if attribute is not None else None
        return bounded(sum((_summand(get(item) if get else item) for item in items), start))

    return {"int": int_, "float": float_, "round": round_, "abs": abs_, "sum": sum_}


def _number(value: Any, wanted_by: str) -> Any:
    if isinstance(value, Undefined):
        str(value)  # raises: a name without a value says so as soon as it is used
    return bounded(value) if isinstance(value, bool) else needed_number(bounded(value), wanted_by)


def _summand(item: Any) -> Any:
    """A number, or a list, of which Jinja's `sum` makes a longer one."""
    return item if isinstance(item, (list, tuple)) else _number(item, "sum")


def _converted(value: Any, default: Any, wanted_by: str, kind: Callable[[Any], Any]) -> Any:
    if default is _NONE_GIVEN:
        return kind(_number(value, wanted_by))
    if isinstance(value, Undefined):
        str(value)
    try:
        found = value if isinstance(value, bool) else number_of(bounded(value))
    except NotANumber:
        return default
    return default if found is None else kind(found)


def _or_default(found: Any, default: Any, wanted_by: str) -> Any:
    if found is not None:
        return found
    if default is _NONE_GIVEN:
        raise ValueError(f"{wanted_by} needs a number, and its input is none")
    return default


def strict_choices(jinja: dict[str, Filter]) -> dict[str, Filter]:
    """`select`, `reject` and their siblings: where no test is named, what counts as a condition counts."""

    def choosing(name: str, *, wanted: bool, by_attribute: bool) -> Filter:
        @pass_context
        def choose(context: Any, items: Iterable[Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
            if len(args) > by_attribute or (by_attribute and not args):
                yield from jinja[name](context, items, *args, **kwargs)
                return
            get = make_attrgetter(context.environment, args[0]) if by_attribute else None
            yield from (item for item in items if bool(truth(get(item) if get else item)) is wanted)

        return choose

    return {
        name: choosing(name, wanted=name.startswith("select"), by_attribute=name.endswith("attr"))
        for name in ("select", "reject", "selectattr", "rejectattr")
    }
