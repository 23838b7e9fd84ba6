"""A ledger that forgot: the provider is asked, what it has is taken over, and only the rest is sent."""

from __future__ import annotations

import shutil

import pytest

from kaverun.errors import Refused


class Died(BaseException):
    """What no code of ours catches."""


def forget(bench):
    for file in bench.folder.glob("ledger.db*"):
        file.unlink()


@pytest.mark.parametrize("deduplicate", [True, False])
def test_a_campaign_that_was_sent_is_not_sent_again(bench, deduplicate):
    bench = bench(people=30, deduplicate=deduplicate)
    _, before = bench.apply()
    forget(bench)
    report, after = bench.apply()
    assert bench.received() == dict.fromkeys(range(30), 1)
    assert (report.status, report.exit_code, report.counts.done) == ("completed", 0, 30)
    assert {n: row["messageid"] for n, row in after.items()} == {n: row["messageid"] for n, row in before.items()}
    again, _ = bench.apply()
    assert again.counts.done == 30


def test_a_campaign_that_was_cut_off_is_continued(bench):
    bench = bench(people=30, deduplicate=False)
    messages = list(bench.plan().rows.to_send())
    bench.send(messages[:7])
    report, _ = bench.apply()
    assert bench.received() == dict.fromkeys(range(30), 1)
    assert (report.counts.done, report.counts.accepted) == (7, 23)
    assert any("the provider had 7 messages" in note for note in report.notes)


def test_a_fresh_campaign_costs_two_questions_at_most(bench):
    bench = bench(people=1_200)
    bench.apply()
    assert len(bench.asked("sms/statuslocalmessageid")) == 2
    assert bench.received() == dict.fromkeys(range(1_200), 1)


def test_a_ledger_that_knows_the_campaign_asks_for_what_is_new_and_nothing_where_nothing_is(bench):
    bench = bench(people=10)
    bench.apply()
    bench.apply()
    assert len(bench.asked("sms/statuslocalmessageid")) == 1
    bench.write_list(range(20))
    bench.apply()
    assert len(bench.asked("sms/statuslocalmessageid")) == 2


class Copies:
    """Copies of a bench's ledger and of what lies beside it, one of which is put back."""

    def __init__(self, bench):
        self._folder = bench.folder
        self._copy = bench.folder / "copy"

    def take(self, *patterns):
        shutil.rmtree(self._copy, ignore_errors=True)
        self._copy.mkdir()
        for pattern in patterns or ["ledger.db*"]:
            for file in self._folder.glob(pattern):
                shutil.copy(file, self._copy)

    def put_back(self):
        forget(self)
        for file in self._copy.iterdir():
            shutil.copy(file, self._folder)

    @property
    def folder(self):
        return self._folder


def died_while_copied(bench, copies, at, *patterns):
    """A run whose ledger is copied, as it is then, when so many messages are settled, and that goes on."""

    def copy(progress):
        if progress.settled >= at and not copies.folder.joinpath("copy").exists():
            copies.take(*patterns)

    return bench.apply(sent=copy)


@pytest.mark.parametrize("deduplicate", [True, False])
@pytest.mark.parametrize("patterns", [["ledger.db*"], ["ledger.db"], ["ledger.db", "ledger.db-wal"]])
def test_a_copy_made_while_a_run_went_on_sends_nothing_again(bench, deduplicate, patterns):
    bench = bench(people=120, deduplicate=deduplicate)
    copies = Copies(bench)
    died_while_copied(bench, copies, 40, *patterns)
    copies.put_back()
    report, rows = bench.apply()
    assert bench.received() == dict.fromkeys(range(120), 1)
    assert report.exit_code == 0
    given = {int(message.receptor[4:]): str(message.messageid) for message in bench.sandbox.messages()}
    assert {number: row["messageid"] for number, row in rows.items()} == given


@pytest.mark.parametrize("deduplicate", [True, False])
def test_a_ledger_of_yesterday_learns_what_went_out_since(bench, deduplicate):
    """The list has grown since, with new people in front: only the sample meets those who were served."""
    bench = bench(people=20, deduplicate=deduplicate)
    bench.apply()
    copies = Copies(bench)
    copies.take()
    bench.write_list([*range(400, 700), *range(20, 400)])
    bench.apply()
    copies.put_back()
    bench.write_list([*range(700, 1_100), *range(700)])
    report, _ = bench.apply()
    assert bench.received() == dict.fromkeys(range(1_100), 1)
    assert (report.counts.done, report.counts.accepted) == (700, 400)
    assert any("the provider had 680 messages" in note for note in report.notes)
    again, _ = bench.apply()
    assert (again.exit_code, again.counts.done) == (0, 1_100)


