"""A plan kept in a file beside the ledger, so that a run that was cut off goes on without planning it again.

It holds the rows as the plan's spool does, then everything else as JSON, then that JSON's length in eight bytes, and
at the end a digest of all that, without which nothing of it is believed: what it holds is sent.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from kaverun import __version__
from kaverun.campaign.inputs import digests_of
from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Invalid, Problem
from kaverun.plan.marks import Marks
from kaverun.plan.plan import APART, Cause, Change, LineTotals, Past, Plan, Sample, Totals
from kaverun.plan.spool import Frames, Spool

# Grows whenever the file, or the spool in it, is laid out in another way, or a row in it would be somebody else today.
_FORM = 5
_LENGTH = 8
_DIGEST = 32
_PIECE = 2**20


class Basis(NamedTuple):
    """What a plan rests on: it holds as long as all of this is the same.

    `inputs` are digests of the files it was made from, `given` the variables of the command line, `after` the number
    of the last run the ledger had then.
    """

    version: str
    provider: str
    inputs: Mapping[str, str]
    given: str
    after: int


def basis_of(loaded: LoadedCampaign, provider: str, after: int) -> Basis | None:
    """The basis of a plan that is made now; None where a file cannot be read."""
    try:
        inputs = {file.shown: file.digest for file in digests_of(loaded.inputs)}
    except Invalid:
        return None
    return Basis(__version__, provider, inputs, repr(sorted(loaded.variables.values.items())), after)


def save_plan(plan: Plan, basis: Basis, path: Path) -> None:
    """Write a plan whole or not at all, for its owner's eyes only. What cannot be written is planned again."""
    assert isinstance(plan.spool, Spool)
    draft = path.with_name(f"{path.name}.draft")
    with suppress(OSError):
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            file = _Hashed(opened)
            frames = plan.spool.copy_to(file)
            kept = {name: value for name, value in plan._asdict().items() if name != "spool"}
            rest = {"form": _FORM, "basis": basis._asdict(), "frames": frames._asdict(), "plan": _plain(kept)}
            written = orjson.dumps(rest)
            file.write(written)
            file.write(len(written).to_bytes(_LENGTH, "big"))
            opened.write(file.digest())
        draft.replace(path)


def open_plan(path: Path) -> tuple[Plan, Basis] | None:
    """A saved plan and what it rests on; None where there is none, or one that is not as it was written."""
    try:
        file = path.open("rb")
    except OSError:
        return None
    try:
        if (kept := _checked(file)) and kept["form"] == _FORM:
            plan = _plan(kept["plan"], Spool.over(file, Frames(**kept["frames"]), apart=APART))
            return plan, Basis(**kept["basis"])
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError, MemoryError):
        # It can be planned again, whatever is the matter with it.
        pass
    file.close()
    return None


class _Hashed:
    """A file that is written, with the digest of what was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = _hash()
        self.tell = file.tell

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def digest(self) -> bytes:
        return self._hash.digest()


def _hash() -> blake2b:
    return blake2b(digest_size=_DIGEST)


def _checked(file: IO[bytes]) -> dict[str, Any] | None:
    """What follows the rows; None where any byte of the file is not as it was written."""
    end = left = file.seek(-_DIGEST, os.SEEK_END)
    file.seek(0)
    hash_ = _hash()
    while left and (piece := file.read(min(left, _PIECE))):
        hash_.update(piece)
        left -= len(piece)
    if left or file.read() != hash_.digest():
        return None
    file.seek(end - _LENGTH)
    length = int.from_bytes(file.read(_LENGTH), "big")
    file.seek(end - _LENGTH - length)
    kept: dict[str, Any] = orjson.loads(file.read(length))
    return kept


def _plain(value: Any) -> Any:
    """Named tuples as lists of what JSON has, those with names that matter as mappings."""
    if isinstance(value, Problem):
        return asdict(value)
    if isinstance(value, Marks):
        return value.plain()
    if isinstance(value, Totals):
        return _plain(value._asdict())
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, tuple | list) else value


def _plan(kept: dict[str, Any], spool: Spool) -> Plan:
    totals = Totals(**kept["totals"])
    by_line = {line: LineTotals(*values) for line, values in (totals.by_line or {}).items()}
    kept |= {
        "totals": totals._replace(by_line=by_line),
        "causes": tuple(Cause(*values) for values in kept["causes"]),
        "longest": _sample(kept["longest"]),
        "most_expensive": _sample(kept["most_expensive"]),
        "samples": tuple(Sample(*values) for values in kept["samples"]),
        **{
            name: tuple(Problem(**values) for values in kept[name])
            for name in ("warnings", "refusals", "strict", "lifted")
        },
        "marks": Marks(**kept["marks"]),
        "past": _past(*kept["past"]),
    }
    return Plan(spool=spool, **kept)


def _past(scheduled: int, differing: int, changes: list[list[Any]], edited: list[Any] | None) -> Past:
    return Past(scheduled, differing, tuple(Change(*values) for values in changes), Change(*edited) if edited else None)


def _sample(values: list[Any] | None) -> Sample | None:
    return Sample(*values) if values else None
