"""Delivery is asked for until it is final, and counted by line and operator; in both dialects of the service."""

from __future__ import annotations

import csv
import json
from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.errors import Unanswered
from kaverun.ledger.opening import open_ledger
from kaverun.ledger.runs import run_called, runs
from kaverun.ledger.statuses import record_statuses, status_sums
from kaverun.report.delivery import Place, delivery_of
from kaverun.report.redraw import redraw_reports
from kaverun.run.retrying import Patience
from kaverun.tracking.tracker import Tracker

HOUR = 3600.0
DIALECTS = pytest.mark.parametrize("dialect", ["document", "live"])
# The number that a ledger gives to its only occurrence.
OCCURRENCE = 1


def tracker_of(bench, store, run=None, **options):
    clock = bench.sandbox.clock
    patience = Patience(Retry(attempts=2, initial="10ms"), Event(), clock, lambda seconds: None)
    return Tracker(store, bench.client, patience, clock, OCCURRENCE, run, **options)


def known_to(tracker):
    """The delivery by the ledger, without asking."""
    now = tracker._clock.now()
    sums = status_sums(tracker._store, OCCURRENCE, now)
    return delivery_of([one for one in sums if tracker._run in (None, one.run)], now)


def asked_by(tracker):
    """The delivery once the provider was asked."""
    tracker.refresh()
    return known_to(tracker)


@pytest.fixture
def tracked(bench):
    """An applied campaign of so many people, and a tracker of it."""
    stores = []

    def make(people=20, extra="", options=None, **settings):
        made = bench(people=people, **settings)
        if extra:
            with (made.folder / "campaign.yaml").open("a", encoding="utf-8") as file:
                file.write(extra)
        made.apply()
        store = open_ledger(made.folder / "ledger.db")
        stores.append(store)
        return made, tracker_of(made, store, **(options or {}))

    yield make
    for store in stores:
        store.close()


@DIALECTS
def test_statuses_follow_the_provider_until_they_are_final_and_stay_in_the_ledger(tracked, dialect):
    bench, tracker = tracked(dialect=dialect)
    assert known_to(tracker).statuses == {1: 20}
    assert known_to(tracker).open == 20
    bench.sandbox.clock.advance(5)
    assert asked_by(tracker).statuses == {4: 20}
    bench.sandbox.clock.advance(60)
    assert tracker.refresh() == 0
    delivery = known_to(tracker)
    assert (delivery.statuses, delivery.open) == ({10: 20}, 0)
    assert delivery.places == {Place("10004346", ""): {10: 20}}


def test_a_status_that_is_still_the_same_is_not_written(tracked):
    _, tracker = tracked()
    written = tracker._store.rows("SELECT total_changes()")
    tracker.refresh()
    assert known_to(tracker).statuses == {1: 20}
    assert tracker._store.rows("SELECT total_changes()") == written


@DIALECTS
def test_numbers_that_end_in_every_way_are_told_apart(bench, dialect):
    made = bench(dialect=dialect)
    endings = {6: 1, 10: 2, 11: 3, 13: 1, 14: 2, 50: 1}
    numbers = [f"0909{count:04d}{status:03d}" for status, times in endings.items() for count in range(times)]
    (made.folder / "members.csv").write_text("phone,name\n" + "".join(f"{number},n\n" for number in numbers))
    made.apply()
    made.sandbox.clock.advance(60)
    store = open_ledger(made.folder / "ledger.db")
    delivery = asked_by(tracker_of(made, store))
    assert delivery.statuses == endings
    assert delivery.open == endings[50]
    store.close()


def test_what_is_final_is_not_asked_for_again(tracked):
    bench, tracker = tracked()
    bench.sandbox.clock.advance(60)
    tracker.refresh()
    asked = len(bench.asked("sms/status"))
    tracker.refresh()
    assert len(bench.asked("sms/status")) == asked


@pytest.mark.parametrize("concurrency", [1, 4])
def test_ids_are_asked_for_in_pages_of_500(tracked, concurrency):
    heard = []
    options = {"concurrency": concurrency, "on_progress": lambda asked, messages: heard.append(asked)}
    bench, tracker = tracked(people=1_100, options=options)
    bench.sandbox.clock.advance(60)
    assert asked_by(tracker).statuses == {10: 1_100}
    assert sorted(request.rows for request in bench.asked("sms/status")) == [100, 500, 500]
    assert heard == [500, 1_000, 1_100]


def test_what_is_final_is_left_out_of_how_many_there_are_to_be_asked_for(tracked):
    heard = []
    _, tracker = tracked(people=1_100, options={"on_progress": lambda *seen: heard.append(seen)})
    record_statuses(tracker._store, {10: range(1, 601)}, {})
    tracker.refresh()
    assert heard == [(500, 500)]


def test_only_what_is_still_open_is_asked_for_once_some_is_final(tracked):
    bench, tracker = tracked(people=20, outcomes=((11, 0.5),))
    bench.sandbox.clock.advance(60)
    record_statuses(tracker._store, {10: range(1, 11)}, {})
    delivery = asked_by(tracker)
    assert [request.rows for request in bench.asked("sms/status")] == [10]
    assert delivery.statuses.total() == 20
    assert delivery.statuses[10] >= 10


