"""`report.json`: the totals of a run, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from kaverun.report.report import VERSION, Report


def iso(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def report_json(report: Report) -> bytes:
    """The report as indented JSON with a final newline."""
    document = {
        "version": VERSION,
        "campaign": report.campaign,
        "occurrence": report.occurrence,
        "run_id": report.run_id,
        "provider": report.provider,
        "digest": report.digest,
        "status": report.status,
        "exit_code": report.exit_code,
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
        "batches": report.batches,
        # What became of the messages is not known yet: `kaverun status` writes it here.
        "delivery": None,
    }
    return written(document)


def written(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
