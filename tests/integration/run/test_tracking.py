"""Delivery is asked for until it is final, and told by line and operator."""

from __future__ import annotations

from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.run.patience import Patience
from kaverun.run.tracking import Place, Tracker

HOUR = 3600.0


@pytest.fixture
def tracked(bench):
    """An applied campaign of so many people, and a tracker of it."""
    ledgers = []

    def make(people=20, **settings):
        made = bench(people=people, **settings)
        made.apply()
        ledger = SqliteLedger.open(made.folder / "ledger.db")
        ledgers.append(ledger)
        clock = made.sandbox.clock
        patience = Patience(Retry(initial="10ms"), Event(), clock, lambda seconds: None)
        return made, Tracker(ledger, made.client, patience, clock, ("nowruz", "once", "loopback"))

    yield make
    for ledger in ledgers:
        ledger.close()


def test_statuses_follow_the_provider_until_they_are_final_and_stay_in_the_ledger(tracked):
    bench, tracker = tracked()
    assert tracker.delivery().statuses == {1: 20}
    assert tracker.delivery().open == 20
    bench.sandbox.clock.advance(5)
    assert tracker.refresh().statuses == {4: 20}
    bench.sandbox.clock.advance(60)
    delivery = tracker.refresh()
    assert (delivery.statuses, delivery.open) == ({10: 20}, 0)
    assert delivery.places == {Place("10004346", ""): {10: 20}}
    assert tracker.delivery() == delivery


def test_what_is_final_is_not_asked_for_again(tracked):
    bench, tracker = tracked()
    bench.sandbox.clock.advance(60)
    tracker.refresh()
    asked = len(bench.asked("sms/status"))
    tracker.refresh()
    assert len(bench.asked("sms/status")) == asked


def test_ids_are_asked_for_in_pages_of_500(tracked):
    bench, tracker = tracked(people=1_100)
    tracker.refresh()
    assert [request.rows for request in bench.asked("sms/status")] == [500, 500, 100]


def test_past_48_hours_the_last_known_status_is_kept(tracked):
    bench, tracker = tracked()
    bench.sandbox.clock.advance(49 * HOUR)
    delivery = tracker.refresh()
    assert (delivery.statuses, delivery.open) == ({1: 20}, 0)
    assert not bench.asked("sms/status")


def test_a_messageid_the_provider_does_not_know_is_asked_for_by_localid(tracked):
    bench, tracker = tracked(status_window=1.0)
    bench.sandbox.clock.advance(60)
    assert tracker.refresh().statuses == {10: 20}
    assert bench.asked("sms/statuslocalmessageid")


def test_a_delivery_never_makes_an_accepted_message_unserved(tracked):
    bench, tracker = tracked(outcomes=((11, 1.0),))
    bench.sandbox.clock.advance(60)
    assert tracker.refresh().statuses == {11: 20}
    report, rows = bench.apply()
    assert (report.counts.done, report.counts.accepted) == (20, 0)
    assert {row["status"] for row in rows.values()} == {"11"}
