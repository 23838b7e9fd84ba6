"""The ledger beside a list: whose each message is, on a connection that can only read."""

from __future__ import annotations

import pytest

from kaverun.ledger.listing import CostPair, Listed, Missing, RunTimes, StatusPair, Sum
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, RunRecord, Scope
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

SCOPE = Scope("nowruz", "once", "loopback")
RUN = RunRecord("run-1", "nowruz", "once", "loopback", "d", None, 100.0)


def listed(messageid, status=1, cost=120, likeness=0, wording=1):
    return Listed(messageid, status, cost, "09260000001", "3000", 500, likeness, wording)


@pytest.fixture
def ledger(tmp_path):
    """A reader of a ledger with messages 11 to 14 of this campaign, 21 of another, and 32 of another provider."""
    writer = SqliteLedger.open(tmp_path / "ledger.db")
    for run, messageids, now in (
        (RUN, (11, 12, 13, 14), 200.0),
        (RUN._replace(run_id="r", campaign="x"), (21,), 300.0),
        (RUN._replace(run_id="p", provider="api"), (32,), 250.0),
    ):
        writer.begin(run)
        messages = [Message(n, f"0926{n:07d}", "3000", "سلام", n, str(n), 1) for n in messageids]
        (number,) = writer.intend(run.run_id, [messages], now)
        results = {index: Result(Fate.ACCEPTED, n, 1, 120, 1) for index, n in enumerate(messageids)}
        writer.record([(number, results)], {}, now + 5)
    writer.close()
    reader = SqliteLedger.open_to_read(tmp_path / "ledger.db")
    yield reader
    reader.close()


def test_each_message_is_on_both_sides_or_on_one(ledger):
    with ledger.compared(SCOPE, 0, 0) as comparison:
        comparison.add([listed(11), listed(12, likeness=7), listed(21), listed(31, likeness=8), listed(32, cost=None)])
        comparison.add([listed(11)])
        assert list(comparison.not_listed()) == [[13, 14]]
        assert comparison.settle([7, 8, 8, 9]) == 1
        assert (comparison.kept(), comparison.both(), comparison.listed()) == (Sum(4, 480), Sum(2, 240), Sum(5, 480))
        assert comparison.elsewhere() == Sum(1, 120)
        assert comparison.strange() == Sum(1, 0)
        assert [row.messageid for row in comparison.examples_of_strange(5)] == [32]
        assert (comparison.missing(), comparison.out_of_reach()) == (Sum(2, 240), Sum(0, 0))
        position = POSITIONS_PER_BATCH + 2
        assert comparison.examples_of_missing(1) == [Missing(13, position, 1, 120)]
        assert ledger.messages([position])[position].phone == "09260000013"


def test_a_doubt_is_recognised_by_its_wording_alone_where_it_has_no_line(ledger):
    with ledger.compared(SCOPE, 0, 0) as comparison:
        comparison.add([listed(31, likeness=8, wording=80), listed(32, likeness=9, wording=80)])
        assert comparison.settle([80, 80, 80]) == 2
        assert comparison.strange() == Sum(0, 0)


def test_statuses_and_costs_that_differ_are_told(ledger):
    with ledger.compared(SCOPE, 0, 0) as comparison:
        comparison.add([listed(11, 10), listed(12, 10, 150), listed(13, 14, 0), listed(14, 1, None)])
        comparison.settle([])
        assert comparison.statuses() == [StatusPair(1, 10, 2), StatusPair(1, 14, 1)]
        assert comparison.costs() == Sum(1, 30)
        assert comparison.examples_of_costs(9) == [CostPair(12, POSITIONS_PER_BATCH + 1, 120, 150)]


def test_what_is_older_than_the_list_reaches_is_not_called_missing(ledger):
    with ledger.compared(SCOPE, 201.0, 0) as comparison:
        comparison.add([listed(11)])
        comparison.settle([])
        assert (comparison.missing(), comparison.out_of_reach()) == (Sum(0, 0), Sum(3, 360))


def test_other_runs_of_the_campaign_are_elsewhere_when_one_run_is_compared(ledger):
    with ledger.compared(SCOPE._replace(run_id="none"), 0, 0) as comparison:
        comparison.add([listed(11), listed(21)])
        comparison.settle([])
        assert (comparison.kept(), comparison.elsewhere()) == (Sum(0, 0), Sum(2, 240))


def test_a_comparison_leaves_nothing_behind_and_can_be_made_again(ledger):
    for _ in range(2):
        with ledger.compared(SCOPE, 0, 0) as comparison:
            assert comparison.listed() == Sum(0, 0)
            comparison.add([listed(11)])


def test_the_times_of_runs_and_the_sums_of_spans_are_told(ledger):
    assert ledger.times(SCOPE) == [RunTimes(200.0, 200.0, 205.0, None, False)]
    assert ledger.between("loopback", 200, 300) == Sum(5, 600)
    assert ledger.between("loopback", 201, 300) == Sum(1, 120)
    assert ledger.between("api", 0, 1000) == Sum(1, 120)
