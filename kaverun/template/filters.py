"""The filters of message templates: Jinja's own with an end to what they make, and those that messages in Iran need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from jinja2 import pass_environment, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Undefined

from kaverun.template.bounds import (
    RunAway,
    bounded,
    charged,
    counted,
    fits,
    joinable,
    joined,
    modulo,
    replaced_length,
)
from kaverun.template.strict import strict_choices, strict_numbers
from kaverun.text import dates, persian
from kaverun.text.comparing import contained, same
from kaverun.text.nothing import witnessed
from kaverun.text.truth import meaning, truth

Filter = Callable[..., Any]

#: Filters that only rewritten templates use; a template's author cannot write a name with a space.
BOUNDED, CHARGED, CONTAINED, COUNTED, JOINED, SAME, TRUTH, UNENDED, WITNESSED = (
    *("kaverun bounded", "kaverun charged", "kaverun contained", "kaverun counted", "kaverun joined"),
    *("kaverun same", "kaverun truth", "kaverun unended", "kaverun witnessed"),
)
#: Filters that give a value to a name that has none.
DEFAULTS: Final = ("default", "d", "default_if_empty")
#: Jinja's filters of chance, of addresses in memory, or for HTML.
_LEFT_OUT = ("pprint", "random", "slice", "tojson", "urlize", "xmlattr")


def unended(text: str) -> str:
    """A text without one line end at its end."""
    return text.removesuffix("\n")


def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """As Jinja's own; with `boolean`, what counts as a condition is what counts here."""
    if isinstance(value, Undefined) or (boolean and not truth(value)):
        return default_value
    return value


def default_if_empty(value: Any, default: Any = "") -> Any:
    """`value`, or `default` where there is none: no such column, an empty cell, nothing but spaces in it."""
    if value is None or isinstance(value, Undefined):
        return default
    return default if isinstance(value, str) and meaning(value) == "nothing" else value


#: The filters that messages to people in Iran need.
FILTERS: Final[dict[str, Filter]] = {
    "d": default,
    "default": default,
    "default_if_empty": default_if_empty,
    "gregorian": dates.gregorian,
    "jalali": dates.jalali,
    "jalali_words": dates.jalali_words,
    "latin_digits": persian.latin_digits,
    "persian_digits": persian.persian_digits,
    "thousands": persian.thousands,
    "toman": persian.toman,
}
_WOVEN: dict[str, Filter] = {
    BOUNDED: bounded,
    CHARGED: charged,
    CONTAINED: contained,
    COUNTED: counted,
    JOINED: joined,
    SAME: same,
    TRUTH: truth,
    UNENDED: unended,
    WITNESSED: witnessed,
}


def filters_of(jinja: dict[str, Filter]) -> dict[str, Filter]:
    """All filters of a message template, made of Jinja's own."""
    kept = {name: filter_ for name, filter_ in jinja.items() if name not in _LEFT_OUT}
    return kept | _bounded(jinja) | FILTERS | _WOVEN


def _bounded(filters: dict[str, Filter]) -> dict[str, Filter]:
    """Jinja's own filters that can make much of little, each refusing to."""

    @pass_eval_context
    def replace(context: EvalContext, text: Any, old: str, new: str, count: int | None = None) -> str:
        fits(replaced_length(str(text), str(old), str(new)))
        return str(filters["replace"](context, text, old, new, count))

    @pass_eval_context
    def join(context: EvalContext, items: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
        return str(filters["join"](context, joinable(items, len(d)), d, attribute))

    def format_(text: Any, *args: Any, **kwargs: Any) -> str:
        return str(modulo(str(text), kwargs or args))

    @pass_environment
    def wordwrap(environment: Any, text: str, width: int = 79, *args: Any, **kwargs: Any) -> Any:
        if any(isinstance(one, str) and len(one) > 9 for one in (*args, *kwargs.values())):
            raise RunAway("wordwrap takes a wrapstring of at most 9 characters here")
        return filters["wordwrap"](environment, text, width, *args, **kwargs)

    own: dict[str, Filter] = {"replace": replace, "join": join, "format": format_, "wordwrap": wordwrap}
    sized = {name: _sized(name, filters[name], most) for name, most in _SIZES.items()}
    return own | sized | strict_numbers(filters, sized["round"]) | strict_choices(filters)


_SIZES: Final = {"batch": 999, "center": 999, "indent": 999, "round": 30}


def _sized(name: str, plain: Filter, most: int) -> Filter:
    """A filter whose numbers and texts beside its input are at most so large."""

    def checked(value: Any, *args: Any, **kwargs: Any) -> Any:
        for size in (*args, *kwargs.values()):
            if (abs(size) if isinstance(size, int) else len(size) if isinstance(size, str) else 0) > most:
                raise RunAway(f"{name} takes at most {most:,} here")
        return plain(bounded(value), *args, **kwargs)

    return checked
