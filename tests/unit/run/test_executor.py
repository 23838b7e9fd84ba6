"""Intents before, outcomes after, in parallel; and a stop that leaves nothing in doubt."""

from __future__ import annotations

import threading

import pytest

from kaverun.kavenegar.errors import ApiError, NotReached, Unanswered
from kaverun.ledger import runs
from kaverun.ledger.batches import Outcomes, Result
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from kaverun.report.report import Stop
from kaverun.run.courier import Delivery
from kaverun.run.executor import Executor

RUN = runs.Run("run-1", Scope("nowruz", "once", "loopback"), "d1", 100.0)


@pytest.fixture
def ledger(tmp_path):
    opened = SqliteStore.open(tmp_path / "ledger.db")
    with opened.transaction():
        runs.begin(opened, RUN)
    yield opened
    opened.close()


def plan(ledger, messages, size):
    """Planned batches of so many messages."""
    with ledger.transaction():
        for place, message in enumerate(messages):
            if place % size == 0:
                ledger.write("INSERT INTO batch (run, state) VALUES (1, 'planned')")
            ledger.write(
                "INSERT INTO message (occurrence, provider, localid, key, phone, line, text, parts, row, run, batch)"
                " VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?, 1, (SELECT max(id) FROM batch))",
                (message.localid, message.key, *message[1:4], message.parts, message.row),
            )


def fates(ledger):
    """Of everything that was begun, in plan order."""
    rows = ledger.rows("SELECT fate FROM history WHERE fate <> 'planned' ORDER BY row")
    return [fate for (fate,) in rows]


def all_accepted(batch):
    return Delivery(Outcomes.of([Result(Fate.ACCEPTED, 1)] * len(batch)), None, False, (), {})


@pytest.fixture
def execute(ledger, stopping, clock):
    def run(deliver, messages, size, **settings):
        plan(ledger, messages, size)
        executor = Executor(ledger, 1, deliver, **{"concurrency": 2, "stopping": stopping, "clock": clock} | settings)
        return executor.run()

    return run


def test_every_batch_is_sent_and_recorded_in_plan_order(execute, courier, provider, ledger, messages):
    ending = execute(courier.deliver, messages(45), 10)
    assert fates(ledger) == ["accepted"] * 45
    localids = ledger.rows("SELECT localid FROM message JOIN outcome ON message = id ORDER BY outcome.batch, row")
    assert [localid for (localid,) in localids] == [m.localid for m in messages(45)]
    assert sorted(map(len, provider.sends)) == [5, 10, 10, 10, 10]
    assert (ending.stop, ending.interrupted) == (None, False)


def test_the_intent_is_durable_before_its_request_leaves(execute, ledger, tmp_path, messages):
    seen = []

    def deliver(batch):
        reader = SqliteStore.open_to_read(tmp_path / "ledger.db")
        ((state,),) = reader.rows(
            "SELECT state FROM batch JOIN message ON batch = batch.id WHERE localid = ?", batch[0][:1]
        )
        seen.append(state)
        reader.close()
        return all_accepted(batch)

    execute(deliver, messages(30), 10)
    assert seen == ["sending"] * 3


def test_never_more_than_twice_the_concurrency_is_in_doubt(execute, ledger, messages):
    gate = threading.Event()
    begun = threading.Semaphore(0)

    def deliver(batch):
        begun.release()
        gate.wait(10)
        return all_accepted(batch)

    intended = []
    original = ledger.take
    ledger.take = lambda run, most, *lease: intended.append(most) or original(run, most, *lease)

    def open_gate():
        begun.acquire()
        begun.acquire()
        gate.set()

    opener = threading.Thread(target=open_gate)
    opener.start()
    execute(deliver, messages(100), 5)
    opener.join()
    assert intended[0] == 4
    assert max(intended) <= 4


def test_a_stop_leaves_the_rest_not_sent_and_nothing_in_doubt(execute, courier, provider, ledger, messages):
    provider.script += [None, ApiError(418, "اعتبار")]
    ending = execute(courier.deliver, messages(100), 10, concurrency=1)
    assert ending.stop.code == 418
    assert not ending.interrupted
    assert fates(ledger).count("accepted") == 10
    assert set(fates(ledger)) == {"accepted", "not_sent"}
    assert ledger.rows("SELECT count(*) FROM batch WHERE state = 'sending'") == [(0,)]


def test_an_interrupt_finishes_what_is_in_flight_and_begins_nothing_new(execute, courier, stopping, ledger, messages):
    def deliver(batch):
        stopping.set()
        return all_accepted(batch)

    ending = execute(deliver, messages(100), 10, concurrency=1)
    assert ending.interrupted
    assert len(fates(ledger)) == 20


def test_a_reason_from_outside_stops_before_the_next_batch_and_cuts_nothing(
    execute, courier, provider, ledger, messages
):
    reasons = iter([None, None, Stop(0, "it is quiet now"), Stop(0, "still quiet")])
    ending = execute(courier.deliver, messages(100), 10, concurrency=1, hold=lambda: next(reasons))
    assert ending.stop == Stop(0, "it is quiet now")
    assert not ending.interrupted
    assert 0 < fates(ledger).count("accepted") == 10 * len(provider.sends) < 100
    # What was to go next and had not begun is not in doubt.
    assert set(fates(ledger)) <= {"accepted", "not_sent"}


def test_a_person_who_stops_is_not_overruled_by_a_reason(execute, courier, stopping, messages):
    stopping.set()
    ending = execute(courier.deliver, messages(10), 10, hold=lambda: Stop(0, "it is quiet now"))
    assert (ending.stop, ending.interrupted) == (None, True)


def test_a_provider_that_is_down_ends_the_run_after_three_batches(execute, courier, provider, ledger, messages):
    provider.script += [NotReached("refused")] * 100
    ending = execute(courier.deliver, messages(100), 10, concurrency=1)
    assert "several batches" in ending.stop.words
    assert len(provider.sends) == 3 * 4
    assert set(fates(ledger)) == {"not_sent"}


def test_one_batch_without_an_answer_does_not_end_the_run(execute, courier, provider, ledger, messages):
    provider.script += [Unanswered("502")] * 4
    ending = execute(courier.deliver, messages(30), 10, concurrency=1)
    assert ending.stop is None
    assert fates(ledger) == ["unknown"] * 10 + ["accepted"] * 20


def test_failures_beyond_the_limit_end_the_run_after_the_batch_that_exceeds_it(
    execute, courier, provider, ledger, messages
):
    batch = messages(100)
    provider.bad_receptors = {batch[3].phone, batch[14].phone}
    ending = execute(courier.deliver, batch, 10, concurrency=1, failed_limit=1)
    assert "limits.failed" in ending.stop.words
    assert fates(ledger).count("rejected") == 2
    assert fates(ledger).count("accepted") == 18


def test_a_bug_in_one_courier_leaves_its_batch_in_doubt_and_the_others_recorded(execute, ledger, messages):
    def deliver(batch):
        if batch[0].localid == 10_011:
            raise ZeroDivisionError
        return all_accepted(batch)

    with pytest.raises(ZeroDivisionError):
        execute(deliver, messages(20), 10)
    assert fates(ledger) == ["accepted"] * 10 + ["sending"] * 10


def test_progress_adds_up(execute, courier, messages):
    seen = []
    execute(courier.deliver, messages(25), 10, on_progress=seen.append)
    assert seen[-1] == (25, 25, 0, 0, 25 * 120)
