"""How figures, times and Persian text are written for people on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Isolates keep a right-to-left text from rearranging the line around it.
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def isolated(text: str) -> str:
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"


def rial(cost: int | None) -> str:
    return "unknown (the campaign names no tariff)" if cost is None else f"{cost:,} Rial"


def local_time(seconds: int, timezone: str) -> str:
    local = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(timezone))
    return f"{local:%Y-%m-%d %H:%M} {timezone}"
