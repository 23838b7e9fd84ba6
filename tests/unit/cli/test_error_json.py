"""With `--format json` every error of every command is one JSON document on stdout, next to the words on stderr."""

from __future__ import annotations

import errno
import json
import re
import tempfile
from contextlib import closing
from importlib import import_module
from pathlib import Path

import click
import pytest

from kaverun import errors
from kaverun.cli import main
from kaverun.errors import Problem
from kaverun.kavenegar.errors import ApiError
from kaverun.ledger.guard import WriteGuard
from kaverun.ledger.opening import open_ledger
from kaverun.message.scope import Scope
from tests import schema_checks
from tests.ledger_rows import RUN_ID, given_messages

#: What makes each command with `--format` begin.
COMMANDS = {
    "validate": ("campaign.yaml",),
    "plan": ("campaign.yaml",),
    "apply": ("campaign.yaml",),
    "account": (),
    "api": ("account/info",),
    "cancel": ("campaign.yaml",),
    "report": ("nowruz",),
    "runs": (),
    "history": ("09260000001",),
    "status": ("campaign.yaml",),
    "reconcile": ("campaign.yaml",),
    "ledger": (),
    "ledger check": (),
    "ledger migrate": (),
    "ledger move": (),
    "ledger import": ("reports",),
    "ledger prune": ("--older-than", "1d"),
}
#: Commands that have no result for programs, and why.
WITHOUT_FORMAT = {
    "init": "writes a folder of files",
    "sandbox": "runs until it is stopped; programs read its control page, which is JSON",
    "schema": "its result is JSON already",
}
CAMPAIGN = """\
version: 1
name: nowruz
recipients: [{phone: "09260000001"}, {phone: "09260000002"}]
senders: ["10004346"]
message: سلام
"""
BROKEN = """\
version: 1
name: Nowruz
recipients: members.csv
mesage: سلام
sending: {batch: 900}
"""
SCOPE = Scope("nowruz", "once", "loopback")
LOCATED = Problem("is wrong: put it right", "campaign.yaml", 3, 7, "message.text", 2, rule="length")
KEYS = ["version", "error", "exit_code", "message", "problems"]
OF_A_PROBLEM = ["what", "path", "line", "column", "key", "row", "severity", "rule"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A repository with a campaign, whose ledger knows it, and a broken one; the details of bugs are written to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAVENEGAR_API_KEY", "7A68656E6F2D6B65792D666F722D7465737473")
    monkeypatch.setenv("KAVENEGAR_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Path(".git").mkdir()
    Path("reports").mkdir()
    Path("campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    Path("broken.yaml").write_text(BROKEN, encoding="utf-8")
    with closing(open_ledger(Path(".kaverun/ledger.db"))) as store:
        given_messages(store, SCOPE, 1)
    return tmp_path


def raised():
    """Every kind of error, with its exit code and a part of its message."""
    failed = errors.RunFailed()
    failed.__cause__ = ZeroDivisionError("a secret of 09123456789")
    kavenegar = ApiError(418, "no credit")
    return [
        (errors.Invalid([LOCATED, LOCATED]), 1, "the input is wrong: see problems"),
        (errors.Refused("not so: do it otherwise"), 1, "not so: do it otherwise"),
        (errors.LimitExceeded("over the limit"), 1, "over the limit"),
        (errors.NotConfirmed("declined"), 1, "declined"),
        (errors.Locked("campaign nowruz is held by process 7"), 1, "is held by process 7"),
        (errors.LedgerError("ledger x: it is damaged"), 1, "it is damaged"),
        (errors.ReportError("the report x cannot be written"), 3, "cannot be written"),
        (failed, 3, "a bug in kaverun: ZeroDivisionError"),
        (kavenegar, kavenegar.exit_code, "418"),
        (click.UsageError("No such thing."), 1, "No such thing."),
        (OSError(errno.ENOSPC, "No space left on device", "/x/ledger.db"), 1, "/x/ledger.db: No space left on device"),
        (ZeroDivisionError("a secret of 09123456789"), 1, "a bug in kaverun: ZeroDivisionError"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ]


def the_error(ended, code=1):
    """The document on stdout, which is the only one."""
    assert ended.code == code, ended
    document = json.loads(ended.out)
    assert list(document) == KEYS
    assert (document["version"], document["exit_code"]) == (1, code)
    assert ended.err
    for problem in document["problems"]:
        assert list(problem) == OF_A_PROBLEM
    assert schema_checks.faults("report", document, "ErrorDocument") == []
    return document


def found(name):
    """A command by its name."""
    first, *below = name.split()
    command = import_module(f"kaverun.cli.{first}").command
    return command.commands[below[0]] if below else command


def every_command():
    for name in main._COMMANDS:
        command = found(name)
        yield name
        yield from (f"{name} {below}" for below in getattr(command, "commands", ()))


def test_every_command_has_json_or_a_reason_to_have_none():
    with_json = [
        name
        for name in every_command()
        for option in found(name).params
        if option.name == "form" and "json" in option.type.choices
    ]
    assert sorted(with_json) == sorted(COMMANDS)
    assert sorted(set(every_command()) - set(with_json)) == sorted(WITHOUT_FORMAT)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_kind_of_error_of_each_command_is_one_json_document(called, monkeypatch, name):
    for error, code, words in raised():

        def fail(*_, error=error, **__):
            raise error

        monkeypatch.setattr(found(name), "callback", fail)
        document = the_error(called(*name.split(), *COMMANDS[name], "--format", "json"), code)
        kind = type(error.__cause__ or error).__name__
        assert document["error"] == {"KeyboardInterrupt": "Abort"}.get(kind, kind)
        assert words in document["message"]
        assert "secret" not in document["message"]
        problems = [(one["path"], one["line"], one["column"], one["key"], one["row"]) for one in document["problems"]]
        assert problems == ([("campaign.yaml", 3, 7, "message.text", 2)] * 2 if kind == "Invalid" else [])
        text = called(*name.split(), *COMMANDS[name])
        assert (text.code, text.out) == (code, ""), "words are on stderr alone"


@pytest.mark.parametrize("name", [*COMMANDS, *WITHOUT_FORMAT, "nonsense"])
def test_a_misused_command_line_is_json_too(called, name):
    document = the_error(called(*name.split(), "--format", "json", "--nonsense"))
    assert document["error"] in ("NoSuchOption", "UsageError", "NoSuchCommand")
    assert re.search("No such (option|command)", document["message"])
    assert the_error(called(*name.split(), "--format=json", "--nonsense"))["error"] == document["error"]


@pytest.mark.parametrize("name", ["plan", "apply", "cancel", "status", "reconcile", "report"])
def test_of_a_broken_campaign_every_error_has_its_place(called, name):
    document = the_error(called(name, "broken.yaml", "--format", "json"))
    assert document["error"] == "Invalid"
    places = {(one["path"], one["line"], one["column"], one["key"]) for one in document["problems"]}
    assert places >= {
        ("broken.yaml", 2, 7, "name"), ("broken.yaml", 4, 1, "mesage"), ("broken.yaml", 5, 18, "sending.batch"),
    }  # fmt: skip
    assert all(one["severity"] == "error" and one["what"] for one in document["problems"])


@pytest.mark.parametrize("name", ["plan", "apply", "cancel", "status", "reconcile", "report", "ledger import"])
def test_a_file_that_is_not_there_is_named(called, name):
    document = the_error(called(*name.split(), "missing.yaml", "--format", "json"))
    assert "missing.yaml" in document["message"] + json.dumps(document["problems"])


REFUSED = {
    "account": ((), "no API key"),
    "api": (("account/info",), "no API key"),
    "apply": (("campaign.yaml", "--yes"), "no API key"),
    "cancel": (("campaign.yaml", "--yes"), "no API key"),
    "status": (("campaign.yaml",), "no API key"),
    "reconcile": (("campaign.yaml",), "no API key"),
    "report": (("unheard-of",), "knows no campaign unheard-of"),
    "history": (("12",), "12"),
    "ledger move": (("--ledger", "none.db"), "there is no ledger"),
    "ledger check": (("--ledger", "postgres://sara:secret@db/kaverun"), "is not understood: write it as sqlite:///"),
    "ledger import": (("reports",), "there is no report in it"),
    "ledger prune": (("--older-than", "1d"), "nobody is at the terminal to say yes: pass --yes"),
    "runs": (("--since", "long"), "--since"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why(called, monkeypatch, name):
    monkeypatch.delenv("KAVENEGAR_API_KEY")
    arguments, words = REFUSED[name]
    document = the_error(called(*name.split(), *arguments, "--format", "json"))
    assert words in document["message"] + json.dumps(document["problems"])
    assert "secret" not in document["message"]


@pytest.mark.parametrize("name", ["apply", "cancel"])
def test_a_campaign_that_somebody_works_on_is_locked(called, name):
    with closing(open_ledger(Path(".kaverun/ledger.db"))) as store, store.locked("nowruz", 1.0):
        document = the_error(called(name, "campaign.yaml", "--yes", "--format", "json"))
    assert (document["error"], "campaign nowruz is held by process" in document["message"]) == ("Locked", True)


@pytest.mark.parametrize("name", ["apply", "ledger migrate"])
def test_a_ledger_that_is_being_written_is_locked(called, name, folder):
    guard = WriteGuard(folder / ".kaverun" / "ledger.db")
    consent = ("--yes",) if name == "apply" else ()
    with closing(guard), guard.held():
        ended = called(*name.split(), *COMMANDS[name], *consent, "--lock-timeout", "10ms", "--format", "json")
    assert the_error(ended)["error"] == "Locked"


def test_a_provider_that_cannot_be_reached_is_an_error_of_its_own(called):
    document = the_error(called("account", "--base-url", "http://127.0.0.1:9/v1", "--format", "json"))
    assert document["error"] == "NotReached"


def test_a_result_that_was_printed_stays_the_only_document(called, folder):
    (folder / "campaign.yaml").write_text(f"{CAMPAIGN}limits: {{recipients: 1}}\n", encoding="utf-8")
    ended = called("plan", "campaign.yaml", "--format", "json")
    assert ended.code == 1
    plan = json.loads(ended.out)
    assert plan["campaign"] == "nowruz"
    assert plan["refusals"][0]["key"] == "limits.recipients"
    assert "limits.recipients" in ended.err
    # `apply` shows its plan on stderr, so that its error is the document.
    assert the_error(called("apply", "campaign.yaml", "--yes", "--format", "json"))["error"] == "LimitExceeded"
    verdict = called("validate", "broken.yaml", "--format", "json")
    assert (verdict.code, "error" in json.loads(verdict.out)) == (1, False)


def test_an_unknown_run_is_refused(called):
    document = the_error(called("report", RUN_ID[:-1] + "0", "--format", "json"))
    assert "knows no run" in document["message"]
