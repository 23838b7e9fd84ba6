"""Rebuilds a lost ledger from the reports of its runs: all given ones in one transaction, or none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from kaverun.errors import Invalid, Problem, Refused
from kaverun.ledger.importing import INDEXES, NAMES, Gained, Reported, prepare, take_in
from kaverun.ledger.runs import Run, is_run_id, run_called
from kaverun.ledger.store import Store
from kaverun.report.read_document import ReportFiles, read_files
from kaverun.report.read_rows import ReadRow, read_rows
from kaverun.report.write import MESSAGES_CSV, REPORT_JSON

# Reading stops at this many problems.
_PROBLEMS = 20
_SENT = """
SELECT batch, sent, (
    SELECT count(*) FROM temp.reported WHERE reported.report = own.report AND reported.batch = own.batch
)
FROM temp.reported_batch AS own WHERE report = ?
"""


class Imported(NamedTuple):
    """What a ledger learnt from the report of a run; None for a rehearsal, in which nothing was sent."""

    run: Run
    gained: Gained | None


def import_reports(store: Store, paths: Iterable[Path]) -> list[Imported]:
    """Import reports, each a folder or in folders below one, in the order of their runs.

    Raises `Invalid` with what is wrong, `Refused` if there are none or one does not fit the ledger, and `Locked` if
    somebody is working on one of their campaigns; nothing is imported then.
    """
    problems: list[Problem] = []
    read = [read_files(folder, problems) for folder in _folders(paths)]
    found = sorted((files for files in read if files), key=lambda files: (files.run.started, files.run.run_id))
    _raise_if_any(problems)
    _refuse_others(store, found)
    serious = [(number, files) for number, files in enumerate(found) if not files.run.rehearsal]
    with _staging(store):
        reported = {number: _staged(store, number, files, problems) for number, files in serious}
        _raise_if_any(problems)
        for statement in INDEXES:
            store.write(statement)
        for number, files in serious:
            problems += _cut_off(store, number, files)
        _raise_if_any(problems)
        campaigns = sorted({files.run.scope.campaign for _, files in serious})
        with ExitStack() as nobody_else:
            for campaign in campaigns:
                nobody_else.enter_context(store.locked(campaign, time.time()))
            with store.transaction():
                gained = {number: take_in(store, one) for number, one in reported.items()}
    return [Imported(files.run, gained.get(number)) for number, files in enumerate(found)]


def _folders(paths: Iterable[Path]) -> Iterator[Path]:
    met = set()
    for path in paths:
        folders = [path] if _is_report(path) else [
            *filter(_is_report, sorted(path.glob("*/"))), *filter(_is_report, sorted(path.glob("*/*/")))
        ]  # fmt: skip
        if not folders:
            raise Refused(
                f"{path}: there is no report in it or below it: name the folder of a run, with its {REPORT_JSON} "
                f"and {MESSAGES_CSV}, of a campaign, or of all reports"
            )
        for folder in folders:
            if folder.resolve() not in met:
                met.add(folder.resolve())
                yield folder


def _is_report(folder: Path) -> bool:
    if is_run_id(folder.name):
        return folder.is_dir()
    return not folder.name.startswith(".") and any((folder / name).exists() for name in (REPORT_JSON, MESSAGES_CSV))


def _refuse_others(store: Store, found: Iterable[ReportFiles]) -> None:
    met: dict[str, Run] = {}
    for files in found:
        run = files.run
        known = run_called(store, run.run_id) or met.setdefault(run.run_id, run)
        if known.scope != run.scope:
            where = f"the ledger {store.place}" if known.number else known.report
            raise Refused(
                f"{files.folder}: it is of {' '.join(run.scope)}, and in {where} the run {run.run_id} is of "
                f"{' '.join(known.scope)}: one of them was changed; nothing was imported"
            )


@contextmanager
def _staging(store: Store) -> Iterator[None]:
    prepare(store)
    try:
        yield
    finally:
        for name in NAMES:
            store.write(f"DROP TABLE temp.{name}")


def _staged(store: Store, number: int, files: ReportFiles, problems: list[Problem]) -> Reported:
    """Put the rows of a report into the temporary tables."""
    texts: dict[int, str] = {}
    width = ", ".join("?" * len(ReadRow._fields))
    for rows in read_rows(files, problems):
        store.write_many(f"INSERT INTO temp.reported VALUES ({width})", [(number, *row[:-1]) for row in rows])
        texts |= {row.status: row.statustext for row in rows if row.status is not None and row.statustext}
        if len(problems) >= _PROBLEMS:
            break
    store.write_many(
        "INSERT INTO temp.reported_batch VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(number, *one) for one in files.batches],
    )
    return Reported(number, files.run, files.inputs, files.channel, files.shared, texts)


def _cut_off(store: Store, number: int, files: ReportFiles) -> Iterator[Problem]:
    """Whether rows of sent messages are missing: their recipients would be sent a second one."""
    for batch, sent, rows in store.rows(_SENT, (number,)):
        if rows < sent:
            words = (
                f"has {rows:,} rows of batch {batch}, of which {sent:,} messages were or may have been sent: rows are "
                "missing; take a whole copy of this report"
            )
            yield Problem(words, str(files.folder / MESSAGES_CSV))


def _raise_if_any(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(problems[:_PROBLEMS], "nothing was imported")
