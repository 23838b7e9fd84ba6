"""`kaverun plan --out`, and `kaverun apply` of the file: what was approved is sent, or nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

_DIES_WHILE_KEEPING = """
import os, signal, sys
from pathlib import Path
from kaverun.plan.file import PlanWriter, kept_file
with kept_file(Path(sys.argv[1])) as draft:
    PlanWriter(draft)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def local(sandbox, tmp_path):
    """The flags of a plan and a run at the sandbox, with one ledger wherever they are."""
    return ("--base-url", sandbox.url, "--ledger", tmp_path / "ledger.db")


def kept(kaverun, path, local, *flags):
    """A plan that is kept outside the campaign's folder."""
    file = kaverun.folder / "approved.kvplan"
    made = kaverun("plan", path, "--out", file, *local, *flags)
    assert made.code == 0, made.said
    return file


def test_a_kept_plan_is_applied_once_in_another_checkout_with_the_same_ledger(
    kaverun, campaign, sandbox, local, tmp_path
):
    one, two, path = tmp_path / "one", tmp_path / "two", campaign(rows=3)
    for checkout in (one, two):
        (checkout / "campaigns").mkdir(parents=True)
        (checkout / ".git").mkdir()
        for name in ("campaign.yaml", "members.csv"):
            shutil.copy(path.parent / name, checkout / "campaigns")
    file = tmp_path / "approved.kvplan"
    made = replace(kaverun, folder=one)("plan", "campaigns/campaign.yaml", "--out", file, *local)
    assert made.code == 0, made.said

    for folder in (two, two / "campaigns"):
        ended = replace(kaverun, folder=folder)("apply", file, *local)
        assert ended.code == 0, ended.said

    assert sorted(sandbox.by_receptor()) == ["09260000000", "09260000001", "09260000002"]
    assert len(sandbox.messages()) == 3


def test_a_plan_is_kept_and_applied_from_above_a_campaign_that_is_in_no_repository(kaverun, sandbox, local):
    kaverun.write("lists/members.csv", "phone\n09260000000\n")
    kaverun.write(
        "lists/campaign.yaml", "version: 1\nname: nowruz\nrecipients: members.csv\nmessage:\n  text: |-\n    سلام\n"
    )
    assert kaverun("plan", "lists/campaign.yaml", "--out", "approved.kvplan", *local).code == 0

    elsewhere = replace(kaverun, folder=kaverun.folder / "lists")("apply", "../approved.kvplan", *local)
    ended = kaverun("apply", "approved.kvplan", *local)

    assert elsewhere.code == 1
    assert "run this in the repository of the campaign, or where the plan was made" in elsewhere.err
    assert ended.code == 0, ended.said
    assert list(sandbox.by_receptor()) == ["09260000000"]


def test_nothing_is_sent_once_an_input_has_moved(kaverun, campaign, sandbox, local):
    file = kept(kaverun, campaign(rows=2), local)
    campaign(rows=3)

    ended = kaverun("apply", file, *local)

    assert ended.code == 1
    assert "members.csv: list: this list was changed since the plan was made" in ended.err
    assert "nothing was sent" in ended.err
    assert "campaign.yaml:" not in ended.err
    assert sandbox.messages() == []


def test_the_variables_of_a_kept_plan_are_those_that_it_was_made_with(kaverun, campaign, sandbox, local):
    file = kept(
        kaverun, campaign(rows=1, text="{{ gift }} {{ name }}", extra="vars: {gift: x}\n"), local, "--var=gift=قند"
    )

    ended = kaverun("apply", file, *local)

    assert ended.code == 0, ended.said
    assert [message["text"] for message in sandbox.messages()] == ["قند نام 0"]


def test_a_number_that_an_exclude_list_names_since_is_not_sent_to_and_the_rest_is(kaverun, campaign, sandbox, local):
    kaverun.write("gone.csv", "phone\n09120000009\n")
    path = campaign(rows=3)
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "recipients: members.csv", "recipients: {csv: members.csv, exclude: [gone.csv]}"
        ),
        encoding="utf-8",
    )
    file = kept(kaverun, path, local)
    kaverun.write("gone.csv", "phone\n09120000009\n09260000001\n")

    ended = kaverun("apply", file, *local)

    assert ended.code == 0, ended.said
    assert sorted(sandbox.by_receptor()) == ["09260000000", "09260000002"]
    report, rows = kaverun.reports("nowruz")[0]
    assert [row["reason"] for row in rows if row["phone"] == "09260000001"] == ["excluded by gone.csv:3"]
    assert [one["rows"] for one in report["inputs"] if one["role"] == "exclude"] == [2]


def test_of_a_plan_that_others_sent_half_of_meanwhile_the_rest_is_sent(kaverun, campaign, sandbox, local):
    file = kept(kaverun, campaign(rows=4), local)
    assert kaverun("apply", campaign(rows=2), "--yes", *local).code == 0
    campaign(rows=4)

    ended = kaverun("apply", file, *local)

    assert ended.code == 0, ended.said
    assert "already sent  2" in ended.err
    assert len(sandbox.messages()) == len(sandbox.by_receptor()) == 4


