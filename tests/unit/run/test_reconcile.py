"""What an earlier run left in doubt, where the provider's own answer stands against what a look-up says now."""

from __future__ import annotations

from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.client import Client
from kaverun.ledger.protocol import Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Shared
from kaverun.plan.served import Fate
from kaverun.run.channels import SmsChannel
from kaverun.run.matching import ANOTHER_NUMBER, NOT_TOLD_APART
from kaverun.run.patience import Patience
from kaverun.run.reconcile import Reconciler

SCOPE = ("nowruz", "once", "emulated")


@pytest.fixture
def ledger(tmp_path):
    ledger = SqliteLedger.open(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


@pytest.fixture
def resolved(ledger, provider, clock, messages):
    """Doubts about two messages that an earlier run called unknown for some reason, and their results afterwards."""

    def resolve(reason, taken=()):
        batch = messages(2)
        ledger.begin(RunRecord("earlier", *SCOPE, "digest", None, clock.now()))
        (number,) = ledger.intend("earlier", [batch], clock.now())
        ledger.record([(number, dict.fromkeys(range(2), Result(Fate.UNKNOWN, reason=reason)))], {}, clock.now())
        for index in taken:
            provider._take(batch[index].phone, "10004346", batch[index].text, batch[index].localid)
        clock.time += 60
        client = Client(provider)
        patience = Patience(Retry(attempts=2, jitter="0s"), Event(), clock, clock.sleep)
        channel = SmsChannel(client, Shared())
        reconciler = Reconciler(ledger, client, channel, patience, clock, locked=clock.now(), settle=5.0)
        doubts = reconciler.resolve([*ledger.open_batches(*SCOPE)])
        localids = [message.localid for message in batch]
        return doubts, localids, ledger.results([number * 256, number * 256 + 1])

    return resolve


def test_what_is_found_is_accepted_and_what_is_not_was_not_sent(resolved):
    doubts, localids, results = resolved("the connection was lost", taken=[0])
    assert (doubts.sent, doubts.unknown, doubts.absent) == ({localids[0]}, frozenset(), {localids[1]: 0.0})
    assert [result.fate for result in results.values()] == [Fate.ACCEPTED, Fate.UNKNOWN]


def test_what_was_answered_with_another_number_stays_unknown_whatever_its_localid_leads_to(resolved):
    reason = f"{ANOTHER_NUMBER} (messageid 9)"
    doubts, localids, results = resolved(reason, taken=[0])
    assert (doubts.sent, doubts.unknown, doubts.absent) == (frozenset(), {*localids}, {})
    assert {(result.fate, result.reason) for result in results.values()} == {(Fate.UNKNOWN, reason)}


def test_what_the_provider_took_without_saying_for_whom_is_not_sent_again_because_no_localid_leads_to_it(resolved):
    doubts, localids, results = resolved(f"{NOT_TOLD_APART}; so far", taken=[0])
    assert (doubts.sent, doubts.unknown, doubts.absent) == ({localids[0]}, {localids[1]}, {})
    assert [result.fate for result in results.values()] == [Fate.ACCEPTED, Fate.UNKNOWN]
