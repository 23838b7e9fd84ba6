"""The delivery of messages as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kaverun.report.delivery import Delivery, status_word
from kaverun.text.plurals import plural

_ALL = "all"
# Kavenegar chooses the line of calls and lookups.
_NO_LINE = "no line"
_NO_OPERATOR = "operator not known"


def delivery_table(delivery: Delivery) -> Iterator[str]:
    """A row for all messages, then one for each sender line and operator; a column for each status that occurs."""
    words = list(dict.fromkeys(map(status_word, sorted(delivery.statuses, key=_order))))
    rows = [(_ALL, delivery.statuses)]
    rows += [
        (f"{place.line or _NO_LINE}  {place.operator or _NO_OPERATOR}", statuses)
        for place, statuses in sorted(delivery.places.items())
    ]
    cells = [["", "accepted", *words], *([name, *_figures(statuses, words)] for name, statuses in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for name, *figures in cells:
        padded = (f"{figure:>{width}}" for figure, width in zip(figures, widths[1:], strict=True))
        yield f"  {name:<{widths[0]}}  {'   '.join(padded)}".rstrip()


def _figures(statuses: Mapping[int, int], words: list[str]) -> Iterator[str]:
    total = sum(statuses.values())
    yield f"{total:,}"
    for word in words:
        count = sum(count for status, count in statuses.items() if status_word(status) == word)
        yield f"{count:,} {count / total:>6.1%}"


# Delivered first, then what was not, then what is still on its way.
_FIRST = (10, 11, 14, 6, 13, 100)


def _order(status: int) -> tuple[int, int]:
    return (_FIRST.index(status), 0) if status in _FIRST else (len(_FIRST), status)


def expired_text(messages: int, since: str) -> str:
    return (
        f"{plural(messages, 'message')} of these had no final status and cannot be asked for since {since}: "
        "Kavenegar answers for 48 hours, and the table shows the last known status"
    )


def not_known_text(messages: int) -> str:
    return (
        f"the provider does not know {plural(messages, 'message')} of these, by messageid or by localid: "
        "is this the key of the account that sent them?"
    )
