"""What an earlier run left in doubt, where the provider's own answer stands against what a look-up says now."""

from __future__ import annotations

from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import Unanswered
from kaverun.ledger.batches import Result
from kaverun.ledger.opening import open_ledger
from kaverun.ledger.runs import occurrence_of
from kaverun.message.batch import Message, Shared
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from kaverun.run.candidates import LOST
from kaverun.run.channels import LookupChannel, SmsChannel
from kaverun.run.doubts import Doubts, Reconciler
from kaverun.run.matching import ANOTHER_NUMBER, NOT_TOLD_APART
from kaverun.run.retrying import Patience
from tests.ledger_rows import given_messages

SCOPE = Scope("nowruz", "once", "emulated")


@pytest.fixture
def ledger(tmp_path):
    ledger = open_ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def results_of(ledger):
    rows = ledger.rows("SELECT fate, reason FROM outcome ORDER BY message")
    return [(Fate(fate), reason) for fate, reason in rows]


@pytest.fixture
def reconciler(ledger, clock):
    def make(client, channel, locked=None, settle=5.0):
        patience = Patience(Retry(attempts=2, jitter="0s"), Event(), clock, clock.sleep)
        occurrence = occurrence_of(ledger, SCOPE)
        locked = clock.now() if locked is None else locked
        return Reconciler(ledger, occurrence, client, channel, patience, clock, locked=locked, settle=settle)

    return make


@pytest.fixture
def resolved(reconciler, ledger, provider, clock, messages):
    """Doubts about two messages that an earlier run called unknown for some reason, and their results afterwards."""

    def resolve(reason, taken=()):
        batch = messages(2)
        given_messages(ledger, SCOPE, batch, Result(Fate.UNKNOWN, reason=reason), begun=clock.now())
        for index in taken:
            provider._take(batch[index].phone, "10004346", batch[index].text, batch[index].localid)
        clock.time += 60
        client = Client(provider)
        return reconciler(client, SmsChannel(client, Shared())).resolve(), results_of(ledger)

    return resolve


def test_what_is_found_is_accepted_and_what_is_not_was_not_sent(resolved):
    doubts, results = resolved("the connection was lost", taken=[0])
    assert doubts == Doubts(sent=1, absent=1)
    assert results == [(Fate.ACCEPTED, "found at the provider"), (Fate.NOT_SENT, "not found at the provider")]


def test_what_may_still_arrive_stays_in_doubt_until_it_is_looked_up_later(
    reconciler, ledger, provider, clock, messages
):
    given_messages(ledger, SCOPE, messages(2), None, begun=clock.now())
    client = Client(provider)
    locked = clock.now()
    once = reconciler(client, SmsChannel(client, Shared()), locked)
    assert once.resolve() == Doubts(certain_at=locked + 5.0)
    assert (results_of(ledger), ledger.rows("SELECT state FROM batch")) == ([], [("sending",)])
    late = messages(2)[1]
    provider._take(late.phone, "10004346", late.text, late.localid)
    clock.time = locked + 5.0
    assert once.resolve() == Doubts(sent=1, absent=1)
    assert [fate for fate, _ in results_of(ledger)] == [Fate.NOT_SENT, Fate.ACCEPTED]
    assert ledger.rows("SELECT state FROM batch") == [("settled",)]
    assert once.resolve() == Doubts()


def test_only_what_is_meant_is_looked_up(reconciler, ledger, provider, clock, messages):
    given_messages(ledger, SCOPE, messages(2), None, begun=clock.now())
    clock.time += 60
    client = Client(provider)
    first = messages(2)[0].localid
    assert reconciler(client, SmsChannel(client, Shared()), 0.0).resolve({first}) == Doubts(absent=1)
    assert provider.lookups == [[first]]


def test_what_was_answered_with_another_number_stays_unknown_whatever_its_localid_leads_to(resolved):
    reason = f"{ANOTHER_NUMBER} (messageid 9)"
    doubts, results = resolved(reason, taken=[0])
    assert doubts == Doubts(unknown=2)
    assert results == [(Fate.UNKNOWN, reason)] * 2


def test_what_the_provider_took_without_saying_for_whom_is_not_sent_again_because_no_localid_leads_to_it(resolved):
    doubts, results = resolved(f"{NOT_TOLD_APART}; so far", taken=[0])
    assert doubts == Doubts(sent=1, unknown=1)
    assert [fate for fate, _ in results] == [Fate.ACCEPTED, Fate.UNKNOWN]


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
def lost(reconciler, ledger, clock):
    """A lookup whose answer was lost, looked at again so many seconds later; returns the reason that it has then."""

    def lose(later, provider, recorded=True):
        message = Message(7, "09120000001", "", '{"template":"verify","token":"1234"}', 1, "09120000001", 1)
        result = Result(Fate.UNKNOWN, attempts=1, reason=f"the connection was lost; {LOST}") if recorded else None
        given_messages(ledger, SCOPE, [message], [result], begun=clock.now(), channel="lookup")
        clock.time += later
        client = Client(provider)
        assert reconciler(client, LookupChannel(client, Shared())).resolve() == Doubts(unknown=1)
        ((_, reason),) = results_of(ledger)
        return reason

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
