"""The ends that a template's texts, lists, numbers and steps have: it cannot run away (traps.md *Jinja*).

Steps are turns of loops, calls, and work on long texts inside of them; the same template takes the same steps for the
same row on every machine, as a clock would not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Undefined

from kaverun.text.numbers import is_number, numbers_for

#: Characters that any text in a template may grow to; the longest message the provider takes has 4,000.
MAX_TEXT = 20_000
#: Steps that one message may take.
MAX_STEPS = 10_000
#: Characters or items that are worked on in a loop for one step.
_PER_STEP = 100
#: Bits of a whole number, and the power of ten of a decimal one.
_MAX_BITS, _MAX_POWER = 4_096, 1_000

_wide = re.compile(r"%[-+ #0]*(?:\(\w*\))?[-+ #0]*(?:\d{4,}|\*)|%[^%a-zA-Z]*\.(?:\d{4,}|\*)").search
_PADDING_METHODS = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill"})


_NO_ARITHMETIC = (
    "numbers in a list of texts are texts: to compute with them write `| int` after each or give their columns a type "
    "below recipients.columns, and to put texts together write ~"
)


class RunAway(Exception):
    """The template would make more than any message can hold, or never end."""


def finalize(value: Any) -> Any:
    """What `{{ value }}` prints: nothing for None, 12 for 12.0, and an error for what has no text of its own."""
    kind = value.__class__
    if kind is str or kind is int or isinstance(value, (str, int, Undefined)):
        return value
    if value is None:
        return ""
    if kind is float or isinstance(value, Decimal):
        return _printed_number(value)
    if isinstance(value, (date, time)):
        return value
    raise TypeError(_unprintable(value))


def _printed_number(value: float | Decimal) -> Any:
    if not math.isfinite(value):
        raise ValueError("this is not a number (NaN or Infinity), and nobody is to read it")
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


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


def joined(parts: Iterable[Any]) -> str:
    """`a ~ b ~ c`, each as it prints by itself."""
    return bounded_concat(str(finalize(part)) for part in parts)


def fits(length: int) -> None:
    """Raise RunAway for a length that no message has."""
    if length > MAX_TEXT:
        raise RunAway(f"this would make {length:,} characters or items; at most {MAX_TEXT:,} are allowed")


def bounded(value: Any) -> Any:
    """`value` unless it is a text, list or number too large to be kept."""
    if isinstance(value, str):
        fits(len(value))
    elif isinstance(value, (list, tuple, dict)):
        fits(_written_out(value))
    elif _is_huge(value):
        raise RunAway("this makes a number of over a thousand digits")
    return value


def _is_huge(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) > _MAX_POWER
    return isinstance(value, int) and value.bit_length() > _MAX_BITS


def _written_out(value: list[Any] | tuple[Any, ...] | dict[Any, Any]) -> int:
    """Items and characters of a list with all lists in it, as often as they stand there; counted as far as needed.

    A list that holds another twice, sixty times over, is small in memory and endless when printed or compared.
    """
    total, waiting = 0, [value]
    while waiting and total <= MAX_TEXT:
        one: Any = waiting.pop()
        if isinstance(one, (str, list, tuple, dict)):
            total += len(one)
        if isinstance(one, (list, tuple)):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend((*one.keys(), *one.values()))
    return total


@pass_context
def counted(context: Any, items: Iterable[Any]) -> Iterator[Any]:
    """The items of a loop, each a step of this message's allowance."""
    for item in items:
        take_steps(context, 1)
        yield item


@pass_context
def charged(context: Any, value: Any) -> Any:
    """What is worked on inside of a loop: a long one takes steps of its own."""
    if isinstance(value, (str, list, tuple, dict)) and len(value) > _PER_STEP:
        take_steps(context, len(value) // _PER_STEP)
    return value


def take_steps(context: Any, steps: int) -> None:
    """Count `steps` against what one message may take."""
    context.steps += steps
    if context.steps > MAX_STEPS:
        raise RunAway(f"the template takes more than {MAX_STEPS:,} steps for one message; is there a loop too many?")


@pass_context
def counted_range(context: Any, *bounds: int) -> range:
    """Python's range; its length is taken in steps."""
    numbers = range(*bounds)
    take_steps(context, len(numbers))
    return numbers


def multiply(left: Any, right: Any) -> Any:
    """left * right, or RunAway."""
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, str) and len(sequence) > 1 and is_number(sequence):
            raise ValueError(_NO_ARITHMETIC)
        if isinstance(sequence, (str, list, tuple)) and isinstance(times, int):
            fits((len(sequence) if isinstance(sequence, str) else max(1, _written_out(sequence))) * times)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _MAX_BITS:
        raise RunAway("this makes a number of over a thousand digits")
    return bounded(left * right)


def add(left: Any, right: Any) -> Any:
    """left + right; two texts that are numbers would be put one after the other, which nobody means by a sum."""
    if isinstance(left, str) and isinstance(right, str) and is_number(left) and is_number(right):
        raise ValueError(_NO_ARITHMETIC)
    return bounded(left + right)


def power(left: Any, right: Any) -> Any:
    """left ** right, or RunAway."""
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _MAX_BITS:
        raise RunAway("this makes a number of over a thousand digits")
    return bounded(left**right)


def modulo(left: Any, right: Any) -> Any:
    """left % right, of numbers or of a text and what is put into it; or RunAway."""
    if isinstance(left, str):
        if _wide(left):
            raise RunAway("a width of more than 999 is not available in a format")
        given = right if isinstance(right, tuple) else right.values() if isinstance(right, dict) else (right,)
        check_format(left, "%", given)
        right = numbers_for(left, right)
    return left % right


def check_format(text: str, sign: str, given: Iterable[Any]) -> None:
    """Raise RunAway where a format with as many places as `text` has `sign`s would give too long a text."""
    longest = max((len(one) if isinstance(bounded(finalize(one)), str) else 0 for one in given), default=0)
    fits(len(text) + text.count(sign) * longest)


def replaced_length(text: str, old: str, new: str) -> int:
    """How long a text is once every `old` in it is `new`."""
    return len(text) + text.count(old) * max(0, len(new) - len(old))


def checked_arguments(text: str, method: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a text's method, refused where the result would be too long."""
    if method in _PADDING_METHODS and args and isinstance(args[0], int):
        fits(args[0] * (text.count("\t") + 1) if method == "expandtabs" else args[0])
    elif method == "replace" and len(args) > 1:
        fits(replaced_length(text, args[0], args[1]))
    elif method == "join" and args:
        return (joinable(args[0], len(text)),)
    return args


def joinable(items: Iterable[Any], separator: int) -> list[Any]:
    """The items of a list to be joined by a text of that length, counted while they are gathered."""
    pieces, total = [], 0
    for item in items:
        pieces.append(bounded(item))
        total += len(str(item)) + separator
        fits(total)
    return pieces
