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
        bench.apply(on_progress=die_after(50))
    before = len(bench.received())
    assert 50 <= before < PEOPLE
    report, rows = bench.apply(on_plan=planned_again)
    assert (report.exit_code, report.counts.rows) == (0, PEOPLE)
    assert report.counts.done + report.counts.accepted == PEOPLE
    served_once(bench, rows)
    assert not list(bench.folder.glob("*.plan"))


def test_what_was_rejected_is_tried_again_and_told_in_its_place(bench):
    bench = bench(people=PEOPLE)
    bench.sandbox.set_faults("error:code=411,receptor=0926.*(03|57)$")
    report, rows = bench.apply()
    assert report.counts.rejected == 3
    report, rows = bench.apply(on_plan=planned_again)
    assert Counter(row["outcome"] for row in rows.values()) == {"": PEOPLE - 3, "rejected": 3}
    bench.sandbox.set_faults()
    report, rows = bench.apply(on_plan=planned_again)
    assert (report.exit_code, report.counts.accepted, report.counts.done) == (0, 3, PEOPLE - 3)
    served_once(bench, rows)


def test_a_stop_and_another_stop_and_then_the_end(bench):
    bench = bench(people=PEOPLE)
    for limit in (30, 20):
        stopping = Event()

        def stop(progress, limit=limit, stopping=stopping):
            if progress.settled >= limit:
                stopping.set()

        report, _ = bench.apply(on_progress=stop, stopping=stopping)
        assert report.status == "interrupted"
    report, rows = bench.apply(on_plan=planned_again)
    assert report.exit_code == 0
    served_once(bench, rows)


def test_a_list_that_grew_is_planned_anew_and_nobody_is_left_out(bench):
    bench = bench(people=PEOPLE - 20)
    with pytest.raises(Died):
        bench.apply(on_progress=die_after(50))
    bench.write_list(range(PEOPLE))
    report, rows = bench.apply()
    assert report.exit_code == 0
    served_once(bench, rows)


@pytest.mark.parametrize("written", ["with another form", "before there were forms"])
def test_a_plan_that_is_laid_out_in_another_way_is_planned_anew_and_everyone_is_served_once(bench, written):
    bench = bench(people=PEOPLE)
    with pytest.raises(Died):
        bench.apply(on_progress=die_after(50))
    (path,) = bench.folder.glob("*.plan")
    whole = path.read_bytes()
    assert whole.count(b'"form":5') == 1
    other = b'"form":1' if written == "with another form" else b'"gone":2'
    changed = whole[:-32].replace(b'"form":5', other)
    path.write_bytes(changed + blake2b(changed, digest_size=32).digest())
    heard = []
    report, rows = bench.apply(on_plan=heard.append)
    assert heard
    assert report.exit_code == 0
    served_once(bench, rows)


def _with_another_text(whole):
    """What somebody sees that looks for the texts in it: the first compressed column of texts, with another word."""
    for start in range(len(whole)):
        with suppress(zlib.error):
            column = zlib.decompressobj().decompress(whole[start:])
            if "سلام".encode() in column:
                changed = zlib.compress(column.replace("سلام".encode(), "درود".encode()))
                return whole[:start] + changed + whole[start + len(changed) :]
    raise AssertionError("no texts were found")


DAMAGE = {
    "a text in it was changed": _with_another_text,
    "a bit of its rows flipped": lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
    "a bit of its texts flipped": lambda whole: whole[: len(whole) // 3] + b"\x00" + whole[len(whole) // 3 + 1 :],
    "a bit of its digest flipped": lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
    "its length is beyond all memory": lambda whole: whole[:-40] + b"\xff" * 8 + whole[-32:],
    "it lost its end": lambda whole: whole[: len(whole) // 2],
    "it lost its beginning": lambda whole: whole[len(whole) // 2 :],
    "it is empty": lambda whole: b"",
    "it is something else": lambda whole: b"phone,name\n" * 50,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_kept_plan_that_is_not_as_it_was_written_is_planned_again(bench, damage):
    bench = bench(people=PEOPLE)
    with pytest.raises(Died):
        bench.apply(on_progress=die_after(50))
    (path,) = bench.folder.glob("*.plan")
    path.write_bytes(damage(path.read_bytes()))
    heard = []
    report, rows = bench.apply(on_plan=heard.append)
    assert (report.exit_code, bool(heard)) == (0, True)
    served_once(bench, rows)
    assert all("سلام" in message.text for message in bench.sandbox.messages())


def test_a_forgotten_ledger_s_plan_is_not_gone_on_with(bench):
    bench = bench(people=PEOPLE)
    with pytest.raises(Died):
        bench.apply(on_progress=die_after(50))
    for file in bench.folder.glob("ledger.db*"):
        if not file.name.endswith(".plan"):
            file.unlink()
    with pytest.raises(Died):
        bench.apply(on_progress=die_after(30))
    report, rows = bench.apply(on_plan=planned_again)
    assert report.exit_code == 0
    served_once(bench, rows)


def test_what_a_dead_process_intended_is_found_or_sent_last_and_told_in_its_place(bench):
    bench = bench(people=PEOPLE, deduplicate=False)
    stopping = Event()
    bench.apply(on_progress=lambda progress: stopping.set(), stopping=stopping)
    sent = bench.received()
    messages = [message_of(entry) for entry in bench.plan().entries() if int(entry.phone[4:]) not in sent][:10]
    ledger = SqliteLedger.open(bench.folder / "ledger.db")
    now = bench.sandbox.clock.now()
    ledger.begin(RunRecord("dead", "nowruz", "once", "loopback", bench.plan().digest, None, now))
    ledger.intend("dead", [messages], now)
    ledger.close()
    bench.send(messages[:4])
    report, rows = bench.apply(on_plan=planned_again)
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
        bench.apply(on_progress=die_after(10), cold_ledger="full")
    report, rows = bench.apply(on_plan=planned_again)
    assert (report.exit_code, report.counts.rows) == (0, PEOPLE)
    served_once(bench, rows)
