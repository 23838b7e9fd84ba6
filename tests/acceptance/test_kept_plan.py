"""`kaverun plan --out`, and `kaverun apply` of the file: what was approved is sent, or nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace


def test_a_kept_plan_is_applied_once_in_another_checkout_with_the_same_ledger(kaverun, campaign, sandbox, tmp_path):
    one, two, ledger = tmp_path / "one", tmp_path / "two", ("--ledger", tmp_path / "ledger.db")
    path = campaign(rows=3)
    for checkout in (one, two):
        checkout.mkdir()
        (checkout / ".git").mkdir()
        for name in ("campaign.yaml", "members.csv"):
            shutil.copy(path.parent / name, checkout)
    local = ("--base-url", sandbox.url, *ledger)
    file = tmp_path / "approved.kvplan"
    made = replace(kaverun, folder=one)("plan", "campaign.yaml", "--out", file, *local)
    assert made.code == 0, made.said

    for _ in range(2):
        ended = replace(kaverun, folder=two)("apply", file, "--new-ledger", *local)
        assert ended.code == 0, ended.said

    assert sorted(sandbox.by_receptor()) == ["09260000000", "09260000001", "09260000002"]
    assert len(sandbox.messages()) == 3


def test_nothing_is_sent_once_an_input_has_moved(kaverun, campaign, sandbox, tmp_path):
    path, local = campaign(rows=2), ("--base-url", sandbox.url)
    assert kaverun("plan", path, "--out", "approved.kvplan", *local).code == 0
    campaign(rows=3)

    ended = kaverun("apply", "approved.kvplan", "--yes", *local)

    assert ended.code != 0
    assert "members.csv" in ended.err
    assert "nothing was sent" in ended.err
    assert "campaign.yaml:" not in ended.err
    assert sandbox.messages() == []


def test_a_number_that_an_exclude_list_names_since_is_not_sent_to(kaverun, campaign, sandbox):
    kaverun.write("gone.csv", "phone\n09120000009\n")
    path = campaign(rows=2)
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "recipients: members.csv", "recipients: {csv: members.csv, exclude: [gone.csv]}"
        ),
        encoding="utf-8",
    )
    local = ("--base-url", sandbox.url)
    assert kaverun("plan", path, "--out", "approved.kvplan", *local).code == 0
    kaverun.write("gone.csv", "phone\n09260000001\n")

    ended = kaverun("apply", "approved.kvplan", "--yes", *local)

    assert ended.code == 0, ended.said
    assert list(sandbox.by_receptor()) == ["09260000000"]


def test_a_kept_plan_takes_the_place_of_no_other_file(kaverun, campaign):
    path = campaign(rows=1)
    before = path.read_bytes()

    ended = kaverun("plan", path, "--out", path)

    assert ended.code != 0
    assert "is not a plan" in ended.err
    assert path.read_bytes() == before
