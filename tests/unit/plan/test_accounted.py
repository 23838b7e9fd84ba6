"""Every input row ends in the plan's CSV once, in its order, with what becomes of it and why."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.errors import Invalid
from kaverun.ledger.opening import read_ledger
from kaverun.plan.as_csv import write_plan_csv
from kaverun.planning.planner import make_plan

EXCEL = runpy.run_path(str(Path(__file__).parents[2] / "data" / "lists" / "workbooks.py"))
CAMPAIGN = """\
version: 1
name: accounted
senders: 10004346
message: "{{ name }}، {{ amount }}"
recipients:
  csv: a.csv
  excel: b.xlsx
  jsonl: c.jsonl
  inline: [{phone: 09260000009, name: i, amount: 9}, {phone: 0926, name: j, amount: 9}]
  columns: {amount: int}
  where: amount != 7
  exclude: [off.csv, off.xlsx]
  on_invalid: skip
"""
CSV = (
    "phone,name,amount\n09260000001,a,1\n\n+98 926 000 0001,b,2\n09260000002,c,x\n09260000003,d,7\n,e,3\nf,g,h,i\n"
    "09260000004,g,4\n09260000005,#N/A,5\n"
)
JSONL = '{"phone": "09260000006", "name": "k", "amount": 6}\n\n{"phone": "09260000007", "name": "l"\n[]\n'
EXPECTED = [
    "send",
    "skip duplicate of row 1 (a.csv:2)",
    "invalid column 'amount': \"x\" is no number",
    "skip recipients.where does not hold for it",
    "invalid the number is empty",
    "invalid it has 4 cells, and the header has 3",
    "skip excluded by off.csv:1",
    "invalid the column 'name' holds #N/A",
    "send",
    "invalid its cell holds #REF!",
    "skip excluded by off.xlsx:2",
    "send",
    "invalid it is no JSON",
    "invalid it is a list",
    "send",
    "invalid 0926: it has 3 digits",
]


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [
        ["phone", "name", "amount"],
        [9260000011.0, "m", 1.0],
        [EXCEL["Error"]("#REF!"), "n", 2],
        ["09260000012", "o", 3],
    ]
    Path("a.csv").write_text(CSV, encoding="utf-8")
    Path("b.xlsx").write_bytes(EXCEL["xlsx"](EXCEL["Sheet"]("S", rows, blank_rows=3)))
    Path("c.jsonl").write_text(JSONL, encoding="utf-8")
    Path("off.csv").write_text("09260000004\n", encoding="utf-8")
    Path("off.xlsx").write_bytes(EXCEL["xlsx"](EXCEL["Sheet"]("S", [["phone"], ["09260000012"]])))
    Path("c.yaml").write_text(CAMPAIGN, encoding="utf-8")
    return Path("c.yaml")


def test_every_row_of_every_source_stands_in_the_plan_with_its_reason(campaign: Path) -> None:
    plan = make_plan(load_campaign(campaign), now=0.0, store=read_ledger(), provider="")
    write_plan_csv(plan, Path("plan.csv"))
    with Path("plan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == list(range(1, len(EXPECTED) + 1))
    told = [f"{row['action']} {row['reason']}".strip() for row in rows]
    assert [line for line, expected in zip(told, EXPECTED, strict=True) if not line.startswith(expected)] == []
    assert [row["text"] for row in rows if row["action"] == "send"] == ["a، 1", "m، 1", "k، 6", "i، 9"]


def test_all_rows_are_counted_by_their_causes(campaign: Path) -> None:
    plan = make_plan(load_campaign(campaign), now=0.0, store=read_ledger(), provider="")
    assert plan.totals.rows == len(EXPECTED)
    assert sum(cause.rows for cause in plan.causes) + plan.totals.send == len(EXPECTED)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("0926,n,1", "members.csv:8413: row 8412: phone: 0926: it has 3 digits"),
        ("09269999999,n,1x", "members.csv:8413: row 8412: column 'amount': \"1x\" is no number"),
        ("09269999999,n,1,2", "members.csv:8413: row 8412: it has 4 cells, and the header has 3"),
    ],
)
def test_an_error_in_row_8412_names_the_row_its_line_and_the_column(
    row: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["phone,name,amount", *(f"0926{number:07},n,1" for number in range(1, 8412)), row, "09268888888,n,1"]
    Path("members.csv").write_text("\n".join(lines), encoding="utf-8")
    head = "version: 1\nname: a\nsenders: 10004346\nmessage: hi\n"
    Path("c.yaml").write_text(f"{head}recipients: {{csv: members.csv, columns: {{amount: int}}}}\n", encoding="utf-8")
    with pytest.raises(Invalid) as raised:
        make_plan(load_campaign(Path("c.yaml")), now=0.0, store=read_ledger(), provider="")
    (problem,) = raised.value.problems
    assert str(problem).startswith(told)
