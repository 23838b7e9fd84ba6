"""A plan becomes rows of the ledger, and so does the next one: what was begun keeps its text, the rest follows."""

from __future__ import annotations

from contextlib import closing

import pytest

from kaverun.ledger import runs
from kaverun.ledger.batches import Outcomes, Result, batch_of, begin_batches, settle_batches
from kaverun.ledger.sqlite import SqliteStore
from kaverun.ledger.writing import Work, go_on, write_plan
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.plan.file import PlanWriter
from kaverun.plan.plan import Entry
from kaverun.planning.actions import decide, recall

SCOPE = Scope("nowruz", "once", "loopback")
NOW = 1_800_000_000.0
ACCEPTED = Result(Fate.ACCEPTED, 7, 1, 120, 1)


class Desk:
    """Writes lists as plans, applies them, and lets batches meet what a test wants."""

    def __init__(self, folder):
        self.folder, self.plans, self.runs = folder, 0, 0
        self.store = SqliteStore.open(folder / "ledger.db")

    def plan(self, people, left_out=()):
        """`people` are texts by name, in the order of their rows; those `left_out` have a reason instead."""
        self.plans += 1
        writer = PlanWriter(self.folder / f"{self.plans}.kvplan")
        keys = localids_of(*SCOPE[:2], list(people))
        writer.add(
            [
                self._entry(row, name, text, name in left_out, keys[row - 1])
                for row, (name, text) in enumerate(people.items(), 1)
            ]
        )
        writer.finish({}, [])
        self.store.attach(writer.path)
        decide(self.store, SCOPE)

    def _entry(self, row, name, text, out, localid):
        phone = f"0912{sum(map(ord, name)):07d}"
        decided = ("skip", "excluded", text) if out else ("send", "", "")
        size = ("", 0, 0, None) if out else ("ucs2", len(text), 1, 150)
        return Entry(row, "members.csv", row + 1, name, phone, "3000", *decided, "" if out else text, *size, localid)

    def apply(self, people=None, left_out=(), size=2, **shared):
        if people is not None:
            self.plan(people, left_out)
        self.runs += 1
        run = runs.Run(f"run-{self.runs}", SCOPE, "digest", NOW + self.runs)
        with self.store.transaction():
            number = runs.begin(self.store, run)
            occurrence = runs.occurrence_of(self.store, SCOPE)
            work = Work(number, occurrence, 1, "sms", Shared(**shared), size)
            if people is None:
                recall(self.store, occurrence, names_lines=True)
                go_on(self.store, work, names_lines=True)
            else:
                write_plan(self.store, work)
        return number

    def send(self, run, batches=100, result=ACCEPTED):
        """Begin so many batches and settle them; with no result they stay as a process that died leaves them."""
        with self.store.transaction():
            leases = begin_batches(self.store, run, batches, holder="test", now=NOW, until=NOW + 60)
        sent = [(lease, batch_of(self.store, lease.batch)) for lease in leases]
        if result:
            with self.store.transaction():
                settle_batches(
                    self.store, [(lease, batch, Outcomes.of([result] * len(batch))) for lease, batch in sent], {}, NOW
                )
        key_of = dict(self.store.rows("SELECT id, key FROM message"))
        return [[key_of[message.id] for message in batch] for _, batch in sent]

    def fates(self):
        return dict(self.store.rows("SELECT key, fate FROM history ORDER BY row"))

    def texts(self):
        return dict(self.store.rows("SELECT key, text FROM message WHERE row IS NOT NULL ORDER BY row"))


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    with closing(desk.store):
        yield desk


def test_the_rows_of_a_plan_are_planned_in_batches_in_their_order(desk):
    run = desk.apply({"a": "1", "b": "2", "c": "3"})
    assert desk.fates() == {"a": "planned", "b": "planned", "c": "planned"}
    assert desk.send(run) == [["a", "b"], ["c"]]
    assert desk.fates() == {"a": "accepted", "b": "accepted", "c": "accepted"}


def test_a_batch_that_was_begun_is_in_doubt_and_one_that_was_not_is_planned(desk):
    run = desk.apply({"a": "1", "b": "2", "c": "3"})
    desk.send(run, batches=1, result=None)
    assert desk.fates() == {"a": "sending", "b": "sending", "c": "planned"}


def test_going_on_takes_over_what_was_never_begun_and_what_was_rejected(desk):
    first = desk.apply({"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"})
    desk.send(first, batches=1, result=Result(Fate.REJECTED, reason="bad"))
    desk.send(first, batches=1, result=None)
    second = desk.apply()
    assert desk.send(second) == [["e"], ["a", "b"]]
    assert desk.fates() == {"a": "accepted", "b": "accepted", "c": "sending", "d": "sending", "e": "accepted"}
    assert desk.store.rows("SELECT key, fate, reason FROM earlier_outcome JOIN message ON id = message") == [
        ("a", "rejected", "bad"),
        ("b", "rejected", "bad"),
    ]