@pytest.mark.parametrize(
    ("place", "goes_on_with"),
    [("plan-written", "the plan"), ("request-answered:2", "the campaign"), ("outcome-recorded", "the plan")],
)
def test_a_run_of_a_kept_plan_that_was_killed_goes_on_and_nobody_is_sent_to_twice(
    kaverun, campaign, start_sandbox, tmp_path, place, goes_on_with
):
    sandbox = start_sandbox("--no-dedupe")
    local = ("--base-url", sandbox.url, "--ledger", tmp_path / "ledger.db")
    path = campaign(rows=6, extra="sending: {batch: 2, concurrency: 1}\n")
    file = kept(kaverun, path, local)

    killed = kaverun("apply", file, *local, KAVERUN_FAILPOINT=place)
    first = len(sandbox.messages())
    ended = kaverun("apply", *([file] if goes_on_with == "the plan" else [path, "--yes"]), *local)

    assert killed.code == -9
    assert first < 6
    assert ended.code == 0, ended.said
    assert len(sandbox.messages()) == len(sandbox.by_receptor()) == 6


def test_a_plan_that_is_shown_as_json_is_kept_as_well(kaverun, campaign, local):
    path = campaign(rows=1)

    made = kaverun("plan", path, "--out", "approved.kvplan", "--format", "json", *local)
    again = kaverun("plan", "approved.kvplan", "--format", "json", *local)

    assert json.loads(made.out) == json.loads(again.out)
    assert "kept in approved.kvplan: `kaverun apply approved.kvplan` sends exactly this plan" in made.err


def test_a_plan_over_a_limit_is_kept_and_refused_until_the_limit_is_lifted(kaverun, campaign, sandbox, local):
    path, file = campaign(rows=2, extra="limits: {recipients: 1}\n"), kaverun.folder / "approved.kvplan"

    made = kaverun("plan", path, "--out", file, *local)
    refused = kaverun("apply", file, *local)

    assert (made.code, refused.code) == (1, 1)
    assert "more than the limit of 1" in refused.err
    assert sandbox.messages() == []
    assert kaverun("apply", file, "--allow-over", "recipients", *local).code == 0


def test_a_plan_with_errors_is_not_kept(kaverun, campaign):
    path = campaign(rows=1, text="{{ nme }}")

    ended = kaverun("plan", path, "--out", "approved.kvplan")

    assert ended.code == 1
    assert "nme" in ended.err
    assert not list(kaverun.folder.glob("*kvplan*"))


def test_keeping_a_plan_that_is_kept_already_is_refused(kaverun, campaign, local):
    file = kept(kaverun, campaign(rows=1), local)

    ended = kaverun("plan", file, "--out", "second.kvplan", *local)

    assert ended.code == 1
    assert "is already kept" in ended.err
    assert not (kaverun.folder / "second.kvplan").exists()


def test_a_plan_takes_the_place_of_an_older_plan_and_of_no_other_file(kaverun, campaign, local):
    path = campaign(rows=1)
    file = kept(kaverun, path, local)
    before = file.read_bytes()
    file.chmod(0o644)
    campaign(rows=2)

    kept(kaverun, path, local)
    ended = kaverun("plan", path, "--out", path)

    assert file.read_bytes() != before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ended.code == 1
    assert "is not a plan" in ended.err
    assert path.read_text(encoding="utf-8").startswith("version: 1")


def test_a_process_that_is_killed_while_it_keeps_a_plan_leaves_the_older_one(tmp_path):
    file = tmp_path / "approved.kvplan"
    file.write_bytes(b"older")

    assert subprocess.run([sys.executable, "-c", _DIES_WHILE_KEEPING, file], check=False).returncode == -9

    assert file.read_bytes() == b"older"


def _make_another_database(file):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE visits (day TEXT)")


def _make_newer(file, whole):
    file.write_bytes(whole)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")


def test_a_plan_that_is_damaged_or_none_at_all_sends_nothing(kaverun, campaign, sandbox, local):
    file = kept(kaverun, campaign(rows=2), local)
    whole = file.read_bytes()
    spoilt = {
        "is damaged": lambda: file.write_bytes(whole[:9000]),
        "approved.kvplan is not a plan": lambda: file.write_bytes(b""),
        "there is no plan": file.unlink,
        "is not a plan: `kaverun plan --out` makes one": lambda: _make_another_database(file),
        "was made by a newer kaverun (form 99)": lambda: _make_newer(file, whole),
    }

    for said, spoil in spoilt.items():
        spoil()
        ended = kaverun("apply", file, *local)
        assert ended.code == 1
        assert said in ended.err

    assert sandbox.messages() == []
