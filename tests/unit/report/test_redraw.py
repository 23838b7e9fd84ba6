"""Reports are drawn again with the statuses of today, each whole or not at all."""

from __future__ import annotations

import csv
import json
import os

import pytest

from kaverun.errors import ReportError
from kaverun.ledger.runs import runs
from kaverun.ledger.statuses import record_statuses, status_sums
from kaverun.message.scope import Scope
from kaverun.report.redraw import redraw_reports
from kaverun.report.report import Ended
from kaverun.report.write import close_run
from tests import schema_checks
from tests.ledger_rows import ACCEPTED, BEGAN, given_messages, given_run, message

SCOPE = Scope("nowruz", "once", "loopback")
FIRST, SECOND = "20270115T080000Z-000001", "20270116T080000Z-000002"
NOW = BEGAN + 60.0


@pytest.fixture
def reported(store, tmp_path):
    """Two runs with two messages each and their reports; redraws them, and reads what is in their folders."""

    class Reported:
        def __init__(self):
            self.folders = {}

        def close(self, run_id, numbers, formats=("json", "csv")):
            given_messages(store, SCOPE, [message(number) for number in numbers], ACCEPTED, run_id=run_id)
            report = close_run(store, given_run(store, SCOPE, run_id), Ended(BEGAN + 9), tmp_path / "reports", formats)
            self.folders[run_id] = report.folder
            return report.folder

        def redraw(self, now=NOW, directory=None):
            return redraw_reports(store, runs(store, SCOPE), status_sums(store, 1, now), now, directory)

        def statuses(self, run_id):
            with (self.folders[run_id] / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
                return [(row["status"], row["statustext"]) for row in csv.DictReader(file)]

        def delivery(self, run_id):
            document = json.loads((self.folders[run_id] / "report.json").read_text())
            assert schema_checks.faults("report", document, "RunReport") == []
            return document["delivery"]

    return Reported()


def test_rows_and_sums_are_those_of_today_and_a_later_report_has_those_of_earlier_runs_too(store, reported):
    first, second = reported.close(FIRST, [1, 2]), reported.close(SECOND, [3, 4])
    record_statuses(store, {10: [1], 11: [3]}, {1: "queued", 10: "delivered", 11: "lost"})
    assert reported.redraw() == [second, first]
    assert reported.statuses(FIRST) == [("10", "delivered"), ("1", "queued")]
    assert [status for status, _ in reported.statuses(SECOND)] == ["10", "1", "11", "1"]
    assert (reported.delivery(FIRST)["statuses"], reported.delivery(FIRST)["open"]) == ({"1": 1, "10": 1}, 1)
    assert reported.delivery(SECOND)["statuses"] == {"1": 2, "10": 1, "11": 1}
    assert reported.delivery(SECOND)["asked_at"] == "2027-01-15T08:01:00.000+00:00"


@pytest.mark.parametrize("formats", [("json", "csv"), ("json",), ("csv",)])
def test_what_has_not_changed_is_left_as_it_is(store, reported, formats):
    folder = reported.close(FIRST, [1, 2], formats)
    record_statuses(store, {10: [1]}, {})
    assert reported.redraw() == [folder]
    before = {path.name: (path.read_bytes(), path.stat().st_mode & 0o777) for path in folder.iterdir()}
    assert {mode for _, mode in before.values()} == {0o600}
    assert reported.redraw(NOW + 9) == []
    assert {name: (folder / name).read_bytes() for name in before} == {name: kept for name, (kept, _) in before.items()}


def test_nothing_else_in_a_report_changes(store, reported):
    folder = reported.close(FIRST, [1, 2])
    before = json.loads((folder / "report.json").read_text())
    record_statuses(store, {10: [1]}, {})
    reported.redraw()
    after = json.loads((folder / "report.json").read_text())
    assert before.pop("delivery") is None
    assert after.pop("delivery")
    assert after == before


def test_runs_without_a_report_and_reports_that_were_not_kept_are_left_out(store, reported):
    folder = reported.close(FIRST, [1, 2])
    given_messages(store, SCOPE, [message(3)], ACCEPTED, run_id=SECOND)
    record_statuses(store, {10: [1]}, {})
    folder.rename(folder.with_name("gone"))
    assert reported.redraw() == []


def test_reports_that_were_moved_are_drawn_where_they_are_now(store, reported, tmp_path):
    reported.close(FIRST, [1, 2])
    (tmp_path / "reports").rename(tmp_path / "kept")
    record_statuses(store, {10: [1]}, {})
    assert reported.redraw(directory=tmp_path / "kept") == [tmp_path / "kept" / "nowruz" / FIRST]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: (folder / "report.json").write_text("{"), "report.json is not JSON"),
        (lambda folder: (folder / "report.json").write_text("[]"), "report.json is not as kaverun wrote it"),
        (lambda folder: ((folder / "messages.csv").unlink(), os.mkfifo(folder / "messages.csv")), "is not a file"),
        (lambda folder: (folder / ".messages.csv.draft").mkdir(), "Is a directory"),
    ],
)
def test_what_cannot_be_drawn_is_named_once_the_others_are_done(store, reported, spoil, why):
    first = reported.close(FIRST, [1, 2])
    second = reported.close(SECOND, [3])
    spoil(second)
    record_statuses(store, {10: [1]}, {})
    with pytest.raises(ReportError, match=rf"the report {second} cannot be updated: .*{why}"):
        reported.redraw()
    assert reported.delivery(FIRST)["statuses"] == {"1": 1, "10": 1}
    assert first.is_dir()
