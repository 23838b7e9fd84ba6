"""The sandbox that message templates run in: strict, the same bytes for the same row, and bounded.

A template cannot reach Python, cannot ask for chance, the clock or an address in memory, and cannot run away: the text
it makes, the steps it takes and the padding it asks for have ends (see `bounds`; traps.md *Jinja*).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from jinja2 import StrictUndefined
from jinja2.lexer import TokenStream
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kaverun.template.bounds import (
    RunAway,
    add,
    bounded,
    bounded_concat,
    charged,
    check_format,
    checked_arguments,
    counted_range,
    finalize,
    modulo,
    multiply,
    power,
    take_steps,
)
from kaverun.template.filters import filters_of
from kaverun.template.tag_lines import without_tag_lines
from kaverun.text.comparing import begins_or_ends, contained, different, same

_wide_spec = re.compile(r":[^{}]*(?:\d{4,}|\{)").search
#: Methods out of reach, by the type they belong to: bytes, bulk translation, the clock.
_DENIED: tuple[tuple[type, frozenset[str]], ...] = (
    (str, frozenset({"encode", "format_map", "maketrans", "translate"})),
    (int, frozenset({"from_bytes", "to_bytes"})),
    (date, frozenset({"astimezone", "fromtimestamp", "now", "timestamp", "today", "utcfromtimestamp", "utcnow"})),
)


class MessageEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for messages; `render` functions are given a context with a `steps` counter."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    concat = staticmethod(bounded_concat)

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, finalize=finalize, autoescape=False, loader=None, cache_size=0)
        self.binop_table |= {"+": add, "*": multiply, "**": power, "%": modulo}
        self.globals = {name: self.globals[name] for name in ("cycler", "dict", "joiner", "namespace")}
        self.globals["range"] = counted_range
        self.filters = filters_of(dict(self.filters))
        self.tests |= dict.fromkeys(("==", "eq", "equalto"), same) | dict.fromkeys(("!=", "ne"), different)
        self.tests["in"] = contained

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        """As Jinja's, but lines that hold nothing but tags leave nothing behind."""
        if state is not None:
            return super()._tokenize(source, name, filename, state)
        tokens = without_tag_lines(self.lexer, source, name, filename)
        return TokenStream(self.lexer.wrap(tokens, name, filename), name, filename)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As in Jinja's sandbox; some methods of texts, numbers and dates are out of reach too."""
        denied = any(isinstance(obj, kind) and attr in names for kind, names in _DENIED)
        return not denied and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """As in Jinja's sandbox, with the widths and the length of the format bounded."""
        wrapper = super().wrap_str_format(value)
        if wrapper is None:
            return None
        if value.__name__ == "format_map" or _wide_spec(value.__self__):
            raise RunAway("a width of more than 999 is not available in a format")

        def bounded_format(*args: Any, **kwargs: Any) -> str:
            check_format(value.__self__, "{", (*args, *kwargs.values()))
            return wrapper(*args, **kwargs)

        return bounded_format

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """As in Jinja's sandbox; each call is a step, and what it is given and makes is bounded."""
        take_steps(__context, 1)
        for argument in (*args, *kwargs.values()):
            bounded(argument)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            charged(__context, owner)
            args = checked_arguments(owner, __obj.__name__, args)
            if __obj.__name__ in ("startswith", "endswith") and len(args) == 1 and not kwargs:
                return bool(__obj(*args)) or begins_or_ends(owner, __obj.__name__, args[0])
        return super().call(__context, __obj, *args, **kwargs)


#: The one sandbox; it keeps nothing of what is rendered in it.
ENVIRONMENT: Final = MessageEnvironment()
