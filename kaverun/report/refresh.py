"""Brings reports up to date: newer statuses in `messages.csv`, and their sums in `report.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from kaverun.errors import ReportError
from kaverun.ledger.protocol import Ledger, Scope, Standing
from kaverun.report.delivery import delivery_document
from kaverun.report.folder import alone_in, replacing, run_folder
from kaverun.report.newer_rows import Foreign, refresh_rows
from kaverun.report.report_json import written
from kaverun.report.standings import CurrentStandings, Walk
from kaverun.report.write import MESSAGES_CSV, REPORT_JSON


def refresh_reports(
    directory: Path,
    ledger: Ledger,
    scope: Scope,
    is_open: Callable[[Standing], bool],
    asked: float,
    wait: Callable[[float], None] = lambda batch: None,
) -> list[Path]:
    """Bring the reports of a scope's runs up to date; returns the folders in which something changed.

    A report that is not there is left out. `asked` is when the provider was asked, in unix seconds; `is_open` says
    whether a standing may still change. Raises `ReportError` for what cannot be read or written, once the others are
    done.
    """
    folders = list(_folders(directory, ledger, scope))
    if not folders:
        return []
    refreshed: list[Path] = []
    failures: list[str] = []
    # Rows of a report may be of earlier runs, so whatever the scope, all messages of the occurrence are looked up.
    with CurrentStandings(ledger, scope._replace(run_id=None), is_open, wait) as standings:
        for folder in folders:
            try:
                if _refresh(folder, standings.walk(), ledger.status_texts, asked):
                    refreshed.append(folder)
            except FileNotFoundError:
                continue
            except (OSError, Foreign) as error:
                why = getattr(error, "strerror", None) or error
                failures.append(f"the report {folder} cannot be brought up to date: {why}")
    if failures:
        raise ReportError("; ".join(failures) + "; what became of the messages is in the ledger")
    return refreshed


def _folders(directory: Path, ledger: Ledger, scope: Scope) -> Iterator[Path]:
    """The reports there are of a scope's runs."""
    for run in ledger.run_records():
        of_run = Scope(run.campaign, run.occurrence, run.provider, run.run_id if scope.run_id else None)
        folder = run_folder(directory, run.campaign, run.run_id)
        if of_run == scope and folder.is_dir():
            yield folder


def _refresh(folder: Path, walk: Walk, texts: Callable[[], Mapping[int, str]], asked: float) -> bool:
    """Whether anything in it changed: the rows first, so that sums never speak of rows that are not there yet."""
    with alone_in(folder):
        known = _report(folder / REPORT_JSON).get("delivery") or {}
        if known.get("open") == 0:
            return False
        tally, changed = refresh_rows(folder / MESSAGES_CSV, walk, texts)
        delivery = delivery_document(tally.delivery(asked))
        if not changed and known == {**delivery, "asked_at": known.get("asked_at")}:
            return False
        # Once more: the list of its batches grows with the messages, and is not kept in memory while rows are read.
        report = _report(folder / REPORT_JSON)
        report["delivery"] = delivery
        with replacing(folder / REPORT_JSON) as draft:
            draft.write_bytes(written(report))
        return True


def _report(path: Path) -> dict[str, Any]:
    try:
        report = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Foreign(f"{path.name} is no JSON: {error}") from None
    if not isinstance(report, dict):
        raise Foreign(f"{path.name} is not as kaverun wrote it")
    return report
