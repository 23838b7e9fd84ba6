"""The list of runs says of each what it made of its own messages."""

from __future__ import annotations

import json

from kaverun.documents import json_bytes
from kaverun.ledger.batches import Result
from kaverun.message.fate import Fate
from kaverun.report.run_list import listed_runs, run_list
from tests import schema_checks
from tests.ledger_rows import ACCEPTED, BEGAN, given_messages, given_run, message
from tests.unit.report.conftest import SCOPE

FIRST, SECOND = (f"20261123T06215{n}Z-8f2dc5" for n in (1, 2))
REJECTED = Result(Fate.REJECTED, attempts=1)


def test_each_run_counts_its_own_attempts_the_latest_first(store):
    cancelled = Result(Fate.CANCELLED, status=13, cost=120)
    numbers = given_messages(store, SCOPE, 3, [ACCEPTED, REJECTED, cancelled], run_id=FIRST)
    given_messages(store, SCOPE, [message(2, id=numbers[1])], run_id=SECOND)
    given_messages(store, SCOPE, [message(4)], None, run_id=SECOND)
    given_messages(store, SCOPE, [message(5)], None, run_id=SECOND, begun=None)
    second, first = listed_runs(store)
    assert first.outcomes == {"accepted": 2, "rejected": 1, "unknown": 0, "not_sent": 0}
    assert second.outcomes == {"accepted": 1, "rejected": 0, "unknown": 1, "not_sent": 1}
    assert (first.cost, second.cost) == (240, 120)
    assert schema_checks.faults("report", json.loads(json_bytes(run_list([second, first]))), "RunList") == []


def test_what_is_planned_again_counts_for_the_run_that_planned_it_too(store):
    (number,) = given_messages(store, SCOPE, 1, REJECTED, run_id=FIRST)
    given_messages(store, SCOPE, [message(2)], None, run_id=SECOND, begun=None)
    with store.transaction():
        store.write("UPDATE message SET batch = 2 WHERE id = ?", (number,))
    second, first = listed_runs(store)
    assert (first.outcomes["rejected"], second.outcomes["not_sent"]) == (1, 2)


def test_runs_are_chosen_by_campaign_and_time(store):
    given_run(store, SCOPE, FIRST)
    given_run(store, SCOPE._replace(campaign="yalda"), SECOND, started=BEGAN + 100)
    assert [one.run.run_id for one in listed_runs(store, "nowruz")] == [FIRST]
    assert [one.run.run_id for one in listed_runs(store, since=BEGAN + 50)] == [SECOND]
    assert listed_runs(store, "nowruz", BEGAN + 50) == []
