"""Faults on the rows of an answer that is otherwise correct."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kaverun.sandbox.faults.deck import Hit

Entry = dict[str, Any]

#: added to the ids of extra rows: far from any message of the sandbox
_FAR = 1_000_000_000
_FOLDED = str.maketrans("يىك۰۱۲۳۴۵۶۷۸۹", "ییک0123456789", "\u200b\u200c\u200d\u200e\u200f")


def changed(entries: list[Entry], hits: Sequence[Hit]) -> list[Entry]:
    """`entries` after every row fault among `hits`, in order."""
    for hit in hits:
        change = _CHANGES.get(hit.fault.kind.name)
        entries = change(entries, hit) if change else entries
    return entries


def _reversed(entries: list[Entry], _: Hit) -> list[Entry]:
    return entries[::-1]


def _without(entries: list[Entry], hit: Hit) -> list[Entry]:
    gone = _places(entries, hit)
    return [entry for index, entry in enumerate(entries) if index not in gone]


def _with_surplus(entries: list[Entry], hit: Hit) -> list[Entry]:
    surplus = [_stranger(entries[index]) for index in sorted(_places(entries, hit))]
    return entries + surplus


def _with_foreign_receptors(entries: list[Entry], hit: Hit) -> list[Entry]:
    foreign = _places(entries, hit)
    return [
        {**entry, "receptor": _other(str(entry.get("receptor", "")))} if index in foreign else entry
        for index, entry in enumerate(entries)
    ]


def _with_masked_receptors(entries: list[Entry], _: Hit) -> list[Entry]:
    return [{**entry, "receptor": _masked(str(entry.get("receptor", "")))} for entry in entries]


def _masked(receptor: str) -> str:
    return f"{receptor[:4]}***{receptor[-4:]}"


def _with_folded_texts(entries: list[Entry], _: Hit) -> list[Entry]:
    """Echo texts like a gateway that keeps only what it can show."""
    return [
        {**entry, "message": " ".join(str(entry.get("message", "")).translate(_FOLDED).split())} for entry in entries
    ]


def _places(entries: list[Entry], hit: Hit) -> frozenset[int]:
    return frozenset(random.Random(hit.salt).sample(range(len(entries)), min(hit.fault.rows, len(entries))))


def _stranger(entry: Entry) -> Entry:
    """A row like `entry`, about a message that was not in the request."""
    stranger = {**entry, "receptor": _other(str(entry.get("receptor", "")))}
    if "messageid" in entry:
        stranger["messageid"] = entry["messageid"] + _FAR
    if "localid" in entry:
        stranger["localid"] = f"9{entry['localid']}"[:18]
    return stranger


def _other(receptor: str) -> str:
    """Another number, from the unassigned 0909 range (facts, *Money and language*)."""
    return f"0909{receptor[-7:].rjust(7, '0')}"


_CHANGES: Mapping[str, Callable[[list[Entry], Hit], list[Entry]]] = {
    "reverse": _reversed,
    "missing-row": _without,
    "surplus-row": _with_surplus,
    "foreign-receptor": _with_foreign_receptors,
    "mask-receptor": _with_masked_receptors,
    "fold-text": _with_folded_texts,
}
