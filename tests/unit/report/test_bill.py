"""What was billed is compared with what was planned, line by line, and nothing is guessed."""

from __future__ import annotations

import pytest

from kaverun.cli.report_text import report_text
from kaverun.ledger.batches import Result
from kaverun.message.fate import Fate
from tests.ledger_rows import given_messages, message
from tests.unit.report.conftest import SCOPE

RUN = "20261123T062151Z-8f2dc5"


@pytest.fixture
def reported(store, closed):
    """The report of messages given as (line, planned cost, billed cost or a fate other than accepted)."""

    def report(*messages):
        people = [message(n, line=line, parts=2) for n, (line, _, _) in enumerate(messages, 1)]
        results = [
            Result(billed) if isinstance(billed, Fate) else Result(Fate.ACCEPTED, 70, 1, billed, 1)
            for _, _, billed in messages
        ]
        numbers = given_messages(store, SCOPE, people, results, run_id=RUN)
        with store.transaction():
            prices = [(planned, number) for number, (_, planned, _) in zip(numbers, messages, strict=True)]
            store.write_many("UPDATE message SET price = ? WHERE id = ?", prices)
        written, _, document = closed(RUN)
        return written, document["lines"]

    return report


def notes(report):
    return [line.strip() for line in report_text(report).splitlines() if "note:" in line]


def test_each_line_has_its_planned_and_its_billed_cost_and_the_difference(reported):
    report, lines = reported(
        ("3000", 120, 150), ("3000", 120, 150), ("3000", 240, 300), ("4000", 100, 90), ("1000", 50, 50)
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


def test_a_bill_as_planned_is_told_without_notes(reported):
    report, _ = reported(("3000", 120, 120), ("3000", 240, 240))
    assert notes(report) == []


def test_only_accepted_messages_are_in_the_bill(reported):
    _, lines = reported(("3000", 120, 120), ("3000", 120, Fate.REJECTED), ("3000", 120, Fate.UNKNOWN))
    assert [(line["messages"], line["planned_cost"], line["difference"]) for line in lines] == [(1, 120, 0)]


def test_the_planned_cost_of_a_line_is_not_known_where_one_message_has_no_price(reported):
    _, lines = reported(("3000", 120, 150), ("3000", None, 150))
    assert [tuple(line.values()) for line in lines] == [("3000", 2, 4, None, 300, 30, 0)]


def test_costs_that_were_not_told_are_counted_and_not_guessed(reported):
    report, lines = reported(("3000", 120, 150), ("3000", 120, None), ("3000", 120, None))
    assert [tuple(line.values()) for line in lines] == [("3000", 3, 6, 360, 150, 30, 2)]
    assert notes(report)[1] == (
        "note: line 3000: the provider did not report what 2 messages cost; the sum excludes them"
    )


@pytest.mark.parametrize(
    ("planned", "billed", "expected"),
    [
        (None, 120, (None, 120, None, 0)),
        (120, None, (120, None, None, 1)),
        (None, None, (None, None, None, 1)),
    ],
)
def test_what_is_not_known_is_null(reported, planned, billed, expected):
    report, lines = reported(("3000", planned, billed))
    assert tuple(lines[0][key] for key in ("planned_cost", "billed_cost", "difference", "not_told")) == expected
    assert notes(report) == []
