"""A ledger that was lost and made again from reports: what they leave in doubt is looked up, or stays unknown."""

from __future__ import annotations

from contextlib import closing

from kaverun.ledger.opening import open_ledger
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
