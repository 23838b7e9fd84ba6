"""What was billed is compared with what was planned, line by line, and nothing is guessed."""

from __future__ import annotations

import json

import pytest

from kaverun.blocks import blocks
from kaverun.cli.report_text import report_text
from kaverun.ledger.protocol import Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import message_of
from kaverun.plan.plan import Entry, Plan, Totals
from kaverun.plan.served import Fate
from kaverun.plan.spool import Spool
from kaverun.report.report import Ended
from kaverun.report.write import write_report

RUN = RunRecord("run-1", "nowruz", "once", "loopback", "d", None, 1_800_000_000.0)


def reported(tmp_path, *messages):
    """The report of messages given as (line, planned cost, billed cost or a fate other than accepted)."""
    spool = Spool()
    entries = [
        Entry(n, f"k{n}", f"0926{n:07d}", line, "send", "", "", "سلام", "ucs2", 4, 2, planned, 1_000 + n, 0)
        for n, (line, planned, _) in enumerate(messages, 1)
    ]
    for entry in entries:
        spool.append(entry)
    plan = Plan("nowruz", "sms", "once", "d", None, "Asia/Tehran", Totals(), (), None, (), (), (), spool)
    ledger = SqliteLedger.open(tmp_path / "ledger.db")
    ledger.begin(RUN)
    (number,) = ledger.intend("run-1", list(blocks(map(message_of, entries), 200)), 1.0)
    results = {
        index: Result(billed) if isinstance(billed, Fate) else Result(Fate.ACCEPTED, 70 + index, 1, billed, 1)
        for index, (_, _, billed) in enumerate(messages)
    }
    ledger.record([(number, results)], {}, 2.0)
    report = write_report(tmp_path / "reports", plan, ledger, RUN, Ended(1_800_000_001.0), "1000")
    ledger.close()
    return report, json.loads((report.folder / "report.json").read_text())["lines"]


def notes(report):
    return [line.strip() for line in report_text(report).splitlines() if "note:" in line]


def test_each_line_has_its_planned_and_its_billed_cost_and_the_difference(tmp_path):
    report, lines = reported(
        tmp_path, ("3000", 120, 150), ("3000", 120, 150), ("3000", 240, 300), ("4000", 100, 90), ("", 50, 50)
    )
    assert [tuple(line.values()) for line in lines] == [
        ("3000", 3, 6, 480, 600, 120, 0), ("1000", 1, 2, 50, 50, 0, 0), ("4000", 1, 2, 100, 90, -10, 0),
    ]  # fmt: skip
    assert list(lines[0]) == [
        "line", "messages", "parts", "planned_cost", "billed_cost", "difference", "not_told",
    ]  # fmt: skip
    assert sum(line["billed_cost"] for line in lines) == report.cost
    assert notes(report) == [
        "note: line 3000 was billed 120 Rial more than planned: compare the tariff with the provider's prices",
        "note: line 4000 was billed 10 Rial less than planned: compare the tariff with the provider's prices",
    ]


def test_a_bill_as_planned_is_told_without_notes(tmp_path):
    report, _ = reported(tmp_path, ("3000", 120, 120), ("3000", 240, 240))
    assert notes(report) == []


def test_only_accepted_messages_are_in_the_bill(tmp_path):
    _, lines = reported(tmp_path, ("3000", 120, 120), ("3000", 120, Fate.REJECTED), ("3000", 120, Fate.UNKNOWN))
    assert [(line["messages"], line["planned_cost"], line["difference"]) for line in lines] == [(1, 120, 0)]


def test_costs_that_were_not_told_are_counted_and_not_guessed(tmp_path):
    report, lines = reported(tmp_path, ("3000", 120, 150), ("3000", 120, None), ("3000", 120, None))
    assert [tuple(line.values()) for line in lines] == [("3000", 3, 6, 360, 150, 30, 2)]
    assert notes(report)[1] == (
        "note: line 3000: the provider did not tell what 2 messages cost; the sum is without them"
    )


@pytest.mark.parametrize(
    ("planned", "billed", "expected"),
    [
        (None, 120, (None, 120, None, 0)),
        (120, None, (120, None, None, 1)),
        (None, None, (None, None, None, 1)),
    ],
)
def test_what_is_not_known_is_null(tmp_path, planned, billed, expected):
    report, lines = reported(tmp_path, ("3000", planned, billed))
    assert tuple(lines[0][key] for key in ("planned_cost", "billed_cost", "difference", "not_told")) == expected
    assert notes(report) == []
