"""Redraws reports with today's statuses: their rows, and the sums of these in `report.json`."""

from __future__ import annotations

import filecmp
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from kaverun.documents import json_bytes
from kaverun.errors import ReportError
from kaverun.ledger.runs import Run, occurrence_of
from kaverun.ledger.statuses import StatusSum
from kaverun.ledger.store import Store
from kaverun.report.delivery import DeliveryDocument, delivery_document, delivery_of
from kaverun.report.folder import alone_in, own_file, replacing, run_folder
from kaverun.report.messages_csv import write_messages
from kaverun.report.rows import Extent
from kaverun.report.write import MESSAGES_CSV, REPORT_JSON


class _Foreign(Exception):
    """A file is not as kaverun wrote it."""


def redraw_reports(
    store: Store, runs: Iterable[Run], sums: Sequence[StatusSum], asked: float, directory: Path | None = None
) -> list[Path]:
    """Redraw the reports of runs, if there are any; returns the folders in which something changed.

    `sums` are those of their occurrence; `asked` is when the provider was asked, in unix seconds. `directory` is where
    the reports are now, if they are not where their runs wrote them. Raises `ReportError` for what cannot be read or
    written, after the others are done.
    """
    changed: list[Path] = []
    failures: list[str] = []
    for run in runs:
        if run.report is None:
            # It left none, or an older kaverun wrote it, whose ledger lacks some of its rows.
            continue
        folder = run_folder(directory, run.scope.campaign, run.run_id) if directory else _seen_from_here(run.report)
        try:
            # A report also has rows of earlier runs.
            delivery = delivery_of((one for one in sums if one.run <= run.number), asked)
            if _redraw(store, run, folder, delivery_document(delivery)):
                changed.append(folder)
        except FileNotFoundError:  # It was not kept.
            continue
        except (OSError, _Foreign) as error:
            why = getattr(error, "strerror", None) or error
            failures.append(f"the report {folder} cannot be updated: {why}")
    if failures:
        raise ReportError("; ".join(failures) + "; what became of the messages is in the ledger")
    return changed


def _seen_from_here(report: str) -> Path:
    folder, here = Path(report), Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _redraw(store: Store, run: Run, folder: Path, delivery: DeliveryDocument) -> bool:
    """Whether anything changed. The rows come first, so that the sums never include rows that are not there yet."""
    report, messages = folder / REPORT_JSON, folder / MESSAGES_CSV
    with alone_in(folder):
        for path in (report, messages):
            if path.exists() and not path.is_file():  # Opening a pipe would block forever.
                raise _Foreign(f"{path.name} is not a file")
        document = _document(report) if report.exists() else None
        known = (document or {}).get("delivery") or {}
        if document is not None and known == {**delivery, "asked_at": known.get("asked_at")}:
            return False
        changed = messages.exists() and _write_rows(store, run, messages)
        if document is None:
            return changed
        with replacing(report) as draft, own_file(draft) as file:
            file.write(json_bytes({**document, "delivery": delivery}))
        return True


def _write_rows(store: Store, run: Run, path: Path) -> bool:
    with replacing(path) as draft:
        write_messages(draft, store, Extent(occurrence_of(store, run.scope), run.number))
        return not filecmp.cmp(path, draft, shallow=False)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise _Foreign(f"{path.name} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise _Foreign(f"{path.name} is not as kaverun wrote it")
    return document
