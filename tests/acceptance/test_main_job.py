"""The main job as a user does it: a spreadsheet's list of ten thousand, applied, applied again, and longer."""

from __future__ import annotations

import os

import pytest


def spreadsheet_export(path, rows):
    """As Excel in a Persian locale writes it: BOM, semicolons, CRLF, quoted where needed, the leading zero lost."""
    lines = ["کد عضویت;نام;شماره موبایل;مبلغ"]
    for n in range(rows):
        name = f'"نام; ""{n}"""' if n % 50 == 0 else f"نام {n}"
        number = f"926{n:07d}" if n % 3 else f"0926{n:07d}"
        lines.append(f"{n + 1};{name};{number};{n * 1000}")
    path.write_bytes(b"\xef\xbb\xbf" + ("\r\n".join(lines) + "\r\n").encode())


CAMPAIGN = """\
version: 1
name: ten-thousand
recipients:
  csv: members.csv
  phone: شماره موبایل
senders: ["10004346", {line: "30002626", weight: 3}]
message:
  text: |-
    {{ نام }} عزیز، موجودی شما {{ مبلغ | thousands }} ریال است.
    لغو11
"""


def test_ten_thousand_rows_go_out_once_in_fifty_requests_and_later_rows_alone(kaverun, sandbox):
    kaverun.write("campaign.yaml", CAMPAIGN)
    spreadsheet_export(kaverun.folder / "members.csv", 10_000)

    first = kaverun("apply", "campaign.yaml", "--yes", "--base-url", sandbox.url)
    assert first.code == 0, first.err
    assert len(sandbox.requests()) == 50
    report, rows = kaverun.reports("ten-thousand")[0]
    assert report["status"] == "completed"
    assert report["counts"]["accepted"] == len(rows) == 10_000
    given = sandbox.by_receptor()
    assert {row["phone"]: [int(row["messageid"])] for row in rows} == given
    assert {int(row["cost"]) for row in rows} <= {120, 240}
    assert report["cost"] == sum(int(row["cost"]) for row in rows)

    again = kaverun("apply", "campaign.yaml", "--yes", "--base-url", sandbox.url)
    assert again.code == 0
    assert len(sandbox.requests()) == 50
    assert "nothing to send: everyone on the list was served before" in again.out
    assert len(kaverun.reports("ten-thousand")) == 1

    spreadsheet_export(kaverun.folder / "members.csv", 10_300)
    longer = kaverun("apply", "campaign.yaml", "--yes", "--base-url", sandbox.url)
    assert longer.code == 0
    report, rows = kaverun.reports("ten-thousand")[1]
    assert (report["counts"]["done"], report["counts"]["accepted"]) == (10_000, 300)
    assert {row["phone"]: [int(row["messageid"])] for row in rows} == sandbox.by_receptor()
    assert {len(ids) for ids in sandbox.by_receptor().values()} == {1}
    assert len(sandbox.by_receptor()) == 10_300


def test_a_line_has_its_share_and_keeps_its_people_in_every_run(kaverun, sandbox):
    kaverun.write("campaign.yaml", CAMPAIGN)
    spreadsheet_export(kaverun.folder / "members.csv", 2_000)
    assert kaverun("apply", "campaign.yaml", "--yes", "--base-url", sandbox.url).code == 0
    lines = {row["phone"]: row["line"] for row in kaverun.reports("ten-thousand")[0][1]}
    share = list(lines.values()).count("30002626") / 2_000
    assert 0.70 < share < 0.80
    kaverun("plan", "campaign.yaml", "--messages", "plan.csv", "--ledger", "another.db")
    planned = (kaverun.folder / "plan.csv").read_text(encoding="utf-8-sig")
    assert all(f"{phone},{line}," in planned for phone, line in lines.items())


def test_apply_sandbox_needs_no_key_and_leaves_no_memory_that_could_hide_a_real_send(kaverun, campaign):
    path = campaign(rows=3)
    for _ in range(2):
        ended = kaverun("apply", path, "--sandbox", "--yes", KAVENEGAR_API_KEY="")
        assert ended.code == 0, ended.err
    assert [report["counts"]["accepted"] for report, _ in kaverun.reports("nowruz")] == [3, 3]
    assert not (kaverun.folder / ".kaverun").exists()


