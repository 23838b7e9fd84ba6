"""Number formats of a spreadsheet under which a cell shows something else than its number: 00000 and 0%.

ECMA-376 part 1, 18.8.30 and 18.8.31. What people see in the sheet is what they mean: the code 00005, a discount of 20%.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

#: The text that a cell shows for a number as its file writes it; "" where it shows the number itself.
Shown = Callable[[str], str]

#: Formats that need not be written into a file.
BUILT_IN: Final = {9: "0%", 10: "0.00%"}
_percent: Final = re.compile(r"[#0,]*0(?:\.(0+))?(?:\\? )?%").fullmatch
#: A unit or a word (`0 "ریال"`) is not part of a code: what is written around the number is the template's matter.
_token: Final = re.compile(r'"([- ()/+]*)"|\\([- ()/+])|([-0# ()/+])')


def shown_by(code: str) -> Shown | None:
    """How a format shows numbers; None for formats that change nothing about a number, or that are not known."""
    positive = code.split(";")[0]
    if found := _percent(positive):
        decimals = len(found[1] or "")
        return lambda number: _as_percentage(number, decimals)
    tokens = _tokens(positive)
    places = sum(is_place for _, is_place in tokens)
    zeros = sum(token == ("0", True) for token in tokens)
    if zeros < 2 and not (places and places < len(tokens)):
        return None
    return lambda number: _in_places(number, tokens)


def _tokens(code: str) -> list[tuple[str, bool]]:
    """Literals and places for digits; nothing where the format has anything else."""
    tokens, end = list[tuple[str, bool]](), 0
    for found in _token.finditer(code):
        if found.start() != end:
            return []
        end = found.end()
        literal = found[1] if found[1] is not None else found[2] or found[3]
        tokens.append((literal, found[3] is not None and found[3] in "0#"))
    return tokens if end == len(code) else []


def _number(written: str) -> Decimal:
    """A number with the 15 digits that a spreadsheet keeps of it."""
    try:
        return Decimal(f"{float(written):.15g}")
    except (ValueError, InvalidOperation):
        return Decimal("NaN")


def _as_percentage(written: str, decimals: int) -> str:
    number = _number(written)
    if not number.is_finite():
        return ""
    return f"{(number * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}%"


def _in_places(written: str, tokens: list[tuple[str, bool]]) -> str:
    number = _number(written)
    if not number.is_finite() or number != number.to_integral_value() or number < 0:
        return ""
    digits, pieces = list(f"{number:.0f}" if number else ""), list[str]()
    last_place = sum(is_place for _, is_place in tokens)
    for text, is_place in reversed(tokens):
        if not is_place:
            pieces.append(text)
            continue
        last_place -= 1
        digit = digits.pop() if digits else "0" if text == "0" else ""
        # What there is no place for stands before the first one.
        pieces.append("".join(digits) + digit if not last_place else digit)
    return "".join(reversed(pieces))
