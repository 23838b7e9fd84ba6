"""`report.json`: the totals of a run, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TypedDict

import orjson

from kaverun.blocks import blocks
from kaverun.documents import Time, iso, json_bytes
from kaverun.ledger.runs import Input, Status
from kaverun.ledger.store import Row
from kaverun.report.bill import LineBill
from kaverun.report.delivery import DeliveryDocument
from kaverun.report.folder import own_file
from kaverun.report.report import VERSION, BatchLine, Counts, Reason, Report, Stop

# How many batches are written together: there are tens of thousands in a national campaign.
_TOGETHER = 500
# Where they belong; quotes in texts are escaped, so this occurs nowhere else.
_BATCHES = b'"batches": ['


class BatchSums(TypedDict):
    """A batch of this run: messages that went out in one request, at most 200."""

    batch: int
    """Its number in the ledger."""
    size: int
    """Messages in it."""
    accepted: int
    """Messages that the provider accepted."""
    rejected: int
    """Messages that the provider rejected."""
    unknown: int
    """Messages that the provider may have accepted."""
    not_sent: int
    """Messages that were not sent."""
    begun: Time | None
    """When it was handed over; null if it never was."""


class RunReport(TypedDict):
    """What happened in one run: `report.json`, and what `kaverun apply --format json` prints."""

    version: Literal[1]
    """Counts changes to these keys."""
    campaign: str
    """The campaign's name."""
    occurrence: str
    """Which occurrence of the campaign it is."""
    run_id: str
    """Identifies the run; empty if there was nothing to do, and so no run."""
    provider: str
    """Where it was sent; `loopback` for sandboxes."""
    digest: str
    """The plan's: it covers everything that decides a message."""
    status: Status
    """How the run ended."""
    exit_code: int | None
    """The command's; null while the run continues."""
    scheduled_for: Time | None
    """When the provider was asked to send; null for at once."""
    started_at: Time
    """When the run began."""
    finished_at: Time | None
    """When it ended; null while it continues."""
    counts: Counts
    """Rows of the list by action, and messages by outcome."""
    parts: int
    """Planned SMS of the accepted messages."""
    cost: int | None
    """Rial, as billed; null if messages were accepted and the provider reported no price for any."""
    planned_cost: int | None
    """Rial, by the tariff; null without one."""
    unsent_cost: int | None
    """Rial, by the tariff, of what was not sent; null without one."""
    credit: int | None
    """Rial that the account had left, if that is why the run stopped."""
    currency: Literal["IRR"]
    """Iranian Rial."""
    lines: tuple[LineBill, ...]
    """What was billed and what was planned, by sender line."""
    stop: Stop | None
    """Why the run stopped early; null if it did not."""
    reasons: tuple[Reason, ...]
    """Why messages were not accepted, the most frequent reasons first."""
    notes: tuple[str, ...]
    """What else a person should know, in sentences."""
    advice: tuple[str, ...]
    """What to do about what is left, in sentences."""
    kaverun: str | None
    """The version that ran."""
    commit: str | None
    """The commit of the campaign's repository."""
    host: str | None
    """The machine it ran on."""
    who: str | None
    """The user who ran it."""
    inputs: tuple[Input, ...]
    """The files that the plan was made from."""
    channel: str | None
    """How it was sent: sms, lookup or voice."""
    type: str | None
    """How phones store the messages."""
    tag: str | None
    """The tag of the messages."""
    hide: bool
    """Whether numbers are hidden in the provider's logs."""
    policy: str | None
    """The sending flow of the account."""
    key_column: str | None
    """The column that identified recipients; empty if it was the number itself."""
    batches: tuple[BatchSums, ...]
    """The requests of this run."""
    delivery: DeliveryDocument | None
    """What became of the accepted messages; null until `kaverun status` asked."""


def report_json(report: Report) -> bytes:
    """The report as indented JSON with a final newline."""
    return b"".join(_pieces(report))


def write_json(path: Path, report: Report) -> None:
    """Write the same to a file; memory does not grow with it. Raises `OSError`."""
    with own_file(path) as file:
        file.writelines(_pieces(report))


def with_rows(document: bytes, columns: tuple[str, ...], lines: Iterable[Row]) -> Iterator[bytes]:
    """A document and its rows under `messages`, one object on each line; memory does not grow with them."""
    yield document.rstrip().removesuffix(b"}").rstrip() + b',\n  "messages": ['
    before = b"\n    "
    for some in blocks(lines, _TOGETHER):
        yield before + b",\n    ".join(orjson.dumps(dict(zip(columns, line, strict=True))) for line in some)
        before = b",\n    "
    yield b"\n  ]\n}\n"


def _pieces(report: Report) -> Iterator[bytes]:
    before, between, after = json_bytes(_without_batches(report)).partition(_BATCHES)
    yield before + between
    comma = b""
    for some in blocks(report.batches, _TOGETHER):
        yield comma + json_bytes(tuple(map(_batch, some)))[1:-3].replace(b"\n", b"\n  ")
        comma = b","
    yield (b"\n  " if comma else b"") + after


def _batch(line: BatchLine) -> BatchSums:
    return BatchSums(
        batch=line.batch,
        size=line.size,
        accepted=line.accepted,
        rejected=line.rejected,
        unknown=line.unknown,
        not_sent=line.not_sent,
        begun=iso(line.begun),
    )


def _without_batches(report: Report) -> RunReport:
    shared = report.shared
    return RunReport(
        version=VERSION,
        campaign=report.campaign,
        occurrence=report.occurrence,
        run_id=report.run_id,
        provider=report.provider,
        digest=report.digest,
        status=report.status,
        exit_code=None if report.status == "running" else report.exit_code,
        scheduled_for=iso(report.date),
        started_at=iso(report.started),
        finished_at=iso(report.finished),
        counts=report.counts,
        parts=report.parts,
        cost=report.cost,
        planned_cost=report.planned_cost,
        unsent_cost=report.unsent_cost,
        credit=report.credit,
        currency="IRR",
        lines=report.lines,
        stop=report.stop,
        reasons=report.reasons,
        notes=report.notes,
        advice=report.advice,
        kaverun=report.kaverun,
        commit=report.commit,
        host=report.host,
        who=report.who,
        inputs=report.inputs,
        channel=report.channel,
        type=None if shared.type is None else str(shared.type),
        tag=shared.tag,
        hide=shared.hide,
        policy=shared.policy,
        key_column=report.key_column,
        batches=(),
        # `kaverun status` fills in what became of the messages after they were accepted.
        delivery=None,
    )
