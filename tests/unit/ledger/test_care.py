"""A ledger is looked after: what it holds is counted, faults are named, and what is forgotten sends nobody twice."""

from __future__ import annotations

from contextlib import closing

import pytest

from kaverun.ledger.batches import Result
from kaverun.ledger.care import Forgotten, faults, held, prune
from kaverun.ledger.opening import open_ledger
from kaverun.message.batch import Message, Shared
from kaverun.message.fate import Fate
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.plan.file import PlanWriter
from kaverun.plan.plan import Entry
from kaverun.planning.actions import decide
from tests.ledger_rows import BEGAN, given_messages

SCOPE = Scope("nowruz", "once", "loopback")
LATER = BEGAN + 86_400


@pytest.fixture
def store(tmp_path):
    with closing(open_ledger(tmp_path / "ledger.db")) as store:
        yield store


def ended(store):
    store.write("UPDATE run SET finished = started")


def person(key, generation=0, spelling=None):
    (localid,) = localids_of(*SCOPE[:2], [spelling or key], generation)
    return Message(localid, f"0926{sum(map(ord, key)):07d}", "3000", "سلام", 1, key, 1, generation)


def test_what_it_holds_is_counted_by_occurrence(store):
    given_messages(store, SCOPE, 3)
    given_messages(store, SCOPE, [person("a")], None)
    given_messages(store, SCOPE, [person("b")], None, begun=None)
    (one,) = held(store)
    assert one[:8] == ("nowruz", "once", "loopback", 1, 5, 3, 1, 1)
    assert (one.first, one.last) == (BEGAN, BEGAN)


def test_a_sound_ledger_has_no_faults_and_others_are_named(store):
    given_messages(store, SCOPE, 3)
    assert list(faults(store)) == []
    store.write("DELETE FROM outcome WHERE message = 1")
    store.write("UPDATE message SET batch = NULL WHERE id = 2")
    assert list(faults(store)) == [
        "1 messages are in no batch",
        "1 messages of settled batches have no outcome",
    ]


def test_texts_and_numbers_of_what_ended_are_erased_and_fates_stay(store, tmp_path):
    given_messages(store, SCOPE, 3)
    ended(store)
    assert prune(store, LATER) == Forgotten(1, 3, 0)
    assert prune(store, LATER) == Forgotten(0, 0, 0)
    assert store.rows("SELECT DISTINCT key, phone, text, fate FROM history") == [("", "", "", "accepted")]
    assert store.rows("SELECT localid FROM message ORDER BY id") == [(1,), (2,), (3,)]
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "سلام".encode() not in (tmp_path / "ledger.db").read_bytes()


@pytest.mark.parametrize(
    "left",
    [
        {"results": None},
        {"results": Result(Fate.UNKNOWN)},
        {"results": Result(Fate.CANCELLING)},
        {"results": None, "begun": None},
        {"shared": Shared(date=int(LATER) + 5)},
    ],
    ids=["sending", "unknown", "cancelling", "planned", "still to go out"],
)
def test_what_has_not_ended_is_not_forgotten(store, left):
    given_messages(store, SCOPE, 1, **left)
    ended(store)
    assert prune(store, LATER).messages == 0
    assert prune(store, BEGAN).messages == 0


def test_nobody_is_sent_a_second_message_after_it_was_forgotten(store, tmp_path):
    given_messages(store, SCOPE, [person("a")])
    given_messages(store, SCOPE, [person("b")], Result(Fate.CANCELLED))
    given_messages(store, SCOPE, [person("b", 1)])
    (spelled,) = given_messages(store, SCOPE, [person("12", 0, "۱۲")])
    store.write("UPDATE message SET spelling = '۱۲' WHERE id = ?", (spelled,))
    ended(store)
    assert prune(store, LATER).messages == 4
    writer = PlanWriter(tmp_path / "plan.kvplan")
    keys = ["a", "b", "12", "new"]
    localids = localids_of(*SCOPE[:2], keys)
    writer.add(
        [
            Entry(n, "m.csv", n, key, "09", "", "send", "", "", "x", "gsm7", 1, 1, None, localid)
            for n, (key, localid) in enumerate(zip(keys, localids, strict=True), 1)
        ]
    )
    writer.finish({}, [])
    store.attach(writer.path)
    decide(store, SCOPE)
    assert store.rows("SELECT key, action FROM temp.planned") == [
        ("a", "done"), ("b", "done"), ("12", "done"), ("new", "send"),
    ]  # fmt: skip
