"""A ledger that was lost and made again from reports: what they leave in doubt is looked up, or stays unknown."""

from __future__ import annotations

from contextlib import closing
from random import Random
from shutil import rmtree

import pytest

from kaverun.ledger.care import faults
from kaverun.ledger.opening import open_ledger, read_ledger
from kaverun.report.importing import import_reports

HOUR = 3600.0


def imported(bench):
    """The ledger forgets everything, and is made again from all reports there are."""
    bench.forget()
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        return import_reports(store, [bench.folder / "reports"])


def test_who_is_on_no_report_is_looked_up_before_anything_is_sent_to_them(bench):
    bench = bench(people=20)
    bench.apply()
    bench.write_list(range(30))
    plan = bench.plan()
    # A run that was killed leaves no report: five of ten had reached the provider.
    bench.send([message for message in plan.rows.to_send() if 20 <= int(message.phone[4:]) < 25])
    imported(bench)
    report, _ = bench.apply()
    assert bench.received() == dict.fromkeys(range(30), 1)
    assert report.counts.done == 25


def test_what_no_report_settles_stays_unknown_and_nobody_gets_it_a_second_time(bench):
    bench = bench(people=20, deduplicate=False)
    bench.intend(sent=range(0, 20, 3))
    bench.sandbox.clock.advance(13 * HOUR)
    report, rows = bench.apply()
    assert report.counts.unknown
    unknown = {number for number, row in rows.items() if row["outcome"] == "unknown"}
    received = bench.received()
    imported(bench)
    report, rows = bench.apply()
    assert {number for number, row in rows.items() if row["outcome"] == "unknown"} == unknown
    assert bench.received() == received


def fates(bench):
    """What became of each message by its localid; what was never in a request is not sent."""
    rows = "SELECT localid, fate, messageid, CASE WHEN fate IN ('accepted', 'cancelled') THEN text END FROM history"
    became = {"planned": "not_sent", "sending": "unknown"}
    with closing(read_ledger(bench.folder / "ledger.db")) as store:
        assert list(faults(store)) == []
        return {localid: (became.get(fate, fate), *others) for localid, fate, *others in store.rows(rows)}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happened_before_it_was_lost_and_whatever_reports_are_left_nobody_gets_it_twice(bench, seed):
    draw = Random(seed)
    bench = bench(people=0, deduplicate=draw.random() < 0.5)
    if scheduled := draw.random() < 0.5:
        bench.campaign += "schedule: {at: 2040-01-01 10:00}\n"
    people, cancelled = range(20), False
    for number in range(draw.randint(1, 4)):
        if not scheduled:
            start = draw.randint(0, 5)
            people = range(start, start + draw.choice((5, 30)))
        bench.write_list(people, text="نام" if scheduled else f"نام {number}")
        fault = draw.choice(("drop-after:times=1", "drop-before:times=2", "drop-after:every=2", None, None))
        bench.sandbox.set_faults(*([f"{fault},method=sms/sendarray"] if fault else ()))
        bench.run()
        if scheduled and draw.random() < 0.4:
            cancelled = True
            bench.cancel()
    bench.sandbox.set_faults()
    before = fates(bench)
    left = draw.sample(sorted((bench.folder / "reports" / "nowruz").glob("2*")), k=1)
    whole = draw.random() < 0.5
    for folder in (bench.folder / "reports" / "nowruz").glob("2*"):
        if not whole and folder not in left and draw.random() < 0.5:
            rmtree(folder)
    imported(bench)
    after = fates(bench)
    if whole and not cancelled:
        # What a report had in doubt stays so where the ledger had found out that it was not sent.
        assert {key: fate for key, fate in after.items() if fate[0] != "unknown"}.items() <= before.items()
    if late := whole and draw.random() < 0.6:
        # Nothing can be looked up by then: there is only what the reports say.
        bench.sandbox.clock.advance(13 * HOUR)
    bench.run()
    live = bench.live()
    assert set(live.values()) <= {1}
    if not (cancelled or late):
        assert live.keys() >= set(people)
