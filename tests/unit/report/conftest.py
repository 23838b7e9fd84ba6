"""A ledger in memory with one occurrence of a campaign, and what a report says of it."""

from __future__ import annotations

import csv
import json

import pytest

from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from kaverun.report.report import Ended
from kaverun.report.write import close_run
from tests import schema_checks
from tests.ledger_rows import given_run

SCOPE = Scope("nowruz", "once", "loopback")
ENDED = 1_800_000_009.5


@pytest.fixture
def store():
    opened = SqliteStore.empty()
    yield opened
    opened.close()


@pytest.fixture
def closed(store, tmp_path):
    """Closes a run by its id; gives its report, the rows of its CSV file and its JSON document, as its schema says."""

    def close(run_id, formats=("json", "csv"), **changed):
        number = given_run(store, SCOPE, run_id)
        report = close_run(store, number, Ended(ENDED, **changed), tmp_path / "reports", formats)
        with (report.folder / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        document = json.loads((report.folder / "report.json").read_text())
        assert schema_checks.faults("report", document, "RunReport") == []
        return report, rows, document

    return close
