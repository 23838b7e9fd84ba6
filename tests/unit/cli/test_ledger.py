"""`kaverun ledger` and what it has below it: where a ledger is, what it holds, and what is wrong with another one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kaverun.ledger.guard import WriteGuard
from kaverun.ledger.opening import open_ledger
from kaverun.message.scope import Scope
from tests.ledger_rows import given_left_out, given_messages

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"
SUBCOMMANDS = {
    "show": (),
    "check": ("check",),
    "migrate": ("migrate",),
    "move": ("move",),
    "prune": ("prune", "--older-than", "0s", "--yes"),
}
SCOPE = Scope("nowruz", "once", "loopback")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A repository, in which the commands run."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ledger(folder):
    """Its ledger: a campaign of five, and one who was left out."""
    path = folder / ".kaverun" / "ledger.db"
    with closing(open_ledger(path)) as store:
        given_messages(store, SCOPE, 5, status="completed", finished=1.0)
        given_left_out(store, SCOPE, 6, "is on opt-outs.csv")
    return path


def result(ended, code=0):
    """A JSON result on stdout."""
    assert ended.code == code, ended
    document = json.loads(ended.out)
    assert document["version"] == 1
    return document


def test_a_ledger_says_where_it_is_and_what_it_holds(called, ledger):
    shown = called("ledger")
    first, campaign, figures = shown.out.splitlines()
    assert first.startswith(f"{ledger}: ")
    assert first.endswith("MiB, schema 7")
    assert campaign.startswith("  nowruz at loopback: 1 run, last ")
    assert (figures.strip(), shown.code) == ("5 accepted of 5 messages", 0)
    found = result(called("ledger", "--format", "json"))
    assert (found["ledger"], found["schema"]) == (str(ledger), 7)
    assert found["bytes"] > 0
    (one,) = found["campaigns"]
    assert {name: one[name] for name in ("campaign", "occurrence", "runs", "messages", "accepted", "in_doubt")} == {
        "campaign": "nowruz", "occurrence": "once", "runs": 1, "messages": 5, "accepted": 5, "in_doubt": 0,
    }  # fmt: skip


def test_an_older_ledger_is_shown_with_its_schema_and_migrated_once(called, tmp_path):
    old = shutil.copy(LEDGERS / "schema5.db", tmp_path / "old.db")
    shown = called("ledger", "--ledger", old)
    assert "schema 5: `kaverun ledger migrate` or the next command that writes to it brings it to 7" in shown.out
    assert result(called("ledger", "--ledger", old, "--format", "json"))["schema"] == 5
    assert called("ledger", "check", "--ledger", old).out == f"{old} is sound\n"
    assert Path(old).read_bytes() == (LEDGERS / "schema5.db").read_bytes()

    migrated = called("ledger", "migrate", "--ledger", old)
    assert migrated.out == f"brought {old} from schema 5 to 7; the old one is kept as {old}.schema5\n"
    again = called("ledger", "migrate", "--ledger", old)
    assert (again.code, again.out) == (0, f"{old} has schema 7\n")
    other = shutil.copy(LEDGERS / "schema1.db", tmp_path / "other.db")
    document = result(called("ledger", "migrate", "--ledger", other, "--format", "json"))
    assert document == {
        "version": 1, "ledger": str(other), "schema": 7, "before": 1, "copy": f"{other}.schema1",
    }  # fmt: skip
    assert result(called("ledger", "migrate", "--ledger", other, "--format", "json"))["copy"] is None


def test_faults_are_named_and_exit_with_1(called, ledger):
    assert result(called("ledger", "check", "--format", "json")) == {
        "version": 1, "ledger": str(ledger), "sound": True, "faults": [],
    }  # fmt: skip
    with sqlite3.connect(ledger) as opened:
        opened.execute("DELETE FROM outcome WHERE message = 1")
    ended = called("ledger", "check")
    assert (ended.code, ended.out) == (1, "1 messages of settled batches have no outcome\n")
    found = result(called("ledger", "check", "--format", "json"), code=1)
    assert (found["sound"], found["faults"]) == (False, ["1 messages of settled batches have no outcome"])


def test_a_damaged_file_is_said_to_be_one_and_is_not_written(called, ledger):
    with sqlite3.connect(ledger) as opened:
        ((page,),) = opened.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'message'").fetchall()
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()
    content = bytearray(ledger.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"x" * 4096
    ledger.write_bytes(content)
    ended = called("ledger", "check", "--format", "json")
    assert ended.code == 1
    document = json.loads(ended.out)
    assert "SQLite: " in "".join(document.get("faults", ())) or "it is damaged" in document["message"]
    for arguments in ((), ("prune", "--older-than", "1d", "--yes")):
        document = result(called("ledger", *arguments, "--format", "json"), code=1)
        assert document["error"] == "LedgerError"
        assert "it is damaged: " in document["message"]
        assert "let apply ask Kavenegar for everything with --cold-ledger full" in document["message"]
    assert ledger.read_bytes() == content


def test_a_report_that_was_changed_is_refused_line_by_line(called, ledger, tmp_path):
    folder = tmp_path / "reports" / "nowruz" / "20261123T062155Z-8f2dc5"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text("{")
    ended = called("ledger", "import", "reports", "--format", "json")
    document = result(ended, code=1)
    assert [(Path(one["path"]).name, one["line"]) for one in document["problems"]] == [("messages.csv", 0)]
    assert ended.err.endswith("1 error; nothing was imported.\n")


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_what_is_not_a_ledger_is_said_to_be_none(called, tmp_path, subcommand):
    (tmp_path / "text.db").write_text("no ledger at all, but long enough to be looked at as one")
    with sqlite3.connect(tmp_path / "foreign.db") as foreign:
        foreign.execute("CREATE TABLE note (words TEXT)")
    foreign.close()
    before = (tmp_path / "foreign.db").read_bytes()
    wrong = {
        "none.db": ("Refused", "there is no ledger"),
        "text.db": ("LedgerError", "file is not a database; name another one with --ledger"),
        "foreign.db": ("LedgerError", "is a database of another program: name a ledger with --ledger"),
    }
    for name, (kind, words) in wrong.items():
        ended = called("ledger", *SUBCOMMANDS[subcommand], "--ledger", name, "--format", "json")
        document = result(ended, code=1)
        assert (document["error"], words in document["message"], words in ended.err) == (kind, True, True), ended
    assert (tmp_path / "foreign.db").read_bytes() == before
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("subcommand", ["migrate", "move", "prune", "import"])
def test_a_ledger_that_is_being_written_is_waited_for_and_its_holder_named(called, tmp_path, subcommand):
    (tmp_path / "empty").mkdir()
    arguments = {**SUBCOMMANDS, "import": ("import", "empty")}[subcommand]
    old = Path(shutil.copy(LEDGERS / "schema6.db", tmp_path / "old.db"))
    guard = WriteGuard(old)
    with closing(guard), guard.held():
        ended = called("ledger", *arguments, "--ledger", old, "--lock-timeout", "10ms", "--format", "json")
    assert result(ended, code=1)["error"] == "Locked"
    assert f"is being written by process {os.getpid()}" in ended.err
    assert "wait longer with --lock-timeout" in ended.err


def test_a_ledger_with_which_somebody_sends_is_not_moved(called, ledger, tmp_path):
    old = tmp_path / "deep" / ".kaverun" / "ledger.db"
    old.parent.mkdir(parents=True)
    ledger.rename(old)
    with closing(open_ledger(old)) as store, store.locked("nowruz", 1.0):
        ended = called("ledger", "move", "--ledger", old, "--format", "json")
    assert result(ended, code=1)["error"] == "Locked"
    assert old.exists()
    assert not ledger.exists()


def test_a_ledger_at_its_old_place_is_moved_with_its_copies(called, ledger, tmp_path):
    old = tmp_path / "deep" / ".kaverun" / "ledger.db"
    old.parent.mkdir(parents=True)
    ledger.rename(old)
    (old.parent / "ledger.db.schema6").write_bytes(b"as it was")
    moved = result(called("ledger", "move", "--ledger", old, "--format", "json"))
    assert moved == {"version": 1, "ledger": str(ledger), "moved_from": str(old)}
    assert (ledger.parent / "ledger.db.schema6").read_bytes() == b"as it was"
    assert not list(old.parent.glob("ledger.db*"))
    assert called("ledger", "move").out == f"{ledger} is where it belongs\n"
    assert "5 accepted of 5 messages" in called("ledger").out


def test_two_ledgers_that_know_a_campaign_do_not_become_one(called, ledger, tmp_path, monkeypatch):
    other = tmp_path / "deep" / ".kaverun" / "ledger.db"
    other.parent.mkdir(parents=True)
    shutil.copy(ledger, other)
    moved = called("ledger", "move", "--ledger", other, "--format", "json")
    assert "is a ledger too, and two cannot become one" in result(moved, code=1)["message"]
    monkeypatch.chdir(other.parent.parent)
    both = called("report", "nowruz", "--format", "json")
    assert f"two ledgers know campaign nowruz: {other} and {ledger}" in result(both, code=1)["message"]


def test_outside_of_a_repository_a_ledger_stays(called, ledger, tmp_path):
    (tmp_path / ".git").rmdir()
    assert "this folder is not in a repository" in called("ledger", "move").err


def test_nothing_is_pruned_before_somebody_has_heard_what_that_forgets_and_said_yes(called, ledger):
    refused = called("ledger", "prune", "--older-than", "0s", "--format", "json")
    assert result(refused, code=1)["error"] == "NotConfirmed"
    assert "Without the numbers, `kaverun history` no longer finds these messages" in refused.err
    assert "nobody is at the terminal to say yes: pass --yes" in refused.err
    wrong = called("ledger", "prune", "--older-than", "long", "--yes")
    assert (wrong.code, "Invalid value for --older-than" in wrong.err) == (1, True)
    since_1970 = called("ledger", "prune", "--older-than", "36500d", "--yes")
    assert since_1970.out == "erased texts and numbers of 0 messages and 0 rows left out, of 0 campaigns\n"
    assert "09260000001" in ledger.read_bytes().decode("latin-1")


def test_what_is_pruned_is_nowhere_in_the_file(called, ledger):
    pruned = result(called("ledger", "prune", "--older-than", "1d", "--yes", "--format", "json"))
    assert pruned == {"version": 1, "ledger": str(ledger), "occurrences": 1, "messages": 5, "left_out": 1}
    files = [part.read_bytes().decode("latin-1") for part in ledger.parent.glob("ledger.db*")]
    assert not any("09260000001" in content or "09260000006" in content for content in files)
    assert called("ledger", "check").code == 0


def test_options_before_a_subcommand_are_refused_and_not_passed_over(called, ledger):
    ended = called("ledger", "--ledger", "other.db", "prune", "--older-than", "0s", "--yes")
    assert ended.code == 1
    assert "write options after `prune`" in ended.err
    assert result(called("ledger", "--format", "json"))["campaigns"][0]["messages"] == 5
