"""A cancellation that was cut off: what the provider says of its messages decides, and only once that is certain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError, Unanswered
from kaverun.ledger.batches import Result, record
from kaverun.ledger.cancelling import intend_to_cancel
from kaverun.ledger.opening import open_ledger
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from kaverun.run.cut_off import FORGOTTEN, CutOff
from kaverun.run.retrying import Patience
from tests.ledger_rows import given_messages

SCOPE = Scope("nowruz", "once", "loopback")
RETRY = Retry(attempts=2, initial="1ms", jitter="0s", read_timeout="30s")


class Left(NamedTuple):
    fate: str
    status: int
    reason: str


@pytest.fixture
def left(tmp_path, provider, messages, clock, stopping):
    """What a killed `cancel` left: messages that the provider has with these statuses, all of them *cancelling*."""

    def make(*statuses, known=2, locked=None):
        store = open_ledger(tmp_path / "ledger.db")
        batch = messages(len(statuses))
        rows = [provider._take(m.phone, m.line, m.text, m.localid) for m in batch]
        results = [Result(Fate.ACCEPTED, row["messageid"], known, 120) for row in rows]
        intend_to_cancel(store, given_messages(store, SCOPE, batch, results))
        for message, row, status in zip(batch, rows, statuses, strict=True):
            row["status"] = status
            if status == 100:
                del provider.accepted[message.localid]
        at = clock.now() if locked is None else locked
        patience = Patience(RETRY, stopping, clock, clock.sleep)
        cut_off = CutOff(store, Client(provider), patience, clock, SCOPE, locked=at)
        told = []
        opened.append(store)
        rows_of = "SELECT fate, status, coalesce(reason, '') FROM outcome ORDER BY message"
        return SimpleNamespace(
            store=store,
            told=told,
            settle=lambda: cut_off.settle(RETRY, told.append),
            results=lambda: [Left(*row) for row in store.rows(rows_of)],
        )

    opened = []
    yield make
    for store in opened:
        store.close()


def of(results):
    return [(result.fate, result.status) for result in results]


def test_what_has_status_13_was_cancelled_and_needs_no_waiting(left, clock):
    scene = left(13, 13)
    assert len(scene.settle()) == 2
    assert of(scene.results()) == [("cancelled", 13)] * 2
    assert clock.slept == []


def test_what_has_another_status_is_accepted_with_it_once_a_late_request_can_no_longer_arrive(left, clock, provider):
    scene = left(2, 13, 1)
    assert len(scene.settle()) == 1
    assert of(scene.results()) == [("accepted", 2), ("cancelled", 13), ("accepted", 1)]
    assert (clock.slept, [len(page) for page in provider.asked]) == ([5.0], [3, 2])


def test_a_request_that_arrives_meanwhile_is_seen(left, provider, clock):
    scene = left(2)

    def asked_too_early(rows):
        provider._cancelled(rows[0]["messageid"])
        return rows

    provider.status_script.append(asked_too_early)
    assert len(scene.settle()) == 1
    assert of(scene.results()) == [("cancelled", 13)]


def test_what_is_final_is_settled_at_once(left, clock):
    scene = left(10, 14, 6)
    scene.settle()
    assert of(scene.results()) == [("accepted", 10), ("accepted", 14), ("accepted", 6)]
    assert clock.slept == []


def test_nobody_waits_for_a_process_that_died_long_ago(left, clock):
    scene = left(2, locked=clock.now() - 60)
    scene.settle()
    assert (of(scene.results()), clock.slept) == ([("accepted", 2)], [])


def test_what_the_provider_knows_no_more_stays_accepted_and_says_so(left):
    scene = left(100, 13)
    scene.settle()
    first, second = scene.results()
    assert (first.fate, first.status, first.reason) == (Fate.ACCEPTED, 2, FORGOTTEN)
    assert (second.fate, second.reason) == (Fate.CANCELLED, "")
    assert scene.told[-1].endswith("1 are no longer known to Kavenegar and stay as they are")


def test_what_status_learnt_meanwhile_counts_where_the_provider_forgot_it(left):
    scene = left(100, known=13)
    assert len(scene.settle()) == 1
    assert of(scene.results()) == [("cancelled", 13)]


def test_nothing_changes_where_the_provider_cannot_be_asked(left, provider):
    scene = left(13, 2)
    provider.status_script += [Unanswered("lost")] * 2
    with pytest.raises(Unanswered):
        scene.settle()
    assert of(scene.results()) == [("cancelling", 2)] * 2


def test_what_a_stop_kept_from_being_proved_stays_open(left, provider, clock, monkeypatch):
    scene = left(2)
    monkeypatch.setattr(clock, "sleep", lambda seconds: None)
    monkeypatch.setattr("kaverun.run.retrying.Patience._sleep_for", lambda patience, seconds: None)
    scene.settle()
    assert of(scene.results()) == [("cancelling", 2)]
    assert "1 are still open" in scene.told[-1]


def test_a_provider_is_not_asked_where_nothing_was_cut_off(left, provider):
    scene = left(2)
    scene.settle()
    scene.told.clear()
    provider.asked.clear()
    assert (scene.settle(), scene.told, provider.asked) == ((), [], [])


def test_no_later_outcome_of_its_request_reopens_a_message_that_may_be_cancelled(left):
    scene = left(2)
    with scene.store.transaction():
        record(scene.store, {1: Result(Fate.NOT_SENT)}, {}, 200.0)
    assert of(scene.results()) == [("cancelling", 2)]


def test_a_row_that_the_answer_leaves_out_is_asked_for_again(left, provider, clock):
    scene = left(13, 13, locked=clock.now() - 60)
    provider.status_script.append(lambda rows: rows[1:])
    assert len(scene.settle()) == 2
    assert of(scene.results()) == [("cancelled", 13)] * 2
    assert ([len(page) for page in provider.asked], clock.slept) == ([2, 1], [0.0])


def test_what_is_left_out_again_is_unknown(left, provider, clock):
    scene = left(2, locked=clock.now() - 60)
    provider.status_script += [lambda rows: [], ApiError(449)]
    scene.settle()
    assert [(result.fate, result.reason) for result in scene.results()] == [(Fate.ACCEPTED, FORGOTTEN)]
