"""Taking messages back from a provider that fails: what it confirmed is known, what it did not is said."""

from __future__ import annotations

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.errors import Locked, NotConfirmed, Refused
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError, NotReached, Unanswered
from kaverun.ledger.batches import Result
from kaverun.ledger.lock import campaign_lock
from kaverun.ledger.opening import open_ledger
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from kaverun.run.cancellation import NO_ANSWER, Kept, Surroundings, cancel
from tests.ledger_rows import given_messages
from tests.observing import Heard

EVERY = Scope("nowruz", "once", "loopback")
DATE = 1_800_003_600
LOST = Unanswered("the answer was lost")


@pytest.fixture
def ledger(tmp_path):
    opened = open_ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


@pytest.fixture
def sent(ledger, provider, messages, clock):
    """Has so many messages accepted by the provider with a status, in a run of their own."""
    counted = []

    def send(count, status=2, fate=Fate.ACCEPTED, date=DATE, run="run-1"):
        batch = messages(2000)[sum(counted) : sum(counted) + count]
        counted.append(count)
        ago = clock.now() - 60
        for start in range(0, count, 200):
            part = batch[start : start + 200]
            results = None if fate is Fate.SENDING else [Result(fate)] * len(part)
            if fate is Fate.ACCEPTED:
                rows = [provider._take(m.phone, m.line, m.text, m.localid) for m in part]
                for row in rows:
                    row["status"] = status
                results = [Result(fate, row["messageid"], status, 120, 1) for row in rows]
            given_messages(ledger, EVERY, part, results, run_id=run, begun=ago, shared=Shared(date))
        return batch

    return send


@pytest.fixture
def around(tmp_path, provider, clock, stopping):
    def make(**changed):
        settings = {
            "client": Client(provider),
            "provider": "loopback",
            "ledger": tmp_path / "ledger.db",
            "clock": clock,
            "stopping": stopping,
            "approve": lambda pending: None,
        }
        return Surroundings(observer=Heard(changed), **settings | changed)

    return make


@pytest.fixture
def cancelling(tmp_path, around):
    """Cancels; `asked` holds what was shown before anything was done."""
    (tmp_path / "m.csv").write_text("phone,name\n09121234567,سارا\n", encoding="utf-8")
    (tmp_path / "campaign.yaml").write_text(
        "version: 1\nname: nowruz\nrecipients: m.csv\nsenders: ['10004346']\nmessage: سلام\n"
        "retry: {attempts: 3, initial: 1ms, jitter: 0s}\n",
        encoding="utf-8",
    )
    loaded = load_campaign(tmp_path / "campaign.yaml")

    def run(run_id=None, **changed):
        return cancel(loaded, around(**changed), run_id)

    return run


def results_of(ledger, run="run-1"):
    """Every result of a run, in plan order."""
    rows = ledger.rows(
        "SELECT fate, messageid, status, cost, coalesce(attempts, 0), coalesce(reason, '') FROM history"
        " WHERE run_id = ? ORDER BY message",
        (run,),
    )
    return [Result(Fate(fate), *values) for fate, *values in rows]


def fates(ledger, run="run-1"):
    return [result.fate.value for result in results_of(ledger, run)]


def test_everything_that_is_queued_or_scheduled_is_cancelled_in_pages_of_500(cancelling, sent, ledger, provider):
    sent(1_100)
    done = cancelling()
    assert [len(page) for page in provider.cancels] == [500, 500, 100]
    assert (done.cancelled, done.kept, done.left, done.exit_code) == (1_100, {}, 0, 0)
    assert (done.refunded, done.unpriced) == (1_100 * 120, 0)
    assert set(fates(ledger)) == {"cancelled"}


def test_what_is_final_is_not_asked_for(cancelling, sent, provider):
    sent(1, status=10)
    (only,) = sent(1, status=2)
    done = cancelling()
    assert provider.cancels == [[provider.accepted[only.localid][0]["messageid"]]]
    assert (done.pending.final, done.exit_code) == ({10: 1}, 0)


def test_what_could_not_be_cancelled_is_told_by_status_and_its_status_kept(cancelling, sent, ledger, provider):
    kept = sent(30, status=2)
    sent(5)
    for message in kept:
        provider.accepted[message.localid][0]["status"] = 4
    done = cancelling()
    assert (done.cancelled, done.kept, done.exit_code) == (5, {4: 30}, 3)
    assert len(done.examples) == 20
    assert done.examples[0] == Kept("0912***0001", "0912***0001", 4)
    assert {result.status for result in results_of(ledger)} == {4, 13}
    assert fates(ledger).count("accepted") == 30


def test_a_key_that_is_no_number_is_shown_as_it_is(cancelling, ledger, provider, messages):
    (message,) = (m._replace(key="C-17") for m in messages(1))
    given_messages(ledger, EVERY, [message], Result(Fate.ACCEPTED, 7, 1))
    assert cancelling().examples == (Kept("0912***0001", "C-17", 100),)


