"""A run that was cut off goes on with its plan: nothing is planned again, everyone is served once and accounted for."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from threading import Event

import pytest

from kaverun.ledger import runs
from kaverun.ledger.batches import batch_of, begin_batches
from kaverun.ledger.opening import open_ledger

PEOPLE = 120


class Died(BaseException):
    """What no code of ours catches."""


def die_after(settled):
    def on_progress(progress):
        if progress.settled >= settled:
            raise Died

    return on_progress


def planned_again(rows):
    raise AssertionError("the list was planned again")


def served_once(bench, rows):
    given = {int(message.receptor[4:]): str(message.messageid) for message in bench.sandbox.messages()}
    assert bench.received() == dict.fromkeys(range(PEOPLE), 1)
    assert {number: row["messageid"] for number, row in rows.items()} == given


@pytest.mark.parametrize("deduplicate", [True, False])
def test_after_a_death_the_rest_is_sent_without_planning(bench, deduplicate):
    bench = bench(people=PEOPLE, deduplicate=deduplicate)
    with pytest.raises(Died):
        bench.apply(sent=die_after(50))
    before = len(bench.received())
    assert 50 <= before < PEOPLE
    report, rows = bench.apply(planned=planned_again)
    assert (report.exit_code, report.counts.rows) == (0, PEOPLE)
    assert report.counts.done + report.counts.accepted == PEOPLE
    served_once(bench, rows)


def test_what_was_rejected_is_tried_again_and_told_in_its_place(bench):
    bench = bench(people=PEOPLE)
    bench.sandbox.set_faults("error:code=411,receptor=0926.*(03|57)$")
    report, rows = bench.apply()
    assert report.counts.rejected == 3
    report, rows = bench.apply(planned=planned_again)
    assert Counter(row["outcome"] for row in rows.values()) == {"": PEOPLE - 3, "rejected": 3}
    bench.sandbox.set_faults()
    report, rows = bench.apply(planned=planned_again)
    assert (report.exit_code, report.counts.accepted, report.counts.done) == (0, 3, PEOPLE - 3)
    served_once(bench, rows)


def test_a_stop_and_another_stop_and_then_the_end(bench):
    bench = bench(people=PEOPLE)
    for limit in (30, 20):
        stopping = Event()

        def stop(progress, limit=limit, stopping=stopping):
            if progress.settled >= limit:
                stopping.set()

        report, _ = bench.apply(sent=stop, stopping=stopping)
        assert report.status == "interrupted"
    report, rows = bench.apply(planned=planned_again)
    assert report.exit_code == 0
    served_once(bench, rows)


def test_a_list_that_grew_is_planned_anew_and_nobody_is_left_out(bench):
    bench = bench(people=PEOPLE - 20)
    with pytest.raises(Died):
        bench.apply(sent=die_after(50))
    bench.write_list(range(PEOPLE))
    report, rows = bench.apply()
    assert report.exit_code == 0
    served_once(bench, rows)


def test_another_text_reaches_who_was_never_begun_and_nobody_twice(bench):
    bench = bench(people=PEOPLE)
    with pytest.raises(Died):
        bench.apply(sent=die_after(50))
    before = {int(message.receptor[4:]) for message in bench.sandbox.messages()}
    bench.write_list(range(PEOPLE), text="درود")
    report, rows = bench.apply()
    assert report.exit_code == 0
    served_once(bench, rows)
    texts = {int(message.receptor[4:]): message.text for message in bench.sandbox.messages()}
    assert {"درود" in text for number, text in texts.items() if number not in before} == {True}
    assert all(rows[number]["text"] == text for number, text in texts.items())


def test_who_left_the_list_before_being_begun_gets_nothing_and_who_was_begun_is_told(bench):
    bench = bench(people=PEOPLE)
    with pytest.raises(Died):
        bench.apply(sent=die_after(50))
    begun = set(bench.received())
    bench.write_list(range(60, PEOPLE))
    report, _ = bench.apply()
    assert report.exit_code == 0
    assert set(bench.received()) == begun | set(range(60, PEOPLE))
    assert set(bench.received().values()) == {1}


def test_what_a_dead_process_intended_is_found_or_sent_last_and_told_in_its_place(bench):
    bench = bench(people=PEOPLE, deduplicate=False)
    stopping = Event()
    bench.apply(sent=lambda progress: stopping.set(), stopping=stopping)
    sent = bench.received()
    now = bench.sandbox.clock.now()
    with closing(open_ledger(bench.folder / "ledger.db")) as store, store.transaction():
        (last,) = runs.runs(store, bench.scope)
        (lease,) = begin_batches(store, last.number, 1, holder="dead", now=now, until=now + 60)
        messages = batch_of(store, lease.batch)
    bench.send(messages[:4])
    report, rows = bench.apply(planned=planned_again)
    assert (report.exit_code, report.counts.accepted) == (0, PEOPLE - len(sent) - 4)
    assert [rows[int(message.phone[4:])]["action"] for message in messages] == ["done"] * 4 + ["send"] * 6
    served_once(bench, rows)


def test_what_was_found_late_in_the_list_leaves_nobody_before_it_out(bench):
    bench = bench(people=PEOPLE)
    bench.send(list(bench.plan().rows.to_send())[100:])
    with pytest.raises(Died):
        bench.apply(sent=die_after(10), cold_ledger="full")
    report, rows = bench.apply(planned=planned_again)
    assert (report.exit_code, report.counts.rows) == (0, PEOPLE)
    served_once(bench, rows)
