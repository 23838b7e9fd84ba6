"""`kaverun status` through the installed command."""

from __future__ import annotations

import json
import shutil
import socket
import time
from contextlib import closing

import pytest

from kaverun.ledger.opening import read_ledger
from tests import schema_checks

ENDINGS = {"10": 7, "11": 2, "14": 1}
LIST = "phone\n" + "".join(f"0926{n:07d}\n" for n in range(7)) + "09090000011\n09090001011\n09090000014\n"


def mixed_campaign(kaverun, campaign):
    """Ten people of whom seven get the message."""
    path = campaign(text="سلام")
    kaverun.write("members.csv", LIST)
    return path


def test_waiting_until_all_is_final_updates_ledger_and_report_and_tells_by_line(kaverun, campaign, sandbox):
    path = mixed_campaign(kaverun, campaign)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    waiting = kaverun.start("status", path, "--wait", "50s", "--format", "json", "--base-url", sandbox.url)
    while waiting.poll() is None and not sandbox.requests("sms/status"):
        time.sleep(0.05)
    sandbox._ask("clock", {"advance": 60})
    out, err = waiting.communicate(timeout=50)
    assert waiting.returncode == 0, err
    document = json.loads(out)
    assert schema_checks.faults("report", document, "StatusDocument") == []
    ((report, rows),) = kaverun.reports("nowruz")
    for told in (document, report["delivery"]):
        assert (told["accepted"], told["open"], told["statuses"]) == (10, 0, ENDINGS)
        assert told["words"] == {"10": "Delivered", "11": "Undelivered", "14": "Blocked by recipient"}
        assert told["places"] == [{"line": "10004346", "operator": "", "statuses": ENDINGS}]
    assert document["reports"] == [f"reports/nowruz/{report['run_id']}"]
    assert [(row["status"], row["statustext"]) for row in rows][6:8] == [
        ("10", "رسیده به گیرنده"),
        ("11", "نرسیده به گیرنده"),
    ]
    with closing(read_ledger(kaverun.folder / ".kaverun" / "ledger.db")) as store:
        statuses = [status for (status,) in store.rows("SELECT status FROM outcome ORDER BY message")]
    assert statuses == [10] * 7 + [11, 11, 14]


def test_a_run_is_shown_by_its_id_as_a_table_without_numbers(kaverun, campaign, sandbox):
    path = mixed_campaign(kaverun, campaign)
    kaverun("apply", path, "--yes", "--report-dir", "elsewhere", "--base-url", sandbox.url)
    sandbox._ask("clock", {"advance": 60})
    (run,) = (kaverun.folder / "elsewhere" / "nowruz").iterdir()
    ended = kaverun("status", run.name, "--base-url", sandbox.url)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0].startswith(f"nowruz, run {run.name}: 10 accepted, 0 still on their way")
    assert lines[1].split() == ["accepted", "Delivered", "Undelivered", "Blocked", "by", "recipient"]
    assert lines[2].split() == ["all", "10", "7", "70.0%", "2", "20.0%", "1", "10.0%"]
    assert lines[4].split() == ["updated", f"elsewhere/nowruz/{run.name}"]
    assert "0926" not in ended.said
    unknown = kaverun("status", "20200101T000000Z-abcdef", "--base-url", sandbox.url)
    assert unknown.code == 1
    assert f"knows no run 20200101T000000Z-abcdef; its latest are {run.name} (nowruz)" in unknown.err


def test_reports_that_were_moved_are_found_where_they_are_said_to_be(kaverun, campaign, sandbox):
    path = campaign(rows=3)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    sandbox._ask("clock", {"advance": 60})
    shutil.move(kaverun.folder / "reports", kaverun.folder / "kept")
    ended = kaverun("status", path, "--report-dir", "kept", "--base-url", sandbox.url)
    assert ended.code == 0, ended.err
    assert "updated  kept/nowruz/" in ended.out


def test_a_report_that_cannot_be_written_exits_3_after_telling_the_delivery(kaverun, campaign, sandbox):
    path = campaign(rows=3)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    sandbox._ask("clock", {"advance": 60})
    (run,) = (kaverun.folder / "reports" / "nowruz").iterdir()
    (run / ".messages.csv.draft").mkdir()
    ended = kaverun("status", path, "--base-url", sandbox.url)
    assert ended.code == 3
    assert "nowruz: 3 accepted, 0 still on their way" in ended.out
    assert "cannot be updated: Is a directory; what became of the messages is in the ledger" in ended.err


def test_a_provider_that_cannot_be_asked_leaves_the_report_as_it_was(kaverun, campaign, sandbox):
    path = campaign(rows=3)
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    (run,) = (kaverun.folder / "reports" / "nowruz").iterdir()
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    ended = kaverun("status", path, "--base-url", f"http://127.0.0.1:{port}/v1")
    assert ended.code == 1
    assert "could not be made" in ended.err
    assert {file.name: file.read_bytes() for file in run.iterdir()} == before


@pytest.mark.parametrize("command", ["status", "reconcile"])
def test_a_campaign_that_no_ledger_knows_is_1_with_the_place_of_the_ledger_and_leaves_nothing_behind(
    kaverun, campaign, sandbox, command
):
    ended = kaverun(command, campaign(), "--base-url", sandbox.url)
    assert ended.code == 1
    assert f"the ledger {kaverun.folder}/.kaverun/ledger.db knows nothing of a campaign nowruz" in ended.err
    assert not (kaverun.folder / ".kaverun").exists()


def test_a_span_nobody_understands_is_refused(kaverun, campaign, sandbox):
    ended = kaverun("status", campaign(), "--wait", "soon", "--base-url", sandbox.url)
    assert ended.code == 1
    assert "--wait" in ended.err
