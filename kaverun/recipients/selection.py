"""Who is written to: one decision for every row, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Literal, NamedTuple

from kaverun.errors import Invalid, KaverunError
from kaverun.recipients.exclusion import Excluded, load_excluded
from kaverun.recipients.keys import normal_key
from kaverun.recipients.rows import BadRow, Row, text_of
from kaverun.recipients.seen import Fields, FirstSeen, Met
from kaverun.recipients.typed import BadCells, TypedColumn, typed_values
from kaverun.recipients.uncomputed import UnusableCell
from kaverun.text.controls import first_control, has_controls
from kaverun.text.excerpt import excerpt
from kaverun.text.names import slug
from kaverun.text.phone import NotAMobile, as_number, mask_text, normalize

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
    excluded: Excluded | None = None,
    typed: tuple[TypedColumn, ...] = (),
) -> Iterator[Recipient]:
    """One Recipient for every row, in order.

    Decided in this order, the first that applies: bad row, bad number, no key, bad cell, where, excluded, duplicate or
    same key. `phone` and `key` are columns, by header or name, read as they are written whatever their type: a type
    never changes who somebody is. Keys are compared in their normal form; where two rows are one key only by that form
    and have different numbers, nobody can say whether they are one person, and the cause is "ambiguous key".
    Raises `Refused` where the folder for temporary files has no room for the numbers or keys.
    """
    phone, key = slug(phone), slug(key) if key is not None else None
    once = _PhoneOnce() if key is None else _KeyOnce(key)
    for block in _blocks(source_rows):
        recipients = [_judged(row, phone, key, where, typed) for row in block]
        wanted = [both for both in zip(recipients, block, strict=True) if both[0].action == "send"]
        verdicts = _excluded(wanted, excluded) if excluded else {}
        verdicts |= once.verdicts([both for both in wanted if both[0].row not in verdicts] if verdicts else wanted)
        for recipient in recipients:
            verdict = verdicts.get(recipient.row) if verdicts else None
            yield Recipient(*recipient[:6], *verdict) if verdict else recipient


# Rows that are compared with those before them at once: asking a database costs less for many than for each.
_TOGETHER = 500


def _blocks(rows: Iterable[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    """The rows in blocks; where a list breaks off, those before that come before its error."""
    block = list[Row | BadRow]()
    try:
        for row in rows:
            block.append(row)
            if len(block) == _TOGETHER:
                yield block
                block = []
    except Invalid:
        yield block
        raise
    yield block


_Verdict = tuple[Action, Cause, str]
_SEND: _Verdict = ("send", "", "")


def _judged(
    row: Row | BadRow, phone: str, key: str | None, where: Condition | None, typed: tuple[TypedColumn, ...]
) -> Recipient:
    """What becomes of a row by itself."""
    if isinstance(row, BadRow):
        return Recipient(row.number, row.path, row.line, {}, "", "", "invalid", "bad row", row.reason)
    number, path, line, values = row
    written = text_of(values.get(phone))
    try:
        canonical = normalize(written)
    except NotAMobile as error:
        return _bad_number(row, _key_of(values.get(key)) if key else "", values.get(phone), error)
    identity = canonical if key is None else _key_of(values.get(key))
    verdict = None if identity else _no_key(key)
    if key is not None and has_controls(identity):
        verdict = ("invalid", "no key", f"its key holds {first_control(identity)}: write the cell again")
    if typed and verdict is None:
        values, verdict = _typed(values, typed)
    if where and verdict is None:
        verdict = _filtered(where, values)
    return tuple.__new__(Recipient, (number, path, line, values, identity, canonical, *(verdict or _SEND)))


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


# A recipient with the row it was made of.
_Both = tuple[Recipient, Row | BadRow]


def _excluded(wanted: Iterable[_Both], excluded: Excluded) -> dict[int, _Verdict]:
    places = excluded.among([recipient.phone for recipient, _ in wanted])
    found = ((recipient.row, places.get(recipient.phone)) for recipient, _ in wanted) if places else ()
    return {row: ("skip", "excluded", f"excluded by {place}") for row, place in found if place}


class _PhoneOnce:
    """Says which rows repeat a number."""

    def __init__(self) -> None:
        self._seen = FirstSeen()

    def verdicts(self, wanted: Iterable[_Both]) -> dict[int, _Verdict]:
        """By row number; the others are the first of their number."""
        met = [(as_number(one.phone), one.row, one.path, one.line, 0, 0) for one, _ in wanted]
        return {
            again.row: ("skip", "duplicate", f"duplicate of {first.place}") for first, again in self._seen.meet(met)
        }


class _KeyOnce:
    """Says which rows repeat a key. Keys are kept as 64 bits of BLAKE2b: among a million, two meet once in 10**7."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._seen = FirstSeen()

    def verdicts(self, wanted: Iterable[_Both]) -> dict[int, _Verdict]:
        """By row number; the others are the first of their key."""
        met, written = list[Fields](), dict[int, str]()
        for recipient, row in wanted:
            assert isinstance(row, Row)
            text = written[row.number] = _written(row.values.get(self._key))
            # Nearly every key is written in its normal form, for which 0 stands.
            spelling = 0 if text == recipient.key else _digest(text)
            phone = as_number(recipient.phone)
            met.append((_digest(recipient.key), row.number, row.path, row.line, phone, spelling))
        return {again.row: _same_key(first, again, written[again.row]) for first, again in self._seen.meet(met)}


def _same_key(first: Met, again: Met, written: str) -> _Verdict:
    if first.phone == again.phone:
        return "skip", "duplicate", f"duplicate of {first.place}: the same key and number"
    if first.spelling == again.spelling:
        return "invalid", "same key", f"the same key as {first.place} with another number"
    return (
        "invalid",
        "ambiguous key",
        f"{excerpt(written)} is the key of {first.place} in another spelling, with another number: "
        "delete one of the two rows if it is one person, give one of them another key if not",
    )


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
