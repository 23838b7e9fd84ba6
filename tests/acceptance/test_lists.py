"""Lists of every kind in one campaign: every row of them ends in messages.csv with what became of it."""

from __future__ import annotations

import shutil
from pathlib import Path

LISTS = Path(__file__).parents[1] / "data" / "lists"
CAMPAIGN = """\
version: 1
name: lists
senders: ["10004346"]
message: "سلام {{ phone }}"
recipients:
  csv: [excel-numbers.csv, typed.csv]
  excel: [excel-members.xlsx#Members, server-export.xlsx]
  jsonl: export.jsonl
  exclude: excel-members.xlsx#Opt-outs
  on_invalid: skip
"""


def test_every_row_of_csv_workbooks_and_json_lines_is_in_the_report(kaverun):
    for name in ("excel-numbers.csv", "typed.csv", "excel-members.xlsx", "server-export.xlsx", "export.jsonl"):
        shutil.copy(LISTS / name, kaverun.folder / name)
    kaverun.write("c.yaml", CAMPAIGN)
    ended = kaverun("apply", "c.yaml", "--sandbox", "--yes")
    assert ended.code == 0
    assert "excel-members.xlsx#Members:4: warning: this row is hidden" in ended.err
    ((report, rows),) = kaverun.reports("lists")
    assert [int(row["row"]) for row in rows] == list(range(1, 30))
    assert report["counts"]["rows"] == 29
    for row in rows:
        accepted = row["outcome"] == "accepted" and row["messageid"]
        assert accepted if row["action"] == "send" else row["reason"], row
