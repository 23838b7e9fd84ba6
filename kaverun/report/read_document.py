"""What `report.json` says about a run, for rebuilding a lost ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import orjson
from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError

from kaverun.campaign.values import NAME_PATTERN
from kaverun.errors import Problem
from kaverun.ledger.runs import Input, Run
from kaverun.message.batch import Shared
from kaverun.message.scope import Scope
from kaverun.report.report import VERSION
from kaverun.report.write import MESSAGES_CSV, REPORT_JSON
from kaverun.text.excerpt import excerpt

#: What helps if a report is not as kaverun wrote it, and if it is missing.
REMEDY = "take a copy of this report as kaverun wrote it"
WITHOUT = (
    "without it nobody knows who was served: remove the folder, and have the first apply ask Kavenegar with "
    "--cold-ledger full"
)


class Batch(NamedTuple):
    """A batch of the run by its number in the lost ledger; `sent` of its messages were or may have been sent."""

    number: int
    begun: float | None
    sent: int


class ReportFiles(NamedTuple):
    """What `report.json` says about a run; its rows are in `messages.csv` of the same folder."""

    folder: Path
    run: Run
    inputs: tuple[Input, ...]
    batches: tuple[Batch, ...]
    channel: str | None
    shared: Shared


class _Batch(BaseModel):
    batch: int
    begun: AwareDatetime | None
    accepted: int
    unknown: int


class _Stop(BaseModel):
    code: int
    words: str


class _Input(BaseModel):
    role: str
    path: str
    digest: str
    rows: int | None


class _Document(BaseModel):
    """The parts of `report.json` that a ledger is made from."""

    campaign: Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=64)]
    occurrence: Annotated[str, StringConstraints(min_length=1)]
    run_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$")]
    provider: Annotated[str, StringConstraints(min_length=1)]
    digest: str
    status: Literal["completed", "partial", "stopped", "interrupted", "failed"]
    exit_code: int | None
    started_at: AwareDatetime
    finished_at: AwareDatetime | None
    planned_cost: int | None
    credit: int | None
    stop: _Stop | None
    notes: list[str]
    kaverun: str | None
    commit: str | None
    host: str | None
    who: str | None
    inputs: list[_Input]
    channel: str | None
    type: str | None
    tag: str | None
    hide: bool
    policy: str | None
    batches: list[_Batch]
    key_column: str | None


def read_files(folder: Path, problems: list[Problem]) -> ReportFiles | None:
    """What a report's `report.json` says; None if something is wrong, which is added to `problems`."""
    path = folder / REPORT_JSON
    for needed in (path, folder / MESSAGES_CSV):
        if not needed.is_file():
            problems.append(Problem(f"is missing: {WITHOUT}", str(needed)))
            return None
    try:
        document = orjson.loads(path.read_bytes())
        version = document.get("version") if isinstance(document, dict) else None
        if version != VERSION:
            words = f"{excerpt(version)} is not {VERSION}: another version of kaverun wrote it, import it there"
            problems.append(Problem(words, str(path), key="version"))
            return None
        return _as_files(folder, _Document.model_validate(document))
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(path)))
    except orjson.JSONDecodeError as error:
        problems.append(Problem(f"is not JSON ({error.msg}): {REMEDY}", str(path), error.lineno, error.colno))
    except ValidationError as invalid:
        for wrong in invalid.errors():
            found = f"{wrong['msg']}, but it is {excerpt(wrong['input'])}"
            words = "is missing" if wrong["type"] == "missing" else found
            problems.append(Problem(f"{words}: {REMEDY}", str(path), key=".".join(map(str, wrong["loc"]))))
    return None


def _as_files(folder: Path, found: _Document) -> ReportFiles:
    stop = found.stop
    run = Run(
        run_id=found.run_id,
        scope=Scope(found.campaign, found.occurrence, found.provider),
        digest=found.digest,
        started=found.started_at.timestamp(),
        kind="imported",
        status=found.status,
        exit_code=found.exit_code,
        finished=found.finished_at.timestamp() if found.finished_at else None,
        key_column=found.key_column,
        planned_cost=found.planned_cost,
        kaverun=found.kaverun,
        revision=found.commit,
        host=found.host,
        who=found.who,
        stop_code=stop.code if stop else None,
        stop_reason=stop.words if stop else None,
        credit=found.credit,
        notes=tuple(found.notes),
        report=str(folder.absolute()),
        rehearsal=found.occurrence == found.run_id,
    )
    return ReportFiles(
        folder,
        run,
        tuple(Input(one.role, one.path, one.digest, one.rows) for one in found.inputs),
        tuple(
            Batch(one.batch, one.begun.timestamp() if one.begun else None, one.accepted + one.unknown)
            for one in found.batches
        ),
        found.channel,
        Shared(None, found.type, found.tag, found.hide, found.policy),
    )
