"""What the provider took, as delivery and reports read it."""

from __future__ import annotations

import sqlite3

import pytest

from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, Routes, RunRecord, Scope, by_batch
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

SCOPE = Scope("nowruz", "once", "loopback")
RUN = RunRecord("run-1", "nowruz", "once", "loopback", "d", None, 100.0)


def batch(start, size):
    return [
        Message(2**62 + n, f"0912{n:07d}", f"300{n}", f"سلام {n}", n, f"k{n}", n) for n in range(start, start + size)
    ]


def accepted(messageid, status=1, cost=120):
    return Result(Fate.ACCEPTED, messageid, status, cost, 1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path):
    opened = SqliteLedger.open(path)
    opened.begin(RUN)
    yield opened
    opened.close()


def test_only_what_has_a_messageid_was_taken_and_its_columns_belong_together(ledger):
    first, second = ledger.intend("run-1", [batch(0, 3), batch(3, 1)], 200.0)
    ledger.record([(first, {0: accepted(11), 1: Result(Fate.REJECTED, None, 6), 2: accepted(13, None, None)})], {}, 1.0)
    (taken,) = ledger.taken(SCOPE)
    assert list(taken.positions) == [first * POSITIONS_PER_BATCH, first * POSITIONS_PER_BATCH + 2]
    assert list(taken.localids) == [2**62, 2**62 + 2]
    assert list(taken.messageids) == [11, 13]
    assert (list(taken.statuses), list(taken.costs)) == ([1, None], [120, None])
    assert taken.routes() == Routes(["09120000000", "09120000002"], ["3000", "3002"], [0, 2])
    ledger.record([(second, {0: accepted(14)})], {}, 2.0)
    assert [list(taken.messageids) for taken in ledger.taken(SCOPE)] == [[11, 13], [14]]


def test_batches_can_be_read_from_one_to_before_another(ledger):
    numbers = ledger.intend("run-1", [batch(start, 1) for start in range(5)], 200.0)
    ledger.record([(number, {0: accepted(number)}) for number in numbers], {}, 1.0)
    assert [taken.batch for taken in ledger.taken(SCOPE, numbers[1], numbers[3])] == numbers[1:3]
    assert [taken.batch for taken in ledger.taken(SCOPE, numbers[3])] == numbers[3:]


def test_what_is_learnt_after_statuses_were_followed_keeps_them(ledger):
    (number,) = ledger.intend("run-1", [batch(0, 2)], 200.0)
    ledger.record([(number, {0: accepted(11), 1: Result(Fate.UNKNOWN)})], {}, 1.0)
    ledger.follow([(number, {0: 10})], {})
    ledger.record([(number, {1: accepted(12, 4)})], {}, 2.0)
    assert ledger.outcomes(number).statuses == [10, 4]
    ledger.follow([(number, [10, 10])], {})
    ledger.mark_cancelled([number * POSITIONS_PER_BATCH + 1], {})
    assert ledger.outcomes(number).statuses == [10, 13]


def test_where_messages_stand_is_read_batch_by_batch_without_those_that_were_not_taken(ledger):
    first, second, third = ledger.intend("run-1", [batch(0, 3), batch(3, 1), batch(4, 1)], 200.0)
    ledger.record([(first, {0: accepted(11), 1: Result(Fate.REJECTED, None, 6), 2: accepted(13, None)})], {}, 1.0)
    ledger.record([(second, {0: Result(Fate.REJECTED, None, 6)}), (third, {0: accepted(15, 10)})], {}, 1.0)
    heard = []
    assert [
        (since, [*ids], [*statuses]) for since, ids, statuses in ledger.standings_in_order(SCOPE, heard.append)
    ] == [
        (200.0, [11, 13], [1, None]),
        (200.0, [15], [10]),
    ]
    assert heard == [first, second, third]


def test_windows_count_from_the_time_it_goes_out_where_that_is_later(ledger):
    ledger.begin(RUN._replace(run_id="run-2", date=900))
    for run_id, messageid in (("run-1", 11), ("run-2", 12)):
        (number,) = ledger.intend(run_id, [batch(messageid, 1)], 200.0)
        ledger.record([(number, {0: accepted(messageid)})], {}, 1.0)
    assert [(taken.since, *taken.messageids) for taken in ledger.taken(SCOPE)] == [(200.0, 11), (900.0, 12)]


def test_a_scope_can_be_one_run_and_never_reaches_another_campaign_or_provider(ledger):
    others = [("run-2", SCOPE), ("run-3", SCOPE._replace(campaign="other")), ("run-4", SCOPE._replace(provider="api"))]
    for run_id, scope in [("run-1", SCOPE), *others]:
        if run_id != "run-1":
            ledger.begin(RUN._replace(run_id=run_id, campaign=scope.campaign, provider=scope.provider))
        (number,) = ledger.intend(run_id, [batch(int(run_id[-1]), 1)], 200.0)
        ledger.record([(number, {0: accepted(int(run_id[-1]))})], {}, 1.0)
    assert [list(taken.messageids) for taken in ledger.taken(SCOPE)] == [[1], [2]]
    assert [list(taken.messageids) for taken in ledger.taken(SCOPE._replace(run_id="run-2"))] == [[2]]
    assert [run.run_id for run in ledger.run_records()] == ["run-4", "run-3", "run-2", "run-1"]
    with ledger.standings(SCOPE) as standings:
        assert standings.find([1, 2, 3, 4]) == {1: (1, 200.0), 2: (1, 200.0)}


def test_a_message_of_a_fate_that_is_not_known_yet_was_taken_if_it_has_a_messageid(ledger, path):
    (number,) = ledger.intend("run-1", [batch(0, 2)], 200.0)
    ledger.record([(number, {0: accepted(11), 1: accepted(12, 13)})], {}, 1.0)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE outcome SET columns = CAST(json_set(columns, '$[1]', json('[1, 5]')) AS BLOB)")
    connection.close()
    (taken,) = ledger.taken(SCOPE)
    assert (list(taken.messageids), list(taken.statuses)) == ([11, 12], [1, 13])


def test_statuses_that_are_followed_stand_in_the_ledger_and_in_the_look_up(ledger, path):
    (number,) = ledger.intend("run-1", [batch(0, 3)], 200.0)
    ledger.record([(number, {index: accepted(index + 11) for index in range(3)})], {}, 1.0)
    first = number * POSITIONS_PER_BATCH
    ledger.follow(by_batch({first: 10, first + 1: 11}).items(), {10: "رسیده", 11: "نرسیده"})
    (taken,) = ledger.taken(SCOPE)
    assert list(taken.statuses) == [10, 11, 1]
    reader = SqliteLedger.open_to_read(path)
    with reader.standings(SCOPE) as standings:
        assert standings.find([12, 13, 99]) == {12: (11, 200.0), 13: (1, 200.0)}
    with reader.standings(SCOPE) as standings:
        assert standings.find([]) == {}
    assert reader.status_texts() == {10: "رسیده", 11: "نرسیده"}
    reader.close()


def test_what_was_to_be_sent_is_counted_with_every_attempt_and_only_in_its_scope(ledger):
    assert ledger.intended(SCOPE) == 0
    ledger.intend("run-1", [batch(0, 200), batch(200, 3)], 200.0)
    ledger.begin(RUN._replace(run_id="run-2"))
    ledger.intend("run-2", [batch(200, 3)], 300.0)
    ledger.begin(RUN._replace(run_id="run-3", campaign="other"))
    ledger.intend("run-3", [batch(0, 5)], 400.0)
    assert ledger.intended(SCOPE) == 206
    assert ledger.intended(SCOPE._replace(run_id="run-2")) == 3