@pytest.mark.parametrize("deduplicate", [True, False])
def test_two_machines_that_go_on_with_the_same_run_serve_everyone_once(bench, deduplicate):
    bench = bench(people=600, deduplicate=deduplicate)

    def die(progress):
        if progress.settled >= 100:
            raise Died

    with pytest.raises(Died):
        bench.apply(sent=die)
    copies = Copies(bench)
    copies.take()
    bench.apply()
    copies.put_back()
    report, _ = bench.apply()
    assert bench.received() == dict.fromkeys(range(600), 1)
    assert (report.exit_code, report.counts.accepted) == (0, 0)


def test_a_run_that_goes_on_asks_for_a_spread_sample_too(bench):
    bench = bench(people=1_500, deduplicate=False)

    def die(progress):
        if progress.settled >= 300:
            raise Died

    with pytest.raises(Died):
        bench.apply(sent=die)
    rest = [one for one in bench.plan().rows.to_send() if int(one.phone[4:]) not in bench.received()]
    bench.send(rest[-200:])
    bench.apply()
    assert bench.received() == dict.fromkeys(range(1_500), 1)


def test_a_ledger_is_accepted_as_new_from_a_person_alone_and_nothing_is_begun_without(bench):
    bench = bench(people=5)
    with pytest.raises(Refused, match="--new-ledger"):
        bench.apply(provider="api.kavenegar.com", approve=lambda plan: pytest.fail("asked too early"))
    with pytest.raises(Refused, match="--new-ledger"):
        bench.apply(provider="api.kavenegar.com")
    assert not bench.sandbox.requests()
    report, _ = bench.apply(provider="api.kavenegar.com", new_ledger=lambda meaning: True)
    assert report.counts.accepted == 5
    bench.write_list(range(6))
    report, _ = bench.apply(provider="api.kavenegar.com")
    assert report.counts.accepted == 1


@pytest.mark.parametrize(
    "fault", ["error:code=404", "error:code=400", "http-before:status=404", "http-before:status=502"]
)
@pytest.mark.parametrize("known", [True, False])
def test_a_question_that_fails_in_whatever_way_stops_the_run_with_a_report(bench, fault, known):
    bench = bench(people=5)
    if known:
        bench.apply()
        bench.write_list(range(10))
    before = bench.received()
    bench.sandbox.set_faults(f"{fault},method=sms/statuslocalmessageid")
    report, rows = bench.apply()
    assert bench.received() == before
    assert report.status == "stopped"
    assert {row["outcome"] for row in rows.values()} <= {"", "not_sent"}


def test_the_sample_is_spread_so_that_the_end_of_a_list_is_seen_too(bench):
    bench = bench(people=2_000, deduplicate=False)
    bench.send(list(bench.plan().rows.to_send())[1_500:])
    bench.apply()
    assert bench.received() == dict.fromkeys(range(2_000), 1)


def test_who_was_off_the_list_while_the_ledger_was_made_whole_is_looked_up_when_back_on_it(bench):
    bench = bench(people=5, deduplicate=False)
    bench.apply()
    forget(bench)
    bench.write_list(range(4))
    bench.apply()
    bench.write_list(range(6))
    report, _ = bench.apply()
    assert bench.received() == dict.fromkeys(range(6), 1)
    assert report.status == "completed"


def test_full_asks_for_everyone_and_trust_for_nobody(bench):
    bench = bench(people=1_200, deduplicate=False)
    messages = list(bench.plan().rows.to_send())
    bench.send(messages[999:1_000])
    bench.apply(cold_ledger="full")
    assert bench.received() == dict.fromkeys(range(1_200), 1)
    forget(bench)
    asked = len(bench.asked("sms/statuslocalmessageid"))
    bench.apply(cold_ledger="trust")
    assert len(bench.asked("sms/statuslocalmessageid")) == asked
    assert bench.received() == dict.fromkeys(range(1_200), 2)


def test_a_provider_that_cannot_be_asked_is_sent_nothing(bench):
    bench = bench(people=5)
    bench.sandbox.set_faults("http-before:status=502,method=sms/statuslocalmessageid")
    report, _ = bench.apply()
    assert bench.received() == {}
    assert report.exit_code == 1
