"""A run that was cut off goes on with its plan: nothing is planned again, everyone is served once and accounted for."""

from __future__ import annotations

import zlib
from collections import Counter
from contextlib import suppress
from hashlib import blake2b
from threading import Event

import pytest

from kaverun.ledger.protocol import RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import message_of

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
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        store.write("UPDATE batch SET state = 'sending', begun = settled, settled = NULL WHERE id = 1")
        store.write("DELETE FROM outcome WHERE message IN (SELECT id FROM message WHERE batch = 1)")
        dead = store.rows("SELECT phone FROM message WHERE batch = 1 ORDER BY id")
    report, rows = bench.apply(planned=planned_again)
    assert (report.exit_code, report.counts.accepted) == (0, PEOPLE - len(sent))
    found = [
        number for number, row in rows.items() if (row["action"], row["reason"]) == ("send", "found at the provider")
    ]
    assert found == [int(message.phone[4:]) for message in messages[:4]]
    served_once(bench, rows)


def test_what_was_found_late_in_the_list_leaves_nobody_before_it_out(bench):
    bench = bench(people=PEOPLE)
    entries = list(bench.plan().entries())
    bench.send([message_of(entry) for entry in entries[100:]])
    with pytest.raises(Died):
        bench.apply(sent=die_after(10), cold_ledger="full")
    report, rows = bench.apply(planned=planned_again)
    assert (report.exit_code, report.counts.rows) == (0, PEOPLE)
    served_once(bench, rows)
