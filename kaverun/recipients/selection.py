"""Who is written to: one decision for every row, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Literal, NamedTuple

from kaverun.campaign.excerpt import excerpt
from kaverun.campaign.names import slug
from kaverun.controls import first_control, has_controls
from kaverun.errors import KaverunError
from kaverun.recipients.cells import UnusableCell
from kaverun.recipients.exclusion import Excluded, load_excluded
from kaverun.recipients.keys import normal_key
from kaverun.recipients.phone import NotAMobile, as_number, mask_text, normalize
from kaverun.recipients.rows import BadRow, Row, text_of
from kaverun.recipients.seen import Column, FirstSeen, Place
from kaverun.recipients.typed import BadCells, TypedColumn, typed_values

__all__ = ["Action", "Cause", "Condition", "Excluded", "Recipient", "load_excluded", "select"]

Action = Literal["send", "skip", "invalid"]
Cause = Literal[
    "",
    "duplicate",
    "excluded",
    "filtered",
    "bad number",
    "no key",
    "same key",
    "ambiguous key",
    "bad row",
    "bad cell",
    "where failed",
]
Condition = Callable[[Mapping[str, object]], bool]


class Recipient(NamedTuple):
    """What becomes of one row. `phone` is canonical, "" where the number is refused; `reason` is "" for `send`.

    `key` is in its normal form (see `keys`), however the list writes it.
    """

    row: int
    path: str
    line: int
    values: dict[str, object]
    key: str
    phone: str
    action: Action
    cause: Cause
    reason: str


def select(
    source_rows: Iterable[Row | BadRow],
    *,
    phone: str,
    key: str | None,
    where: Condition | None,
    excluded: Mapping[str, str],
    typed: tuple[TypedColumn, ...] = (),
) -> Iterator[Recipient]:
    """One Recipient for every row, in order.

    Decided in this order, the first that applies: bad row, bad number, no key, bad cell, where, excluded, duplicate or
    same key. `phone` and `key` are columns, by header or name, read as they are written whatever their type: a type
    never changes who somebody is. Keys are compared in their normal form; where two rows are one key only by that form
    and have different numbers, nobody can say whether they are one person, and the cause is "ambiguous key".
    `excluded` gives the place that excludes a canonical number.
    """
    phone, key = slug(phone), slug(key) if key is not None else None
    once: _PhoneOnce | _KeyOnce = _PhoneOnce() if key is None else _KeyOnce(key)
    make = tuple.__new__
    for row in source_rows:
        if isinstance(row, BadRow):
            yield Recipient(row.number, row.path, row.line, {}, "", "", "invalid", "bad row", row.reason)
            continue
        number, path, line, values = row
        written = text_of(values.get(phone))
        try:
            canonical = normalize(written)
        except NotAMobile as error:
            yield _bad_number(row, _key_of(values.get(key)) if key else "", values.get(phone), error)
            continue
        identity = canonical if key is None else _key_of(values.get(key))
        verdict = None if identity else _no_key(key)
        if key is not None and has_controls(identity):
            verdict = ("invalid", "no key", f"its key holds {first_control(identity)}: write the cell again")
        if typed and verdict is None:
            values, verdict = _typed(values, typed)
        if where and verdict is None:
            verdict = _filtered(where, values)
        if verdict is None and excluded and canonical in excluded:
            verdict = ("skip", "excluded", f"excluded by {excluded[canonical]}")
        if verdict is None:
            verdict = once.verdict(identity, canonical, row) or _SEND
        yield make(Recipient, (number, path, line, values, identity, canonical, *verdict))


_Verdict = tuple[Action, Cause, str]
# A number without its 09 takes 30 bits of 64.
_SPELLING_BITS = 34
_SPELLING = (1 << _SPELLING_BITS) - 1
_SEND: _Verdict = ("send", "", "")


def _key_of(cell: object) -> str:
    """The key in a cell in its normal form; "" where the cell is empty, shows nothing or is a spreadsheet's error."""
    return normal_key(_written(cell))


def _written(cell: object) -> str:
    return "" if isinstance(cell, UnusableCell) else text_of(cell).strip()


def _bad_number(row: Row, key: str, cell: object, error: NotAMobile) -> Recipient:
    shown = mask_text(text_of(cell))
    reason = f"{shown}: {error.reason}" if shown else error.reason
    if isinstance(cell, UnusableCell):
        reason = f"its cell holds {cell.what}"
    return Recipient(row.number, row.path, row.line, row.values, key, "", "invalid", "bad number", reason)


def _no_key(key: str | None) -> _Verdict:
    return (
        "invalid",
        "no key",
        f"the key column '{key}' is empty or an error, and without a key nobody can tell who was served",
    )


def _typed(values: dict[str, object], typed: tuple[TypedColumn, ...]) -> tuple[dict[str, object], _Verdict | None]:
    try:
        return typed_values(values, typed), None
    except BadCells as error:
        return values, ("invalid", "bad cell", str(error))


def _filtered(where: Condition, values: Mapping[str, object]) -> _Verdict | None:
    try:
        return None if where(values) else ("skip", "filtered", "recipients.where does not hold for it")
    except KaverunError as error:
        return "invalid", "where failed", f"recipients.where cannot be answered: {error}"


class _PhoneOnce:
    """Says which rows repeat a number."""

    def __init__(self) -> None:
        self._seen = FirstSeen()

    def verdict(self, identity: str, phone: str, row: Row) -> _Verdict | None:
        entry = self._seen.meet(as_number(phone), row.number, row.path, row.line)
        return ("skip", "duplicate", f"duplicate of {self._seen.place(entry)}") if entry else None


class _KeyOnce:
    """Says which rows repeat a key. Keys are kept as 64 bits of BLAKE2b: among a million, two meet once in 10**7.

    With the number of each first row are 34 bits of how its key is written, in one number.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._seen = FirstSeen(wide=True)
        self._firsts = Column()

    def verdict(self, identity: str, phone: str, row: Row) -> _Verdict | None:
        digest = _digest(identity)
        entry = self._seen.meet(digest, row.number, row.path, row.line)
        written = _written(row.values.get(self._key))
        spelling = (digest if written == identity else _digest(written)) & _SPELLING
        if not entry:
            self._firsts.append(as_number(phone) << _SPELLING_BITS | spelling)
            return None
        place, first = self._seen.place(entry), self._firsts[entry - 1]
        if first >> _SPELLING_BITS == as_number(phone):
            return "skip", "duplicate", f"duplicate of {place}: the same key and number"
        if first & _SPELLING == spelling:
            return "invalid", "same key", f"the same key as {place} with another number"
        return "invalid", "ambiguous key", _ambiguous(written, place)


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _ambiguous(written: str, place: Place) -> str:
    return (
        f"{excerpt(written)} is the key of {place} in another spelling, with another number: "
        "delete one of the two rows if it is one person, give one of them another key if not"
    )