def test_another_list_gives_its_texts_to_what_was_never_begun_and_drops_who_is_gone(desk):
    first = desk.apply({"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"})
    desk.send(first, batches=1)
    second = desk.apply({"e": "new 5", "a": "new 1", "d": "4", "f": "6"})
    assert desk.texts() == {"e": "new 5", "a": "1", "d": "4", "f": "6"}
    assert desk.store.rows("SELECT key, row FROM message ORDER BY id") == [
        ("a", 2),
        ("b", None),
        ("d", 3),
        ("e", 1),
        ("f", 4),
    ]
    assert desk.send(second) == [["d", "e"], ["f"]]


def test_rows_in_doubt_keep_their_text_and_are_not_planned_again(desk):
    first = desk.apply({"a": "1", "b": "2"})
    desk.send(first, result=None)
    second = desk.apply({"a": "new 1", "b": "2"})
    assert desk.texts() == {"a": "1", "b": "2"}
    assert desk.send(second) == []


def test_what_was_tried_and_planned_again_but_never_begun_keeps_its_outcome_when_it_is_gone(desk):
    first = desk.apply({"a": "1", "b": "2"})
    desk.send(first, result=Result(Fate.REJECTED, reason="bad"))
    desk.apply({"a": "1", "b": "2"})
    desk.apply({"c": "3"})
    assert desk.store.rows("SELECT key, fate, run_id, row FROM history ORDER BY key") == [
        ("a", "rejected", "run-1", None),
        ("b", "rejected", "run-1", None),
        ("c", "planned", "run-3", 1),
    ]
    assert desk.store.rows("SELECT count(*) FROM batch WHERE state = 'planned'") == [(1,)]


def test_who_is_left_out_is_a_row_with_its_reason_and_the_message_that_was_sent(desk):
    desk.send(desk.apply({"a": "1", "b": "2"}))
    desk.apply({"a": "opt-outs.csv:3", "b": "2", "c": "opt-outs.csv:4"}, left_out=("a", "c"))
    assert desk.store.rows("SELECT row, key, action, cause, reason, message FROM left_out ORDER BY row") == [
        (1, "a", "skip", "excluded", "opt-outs.csv:3", 1),
        (3, "c", "skip", "excluded", "opt-outs.csv:4", None),
    ]
    assert desk.store.rows("SELECT key, row FROM message ORDER BY id") == [("a", None), ("b", 2)]


def test_what_was_cancelled_is_followed_by_the_next_generation(desk):
    desk.send(desk.apply({"a": "1", "b": "2"}))
    desk.store.write("UPDATE outcome SET fate = 'cancelled'")
    run = desk.apply({"a": "1", "b": "2"})
    assert desk.send(run) == [["a", "b"]]
    rows = desk.store.rows("SELECT key, generation, localid, fate FROM history ORDER BY generation, row, key")
    assert [(key, generation, fate) for key, generation, _, fate in rows] == [
        ("a", 0, "cancelled"), ("b", 0, "cancelled"), ("a", 1, "accepted"), ("b", 1, "accepted"),
    ]  # fmt: skip
    assert [localid for _, _, localid, _ in rows[2:]] == localids_of(*SCOPE[:2], ["a", "b"], 1)
    assert desk.send(desk.apply({"a": "1", "b": "2"})) == []


def test_keys_that_were_hashed_in_another_spelling_are_the_same_people(desk):
    desk.send(desk.apply({"a": "1", "b": "2"}))
    desk.store.write("UPDATE message SET localid = localid + 1, spelling = 'A' WHERE key = 'a'")
    assert desk.send(desk.apply({"a": "1", "b": "2"})) == []


def test_batches_share_what_the_campaign_says_now(desk):
    desk.apply({"a": "1", "b": "2", "c": "3"}, tag="old")
    desk.apply({"a": "1", "b": "2", "c": "3"}, size=3, tag="new", date=5, type=1)
    assert desk.store.rows("SELECT state, tag, date, type, hide FROM batch") == [("planned", "new", 5, "1", 0)]


def test_many_new_rows_find_their_indexes_made_at_the_end(desk):
    people = {f"k{n}": "1" for n in range(10_500)}
    run = desk.apply(people, size=200)
    names = {
        name
        for (name,) in desk.store.rows("SELECT name FROM sqlite_schema WHERE tbl_name = 'message' AND type = 'index'")
    }
    assert names == {"message_localid", "message_phone", "message_row", "message_batch", "message_key"}
    assert sum(map(len, desk.send(run))) == 10_500
