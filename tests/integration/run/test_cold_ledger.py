"""A ledger that forgot: the provider is asked, what it has is taken over, and only the rest is sent."""

from __future__ import annotations

import pytest

from kaverun.plan.batches import message_of


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
    entries = list(bench.plan().entries())
    bench.send([message_of(entry) for entry in entries[:7]])
    report, _ = bench.apply()
    assert bench.received() == dict.fromkeys(range(30), 1)
    assert (report.counts.done, report.counts.accepted) == (7, 23)
    assert any("the provider had 7 messages" in note for note in report.notes)


def test_a_fresh_campaign_costs_two_questions_at_most(bench):
    bench = bench(people=1_200)
    bench.apply()
    assert len(bench.asked("sms/statuslocalmessageid")) == 2
    assert bench.received() == dict.fromkeys(range(1_200), 1)


def test_a_ledger_that_knows_the_campaign_asks_nothing(bench):
    bench = bench(people=10)
    bench.apply()
    asked = len(bench.asked("sms/statuslocalmessageid"))
    bench.write_list(range(20))
    bench.apply()
    assert len(bench.asked("sms/statuslocalmessageid")) == asked


def test_the_sample_is_spread_so_that_the_end_of_a_list_is_seen_too(bench):
    bench = bench(people=2_000, deduplicate=False)
    bench.send([message_of(entry) for entry in list(bench.plan().entries())[1_500:]])
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
    entries = list(bench.plan().entries())
    bench.send([message_of(entries[999])])
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
