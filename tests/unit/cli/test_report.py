"""`report`, `runs` and `history` find what is asked for, and say what is known where they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kaverun.cli import history, report, runs
from kaverun.errors import Refused
from kaverun.ledger.batches import Result
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from tests import schema_checks
from tests.ledger_rows import BEGAN, RUN_ID, given_left_out, given_messages

SCOPE = Scope("nowruz", "once", "loopback")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A repository with a ledger: two people, one of whom was not reached, and one who is left out."""
    monkeypatch.chdir(tmp_path)
    Path("kaverun.yaml").write_text("")
    Path(".kaverun").mkdir()
    store = SqliteStore.open(tmp_path / ".kaverun" / "ledger.db")
    results = [Result(Fate.ACCEPTED, status=status, cost=120, attempts=1) for status in (10, 11)]
    given_messages(store, SCOPE, 2, results, who="sara")
    given_left_out(store, SCOPE, 3, "is on opt-outs.csv")
    store.close()
    return tmp_path


def ask(command, *arguments):
    """What a command says, as from the command line; raises what it raises. JSON is as its schema says."""
    ended = CliRunner().invoke(command, list(map(str, arguments)), standalone_mode=False)
    if ended.exception:
        raise ended.exception
    if "json" in arguments:
        definition = {runs.command: "RunList", history.command: "History"}.get(command, "")
        assert schema_checks.faults("report", json.loads(ended.stdout), definition) == []
    return ended.stdout


@pytest.mark.parametrize("subject", [RUN_ID, "nowruz"])
def test_a_run_and_a_campaign_by_its_name_are_reported_as_csv(folder, subject):
    text = ask(report.command, subject)
    assert text.startswith("\ufeffrow,key,phone,line,action,outcome")
    assert [line.split(",")[4] for line in text.splitlines()[1:]] == ["send", "send", "skip"]


def test_a_campaign_file_is_reported_by_the_name_in_it(folder):
    Path("campaign.yaml").write_text(
        'version: 1\nname: nowruz\nrecipients: [{phone: "09260000001"}]\nmessage: سلام\n', encoding="utf-8"
    )
    assert ask(report.command, "campaign.yaml") == ask(report.command, "nowruz")


def test_the_form_is_that_of_the_file_s_name(folder):
    ask(report.command, "nowruz", "--only", "undelivered", "--out", "report.json")
    assert [row["key"] for row in json.loads(Path("report.json").read_text())["messages"]] == ["2"]
    ask(report.command, "nowruz", "--out", "report.md")
    assert Path("report.md").read_text().startswith("### kaverun report: `nowruz`")
    ask(report.command, "nowruz", "--out", "report.csv")
    assert Path("report.csv").read_bytes().endswith(b"\r\n")
    assert os.stat("report.csv").st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["report.csv", "report.json", "report.md", "report.xlsx"])
def test_an_earlier_report_is_replaced_and_no_other_file(folder, name):
    ask(report.command, "nowruz", "--out", name)
    ask(report.command, "nowruz", "--only", "delivered", "--out", name)
    Path(name).write_text("phone\n09260000001\n")
    with pytest.raises(Refused, match=r"already exists and is not a report in"):
        ask(report.command, "nowruz", "--out", name)
    assert Path(name).read_text() == "phone\n09260000001\n"


def test_nothing_is_left_where_a_report_cannot_be_written(folder):
    with pytest.raises(Refused, match="nothing was written"):
        ask(report.command, "nowruz", "--out", "no-folder/report.csv")
    with pytest.raises(Refused, match="knows no campaign yalda"):
        ask(report.command, "yalda", "--out", "report.csv")
    assert sorted(os.listdir()) == [".kaverun", "kaverun.yaml"]


def test_what_cannot_be_asked_for_is_refused(folder):
    with pytest.raises(Refused, match="name a file with --out"):
        ask(report.command, "nowruz", "--format", "xlsx")
    with pytest.raises(click.BadParameter, match="'lost' is not one of delivered, undelivered"):
        ask(report.command, "nowruz", "--only", "delivered,lost")
    with pytest.raises(Refused, match=f"knows no run 20300101T000000Z-000000; its latest are {RUN_ID}"):
        ask(report.command, "20300101T000000Z-000000")


def test_runs_are_listed_with_the_time_of_tehran_and_who_ran_them(folder):
    text = ask(runs.command)
    assert text.splitlines()[0] == f"2027-01-15 11:30 Asia/Tehran  nowruz  running  {RUN_ID}"
    assert "2 accepted, 240 Rial; by sara, to loopback" in text
    (run,) = json.loads(ask(runs.command, "--format", "json"))["runs"]
    assert (run["run_id"], run["who"], run["cost"], run["exit_code"]) == (RUN_ID, "sara", 240, None)
    assert ask(runs.command, "--format", "csv").splitlines()[1].startswith("2027-01-15T08:00:00.000+00:00,,nowruz,once")


def test_runs_of_a_campaign_nobody_knows_are_refused(folder):
    with pytest.raises(Refused, match="knows no campaign yalda; it knows nowruz"):
        ask(runs.command, "--campaign", "yalda")
    with pytest.raises(Refused, match="--since"):
        ask(runs.command, "--since", "tomorrow")


def test_runs_that_began_long_ago_are_not_listed(folder, monkeypatch):
    monkeypatch.setattr("kaverun.clock.SystemClock.now", lambda self: BEGAN + 8 * 86400)
    assert ask(runs.command, "--since", "7d") == "no runs\n"
    assert RUN_ID in ask(runs.command, "--since", "9d")


@pytest.mark.parametrize("number", ["09260000002", "+98 926 000 0002", "۰۹۲۶۰۰۰۰۰۰۲"])
def test_a_number_is_found_in_any_spelling(folder, number):
    text = ask(history.command, number)
    assert "nowruz: accepted, Undelivered" in text
    (event,) = json.loads(ask(history.command, number, "--format", "json"))["events"]
    assert (event["text"], event["messageid"], event["at"]) == ("سلام", 1002, "2027-01-15T08:00:00.000+00:00")


def test_who_was_left_out_has_a_history_too(folder):
    assert "left out  nowruz: skip\n    ⁨is on opt-outs.csv⁩" in ask(history.command, "09260000003")


def test_a_number_nobody_knows_is_refused(folder):
    with pytest.raises(Refused, match="knows nothing of 09350000001"):
        ask(history.command, "09350000001")
    with pytest.raises(Refused, match="is not an Iranian mobile number"):
        ask(history.command, "021 8888 0000")


def test_without_a_ledger_it_is_said_where_one_should_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("kaverun.yaml").write_text("")
    with pytest.raises(Refused, match="there is no ledger"):
        ask(runs.command)
    with pytest.raises(Refused, match="knows none at all"):
        ask(report.command, "nowruz")