def test_nothing_was_cancelled_where_the_provider_keeps_everything(cancelling, sent, ledger, provider):
    sent(3, status=1)
    provider.cancellable = {2}
    done = cancelling()
    assert (done.cancelled, done.kept, done.exit_code) == (0, {1: 3}, 1)
    assert fates(ledger) == ["accepted"] * 3


def test_a_message_the_provider_does_not_know_or_does_not_tell_of_keeps_its_status(cancelling, sent, ledger, provider):
    unknown, _ = sent(2, status=2)
    del provider.accepted[unknown.localid]
    provider.cancel_script.append(lambda rows: rows[:1])
    done = cancelling()
    assert done.kept == {100: 1, NO_ANSWER: 1}
    assert [(result.fate.value, result.status) for result in results_of(ledger)] == [("accepted", 2), ("cancelling", 2)]


def test_an_empty_answer_is_no_confirmation(cancelling, sent, ledger, provider):
    sent(2)
    provider.cancel_script.append(ApiError(449))
    done = cancelling()
    assert (done.kept, done.exit_code) == ({NO_ANSWER: 2}, 1)
    assert fates(ledger) == ["cancelling"] * 2


@pytest.mark.parametrize("error", [LOST, NotReached("refused"), ApiError(409), ("taken", LOST)])
def test_a_page_without_an_answer_is_asked_for_again(cancelling, sent, ledger, provider, error):
    sent(3)
    provider.cancel_script.append(error)
    done = cancelling()
    assert (done.cancelled, done.exit_code, len(provider.cancels)) == (3, 0, 2)
    assert set(fates(ledger)) == {"cancelled"}


def test_a_provider_that_stops_answering_ends_it_and_says_what_is_left(cancelling, sent, ledger, provider):
    sent(700)
    provider.cancel_script += [None, *[("taken", LOST)] * 3]
    done = cancelling()
    assert (done.cancelled, done.left, done.exit_code) == (500, 200, 3)
    assert "the answer was lost" in done.trouble
    assert fates(ledger).count("cancelled") == 500
    again = cancelling(approve=lambda pending: pytest.fail("nothing is left to agree to"))
    assert (again.cancelled, again.pending.confirmed, again.pending.learnt, again.exit_code) == (200, 200, 200, 0)
    assert len(provider.cancels) == 4
    assert set(fates(ledger)) == {"cancelled"}


def test_the_intent_is_durable_before_its_request_leaves(cancelling, sent, ledger, provider):
    sent(600)
    seen = []

    def look(rows):
        seen.append((fates(ledger).count("cancelling"), fates(ledger).count("accepted")))
        return rows

    provider.cancel_script += [look] * 2
    cancelling()
    assert seen == [(500, 100), (100, 0)]


def test_a_row_that_the_answer_leaves_out_is_looked_up_by_the_next_command(cancelling, sent, ledger, provider):
    sent(3)
    provider.cancel_script.append(lambda rows: rows[1:])
    assert cancelling().kept == {NO_ANSWER: 1}
    assert fates(ledger) == ["cancelling", "cancelled", "cancelled"]
    assert cancelling().cancelled == 1
    assert (set(fates(ledger)), len(provider.cancels)) == ({"cancelled"}, 1)


def test_a_look_up_that_fails_does_not_keep_them_from_being_cancelled_again(cancelling, sent, ledger, provider):
    sent(3)
    provider.cancel_script += [("taken", LOST)] * 3
    assert cancelling().exit_code == 1
    provider.status_script += [LOST] * 3
    told = []
    assert cancelling(tell=told.append).cancelled == 3
    assert "could not be looked up" in told[-1]
    assert set(fates(ledger)) == {"cancelled"}


def test_a_refusal_of_the_account_is_not_tried_again(cancelling, sent, provider):
    sent(700)
    provider.cancel_script.append(ApiError(403))
    done = cancelling()
    assert (done.cancelled, done.left, done.exit_code, len(provider.cancels)) == (0, 700, 1, 1)


def test_an_interrupt_finishes_the_page_and_the_next_time_continues(cancelling, sent, ledger, provider, stopping):
    sent(1_100)

    def interrupted(asked, cancelled):
        stopping.set()

    done = cancelling(cancelled=interrupted)
    assert (done.cancelled, done.left, done.interrupted, done.exit_code) == (500, 600, True, 130)
    assert fates(ledger).count("cancelled") == 500
    stopping.clear()
    assert (cancelling().cancelled, fates(ledger).count("cancelled")) == (600, 1_100)


def test_an_interrupt_on_the_last_page_leaves_nothing_to_continue(cancelling, sent, stopping):
    sent(3)
    done = cancelling(cancelled=lambda asked, cancelled: stopping.set())
    assert (done.cancelled, done.interrupted, done.exit_code) == (3, False, 0)


