"""The report of a run once more, with the statuses of today: its rows, and their sums in `report.json`."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Any

import orjson

from kaverun.ledger.runs import Run, occurrence_of
from kaverun.ledger.store import Store
from kaverun.report.delivery import Delivery, delivery_document
from kaverun.report.folder import alone_in, own_file, replacing
from kaverun.report.messages_csv import write_messages
from kaverun.report.report_json import written
from kaverun.report.rows import Extent
from kaverun.report.write import MESSAGES_CSV, REPORT_JSON


class Foreign(Exception):
    """A file is not as kaverun wrote it."""


def redraw(store: Store, run: Run, folder: Path, delivery: Delivery) -> bool:
    """Draw the files there are again; returns whether anything changed.

    `delivery` is that of all messages up to this run. The rows come first, so that the sums never speak of rows that
    are not there yet. Raises `OSError` (`FileNotFoundError` where the folder is gone), `Foreign`.
    """
    report, messages = folder / REPORT_JSON, folder / MESSAGES_CSV
    with alone_in(folder):
        for path in (report, messages):
            if path.exists() and not path.is_file():  # To open a pipe would wait for ever.
                raise Foreign(f"{path.name} is not a file")
        newer, document = delivery_document(delivery), _document(report) if report.exists() else None
        known = (document or {}).get("delivery") or {}
        if document is not None and known == {**newer, "asked_at": known.get("asked_at")}:
            return False
        changed = messages.exists() and _write_rows(store, run, messages)
        if document is not None:
            with replacing(report) as draft, own_file(draft) as file:
                file.write(written({**document, "delivery": newer}))
        return changed or document is not None


def _write_rows(store: Store, run: Run, path: Path) -> bool:
    with replacing(path) as draft:
        write_messages(draft, store, Extent(occurrence_of(store, run.scope), run.number))
        return not filecmp.cmp(path, draft, shallow=False)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Foreign(f"{path.name} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Foreign(f"{path.name} is not as kaverun wrote it")
    return document
