"""What a token of verify/lookup may hold (facts page, *Meaning*); usable before any request is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kaverun.kavenegar.errors import NotAsked

#: how many spaces each token may hold
SPACES: Mapping[str, int] = MappingProxyType({"token": 0, "token2": 0, "token3": 0, "token10": 5, "token20": 8})
#: longest token in characters
LONGEST = 100

_FORBIDDEN = re.compile(r"[\r\n\t_]")
_STRUCTURE, _INCOMPLETE = 431, 400


class Tokens(NamedTuple):
    """The values a template is filled with; the first is mandatory, one that is not given is left out.

    The document's note speaks of twenty tokens, the facts page of exactly these five: both know these.
    """

    token: str
    token2: str | None = None
    token3: str | None = None
    token10: str | None = None
    token20: str | None = None

    def given(self) -> dict[str, str]:
        """The tokens with a value, by name; raises `NotAsked` for the first that breaks a rule."""
        found = {name: value for name, value in self._asdict().items() if value}
        if "token" not in found:
            raise NotAsked(_INCOMPLETE, "token is mandatory and must not be empty")
        for name, value in found.items():
            if reason := wrong_with(name, value):
                raise NotAsked(_STRUCTURE, f"{name} {reason}")
        return found


def wrong_with(name: str, value: str) -> str:
    """Why `value` cannot be the token `name`, in words that follow the name; "" if it can."""
    most = SPACES[name]
    if _FORBIDDEN.search(value):
        return "holds a newline, a tab or an underscore, which no token may"
    if value.count(" ") > most:
        return f"holds {value.count(' ')} spaces and may hold {most or 'none'}"
    if len(value) > LONGEST:
        return f"has {len(value)} characters and may have {LONGEST}"
    return ""
