"""A kept plan is sent exactly as it was made, or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kaverun.campaign.loader import NOTHING_GIVEN, load_campaign
from kaverun.errors import Invalid, Refused
from kaverun.ledger.opening import read_ledger
from kaverun.plan.file import _seal_of
from kaverun.planning.inputs import as_they_were
from kaverun.planning.planner import make_plan
from kaverun.planning.saved import check_place, is_plan, opened_plan, plan_header

CAMPAIGN = """\
version: 1
name: {name}
recipients: {{csv: people.csv, exclude: [gone.csv]}}
message: {{file: hello.txt}}
vars: {{greeting: سلام}}
tariff: tariff.yaml
senders: ["10004346"]
"""
FILES = {
    "hello.txt": "{{ greeting }} {% include 'name.txt' %}",
    "name.txt": "{{ name }}",
    "people.csv": "phone,name\n09120000001,Ali\n09120000002,Sara\n",
    "gone.csv": "phone\n09120000009\n",
    "tariff.yaml": "version: 1\nlines: {'10004346': {persian: 200, latin: 300}}\n",
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


def keep(file, given=NOTHING_GIVEN):
    with closing(read_ledger()) as store:
        make_plan(load_campaign(Path("campaign.yaml"), given), now=NOW, store=store, provider="loopback", keep=file)
    return file


@pytest.fixture
def kept(checkout, tmp_path):
    return keep(tmp_path / "approved.kvplan")


def reopened(file, given=NOTHING_GIVEN):
    """The digest of a kept plan, and what it sends by now."""
    with closing(read_ledger()) as store:
        loaded = load_campaign(Path("campaign.yaml"), given)
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


def test_every_input_that_moved_is_named_at_once(checkout, kept):
    moved = ["campaign.yaml", "hello.txt", "name.txt", "people.csv", "tariff.yaml"]
    for name in moved:
        with (checkout / name).open("a", encoding="utf-8") as file:
            file.write("\n")

    with pytest.raises(Invalid) as refused:
        reopened(kept)

    assert sorted(problem.path for problem in refused.value.problems) == moved
    assert all("was changed since the plan was made: nothing was sent" in one.what for one in refused.value.problems)


def test_other_variables_of_the_command_line_are_named(checkout, kept):
    with pytest.raises(Invalid, match="the variables of --var are not those that the plan was made with"):
        reopened(kept, {"greeting": "درود"})


def test_a_plan_keeps_the_variables_of_its_command_line(checkout, tmp_path):
    file = keep(tmp_path / "approved.kvplan", {"greeting": "true"})

    _, rows, _ = reopened(file, plan_header(file).given)

    assert rows[0][2] == "true Ali"


def test_an_input_that_is_read_only_now_or_only_then_is_named(checkout, tmp_path):
    (checkout / "hello.txt").write_text("{{ greeting }} {{ name }}", encoding="utf-8")
    file = keep(tmp_path / "approved.kvplan")
    (checkout / "hello.txt").write_text(FILES["hello.txt"], encoding="utf-8")
    with pytest.raises(Invalid, match=r"name\.txt: partial: this included template is read now, and was not"):
        reopened(file)

    file = keep(tmp_path / "approved.kvplan")
    (checkout / "hello.txt").write_text("{{ greeting }} {{ name }}", encoding="utf-8")
    with pytest.raises(Invalid, match=r"name\.txt: partial: this included template was read when .* and is not now"):
        reopened(file)


def test_an_exclude_list_that_cannot_be_read_again_is_named_and_nobody_is_sent_to(checkout, kept):
    with closing(read_ledger()) as store:
        loaded = load_campaign(Path("campaign.yaml"))
        (checkout / "gone.csv").unlink()

        with pytest.raises(Invalid) as refused:
            opened_plan(kept, loaded, now=NOW, store=store, provider="loopback")

    assert [one.path for one in refused.value.problems] == ["gone.csv"]


def test_lists_are_kept_with_how_many_rows_they_have(checkout, kept):
    assert {one.path: one.rows for one in plan_header(kept).inputs if one.rows is not None} == {
        "people.csv": 2,
        "gone.csv": 1,
    }


def test_whom_an_exclude_list_names_since_is_left_out(checkout, kept):
    (checkout / "gone.csv").write_text("phone\n09120000009\n09120000002\n", encoding="utf-8")

    _, rows, send = reopened(kept)

    assert send == 1
    assert [action for _, action, _, _ in rows] == ["send", "skip"]
    assert rows[1][3] == "excluded by gone.csv:3"


def test_a_plan_says_which_exclude_lists_it_was_held_against_last(checkout, kept):
    (checkout / "gone.csv").write_text("phone\n09120000009\n09120000002\n", encoding="utf-8")
    with closing(read_ledger()) as store:
        loaded = load_campaign(Path("campaign.yaml"))
        plan = opened_plan(kept, loaded, now=NOW, store=store, provider="loopback")

        assert as_they_were(loaded, plan.inputs)
        assert [one.rows for one in plan.inputs if one.role == "exclude"] == [2]


def test_whom_an_exclude_list_names_no_longer_does_not_come_in(checkout, tmp_path):
    (checkout / "gone.csv").write_text("phone\n09120000002\n", encoding="utf-8")
    file = keep(tmp_path / "less.kvplan")
    (checkout / "gone.csv").write_text("phone\n09120000009\n", encoding="utf-8")

    _, rows, send = reopened(file)

    assert send == 1
    assert [action for _, action, _, _ in rows] == ["send", "skip"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE row SET text = 'other' WHERE row = 1",
        "UPDATE row SET localid = localid + 1 WHERE row = 1",
        "UPDATE row SET price = 0",
        "UPDATE row SET action = 'skip' WHERE row = 1",
        "UPDATE source SET path = 'other.csv'",
        "UPDATE input SET rows = 7 WHERE role = 'exclude'",
        "UPDATE plan SET value = '[]' WHERE name = 'second_look'",
        "DELETE FROM plan WHERE name = 'seal'",
    ],
)
def test_a_plan_that_was_changed_is_refused(checkout, kept, change):
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute(change)

    with pytest.raises(Refused, match="not as it was made"):
        reopened(kept)


def test_another_text_is_refused_also_with_the_seal_of_the_change(checkout, kept):
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("UPDATE row SET text = 'other' WHERE row = 1")
        connection.execute("UPDATE plan SET value = ? WHERE name = 'seal'", (_seal_of(connection),))

    with pytest.raises(Refused, match="not as it was made"):
        reopened(kept)


def test_a_plan_with_damaged_bytes_or_without_its_end_is_refused(checkout, kept):
    whole, refused = kept.read_bytes(), 0
    for at in range(40, len(whole), 1499):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :]):
            kept.write_bytes(damaged)
            try:
                _, rows, _ = reopened(kept)
            except (Refused, Invalid):
                refused += 1
            else:
                # A byte that nothing is kept in.
                assert len(damaged) == len(whole)
                assert [row[2] for row in rows] == ["سلام Ali", "سلام Sara"]
    assert refused > len(whole) // 1499


def test_a_plan_of_another_campaign_is_refused(checkout, kept):
    (checkout / "campaign.yaml").write_text(CAMPAIGN.format(name="yalda"), encoding="utf-8")

    with pytest.raises(Refused, match="is of campaign nowruz"):
        reopened(kept)


def test_a_plan_of_a_newer_form_is_refused(checkout, kept):
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(Refused, match="newer kaverun"):
        reopened(kept)


def test_a_plan_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(Refused, match="there is no plan"):
        plan_header(tmp_path / "none.kvplan")


def test_a_plan_whose_inputs_cannot_be_compared_later_is_not_kept(checkout, tmp_path):
    loaded, file = load_campaign(Path("campaign.yaml")), tmp_path / "approved.kvplan"
    (checkout / "people.csv").unlink()
    os.mkfifo(checkout / "people.csv")

    with closing(read_ledger()) as store, pytest.raises(Invalid, match="not a regular file"):
        make_plan(loaded, now=NOW, store=store, provider="loopback", keep=file)

    assert not file.exists()


def test_a_plan_with_errors_leaves_the_one_that_was_kept_before(checkout, kept):
    before = kept.read_bytes()
    (checkout / "people.csv").write_text("phone,name\n,Ali,\n", encoding="utf-8")
    with pytest.raises(Invalid):
        keep(kept)

    assert kept.read_bytes() == before
    assert [one.name for one in kept.parent.iterdir() if "kvplan" in one.name] == [kept.name]


def test_a_time_that_passed_since_forbids_the_plan(checkout, tmp_path):
    path = checkout / "campaign.yaml"
    path.write_text(
        CAMPAIGN.format(name="nowruz") + "schedule: {at: 2027-01-15 13:00, deadline: 1h}\n", encoding="utf-8"
    )  # an hour and a half after NOW
    file = keep(tmp_path / "approved.kvplan")
    loaded = load_campaign(Path("campaign.yaml"))

    def refusals(now):
        with closing(read_ledger()) as store:
            return opened_plan(file, loaded, now=now, store=store, provider="loopback").refusals

    assert refusals(NOW) == ()
    assert [one.key for one in refusals(NOW + 3 * 3600)] == ["schedule.at"]


def test_a_pipe_is_not_read_to_find_out_whether_it_is_a_plan(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert not is_plan(tmp_path / "pipe")


def test_a_file_that_is_not_a_plan_is_neither_read_nor_written_over(checkout):
    with pytest.raises(Refused, match="is not a plan"):
        plan_header(checkout / "people.csv")
    with pytest.raises(Refused, match="a file is there that is not a plan"):
        check_place(checkout / "people.csv")


def test_a_plan_that_does_not_say_what_it_was_made_from_is_refused(checkout, kept):
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("DELETE FROM input")

    with pytest.raises(Invalid, match="the campaign file is read now, and was not when the plan was made"):
        reopened(kept)
