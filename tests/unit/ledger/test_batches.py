"""Batches on their way: what is begun is in doubt until it has an outcome, and what was accepted stays so."""

from __future__ import annotations

from contextlib import closing

import pytest

from kaverun.ledger.batches import Outcomes, Result, batch_of, begin_batches, put_texts, record, settle_batches
from kaverun.ledger.sqlite import LeaseLost, SqliteStore
from kaverun.message.batch import Message
from kaverun.message.fate import TAKEN, Fate
from kaverun.message.scope import Scope
from tests.ledger_rows import BEGAN, given_messages, given_run, message

SCOPE = Scope("nowruz", "once", "loopback")
ACCEPTED = Result(Fate.ACCEPTED, 11, 1, 120, 1)
REJECTED = Result(Fate.REJECTED, None, 6, 0, 2, "bad")


@pytest.fixture
def store():
    with closing(SqliteStore.empty()) as empty:
        yield empty


def begin(store, most=9):
    with store.transaction():
        return begin_batches(store, given_run(store, SCOPE), most, holder="us", now=BEGAN, until=BEGAN + 60)


def settle(store, lease, results, texts=()):
    with store.transaction():
        settle_batches(store, [(lease, batch_of(store, lease.batch), Outcomes.of(results))], dict(texts), BEGAN + 1)


def learn(store, results, texts=()):
    with store.transaction():
        record(store, results, dict(texts), BEGAN + 2)


def fates(store):
    return [fate for (fate,) in store.rows("SELECT fate FROM history ORDER BY message")]


def test_a_batch_is_read_as_it_was_planned_and_in_doubt_once_it_is_begun(store):
    numbers = given_messages(store, SCOPE, 3, None, begun=None)
    (lease,) = begin(store)
    needed = [Message(*message(n)[:4], id=number) for n, number in enumerate(numbers, 1)]
    assert list(batch_of(store, lease.batch)) == needed
    assert fates(store) == ["sending"] * 3


def test_a_whole_batch_is_settled_with_what_became_of_each_message(store):
    given_messages(store, SCOPE, 2, None, begun=None)
    (lease,) = begin(store)
    settle(store, lease, [ACCEPTED, REJECTED], {1: "در صف"})
    columns = "fate, messageid, status, statustext, cost, attempts, reason"
    assert store.rows(f"SELECT {columns} FROM history ORDER BY message") == [
        ("accepted", 11, 1, "در صف", 120, 1, None),
        ("rejected", None, 6, None, 0, 2, "bad"),
    ]
    assert store.rows("SELECT state, settled FROM batch") == [("settled", BEGAN + 1)]


def test_of_a_batch_that_somebody_else_has_taken_nothing_is_recorded(store):
    given_messages(store, SCOPE, 1, None, begun=None)
    (lease,) = begin(store)
    with pytest.raises(LeaseLost):
        settle(store, lease._replace(token=7), [ACCEPTED])
    assert fates(store) == ["sending"]


def test_what_is_tried_again_is_in_doubt_again_and_keeps_its_earlier_outcome(store):
    (number,) = given_messages(store, SCOPE, 1, REJECTED)
    given_messages(store, SCOPE, [message(1, id=number)], None, begun=None)
    store.write("INSERT INTO outcome VALUES (?, 1, 'rejected', NULL, 6, 0, 2, 'bad')", (number,))
    store.write("DELETE FROM earlier_outcome")
    assert fates(store) == ["rejected"]
    (lease,) = begin(store)
    assert fates(store) == ["sending"]
    assert store.rows("SELECT message, batch, fate, attempts, reason FROM earlier_outcome") == [
        (number, 1, "rejected", 2, "bad")
    ]
    settle(store, lease, [ACCEPTED])
    assert fates(store) == ["accepted"]


@pytest.mark.parametrize("fate", TAKEN)
@pytest.mark.parametrize("later", [REJECTED, Result(Fate.NOT_SENT), Result(Fate.UNKNOWN), ACCEPTED])
def test_what_the_provider_took_never_becomes_anything_else_this_way(store, fate, later):
    (number,) = given_messages(store, SCOPE, 1, Result(fate, 5, 2, 120, 1))
    learn(store, {number: later})
    assert store.rows("SELECT fate, messageid, status FROM outcome") == [(fate, 5, 2)]


def test_a_doubt_is_replaced_by_what_was_found_later(store):
    (number,) = given_messages(store, SCOPE, 1, Result(Fate.UNKNOWN, reason="cut"))
    learn(store, {number: ACCEPTED}, {1: "در صف"})
    assert store.rows("SELECT fate, messageid, reason FROM outcome") == [("accepted", 11, None)]
    assert store.rows("SELECT * FROM status_text") == [(1, "در صف")]


def test_a_batch_is_settled_once_all_its_messages_have_an_outcome(store):
    first, second = given_messages(store, SCOPE, 2, None)
    learn(store, {first: ACCEPTED})
    assert store.rows("SELECT state, settled FROM batch") == [("sending", None)]
    assert fates(store) == ["accepted", "sending"]
    learn(store, {second: Result(Fate.NOT_SENT)})
    assert store.rows("SELECT state, settled FROM batch") == [("settled", BEGAN + 2)]


def test_of_the_words_for_a_status_the_latest_are_kept(store):
    for words in ("در صف", "در صف ارسال"):
        put_texts(store, {1: words, 2: "زمان بندی شده"})
    assert store.rows("SELECT * FROM status_text ORDER BY 1") == [(1, "در صف ارسال"), (2, "زمان بندی شده")]
