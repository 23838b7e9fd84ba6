"""Whatever breaks a run off, its exit code says whether something may have been sent."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from threading import Event

import pytest

from kaverun.errors import LedgerError, ReportError, RunFailed
from kaverun.ledger.sqlite import SqliteStore
from kaverun.report import folder, write
from kaverun.run import executor
from kaverun.run.execution import Execution


@contextmanager
def full_after(monkeypatch, commits):
    """A disk without room for another page once so many intents are kept, as SQLite itself reports it."""
    take, calls = SqliteStore.take, []

    def patched(self, *arguments):
        calls.append(1)
        if len(calls) > commits:
            ((pages,),) = self.rows("PRAGMA page_count")
            self.rows(f"PRAGMA max_page_count = {pages}")
            self.write("CREATE TABLE more AS SELECT zeroblob(1000000) AS room")
        return take(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "take", patched)
        yield


def test_a_disk_full_at_the_first_intent_sends_nothing_and_one_full_later_exits_3(bench, monkeypatch):
    made = bench(people=200)
    with full_after(monkeypatch, 0):
        report, _ = made.apply()
    assert "full" in report.stop.words
    assert (report.exit_code, made.received()) == (1, {})
    with full_after(monkeypatch, 2):
        report, _ = made.apply()
    assert "full" in report.stop.words
    assert (report.exit_code, report.status) == (3, "stopped")
    assert 0 < len(made.received()) < 200
    made.apply()
    assert set(made.received().values()) == {1}
    assert len(made.received()) == 200


def test_a_ledger_that_is_removed_while_sending_stops_the_run_with_3(bench):
    made = bench(people=200)
    state = made.folder / "state"
    state.mkdir()

    with pytest.raises(LedgerError, match="was removed or replaced") as error:
        made.apply(ledger=state / "ledger.db", sent=lambda progress: shutil.rmtree(state, ignore_errors=True))
    assert error.value.exit_code == 3
    assert 0 < len(made.received()) < 200


def test_a_report_that_cannot_be_written_is_3_where_something_was_sent_and_1_where_nothing_was(bench, monkeypatch):
    made = bench()

    def no_room(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "write_messages", no_room)
    with pytest.raises(ReportError, match="No space left") as error:
        made.apply()
    assert (error.value.exit_code, len(made.received())) == (3, 20)
    made.write_list(range(21))
    made.sandbox.set_faults("error:code=401,method=account/info")
    with pytest.raises(ReportError) as error:
        made.apply()
    assert error.value.exit_code == 1


def test_a_run_that_a_person_stopped_is_130_also_where_its_report_cannot_be_written(bench, monkeypatch):
    made, stopping = bench(people=200), Event()
    monkeypatch.setattr(folder.os, "rename", lambda *names: exec("raise OSError(28, 'full')"))
    with pytest.raises(ReportError) as error:
        made.apply(stopping=stopping, sent=lambda progress: stopping.set())
    assert error.value.exit_code == 130


def test_a_bug_after_something_was_handed_over_is_a_run_that_failed_with_3_and_one_before_stays_a_bug(
    bench, monkeypatch
):
    made = bench()

    def bug(*arguments):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Execution, "_check_account", bug)
        with pytest.raises(ZeroDivisionError):
            made.apply()
    monkeypatch.setattr(executor, "settle_batches", bug)
    with pytest.raises(RunFailed) as error:
        made.apply()
    assert error.value.exit_code == 3
    assert isinstance(error.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("formats", [["json"], ["csv"], ["json", "csv"]])
def test_a_report_has_the_files_that_the_campaign_asks_for_with_the_same_sums(bench, formats):
    made = bench(people=3)
    made.campaign += f"report: {{formats: {formats}}}\n"
    made.write_list(range(3))
    report = made.run()
    names = {"json": "report.json", "csv": "messages.csv"}
    assert {file.name for file in report.folder.iterdir()} == {names[form] for form in formats}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in report.folder.iterdir())
    assert (report.counts.rows, report.counts.accepted) == (3, 3)
