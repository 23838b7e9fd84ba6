"""Messages that can no longer be asked for are counted by themselves: their last status is not how they fared."""

from __future__ import annotations

from functools import partial

import pytest

from kaverun.ledger.protocol import Result, RunRecord, Scope
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate
from kaverun.report.delivery_count import delivery_of
from kaverun.run.tracking import is_open

BEGAN = 1_800_000_000.0
DAY = 86_400.0
STATUSES = (1, 4, 10, None, 14)


@pytest.fixture
def delivery(tmp_path):
    ledger = SqliteLedger.open(tmp_path / "ledger.db")
    for run, began in (("r1", BEGAN), ("r2", BEGAN + DAY)):
        ledger.begin(RunRecord(run, "nowruz", "once", "loopback", "d", None, began))
        rows = range(len(STATUSES))
        (batch,) = ledger.intend(run, [[Message(n + 1, f"0912{n:07d}", "3000", "x", n, "k", 1) for n in rows]], began)
        results = {n: Result(Fate.ACCEPTED, batch * 100 + n, STATUSES[n], 120, 1) for n in rows}
        ledger.record([(batch, results)], {}, began)
    scope = Scope("nowruz", "once", "loopback")
    yield lambda now: delivery_of(ledger, scope, partial(is_open, now=now), now)
    ledger.close()


@pytest.mark.parametrize(
    ("after", "open_", "expired", "since"),
    [
        (DAY, 6, 0, None),
        (2.5 * DAY, 3, 3, BEGAN + 2 * DAY),
        (9 * DAY, 0, 6, BEGAN + 3 * DAY),
    ],
)
def test_what_was_not_final_in_time_is_expired_since_then(delivery, after, open_, expired, since):
    told = delivery(BEGAN + after)
    assert (told.open, told.expired, told.expired_since) == (open_, expired, since)
    assert told.statuses.total() == 10
