"""`plan --messages FILE` writes over nothing but a list of its own kind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.cli.messages_file import check_target, write_messages_file
from kaverun.errors import Refused
from kaverun.ledger.opening import read_ledger
from kaverun.planning.planner import make_plan

CAMPAIGN = """\
version: 1
name: nowruz
recipients: {csv: members.csv, exclude: out.csv}
senders: ["10004346"]
message: {file: text.j2}
tariff: tariff.yaml
"""
FILES = {
    "campaign.yaml": CAMPAIGN,
    "members.csv": "phone,name\n09261234567,سارا\n",
    "out.csv": "phone\n09269999999\n",
    "text.j2": '{% include "part.j2" %}',
    "part.j2": "سلام {{ name }}",
    "tariff.yaml": "version: 1\nlines: {\"10004346\": {persian: 100, latin: 200}}\n",
    "ledger.db": "x",
    "ledger.db-wal": "x",
    "key": "x",
}  # fmt: skip


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("KAVENEGAR_API_KEY_FILE", "key")
    return load_campaign(Path("campaign.yaml"))


def check(target, loaded):
    check_target(Path(target), loaded, Path("ledger.db").absolute())


@pytest.mark.parametrize("name", FILES)
def test_no_file_that_the_plan_is_made_from_is_written_over_by_whatever_name(loaded, name):
    os.link(name, "hard")
    os.symlink(name, "soft")
    for target in (name, f"./../{Path.cwd().name}/{name}", "hard", "soft"):
        with pytest.raises(Refused, match="is an input of this plan"):
            check(target, loaded)


def test_no_other_file_is_written_over_unless_it_is_empty_or_an_earlier_list(loaded):
    Path("notes.txt").write_text("mine")
    Path("folder").mkdir()
    os.mkfifo("pipe")
    for target, words in (("notes.txt", "was not written by"), ("folder", "regular"), ("pipe", "regular")):
        with pytest.raises(Refused, match=words):
            check(target, loaded)
    Path("empty.csv").touch()
    plan = make_plan(loaded, now=0.0, store=read_ledger(), provider="")
    for target in ("empty.csv", "new.csv", "new.csv"):
        check(target, loaded)
        write_messages_file(plan, Path(target))
        assert "سلام سارا" in Path(target).read_text(encoding="utf-8-sig")
        assert Path(target).stat().st_mode & 0o777 == 0o600


def test_a_list_that_cannot_be_written_whole_leaves_the_old_one_and_no_draft(loaded, monkeypatch):
    plan = make_plan(loaded, now=0.0, store=read_ledger(), provider="")
    write_messages_file(plan, Path("list.csv"))
    before = {path.name: path.read_bytes() for path in Path().iterdir()}

    def full(plan, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kaverun.cli.messages_file.write_plan_csv", full)
    with pytest.raises(Refused, match=r"list\.csv.*cannot be written: No space left"):
        write_messages_file(plan, Path("list.csv"))
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before
    with pytest.raises(Refused, match="No such file"):
        write_messages_file(plan, Path("nowhere/list.csv"))
