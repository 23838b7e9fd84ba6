"""The delivery by line and operator; messages that can no longer be asked for are counted separately."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kaverun.documents import json_bytes
from kaverun.ledger.sqlite import SqliteStore
from kaverun.ledger.statuses import status_sums
from kaverun.message.scope import Scope
from kaverun.report.delivery import Place, delivery_of, status_document
from tests import schema_checks
from tests.ledger_rows import ACCEPTED, BEGAN, given_messages, message

DAY = 86_400.0
SCOPE = Scope("nowruz", "once", "loopback")
STATUSES = (1, 4, 10, None, 14)


@pytest.fixture
def store():
    store = SqliteStore.empty()
    yield store
    store.close()


@pytest.mark.parametrize(
    ("after", "open_", "expired", "since"),
    [
        (DAY, 6, 0, None),
        (2.5 * DAY, 3, 3, BEGAN + 2 * DAY),
        (9 * DAY, 0, 6, BEGAN + 3 * DAY),
    ],
)
def test_what_was_not_final_in_time_is_expired_since_then(store, after, open_, expired, since):
    for run, began in (("r1", BEGAN), ("r2", BEGAN + DAY)):
        people = [message(n, localid=n + int(began - BEGAN)) for n in range(1, 6)]
        results = [ACCEPTED._replace(status=status) for status in STATUSES]
        given_messages(store, SCOPE, people, results, run_id=run, begun=began)
    found = delivery_of(status_sums(store, 1, BEGAN + after), BEGAN + after)
    assert (found.asked, found.open, found.expired, found.expired_since) == (BEGAN + after, open_, expired, since)
    assert found.statuses == {0: 2, 1: 2, 4: 2, 10: 2, 14: 2}


def test_messages_are_counted_by_line_and_operator_of_one_run_or_of_all(store):
    people = [
        message(1, phone="09121111111"), message(2, phone="09102222222"), message(3, phone="09351111111"),
        message(4), message(5, line="3000"),
    ]  # fmt: skip
    given_messages(store, SCOPE, people, run_id="r1")
    given_messages(store, SCOPE, [message(6)], ACCEPTED._replace(status=10), run_id="r2")
    sums = status_sums(store, 1, BEGAN)
    assert delivery_of([one for one in sums if one.run == 2], BEGAN).places == {Place("10004346", ""): {10: 1}}
    assert delivery_of(sums, BEGAN).places == {
        Place("10004346", "MCI"): {1: 2},
        Place("10004346", "Irancell"): {1: 1},
        Place("10004346", ""): {1: 1, 10: 1},
        Place("3000", ""): {1: 1},
    }


@pytest.mark.parametrize("after", [DAY, 9 * DAY])
def test_programs_get_it_as_the_schema_says_and_the_version_first(store, after):
    given_messages(store, SCOPE, [message(1), message(2, line="3000")], run_id="r1")
    delivery = delivery_of(status_sums(store, 1, BEGAN + after), BEGAN + after)
    document = json.loads(json_bytes(status_document(SCOPE, None, delivery, 1, [Path("reports/nowruz/r1")])))
    assert schema_checks.faults("report", document, "StatusDocument") == []
    assert [*document][:5] == ["version", "campaign", "occurrence", "run_id", "asked_at"]
    assert (document["not_known"], document["reports"]) == (1, ["reports/nowruz/r1"])
