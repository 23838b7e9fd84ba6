"""`report.json`: the totals of a run, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from kaverun.blocks import blocks
from kaverun.ledger.store import Row
from kaverun.report.folder import own_file
from kaverun.report.report import VERSION, BatchLine, Report

# Batches that are made JSON together: there are tens of thousands in a national campaign.
_TOGETHER = 500
# Where they belong; a text has its quotes escaped, so this stands nowhere else.
_BATCHES = b'"batches": ['


def iso(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def report_json(report: Report) -> bytes:
    """The report as indented JSON with a final newline."""
    return b"".join(_pieces(report))


def write_json(path: Path, report: Report) -> None:
    """Write the same into a file; memory does not grow with it. Raises `OSError`."""
    with own_file(path) as file:
        file.writelines(_pieces(report))


def with_rows(document: bytes, columns: tuple[str, ...], lines: Iterable[Row]) -> Iterator[bytes]:
    """A document and its rows under `messages`, an object each on a line of its own; memory does not grow with them."""
    yield document.rstrip().removesuffix(b"}").rstrip() + b',\n  "messages": ['
    before = b"\n    "
    for some in blocks(lines, _TOGETHER):
        yield before + b",\n    ".join(orjson.dumps(dict(zip(columns, line, strict=True))) for line in some)
        before = b",\n    "
    yield b"\n  ]\n}\n"


def _pieces(report: Report) -> Iterator[bytes]:
    before, between, after = written(_totals(report)).partition(_BATCHES)
    yield before + between
    comma = b""
    for some in blocks(report.batches, _TOGETHER):
        told = orjson.dumps(list(map(_batch, some)), option=orjson.OPT_INDENT_2)[1:-2]
        yield comma + told.replace(b"\n", b"\n  ")
        comma = b","
    yield (b"\n  " if comma else b"") + after


def _batch(line: BatchLine) -> dict[str, Any]:
    return {**asdict(line), "begun": iso(line.begun)}


def _totals(report: Report) -> dict[str, Any]:
    """The document without its batches."""
    return {
        "version": VERSION,
        "campaign": report.campaign,
        "occurrence": report.occurrence,
        "run_id": report.run_id,
        "provider": report.provider,
        "digest": report.digest,
        "status": report.status,
        "exit_code": None if report.status == "running" else report.exit_code,
        "scheduled_for": iso(report.date),
        "started_at": iso(report.started),
        "finished_at": iso(report.finished),
        "counts": asdict(report.counts),
        "parts": report.parts,
        "cost": report.cost,
        "planned_cost": report.planned_cost,
        "unsent_cost": report.unsent_cost,
        "credit": report.credit,
        "currency": "IRR",
        "lines": [line._asdict() for line in report.lines],
        "stop": report.stop._asdict() if report.stop else None,
        "reasons": [reason._asdict() for reason in report.reasons],
        "notes": report.notes,
        "advice": report.advice,
        "kaverun": report.kaverun,
        "commit": report.commit,
        "host": report.host,
        "who": report.who,
        "inputs": [one._asdict() for one in report.inputs],
        "channel": report.channel,
        "type": report.shared.type,
        "tag": report.shared.tag,
        "hide": report.shared.hide,
        "policy": report.shared.policy,
        "key_column": report.key_column,
        "batches": [],
        # `kaverun status` writes here what became of the messages after they were accepted.
        "delivery": None,
    }


def written(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