def test_a_csv_in_the_result_cannot_run_a_formula_and_opens_in_excel(kaverun, campaign, sandbox):
    path = campaign(rows=1, text="=1+1 {{ name }}")
    kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    folder = next((kaverun.folder / "reports" / "nowruz").iterdir())
    assert (folder / "messages.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert kaverun.reports("nowruz")[0][1][0]["text"] == "'=1+1 نام 0"
    assert sandbox.messages()[0]["text"] == "=1+1 نام 0"


def test_the_report_has_a_line_for_every_row_with_its_reason(kaverun, sandbox):
    kaverun.write("off.csv", "phone\n09260000003\n")
    kaverun.write(
        "members.csv",
        "phone,name,city\n09260000001,a,x\n09260000001,b,x\n12,c,x\n09260000003,d,x\n09260000004,e,y\n09260000005,,x\n",
    )
    kaverun.write(
        "campaign.yaml",
        "version: 1\nname: all-kinds\nrecipients: {csv: members.csv, on_invalid: skip, exclude: off.csv,"
        " where: city == 'x'}\nsenders: ['10004346']\nmessage: '{{ name }}'\n",
    )
    ended = kaverun("apply", "campaign.yaml", "--yes", "--base-url", sandbox.url)
    assert ended.code == 0, ended.err
    report, rows = kaverun.reports("all-kinds")[0]
    assert [(row["row"], row["action"], row["outcome"]) for row in rows] == [
        ("1", "send", "accepted"),
        ("2", "skip", ""),
        ("3", "invalid", ""),
        ("4", "skip", ""),
        ("5", "skip", ""),
        ("6", "invalid", ""),
    ]
    reasons = [row["reason"] for row in rows]
    assert "duplicate of row 1 (members.csv:2)" in reasons[1]
    assert "off.csv:2" in reasons[3]
    assert "empty" in reasons[5]
    assert report["counts"] == {
        "rows": 6, "send": 1, "done": 0, "skip": 3, "invalid": 2,
        "accepted": 1, "rejected": 0, "unknown": 0, "not_sent": 0, "gone": 0,
    }  # fmt: skip
    assert list(rows[0]) == [
        "row", "key", "phone", "line", "action", "outcome", "reason", "localid",
        "messageid", "status", "statustext", "cost", "parts", "attempts", "text",
        "file", "file_line", "generation", "price", "date", "batch",
        "fate", "spelling",
    ]  # fmt: skip


@pytest.mark.parametrize("senders", ["", "senders: ['10004346']\n"])
def test_without_a_sender_the_accounts_default_line_is_used(kaverun, sandbox, senders):
    path = kaverun.write(
        "c.yaml",
        f"version: 1\nname: default-line\n{senders}recipients: [{{phone: '09260000001'}}]\nmessage: سلام\n",
    )
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    assert kaverun.reports("default-line")[0][1][0]["line"] == "10004346"
    assert sandbox.messages()[0]["sender"] == "10004346"


def test_the_message_options_reach_the_provider(kaverun, campaign, sandbox):
    path = campaign(rows=1)
    path.write_text(
        path.read_text().replace(
            "message:\n", "message:\n  type: 1\n  tag: nowruz-1405\n  hide: true\n  policy: flow\n"
        )
    )
    assert kaverun("apply", path, "--yes", "--base-url", sandbox.url).code == 0
    message = sandbox.messages()[0]
    assert (message["type"], message["tag"], message["hide"], message["policy"]) == (1, "nowruz-1405", True, "flow")


def test_a_line_that_takes_longer_texts_is_sent_longer_texts(kaverun, sandbox):
    path = kaverun.write(
        "c.yaml",
        "version: 1\nname: long\nrecipients: [{phone: '09260000001'}]\nsenders: ['10004346']\n"
        "message: {text: \"{{ 'س' * 1500 }}\", max_length: 1800}\n",
    )
    ended = kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    assert "413" in ended.out
    assert [request["status"] for request in sandbox.requests()] == [413]


def test_every_run_has_a_report_folder_of_its_own(kaverun, campaign, sandbox):
    for rows in (2, 3, 4, 4):
        kaverun("apply", campaign(rows=rows), "--yes", "--base-url", sandbox.url, "--report-dir", "out")
    folders = sorted((kaverun.folder / "out" / "nowruz").iterdir())
    assert len(folders) == 3
    assert all(sorted(os.listdir(folder)) == ["messages.csv", "report.json"] for folder in folders)
