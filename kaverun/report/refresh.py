"""Brings reports up to date: newer statuses in `messages.csv`, and their sums in `report.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from kaverun.errors import ReportError
from kaverun.ledger.protocol import Ledger, Scope, Standing
from kaverun.report.delivery import Delivery, delivery_document
from kaverun.report.delivery_count import delivery_of
from kaverun.report.folder import alone_in, own_file, replacing, run_folder
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
    runs = list(_reported(directory, ledger, scope))
    if not runs:
        return []
    refreshed: list[Path] = []
    failures: list[str] = []
    # Rows of a report may be of earlier runs, so whatever the scope, all messages of the occurrence are looked up.
    with CurrentStandings(ledger, scope._replace(run_id=None), is_open, wait) as standings:
        for run, folder in runs:
            by_ledger = partial(delivery_of, ledger, run, is_open, asked)
            try:
                if _refresh(folder, standings.walk(), ledger.status_texts, asked, by_ledger):
                    refreshed.append(folder)
            except FileNotFoundError:
                continue
            except (OSError, Foreign) as error:
                why = getattr(error, "strerror", None) or error
                failures.append(f"the report {folder} cannot be brought up to date: {why}")
    if failures:
        raise ReportError("; ".join(failures) + "; what became of the messages is in the ledger")
    return refreshed


def _reported(directory: Path, ledger: Ledger, scope: Scope) -> Iterator[tuple[Scope, Path]]:
    """A scope's runs that left a report, and where."""
    for run in ledger.run_records():
        of_run = Scope(run.campaign, run.occurrence, run.provider, run.run_id)
        folder = run_folder(directory, run.campaign, run.run_id)
        if scope in (of_run, of_run._replace(run_id=None)) and folder.is_dir():
            yield of_run, folder


def _refresh(
    folder: Path,
    walk: Walk,
    texts: Callable[[], Mapping[int, str]],
    asked: float,
    by_ledger: Callable[[], Delivery],
) -> bool:
    """Whether anything in it changed: the rows first, so that sums never speak of rows that are not there yet.

    Where it has no rows (`report.formats`), the sums are those of the run's own messages, `by_ledger`.
    """
    with alone_in(folder):
        for path in (folder / REPORT_JSON, folder / MESSAGES_CSV):
            if path.exists() and not path.is_file():  # To open a pipe would wait for ever.
                raise Foreign(f"{path.name} is not a file")
        if not (folder / REPORT_JSON).exists():
            _, changed = refresh_rows(folder / MESSAGES_CSV, walk, texts)
            return changed
        known = _report(folder / REPORT_JSON).get("delivery") or {}
        if known.get("open") == 0:
            return False
        if (folder / MESSAGES_CSV).exists():
            tally, changed = refresh_rows(folder / MESSAGES_CSV, walk, texts)
            delivery = delivery_document(tally.delivery(asked))
        else:
            changed, delivery = False, delivery_document(by_ledger())
        if not changed and known == {**delivery, "asked_at": known.get("asked_at")}:
            return False
        # Once more: the list of its batches grows with the messages, and is not kept in memory while rows are read.
        report = _report(folder / REPORT_JSON)
        report["delivery"] = delivery
        with replacing(folder / REPORT_JSON) as draft, own_file(draft) as file:
            file.write(written(report))
        return True


def _report(path: Path) -> dict[str, Any]:
    try:
        report = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Foreign(f"{path.name} is no JSON: {error}") from None
    if not isinstance(report, dict):
        raise Foreign(f"{path.name} is not as kaverun wrote it")
    return report
