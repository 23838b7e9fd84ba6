"""What an earlier run left in doubt, where the provider's own answer stands against what a look-up says now."""

from __future__ import annotations

from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import Unanswered
from kaverun.ledger.protocol import Result, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message, Shared
from kaverun.plan.served import Fate
from kaverun.run.candidates import LOST
from kaverun.run.channels import LookupChannel, SmsChannel
from kaverun.run.matching import ANOTHER_NUMBER, NOT_TOLD_APART
from kaverun.run.patience import Patience
from kaverun.run.reconcile import Doubts, Reconciler

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


class Answers:
    """Says of every number that nothing was sent to it, or raises `error`."""

    def __init__(self, error=None):
        self.error = error
        self.asked = []

    def call(self, method, fields):
        self.asked.append(method)
        if self.error:
            raise self.error
        return []


@pytest.fixture
def lost(ledger, clock):
    """A lookup whose answer was lost, looked at again so many seconds later; returns the reason that it has then."""

    def lose(later, provider, recorded=True):
        message = Message(7, "09120000001", "", '{"template":"verify","token":"1234"}', 1, "09120000001", 1)
        ledger.begin(RunRecord("earlier", *SCOPE, "digest", None, clock.now()))
        (number,) = ledger.intend("earlier", [[message]], clock.now())
        if recorded:
            result = Result(Fate.UNKNOWN, attempts=1, reason=f"the connection was lost; {LOST}")
            ledger.record([(number, {0: result})], {}, clock.now())
        clock.time += later
        client = Client(provider)
        patience = Patience(Retry(attempts=2, jitter="0s"), Event(), clock, clock.sleep)
        channel = LookupChannel(client, Shared())
        reconciler = Reconciler(ledger, client, channel, patience, clock, locked=clock.now(), settle=5.0)
        doubts = reconciler.resolve([*ledger.open_batches(*SCOPE)])
        assert doubts == Doubts(unknown=frozenset({7}))
        return ledger.results([number * 256])[number * 256].reason

    return lose


def test_a_lookup_in_doubt_keeps_what_went_wrong_and_says_what_was_seen_since(lost):
    reason = lost(60, Answers())
    assert reason.startswith("the connection was lost; without a localid")
    assert "proves nothing" in reason
    assert "--resend-unknown" in reason


def test_a_lookup_of_a_dead_process_is_unknown_too(lost):
    assert "proves nothing" in lost(60, Answers(), recorded=False)


def test_a_provider_that_cannot_be_asked_for_candidates_stops_nothing_and_is_said(lost):
    reason = lost(60, Answers(Unanswered("an HTML page came back")))
    assert "an HTML page came back" in reason
    assert "--resend-unknown" in reason


def test_a_lookup_lost_days_ago_is_not_asked_about_again(lost):
    provider = Answers()
    assert LOST in lost(3 * 86_400, provider)
    assert not provider.asked
