"""`plan --messages FILE`: writes every rendered message to a file, and loses nothing that is already there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Problem, Refused
from kaverun.files.drafts import draft_of
from kaverun.plan.as_csv import COLUMNS, write_plan_csv
from kaverun.plan.plan import Plan

STDOUT = Path("-")
_OURS = f"\ufeff{','.join(COLUMNS)}".encode()


def check_target(target: Path, loaded: LoadedCampaign, ledger: Path | None) -> None:
    """Raise `Refused` if the file exists and is not the messages of an earlier plan; called before planning."""
    if target == STDOUT:
        return
    try:
        if not os.path.lexists(target):
            return
        if not target.is_file():
            raise _refused(target, "is not a regular file: name another, or - for stdout")
        if any(path.exists() and target.samefile(path) for path in _inputs(loaded, ledger)):
            raise _refused(target, "is an input of this plan: name another file")
        with target.open("rb") as file:
            begin = file.read(len(_OURS))
    except OSError as error:
        raise _refused(target, f"cannot be read: {error.strerror}") from None
    if begin and begin != _OURS:
        raise _refused(target, "already exists and was not written by plan --messages: name another file, or remove it")


def write_messages_file(plan: Plan, target: Path) -> None:
    """Write all of it or nothing, readable only by its owner; raises `Refused`."""
    try:
        with draft_of(target) as draft:
            write_plan_csv(plan, draft)
    except OSError as error:
        raise _refused(target, f"cannot be written: {error.strerror}") from None


def _inputs(loaded: LoadedCampaign, ledger: Path | None) -> Iterator[Path]:
    """Every input of the plan, and other files that must not be lost."""
    yield from (file.path for file in loaded.inputs)
    yield loaded.root / "kaverun.yaml"
    if key := os.environ.get("KAVENEGAR_API_KEY_FILE"):
        yield Path(key)
    if ledger:
        # With its log, locks and copies.
        yield from ledger.parent.glob(f"{ledger.name}*")


def _refused(target: Path, words: str) -> Refused:
    return Refused(str(Problem(f"{words}; nothing was written", str(target), key="--messages")))
