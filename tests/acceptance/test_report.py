"""`kaverun report`, `runs` and `history` through the installed command."""

from __future__ import annotations

import csv
import io
import json


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_report_shows_what_was_sent_whatever_file_and_list_say_now(kaverun, campaign, sandbox):
    path = campaign(rows=3)
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    first = kaverun.folder / "reports" / "nowruz"
    (run,) = first.iterdir()
    written = (run / "messages.csv").read_bytes()
    campaign(rows=4, text="{{ name }}، درود", start=1)
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0

    rows = rows_of(kaverun("report", path, "--format", "csv").out)
    assert [(row["row"], row["key"], row["text"]) for row in rows] == [
        ("1", "09260000001", "نام 1 عزیز، سلام"),
        ("2", "09260000002", "نام 2 عزیز، سلام"),
        ("3", "09260000003", "نام 3، درود"),
        ("4", "09260000004", "نام 4، درود"),
        ("", "09260000000", "نام 0 عزیز، سلام"),
    ]
    assert rows[4]["reason"] == "no longer on the list"
    assert {row["outcome"] for row in rows} == {"accepted"}
    report, _ = kaverun.reports("nowruz")[1]
    assert (report["counts"]["done"], report["counts"]["gone"], report["counts"]["accepted"]) == (2, 1, 2)
    assert "2 recipients served earlier got another text" in report["notes"][0]

    assert kaverun("report", run.name, "--out", "again.csv").code == 0
    again = rows_of((kaverun.folder / "again.csv").read_text(encoding="utf-8-sig"))
    assert {(row["key"], row["text"], row["messageid"]) for row in again} == {
        (row["key"], row["text"], row["messageid"]) for row in rows_of(written.decode("utf-8-sig"))
    }
    document = json.loads(kaverun("report", "nowruz", "--format", "json").out)
    assert document["occurrences"][0]["counts"]["accepted"] == len(document["messages"]) == 5


def test_a_run_is_drawn_again_as_it_was_written(kaverun, campaign, sandbox):
    path = campaign(rows=3)
    kept = path.read_text(encoding="utf-8").replace("members.csv", "{csv: members.csv, on_invalid: skip}")
    path.write_text(kept, encoding="utf-8")
    kaverun.write("members.csv", "phone,name\n09260000001,a\n12,b\n09260000001,c\n09260000002,=d\n")
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    (run,) = (kaverun.folder / "reports" / "nowruz").iterdir()
    assert kaverun("report", run.name, "--out", "again.csv").code == 0
    assert (kaverun.folder / "again.csv").read_bytes() == (run / "messages.csv").read_bytes()
    document = json.loads(kaverun("report", run.name, "--format", "json").out)
    assert document.pop("messages")[3]["text"] == "=d عزیز، سلام"
    assert document == json.loads((run / "report.json").read_text(encoding="utf-8"))


def test_who_was_not_reached_is_the_list_of_another_campaign(kaverun, campaign, sandbox):
    path = campaign(text="سلام")
    kaverun.write("members.csv", "phone,id\n09260000001,a\n09090000011,b\n09090001011,c\n09090000014,d\n")
    keyed = path.read_text(encoding="utf-8").replace("members.csv", "{csv: members.csv, key: id}")
    path.write_text(keyed, encoding="utf-8")
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    sandbox._ask("clock", {"advance": 60})
    assert kaverun("status", path, "--base-url", sandbox.url).code == 0

    ended = kaverun("report", "nowruz", "--only", "undelivered")
    assert [row["key"] for row in rows_of(ended.out)] == ["b", "c"]
    kaverun.write("again.csv", ended.out)
    second = kaverun.write(
        "again.yaml",
        "version: 1\nname: again\nrecipients: {csv: again.csv, key: key}\nsenders: ['10004346']\n"
        "message: 'یک بار دیگر: {{ text }}'\n",
    )
    assert kaverun("apply", second, "--yes", "--base-url", sandbox.url).code == 0
    ((report, rows),) = kaverun.reports("again")
    assert report["counts"]["accepted"] == 2
    assert [(row["key"], row["phone"], row["text"]) for row in rows] == [
        ("b", "09090000011", "یک بار دیگر: سلام"), ("c", "09090001011", "یک بار دیگر: سلام"),
    ]  # fmt: skip


def test_the_history_of_an_excluded_number_says_what_was_sent_before_and_why_no_more(kaverun, campaign, sandbox):
    path = campaign(rows=2)
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    kaverun.write("off.csv", "phone\n09260000000\n")
    text = path.read_text(encoding="utf-8").replace(
        "recipients: members.csv", "recipients: {csv: members.csv, exclude: off.csv}"
    )
    path.write_text(text, encoding="utf-8")
    kaverun.write("members.csv", "phone,name\n09260000000,نام 0\n09260000001,نام 1\n09260000002,نام 2\n")
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0

    sent, excluded = json.loads(kaverun("history", "+98 926 000 0000", "--format", "json").out)["events"]
    assert (sent["fate"], sent["text"]) == ("accepted", "نام 0 عزیز، سلام")
    assert (excluded["action"], excluded["file"], excluded["file_line"]) == ("skip", "members.csv", 2)
    assert "off.csv:2" in excluded["reason"]
    row = rows_of(kaverun("report", "nowruz", "--only", "skipped").out)[0]
    assert row["messageid"] == str(sent["messageid"])
    assert row["reason"].endswith("; sent by an earlier run")

    runs = json.loads(kaverun("runs", "--campaign", "nowruz", "--format", "json").out)["runs"]
    assert [(run["accepted"], run["exit_code"]) for run in runs] == [(1, 0), (2, 0)]
    assert "completed (exit 0)" in kaverun("runs", "--since", "7d").out
