"""Templates of verify/lookup and the rules for their tokens (document, *VerifyLookup*; facts, *Meaning*)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kaverun.sandbox.answers import Denial
from kaverun.sandbox.settings import Dialect

#: longest token in characters (facts, *Meaning*)
LONGEST_TOKEN = 100

#: the tokens of the live service (facts, *Meaning*)
LIVE_NAMES = ("token", "token2", "token3", "token10", "token20")
_DOCUMENT_NAMES = ("token", *(f"token{number}" for number in range(2, 21)))
_SPACES = {"token10": 5, "token20": 8}
_FORBIDDEN = re.compile(r"[\r\n\t_]")
_PLACE = re.compile(r"\{(token[0-9]{0,2})\}|%(token(?:[12][0-9]|[2-9])?)", re.ASCII)


def tokens(fields: Mapping[str, str], rules: Dialect) -> dict[str, str]:
    """The given tokens by name, without empty ones; raises Denial 400, 406 or 431.

    The document's note mentions token to token20, the facts page exactly five: the dialect decides.
    """
    if not fields.get("token", "").strip():
        raise Denial(rules.empty_value if "token" in fields else 400, "token is missing or empty")
    names = _DOCUMENT_NAMES if rules.twenty_tokens else LIVE_NAMES
    given = {name: fields[name] for name in names if fields.get(name, "").strip()}
    for name, value in given.items():
        _check(name, value)
    return given


def _check(name: str, value: str) -> None:
    most = _SPACES.get(name, 0)
    if _FORBIDDEN.search(value):
        raise Denial(431, f"{name} contains a newline, a tab or an underscore")
    if value.count(" ") > most:
        raise Denial(431, f"{name} contains more than {most} spaces")
    if len(value) > LONGEST_TOKEN:
        raise Denial(431, f"{name} has {len(value)} characters")


def fill(name: str, given: Mapping[str, str], panel: Mapping[str, str]) -> str:
    """The text of template `name`; raises Denial 400, 424 or 432.

    An empty `panel` has every template, with a text that shows all tokens. Places are written `{token}`, as in the
    document's example, or `%token`, as in the meaning of code 432.
    """
    if not panel:
        return f"{name}: {' '.join(given.values())}"
    if name not in panel:
        raise Denial(424, f"template={name}")
    places = {braced or percent for braced, percent in _PLACE.findall(panel[name])}
    for token in given:
        if token not in places:
            raise Denial(432, f"%{token} is missing from the template {name}")
    for place in sorted(places):
        if place not in given:
            raise Denial(400, f"the template {name} needs {place}")
    return _PLACE.sub(lambda match: given[match[1] or match[2]], panel[name])
