"""The ledger next to a list: whose each message is, on a connection that can only read."""

from __future__ import annotations

import pytest

from kaverun.ledger.runs import run_called
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.batch import Shared
from kaverun.message.scope import Scope
from kaverun.reconcile import listing
from kaverun.reconcile.listing import Kept, Listed, RunTimes, StatusPair, Sum, Whose
from tests.ledger_rows import ACCEPTED, given_messages, message

SCOPE = Scope("nowruz", "once", "loopback")
ALL = Whose(1, None, 0, 0)


def listed(messageid, status=1, cost=120, likeness=0, wording=1):
    return Listed(messageid, status, cost, "09260000001", "3000", 500, likeness, wording)


@pytest.fixture
def store(tmp_path):
    """A reader of a ledger with messageids 11 to 14 of this campaign, 21 of another, and 32 of another provider."""
    writer = SqliteStore.open(tmp_path / "ledger.db")
    for run_id, scope, messageids, begun in (
        ("run-1", SCOPE, (11, 12, 13, 14), 200.0),
        ("r", SCOPE._replace(campaign="x"), (21,), 300.0),
        ("p", SCOPE._replace(provider="api"), (32,), 250.0),
    ):
        results = [ACCEPTED._replace(messageid=one) for one in messageids]
        people = [message(one, line="3000") for one in messageids]
        given_messages(writer, scope, people, results, run_id=run_id, begun=begun)
    writer.close()
    reader = SqliteStore.open_to_read(tmp_path / "ledger.db")
    yield reader
    reader.close()


@pytest.fixture
def compared(store):
    """Settles a list against the ledger, and says how many doubts were in it."""
    with listing.listing(store):

        def compare(*rows, doubts=(), whose=ALL):
            listing.add(store, rows)
            return listing.settle(store, whose, doubts)

        yield compare


def test_each_message_is_on_both_sides_or_on_one(store, compared):
    listing.add(store, [listed(11)])
    rows = [listed(11), listed(12, likeness=7), listed(21), listed(31, likeness=8), listed(32, cost=None)]
    assert compared(*rows, doubts=[7, 8, 8, 9]) == 1
    assert list(listing.not_listed(store, ALL)) == [[13, 14]]
    assert (listing.kept(store, ALL), listing.both(store)) == (Sum(4, 480), Sum(2, 240))
    assert (listing.all_listed(store), listing.elsewhere(store)) == (Sum(5, 480), Sum(1, 120))
    assert listing.strange(store) == Sum(1, 0)
    assert [row.messageid for row in listing.some_strange(store, 5)] == [32]
    assert (listing.missing(store, ALL), listing.out_of_reach(store, ALL)) == (Sum(2, 240), Sum(0, 0))
    assert listing.some_missing(store, ALL, 1) == [Kept(13, "09260000013", "3000", 13, 1, 120, None)]
    assert listing.planned_parts(store, ALL) == 4


def test_a_doubt_is_recognised_by_its_wording_alone_where_it_has_no_line(store, compared):
    rows = [listed(31, likeness=8, wording=80), listed(32, likeness=9, wording=80)]
    assert compared(*rows, doubts=[80, 80, 80]) == 2
    assert listing.strange(store) == Sum(0, 0)


def test_statuses_and_costs_that_differ_are_named(store, compared):
    compared(listed(11, 10), listed(12, 10, 150), listed(13, 14, 0), listed(14, 1, None))
    assert listing.statuses(store, ALL) == [StatusPair(1, 10, 2), StatusPair(1, 14, 1)]
    assert listing.costs(store, ALL) == Sum(1, 30)
    assert listing.some_costs(store, ALL, 9) == [Kept(12, "09260000012", "3000", 12, 1, 120, 150)]


def test_what_is_older_than_the_list_reaches_is_not_called_missing(store, compared):
    old = ALL._replace(reach=201.0)
    compared(listed(11), whose=old)
    assert (listing.missing(store, old), listing.out_of_reach(store, old)) == (Sum(0, 0), Sum(3, 360))


def test_other_runs_of_the_campaign_are_elsewhere_when_one_run_is_compared(store, compared):
    other = ALL._replace(run=run_called(store, "run-1").number + 10)
    compared(listed(11), listed(21), whose=other)
    assert (listing.kept(store, other), listing.elsewhere(store)) == (Sum(0, 0), Sum(2, 240))


def test_a_comparison_leaves_nothing_behind_and_can_be_made_again(store):
    for _ in range(2):
        with listing.listing(store):
            assert listing.all_listed(store) == Sum(0, 0)
            listing.add(store, [listed(11)])


def test_the_times_of_runs_and_the_sums_of_spans_are_known(store):
    assert listing.run_times(store, ALL) == [RunTimes(200.0, 200.0, 200.0, None, False)]
    assert listing.taken_between(store, "loopback", 200, 300) == Sum(5, 600)
    assert listing.taken_between(store, "loopback", 201, 300) == Sum(1, 120)
    assert listing.taken_between(store, "api", 0, 1000) == Sum(1, 120)


def test_what_was_found_or_is_due_at_another_time_is_known_by_run_and_date():
    store = SqliteStore.empty()
    given_messages(store, SCOPE, [message(1)], begun=100.0)
    given_messages(store, SCOPE, [message(2)], begun=150.0, shared=Shared(date=900))
    given_messages(store, SCOPE, [message(3)], None, begun=None)
    given_messages(store, SCOPE, [message(4), message(5)], [ACCEPTED, None], begun=300.0, run_id="f", kind="found")
    given_messages(store, SCOPE, [message(6)], begun=310.0, run_id="f")
    assert listing.run_times(store, ALL) == [
        RunTimes(100.0, 100.0, 100.0, None, False),
        RunTimes(150.0, 150.0, 150.0, 900, False),
        RunTimes(300.0, 310.0, None, None, True),
    ]
