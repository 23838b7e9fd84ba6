"""The sandbox that message templates run in: strict, the same bytes for the same row, and bounded.

A template cannot reach Python, cannot ask for chance or an address in memory, and cannot run away: the text it makes,
the steps it takes and the padding it asks for have ends (traps.md *Jinja*).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kaverun.message import persian

#: Characters that any text in a template may grow to; the longest message the provider takes has 4,000.
MAX_TEXT = 20_000
#: Turns of loops plus calls that one message may take.
MAX_STEPS = 10_000
#: Bits of a whole number.
_MAX_BITS = 4_096

_wide = re.compile(r"%[-+ #0]*(?:\(\w*\))?[-+ #0]*(?:\d{4,}|\*)|%[^%a-zA-Z]*\.(?:\d{4,}|\*)").search
_wide_spec = re.compile(r":[^{}]*(?:\d{4,}|\{)").search
#: Filters that only rewritten templates use; a template's author cannot write a name with a space.
BOUNDED, COUNTED, TRUTH = "kaverun bounded", "kaverun counted", "kaverun truth"
#: Jinja's filters of chance, of addresses in memory, or for HTML.
_LEFT_OUT = ("pprint", "random", "slice", "tojson", "urlize", "xmlattr")
_DENIED_METHODS = frozenset({"encode", "format_map", "maketrans", "translate"})
_PADDING_METHODS = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill"})


class RunAway(Exception):
    """The template would make more than any message can hold, or never end."""


def finalize(value: Any) -> Any:
    """What `{{ value }}` prints: nothing for None, 12 for 12.0, and an error for what has no text of its own."""
    kind = value.__class__
    if kind is str or kind is int or isinstance(value, (str, int, Decimal, Undefined)):
        return value
    if value is None:
        return ""
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, (date, time)):
        return value
    raise TypeError(_unprintable(value))


def _unprintable(value: Any) -> str:
    if callable(value):
        return "this prints a function, not a text; are the brackets () missing?"
    if isinstance(value, Iterable):
        return "this prints a list, not a text; join it, as in {{ items | join('، ') }}"
    return f"this prints a {type(value).__name__}, which has no text of its own"


def bounded_concat(pieces: Iterable[str]) -> str:
    """The pieces as one text; raises RunAway as soon as they are too long together."""
    kept, total = [], 0
    for piece in pieces:
        kept.append(piece)
        total += len(piece)
        if total > MAX_TEXT:
            raise RunAway(f"the text grows past {MAX_TEXT:,} characters")
    return "".join(kept)


def _fits(length: int) -> None:
    if length > MAX_TEXT:
        raise RunAway(f"this would make {length:,} characters or items; at most {MAX_TEXT:,} are allowed")


def bounded(value: Any) -> Any:
    """`value` unless it is a text, list or number too large to be kept."""
    if isinstance(value, (str, list, tuple, dict)):
        _fits(len(value))
    elif isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise RunAway("this makes a number of over a thousand digits")
    return value


@pass_context
def counted(context: Any, items: Iterable[Any]) -> Iterator[Any]:
    """The items of a loop, each a step of this message's allowance."""
    for item in items:
        take_steps(context, 1)
        yield item


def take_steps(context: Any, steps: int) -> None:
    """Count `steps` against what one message may take."""
    context.steps += steps
    if context.steps > MAX_STEPS:
        raise RunAway(f"the template takes more than {MAX_STEPS:,} steps for one message; is there a loop too many?")


@pass_context
def _range(context: Any, *bounds: int) -> range:
    numbers = range(*bounds)
    take_steps(context, len(numbers))
    return numbers


def truth(value: Any) -> Any:
    """A column that stands alone as a condition; a text that says no, and would count as yes, is an error."""
    if isinstance(value, str) and value.strip().lower() in _NO:
        raise ValueError(f"a text counts as true unless it is empty, and this one says '{value}': compare it instead")
    return value


_NO = frozenset({"0", "۰", "false", "no", "n", "off", "none", "null", "خیر", "نه"})


