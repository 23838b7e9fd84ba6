"""Texts compared as people see them: in the folded form that headers have, so that nobody is lost by an invisible mark.

شيراز with an Arabic ي, an edge space, a half-space or a mark of direction is شیراز; what is printed stays as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from kaverun.text.names import folded

#: Longer texts are compared as they are: no name or city is as long, and a loop over them would take seconds.
_LONGEST: Final = 1000
#: Texts up to this length are remembered, most of them being cities, words and the like.
_REMEMBERED: Final = 64

_short_folded = lru_cache(maxsize=1 << 14)(folded)


def _form(text: str) -> str:
    if len(text) <= _REMEMBERED:
        return _short_folded(text)
    return folded(text) if len(text) <= _LONGEST else text


def same(left: Any, right: Any) -> Any:
    """Whether two values are equal, texts in their folded form."""
    if left == right:
        return True
    if isinstance(left, str) and isinstance(right, str):
        return _form(left).strip() == _form(right).strip()
    return False


def different(left: Any, right: Any) -> Any:
    """The opposite of `same`."""
    return not same(left, right)


def contained(item: Any, container: Any, exact: bool = False) -> Any:
    """`item in container`, for a part of a text or a member of a list, texts in their folded form.

    The edge spaces of a cell count for nothing; `exact` for a text in the template, where somebody means them.
    """
    if item in container:
        return True
    if not isinstance(item, str):
        return False
    if isinstance(container, str):
        part = _form(item) if exact else _form(item).strip()
        return bool(part.strip()) and part in _form(container)
    if isinstance(container, (list, tuple, dict, set, frozenset)):
        return any(same(item, one) for one in container if isinstance(one, str))
    return False


def begins_or_ends(text: str, method: str, part: Any) -> bool:
    """`text.startswith(part)` or `text.endswith(part)`, in the folded form; `part` may be several."""
    parts = part if isinstance(part, tuple) else (part,)
    forms = tuple(form for one in parts if isinstance(one, str) and (form := _form(one)).strip())
    return bool(getattr(_form(text).strip(), method)(forms))