def test_each_page_is_durable_before_the_next_is_asked_for(cancelling, sent, ledger, provider):
    sent(1_100)
    seen = []

    def look(rows):
        seen.append(fates(ledger).count("cancelled"))
        return rows

    provider.cancel_script += [look] * 3
    cancelling()
    assert seen == [0, 500, 1_000]


def test_what_the_provider_cancelled_unheard_is_recorded_the_next_time(cancelling, sent, ledger, provider):
    """Also where `status` was faster and the ledger calls it accepted with status 13 meanwhile."""
    first, _ = sent(2)
    provider._cancelled(provider.accepted[first.localid][0]["messageid"])
    ledger.write("UPDATE outcome SET status = 13 WHERE message = 1")
    done = cancelling()
    assert (done.pending.messages, done.pending.confirmed, done.cancelled) == (2, 1, 2)
    assert fates(ledger) == ["cancelled"] * 2


def test_what_was_cancelled_is_not_asked_for_again(cancelling, sent, provider):
    sent(3)
    cancelling()
    done = cancelling(approve=lambda pending: pytest.fail("there is nothing to agree to"))
    assert (len(provider.cancels), done.pending.messages, done.exit_code) == (1, 0, 0)


def test_before_anything_is_done_somebody_is_shown_how_many_and_when(cancelling, sent, ledger, provider):
    sent(3)
    sent(2, status=1, date=None, run="run-2")
    shown = []

    def decline(pending):
        shown.append(pending)
        raise NotConfirmed("declined")

    with pytest.raises(NotConfirmed):
        cancelling(approve=decline)
    assert (shown[0].messages, shown[0].dates) == (5, {DATE: 3, None: 2})
    assert provider.cancels == []
    assert set(fates(ledger)) == {"accepted"}


def test_one_run_can_be_cancelled_by_itself(cancelling, sent, ledger):
    sent(3)
    sent(2, run="run-2")
    assert cancelling(run_id="run-2").cancelled == 2
    assert (set(fates(ledger)), set(fates(ledger, "run-2"))) == ({"accepted"}, {"cancelled"})


def test_a_run_nobody_knows_is_refused_with_those_that_are_known(cancelling, sent, provider):
    sent(1)
    with pytest.raises(Refused, match=r"run-9.*run-1"):
        cancelling(run_id="run-9")
    assert provider.cancels == []


def test_a_doubt_the_provider_can_resolve_is_cancelled_too(cancelling, sent, ledger, provider):
    sent(2)
    batch = sent(3, fate=Fate.UNKNOWN)
    found = provider._take(batch[0].phone, batch[0].line, batch[0].text, batch[0].localid)
    found["status"] = 2
    done = cancelling()
    assert (done.cancelled, done.pending.in_doubt, done.exit_code) == (3, 0, 0)
    assert fates(ledger) == ["cancelled"] * 3 + ["not_sent"] * 2


def test_absence_is_believed_only_once_a_lost_request_can_no_longer_arrive(cancelling, sent, ledger, provider, clock):
    (late,) = sent(1, fate=Fate.SENDING)

    def arrives(seconds):
        clock.time += seconds
        provider._take(late.phone, late.line, late.text, late.localid)

    class Waiting:
        def is_set(self):
            return False

        def wait(self, seconds):
            arrives(seconds)

    done = cancelling(stopping=Waiting())
    assert (done.cancelled, fates(ledger)) == (1, ["cancelled"])


def test_doubts_that_cannot_be_looked_up_keep_nothing_else_from_being_cancelled(cancelling, sent, ledger, provider):
    sent(2)
    sent(3, fate=Fate.UNKNOWN)
    provider.lookup_script += [LOST] * 3
    told = []
    done = cancelling(tell=told.append)
    assert (done.cancelled, done.pending.in_doubt, done.exit_code) == (2, 3, 3)
    assert "could not be looked up" in told[1]
    assert fates(ledger) == ["cancelled"] * 2 + ["unknown"] * 3


def test_nothing_but_doubts_is_no_success(cancelling, sent, provider):
    sent(3, fate=Fate.UNKNOWN)
    provider.lookup_script += [LOST] * 3
    assert cancelling().exit_code == 1


def test_what_has_no_price_in_the_ledger_is_not_called_refunded(cancelling, sent, ledger, provider):
    batch = sent(2)
    ledger.write("UPDATE outcome SET cost = NULL WHERE message = 1")
    done = cancelling()
    assert len(batch) == done.cancelled
    assert (done.refunded, done.unpriced) == (120, 1)


def test_nobody_else_works_on_the_campaign_meanwhile(cancelling, sent, tmp_path, clock):
    sent(1)
    with campaign_lock(tmp_path / "ledger.db", "nowruz", clock.now()), pytest.raises(Locked):
        cancelling()