def _multiply(left: Any, right: Any) -> Any:
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, (str, list, tuple)) and isinstance(times, int):
            _fits(len(sequence) * times)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _MAX_BITS:
        raise RunAway("this makes a number of over a thousand digits")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _MAX_BITS:
        raise RunAway("this makes a number of over a thousand digits")
    return left**right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, str) and _wide(left):
        raise RunAway("a width of more than 999 is not available in a format")
    return left % right


def _replaced_length(text: str, old: str, new: str) -> int:
    return len(text) + text.count(old) * max(0, len(new) - len(old))


class MessageEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for messages; `render` functions are given a context with a `steps` counter."""

    intercepted_binops = frozenset({"*", "**", "%"})
    concat = staticmethod(bounded_concat)

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, finalize=finalize, autoescape=False, loader=None, cache_size=0)
        self.binop_table |= {"*": _multiply, "**": _power, "%": _modulo}
        self.globals = {name: self.globals[name] for name in ("cycler", "dict", "joiner", "namespace")}
        self.globals["range"] = _range
        self.filters |= _bounded_filters(dict(self.filters))
        self.filters |= {name: getattr(persian, name) for name in FILTERS}
        self.filters |= {BOUNDED: bounded, COUNTED: counted, TRUTH: truth}
        for name in _LEFT_OUT:
            del self.filters[name]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As in Jinja's sandbox; bytes and bulk translation of texts are out of reach too."""
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _DENIED_METHODS)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """As in Jinja's sandbox, with the widths of the format bounded."""
        wrapper = super().wrap_str_format(value)
        if wrapper is not None and (value.__name__ in _DENIED_METHODS or _wide_spec(value.__self__)):
            raise RunAway("a width of more than 999 is not available in a format")
        return wrapper

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """As in Jinja's sandbox; each call is a step, and what it is given and makes is bounded."""
        take_steps(__context, 1)
        for argument in args:
            bounded(argument)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            args = _checked(owner, __obj.__name__, args)
        return super().call(__context, __obj, *args, **kwargs)


def _checked(text: str, method: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a text's method, refused where the result would be too long."""
    if method in _PADDING_METHODS and args and isinstance(args[0], int):
        _fits(args[0] * (text.count("\t") + 1) if method == "expandtabs" else args[0])
    elif method == "replace" and len(args) > 1:
        _fits(_replaced_length(text, args[0], args[1]))
    elif method == "join" and args:
        return (_joinable(args[0], len(text)),)
    return args


def _joinable(items: Iterable[Any], separator: int) -> list[Any]:
    pieces, total = [], 0
    for item in items:
        pieces.append(item)
        total += len(str(item)) + separator
        _fits(total)
    return pieces


def _bounded_filters(filters: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Jinja's own filters that can make much of little, each refusing to."""

    def sized(name: str, most: int) -> Callable[..., Any]:
        plain = filters[name]

        def checked(value: Any, size: Any = None, *args: Any, **kwargs: Any) -> Any:
            for number in (size, *args, *kwargs.values()):
                if isinstance(number, int) and number > most:
                    raise RunAway(f"{name} takes at most {most:,} here")
            return plain(value, *(() if size is None else (size,)), *args, **kwargs)

        return checked

    @pass_eval_context
    def replace(context: EvalContext, text: Any, old: str, new: str, count: int | None = None) -> str:
        _fits(_replaced_length(str(text), str(old), str(new)))
        return str(filters["replace"](context, text, old, new, count))

    @pass_eval_context
    def join(context: EvalContext, items: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
        return str(filters["join"](context, _joinable(items, len(d)), d, attribute))

    def format_(text: Any, *args: Any, **kwargs: Any) -> str:
        return str(_modulo(str(text), kwargs or args))

    padding = {name: sized(name, 999) for name in ("batch", "center", "indent")}
    return padding | {"round": sized("round", 30), "replace": replace, "join": join, "format": format_}


#: The filters that messages to people in Iran need, all in `kaverun.message.persian`.
FILTERS = ("latin_digits", "persian_digits", "thousands", "toman")