@DIALECTS
def test_past_48_hours_the_last_known_status_is_kept(tracked, dialect):
    bench, tracker = tracked(dialect=dialect)
    bench.sandbox.clock.advance(49 * HOUR)
    delivery = asked_by(tracker)
    assert (delivery.statuses, delivery.open) == ({1: 20}, 0)
    assert not bench.asked("sms/status")


def test_the_48_hours_of_a_scheduled_message_begin_when_it_goes_out(tracked):
    at = "schedule: {at: 2040-01-01 12:00, timezone: UTC}\n"
    bench, tracker = tracked(people=3, extra=at, age_from="date")
    assert asked_by(tracker).statuses == {2: 3}
    bench.sandbox.clock.set(2_209_032_000.0 + 47 * HOUR)
    assert asked_by(tracker).statuses == {10: 3}


@DIALECTS
def test_a_messageid_the_provider_does_not_know_is_asked_for_by_localid(tracked, dialect):
    bench, tracker = tracked(status_window=1.0, dialect=dialect)
    bench.sandbox.clock.advance(60)
    asked = len(bench.asked("sms/statuslocalmessageid"))
    assert tracker.refresh() == 0
    assert known_to(tracker).statuses == {10: 20}
    assert len(bench.asked("sms/statuslocalmessageid")) == asked + 1


@DIALECTS
def test_what_the_provider_does_not_know_at_all_keeps_its_status_and_is_counted(tracked, dialect):
    bench, tracker = tracked(status_window=1.0, localid_lookup_window=1.0, dialect=dialect)
    bench.sandbox.clock.advance(60)
    written = tracker._store.rows("SELECT total_changes()")
    assert tracker.refresh() == 20
    # Nothing was learnt, so nothing is written.
    assert tracker._store.rows("SELECT total_changes()") == written
    assert (known_to(tracker).statuses, known_to(tracker).open) == ({1: 20}, 20)


def test_by_localid_nothing_is_asked_for_that_is_older_than_12_hours(tracked):
    bench, tracker = tracked(status_window=1.0)
    bench.sandbox.clock.advance(13 * HOUR)
    asked = len(bench.asked("sms/statuslocalmessageid"))
    assert asked_by(tracker).statuses == {1: 20}
    assert len(bench.asked("sms/statuslocalmessageid")) == asked


def test_what_was_learnt_before_an_error_stays_in_the_ledger(tracked):
    bench, tracker = tracked(people=1_100)
    bench.sandbox.clock.advance(60)
    bench.sandbox.set_faults("http-before:status=502,method=sms/status,after=2")
    with pytest.raises(Unanswered):
        tracker.refresh()
    assert known_to(tracker).statuses == {10: 1_000, 1: 100}


def test_a_run_can_be_followed_by_itself(tracked):
    bench, tracker = tracked(people=5)
    bench.write_list(range(8))
    report, _ = bench.apply()
    bench.sandbox.clock.advance(60)
    run = run_called(tracker._store, report.run_id)
    of_run = tracker_of(bench, tracker._store, run.number)
    assert asked_by(of_run).statuses == {10: 3}
    assert known_to(tracker).statuses == {1: 5, 10: 3}


def test_a_delivery_never_makes_an_accepted_message_unserved(tracked):
    bench, tracker = tracked(outcomes=((11, 1.0),))
    bench.sandbox.clock.advance(60)
    assert asked_by(tracker).statuses == {11: 20}
    report, rows = bench.apply()
    assert (report.counts.done, report.counts.accepted) == (20, 0)
    assert {row["status"] for row in rows.values()} == {"11"}


def test_what_was_learnt_before_an_interrupt_stays_in_the_ledger(tracked):
    def interrupt(asked, messages):
        if asked == 1_000:
            raise KeyboardInterrupt

    bench, tracker = tracked(people=1_100, options={"on_progress": interrupt})
    bench.sandbox.clock.advance(60)
    with pytest.raises(KeyboardInterrupt):
        tracker.refresh()
    assert known_to(tracker).statuses == {10: 1_000, 1: 100}


def test_reports_of_earlier_and_later_runs_are_drawn_again_also_when_the_list_is_in_another_order_by_then(tracked):
    bench, tracker = tracked(people=20)
    bench.write_list([*range(29, 19, -1), *range(19, -1, -1)])
    bench.apply()
    bench.sandbox.clock.advance(60)
    delivery = asked_by(tracker)
    sums = status_sums(tracker._store, OCCURRENCE, delivery.asked)
    concerned = runs(tracker._store, bench.scope)
    folders = redraw_reports(tracker._store, concerned, sums, delivery.asked)
    assert len(folders) == 2
    for folder in folders:
        with (folder / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
            assert {(row["status"], row["statustext"]) for row in csv.DictReader(file)} == {("10", "رسیده به گیرنده")}
    deliveries = [json.loads((folder / "report.json").read_text())["delivery"] for folder in folders]
    assert sorted((one["accepted"], one["open"]) for one in deliveries) == [(20, 0), (30, 0)]
    assert redraw_reports(tracker._store, concerned, sums, delivery.asked) == []
