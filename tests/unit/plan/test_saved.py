"""A kept plan is sent exactly as it was made, or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.errors import Invalid, Refused
from kaverun.ledger.opening import read_ledger
from kaverun.plan.planner import make_plan
from kaverun.plan.saved import check_place, is_plan, opened_plan, plan_header

CAMPAIGN = (
    "version: 1\nname: {name}\nrecipients: {{csv: people.csv, exclude: [gone.csv]}}\nmessage: {{file: hello.txt}}\n"
)
FILES = {
    "hello.txt": "سلام {{ name }}",
    "people.csv": "phone,name\n09120000001,Ali\n09120000002,Sara\n",
    "gone.csv": "phone\n09120000009\n",
}
NOW = 1_800_000_000.0


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the campaign's files, in which one is."""
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "campaign.yaml").write_text(CAMPAIGN.format(name="nowruz"), encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def kept(checkout, tmp_path):
    file = tmp_path / "approved.kvplan"
    with closing(read_ledger()) as store:
        make_plan(load_campaign(Path("campaign.yaml")), now=NOW, store=store, provider="loopback", keep=file)
    return file


def reopened(file):
    """The digest of a kept plan, and what it sends by now."""
    with closing(read_ledger()) as store:
        loaded = load_campaign(Path("campaign.yaml"))
        plan = opened_plan(file, loaded, now=NOW, store=store, provider="loopback")
        rows = [(entry.phone, entry.action, entry.text, entry.reason) for entry in plan.rows.entries()]
        return plan.digest, rows, plan.totals.send


def test_a_kept_plan_opens_as_it_was_made_in_another_checkout(checkout, kept, tmp_path, monkeypatch):
    other = tmp_path / "two"
    shutil.copytree(checkout, other)
    monkeypatch.chdir(other)

    digest, rows, send = reopened(kept)

    assert digest == plan_header(kept).digest
    assert send == 2
    assert [text for _, _, text, _ in rows] == ["سلام Ali", "سلام Sara"]


def test_a_plan_is_for_its_owner_alone_and_leaves_no_draft(kept):
    assert is_plan(kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [one.name for one in kept.parent.iterdir() if "kvplan" in one.name] == [kept.name]


def test_each_input_that_moved_is_named(checkout, kept):
    for name in ("hello.txt", "people.csv"):
        (checkout / name).write_text(FILES[name] + " ", encoding="utf-8")

    with pytest.raises(Invalid) as refused:
        reopened(kept)

    assert sorted(problem.path for problem in refused.value.problems) == ["hello.txt", "people.csv"]
    assert all("nothing was sent" in problem.what for problem in refused.value.problems)


def test_whom_an_exclude_list_names_since_is_left_out(checkout, kept):
    (checkout / "gone.csv").write_text("phone\n09120000009\n09120000002\n", encoding="utf-8")

    _, rows, send = reopened(kept)

    assert send == 1
    assert [action for _, action, _, _ in rows] == ["send", "skip"]
    assert rows[1][3].startswith("excluded by gone.csv")


def test_whom_an_exclude_list_names_no_longer_does_not_come_in(checkout, tmp_path):
    (checkout / "gone.csv").write_text("phone\n09120000002\n", encoding="utf-8")
    file = tmp_path / "less.kvplan"
    with closing(read_ledger()) as store:
        make_plan(load_campaign(Path("campaign.yaml")), now=NOW, store=store, provider="loopback", keep=file)
    (checkout / "gone.csv").write_text("phone\n09120000009\n", encoding="utf-8")

    _, rows, send = reopened(file)

    assert send == 1
    assert [action for _, action, _, _ in rows] == ["send", "skip"]


def test_a_plan_whose_rows_were_changed_is_refused(checkout, kept):
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("UPDATE row SET text = 'other' WHERE row = 1")

    with pytest.raises(Refused, match="not as it was made"):
        reopened(kept)


def test_a_plan_that_was_cut_short_is_refused(checkout, kept):
    kept.write_bytes(kept.read_bytes()[:5000])

    with pytest.raises(Refused, match="is damaged"):
        reopened(kept)


def test_a_plan_of_another_campaign_is_refused(checkout, kept):
    (checkout / "campaign.yaml").write_text(CAMPAIGN.format(name="yalda"), encoding="utf-8")

    with pytest.raises(Refused, match="is of campaign nowruz"):
        reopened(kept)


def test_a_plan_of_a_newer_form_is_refused(checkout, kept):
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(Refused, match="newer kaverun"):
        reopened(kept)


def test_a_file_that_is_not_a_plan_is_neither_read_nor_written_over(checkout):
    with pytest.raises(Refused, match="is not a plan"):
        plan_header(checkout / "people.csv")
    with pytest.raises(Refused, match="a file is there that is not a plan"):
        check_place(checkout / "people.csv")


def test_a_plan_that_does_not_say_what_it_was_made_from_is_refused(checkout, kept):
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("DELETE FROM input")

    with pytest.raises(Refused, match="does not say what it was made from"):
        reopened(kept)
