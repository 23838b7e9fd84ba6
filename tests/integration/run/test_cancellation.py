"""Cancelled at a sandbox of either dialect, sent anew, forgotten: everyone has one live message at most."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from threading import Event

import pytest

from kaverun.campaign.models import Retry
from kaverun.errors import Refused
from kaverun.kavenegar.client import OutgoingMessage
from kaverun.kavenegar.errors import KavenegarError
from kaverun.ledger.batches import Result
from kaverun.ledger.doubts import holding, open_batches
from kaverun.ledger.opening import open_ledger, read_ledger
from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.statuses import status_sums
from kaverun.message.batch import Message
from kaverun.message.fate import Fate
from kaverun.message.identity import localid_of
from kaverun.report.delivery import delivery_of
from kaverun.run.outbox import search_outbox
from kaverun.run.retrying import Patience
from kaverun.tracking.tracker import Tracker
from tests.ledger_rows import given_messages

HOUR = 3600.0
TOMORROW = 24 * HOUR
EVERYONE = range(20)
LATER = "schedule: {at: 2040-01-01 10:00}\n"


@pytest.fixture
def scheduled(bench):
    """A campaign of twenty, handed to the provider for a later time."""

    def make(**settings):
        made = bench(people=len(EVERYONE), **settings)
        made.campaign += LATER
        made.write_list(EVERYONE)
        made.apply()
        return made

    return make


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_scheduled_messages_are_cancelled_and_refunded(scheduled, dialect):
    bench = scheduled(dialect=dialect, credit=10_000)
    done = bench.cancel()
    assert (done.cancelled, done.exit_code) == (20, 0)
    assert bench.live() == {}
    assert bench.sandbox.counters()["refunded"] == done.refunded == 20 * 120
    assert bench.sandbox.credit == 10_000


@pytest.mark.parametrize(("dialect", "cancelled", "code"), [("document", 20, 0), ("live", 0, 1)])
def test_queued_messages_are_cancelled_where_the_dialect_lets_them(bench, dialect, cancelled, code):
    bench = bench(dialect=dialect)
    bench.sandbox.clock.stop()
    bench.apply()
    done = bench.cancel()
    assert (done.cancelled, done.exit_code) == (cancelled, code)
    assert done.kept == ({} if cancelled else {1: 20})
    assert len(bench.live()) == 20 - cancelled


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_what_has_gone_out_meanwhile_is_kept_and_told(scheduled, dialect):
    bench = scheduled(dialect=dialect)
    bench.sandbox.clock.set(2_209_012_200 + 60.0)
    done = bench.cancel()
    assert (done.cancelled, done.kept, done.exit_code) == (0, {10: 20}, 1)
    again = bench.cancel()
    assert (again.pending.messages, again.pending.final, again.exit_code) == (0, {10: 20}, 0)
    assert len(bench.asked("sms/cancel")) == 1


def test_delivery_shows_cancelled_messages_as_cancelled(scheduled):
    bench = scheduled()
    bench.cancel()
    clock = bench.sandbox.clock
    patience = Patience(Retry(initial="10ms"), Event(), clock, lambda seconds: None)
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        occurrence = occurrence_of(store, bench.scope)
        Tracker(store, bench.client, patience, clock, occurrence).refresh()
        delivery = delivery_of(status_sums(store, occurrence, clock.now()), clock.now())
    assert (delivery.statuses, delivery.open) == ({13: 20}, 0)


def test_what_was_cancelled_is_sent_anew_once_with_the_text_of_that_time(scheduled):
    bench = scheduled()
    bench.cancel()
    bench.write_list(EVERYONE, text="عزیز")
    for _ in range(2):
        report, rows = bench.apply()
    assert (report.counts.done, report.counts.accepted) == (20, 0)
    assert bench.live() == dict.fromkeys(EVERYONE, 1)
    assert bench.received() == dict.fromkeys(EVERYONE, 2)
    anew = {int(m.receptor[4:]): str(m.messageid) for m in bench.sandbox.messages() if m.status != 13}
    assert {number: row["messageid"] for number, row in rows.items()} == anew
    assert {m.text.split()[0] for m in bench.sandbox.messages() if m.status != 13} == {"عزیز"}


def test_a_campaign_can_be_cancelled_and_sent_anew_again_and_again(scheduled):
    bench = scheduled()
    for _ in range(3):
        assert bench.cancel().cancelled == 20
        bench.apply()
        assert bench.live() == dict.fromkeys(EVERYONE, 1)
    assert len({m.localid for m in bench.sandbox.messages()}) == 4 * 20


def test_only_what_was_cancelled_is_sent_anew(scheduled):
    bench = scheduled()
    bench.write_list(range(25))
    report, _ = bench.apply()
    assert bench.cancel(report.run_id).cancelled == 5
    report, rows = bench.apply()
    assert (report.counts.done, report.counts.accepted) == (20, 5)
    assert {number for number, row in rows.items() if row["reason"] == ""} == set(range(20, 25))
    assert bench.live() == dict.fromkeys(range(25), 1)


def test_an_answer_that_is_lost_is_asked_for_again(scheduled):
    bench = scheduled()
    bench.sandbox.set_faults("drop-after:times=1,method=sms/cancel")
    assert bench.cancel().cancelled == 20


@pytest.mark.parametrize("deduplicate", [True, False])
def test_what_was_cancelled_unheard_is_sent_again_by_the_next_apply(scheduled, deduplicate):
    bench = scheduled(deduplicate=deduplicate)
    bench.sandbox.set_faults("drop-after:method=sms/cancel")
    assert bench.cancel().exit_code == 1
    bench.sandbox.set_faults()
    told = []
    for _ in range(2):
        report, rows = bench.apply(tell=told.append)
        assert bench.live() == dict.fromkeys(EVERYONE, 1)
    assert (report.counts.done, len({row["messageid"] for row in rows.values()})) == (20, 20)
    assert told[1] == "of the 20 messages whose cancellation was cut off, 20 were cancelled, 0 were not"


def test_what_was_cancelled_unheard_counts_as_cancelled_by_the_next_cancel(scheduled):
    bench = scheduled()
    bench.sandbox.set_faults("drop-after:method=sms/cancel")
    assert bench.cancel().exit_code == 1
    bench.sandbox.set_faults()
    asked = len(bench.asked("sms/cancel"))
    done = bench.cancel()
    assert (done.cancelled, done.refunded, done.exit_code) == (20, 20 * 120, 0)
    assert len(bench.asked("sms/cancel")) == asked


def test_a_cancellation_that_never_arrived_leaves_everybody_served(scheduled):
    bench = scheduled()
    bench.sandbox.set_faults("drop-before:method=sms/cancel")
    assert bench.cancel().exit_code == 1
    bench.sandbox.set_faults()
    report, _ = bench.apply()
    assert (report.counts.done, bench.live()) == (20, dict.fromkeys(EVERYONE, 1))


def test_nothing_is_planned_while_nobody_can_say_what_was_cancelled(scheduled):
    bench = scheduled()
    bench.sandbox.set_faults("drop-after:method=sms/cancel", "http-before:status=502,method=sms/status")
    bench.cancel()
    with pytest.raises(KavenegarError, match="502"):
        bench.apply()
    assert len(bench.sandbox.messages()) == 20
    assert len(bench.asked("sms/sendarray")) == 2


def test_a_plan_shows_whom_a_cancellation_left_in_doubt_and_sends_them_nothing(scheduled):
    bench = scheduled()
    bench.sandbox.set_faults("drop-after:method=sms/cancel")
    bench.cancel()
    with closing(read_ledger(bench.folder / "ledger.db")) as store:
        plan = bench.plan(store)
    assert (plan.totals.send, plan.totals.done) == (0, 20)
    assert [(cause.cause, cause.rows) for cause in plan.causes] == [("perhaps cancelled", 20)]


def test_what_a_killed_apply_left_in_doubt_is_cancelled_too(bench):
    bench = bench()
    bench.sandbox.clock.stop()
    bench.intend(sent=[1, 2, 3])
    bench.sandbox.clock.advance(0.5)
    bench.sandbox.clock.resume()
    done = bench.cancel()
    assert (done.cancelled, done.pending.in_doubt, done.exit_code) == (3, 0, 0)
    bench.apply()
    assert bench.live() == dict.fromkeys(EVERYONE, 1)


OTHER = """\
version: 1
name: nowruz
recipients: members.csv
sending: {batch: 10, concurrency: 2}
retry: {attempts: 3, initial: 10ms, max: 20ms, jitter: 1ms, read_timeout: 300ms}
"""
LOOKUP = OTHER + 'channel: lookup\nmessage: {template: verify, token: \'{{ name | replace(" ", "-") }}\'}\n'
VOICE = OTHER + "channel: voice\nmessage: '{{ name }}، سلام'\n"


@pytest.mark.parametrize("campaign", [LOOKUP, VOICE], ids=["lookup", "voice"])
def test_messages_of_other_channels_are_cancelled_and_sent_anew_too(bench, campaign):
    bench = bench(people=6, campaign=campaign)
    bench.sandbox.clock.stop()
    bench.apply()
    assert bench.cancel().cancelled == 6
    assert bench.live() == {}
    for _ in range(2):
        report, _ = bench.apply()
        assert (report.exit_code, bench.live()) == (0, dict.fromkeys(range(6), 1))
    if campaign is VOICE:
        bench.forget()
        report, _ = bench.apply()
        assert (report.counts.done, bench.live()) == (6, dict.fromkeys(range(6), 1))
    assert (bench.cancel().exit_code, bench.live()) == (0, {})


def test_a_lookup_that_was_never_applied_cancels_nothing_of_another_campaign(bench):
    bench = bench(people=4, campaign=LOOKUP)
    bench.sandbox.clock.stop()
    bench.apply()
    bench.campaign = LOOKUP.replace("name: nowruz", "name: another")
    bench.write_list(range(4))
    with pytest.raises(Refused, match="knows nothing of a campaign another"):
        bench.cancel()
    assert bench.live() == dict.fromkeys(range(4), 1)


def test_a_lookup_campaign_whose_ledger_was_lost_cancels_nothing(bench):
    bench = bench(people=4, campaign=LOOKUP)
    bench.sandbox.clock.stop()
    bench.apply()
    bench.forget()
    with pytest.raises(Refused, match="knows nothing"):
        bench.cancel()
    assert bench.live() == dict.fromkeys(range(4), 1)


def test_a_lookup_in_doubt_is_not_cancelled_by_what_it_looks_like(bench):
    bench = bench(people=4, campaign=LOOKUP)
    bench.sandbox.clock.stop()
    bench.sandbox.set_faults("drop-after:method=verify/lookup,times=2")
    bench.apply()
    cancelled = bench.cancel()
    assert (cancelled.cancelled, cancelled.pending.in_doubt, cancelled.exit_code) == (2, 2, 3)
    assert sum(bench.live().values()) == 2


def test_a_lookup_sent_again_whose_answer_is_lost_is_unknown_and_the_cancelled_one_is_not_its_candidate(bench):
    bench = bench(people=4, campaign=LOOKUP)
    bench.sandbox.clock.stop()
    bench.apply()
    bench.cancel()
    bench.sandbox.set_faults("drop-after:method=verify/lookup,times=2")
    bench.sandbox.clock.advance(1)
    bench.sandbox.clock.resume()
    report, rows = bench.apply()
    assert (report.exit_code, bench.live()) == (3, dict.fromkeys(range(4), 1))
    live = {int(m.receptor[4:]): m.messageid for m in bench.sandbox.messages() if m.status != 13}
    unknown = {number: row["reason"] for number, row in rows.items() if row["outcome"] == "unknown"}
    assert len(unknown) == 2
    for number, reason in unknown.items():
        assert f"; messageid {live[number]} " in reason
        assert reason.count("messageid") == 1


# --- a ledger that was lost


@pytest.mark.parametrize("deduplicate", [True, False])
def test_what_was_cancelled_is_not_sent_by_a_ledger_that_forgot_the_cancellation(scheduled, deduplicate):
    """Whether kaverun cancelled it, or somebody in the panel who wanted nothing sent, cannot be told."""
    bench = scheduled(deduplicate=deduplicate)
    bench.cancel()
    bench.forget()
    report, rows = bench.apply()
    assert (report.counts.done, report.status, bench.live()) == (20, "completed", {})
    assert {row["status"] for row in rows.values()} == {"13"}


@pytest.mark.parametrize("deduplicate", [True, False])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_nobody_gets_a_second_live_message_where_the_ledger_is_lost_after_sending_anew(scheduled, deduplicate, times):
    bench = scheduled(deduplicate=deduplicate)
    for _ in range(times):
        bench.cancel()
        _, before = bench.apply()
    bench.forget()
    for _ in range(2):
        report, after = bench.apply()
        assert (report.counts.done, report.status) == (20, "completed")
        assert bench.live() == dict.fromkeys(EVERYONE, 1)
    assert {n: row["messageid"] for n, row in after.items()} == {n: row["messageid"] for n, row in before.items()}


@pytest.mark.parametrize("deduplicate", [True, False])
def test_the_first_message_may_be_too_old_to_be_found_and_its_successor_still_is(scheduled, deduplicate):
    bench = scheduled(deduplicate=deduplicate)
    bench.sandbox.clock.advance(13 * HOUR)
    bench.cancel()
    bench.apply()
    bench.forget()
    report, _ = bench.apply()
    assert (report.counts.done, bench.live()) == (20, dict.fromkeys(EVERYONE, 1))


def test_a_lost_ledger_is_made_whole_before_anything_is_cancelled(scheduled):
    bench = scheduled()
    bench.cancel()
    bench.apply()
    bench.forget()
    told = []
    done = bench.cancel(tell=told.append)
    assert (bench.live(), done.exit_code) == ({}, 0)
    assert "the provider had 20 messages of this campaign" in told[0]
    bench.apply()
    assert bench.live() == dict.fromkeys(EVERYONE, 1)


def test_of_two_live_messages_a_lost_ledger_learns_of_both(scheduled):
    """It never comes to that by kaverun alone; where it did, both are taken back."""
    bench = scheduled()
    key = localid_of("nowruz", "once")
    bench.send([Message(key("09260000001", 1), "09260000001", "10004346", "دوم", 1, "09260000001", 1)])
    bench.forget()
    assert bench.cancel().kept == {}
    with closing(read_ledger(bench.folder / "ledger.db")) as store:
        ids = [id_ for (id_,) in store.rows("SELECT messageid FROM outcome ORDER BY messageid")]
    assert ids == [message.messageid for message in bench.sandbox.messages()]
    assert bench.live() == {}


def test_a_campaign_that_was_never_sent_is_unknown_to_the_ledger_and_no_success(bench):
    bench = bench()
    with pytest.raises(Refused, match=rf"ledger {bench.folder}/ledger\.db knows nothing of a campaign nowruz") as error:
        bench.cancel()
    assert error.value.exit_code == 1
    assert not bench.asked("sms/cancel")


def test_a_ledger_that_knows_nothing_at_a_provider_that_cannot_be_asked_is_no_success(scheduled):
    bench = scheduled()
    bench.forget()
    bench.sandbox.set_faults("http-before:status=502,method=sms/statuslocalmessageid")
    with pytest.raises(Exception, match="502"):
        bench.cancel()
    assert bench.live() == dict.fromkeys(EVERYONE, 1)


# --- doubts about what was sent anew


def test_an_old_doubt_is_not_taken_for_the_cancelled_message_that_reads_the_same(bench):
    """Past twelve hours only number, text and line are left to find a message by."""
    bench = bench()
    bench.sandbox.clock.stop()
    bench.apply()
    assert bench.cancel().cancelled == 20
    key = localid_of("nowruz", "once")
    people = ("09260000000", "09260000001")
    again = [Message(key(p, 1), p, "10004346", f"نام {n} سلام", n, p, 1, 1) for n, p in enumerate(people)]
    bench.send(again[:1])
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        first, _ = given_messages(store, bench.scope, again, None, run_id="dead", begun=bench.sandbox.clock.now())
        (batch,) = open_batches(store, occurrence_of(store, bench.scope))
        found = search_outbox(bench.client, batch, partial(holding, store))
    (live,) = (m.messageid for m in bench.sandbox.messages() if m.status != 13)
    assert {number: row.messageid for number, row in found.items()} == {first: live}


def test_a_doubt_about_a_message_sent_anew_is_looked_up_by_its_own_localid(scheduled):
    bench = scheduled(deduplicate=False)
    bench.cancel()
    localid = localid_of("nowruz", "once")
    with_doubt = "09260000003"
    now = bench.sandbox.clock.now() - 60
    message = Message(localid(with_doubt, 1), with_doubt, "10004346", "نام 3 سلام", 3, with_doubt, 1, 1)
    with closing(open_ledger(bench.folder / "ledger.db")) as store:
        given_messages(store, bench.scope, [message], Result(Fate.UNKNOWN), run_id="dead", begun=now)
    bench.client.send_array([OutgoingMessage(message.phone, message.line, message.text, message.localid)])
    report, _ = bench.apply()
    assert report.status == "completed"
    assert bench.live() == dict.fromkeys(EVERYONE, 1)
