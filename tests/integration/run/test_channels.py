"""Lookups, calls and one text to everyone, over HTTP and through every trouble: each person is reached once."""

from __future__ import annotations

from collections import Counter

import pytest

COMMON = """\
version: 1
name: nowruz
recipients: members.csv
sending: {batch: 10, concurrency: 2}
retry: {attempts: 3, initial: 10ms, max: 20ms, jitter: 1ms, read_timeout: 300ms}
"""
LOOKUP = COMMON + 'channel: lookup\nmessage: {template: verify, token: \'{{ name | replace(" ", "-") }}\'}\n'
VOICE = COMMON + "channel: voice\nmessage: '{% if phone[-1] in \"02468\" %}even{% else %}odd{% endif %} سلام'\n"
SAME = COMMON + "senders: ['10004346']\nmessage: سلام به همه\n"
LOST_ANSWER, LOST_REQUEST = "drop-after:method={},times={}", "drop-before:method={},times={}"


def intended_by_a_dead_process(bench):
    """What a process leaves that died between making its intents durable and hearing of any outcome."""
    bench.intend(size=1)


def fates(rows):
    return Counter(row["outcome"] for row in rows.values())


class TestLookups:
    def test_each_recipient_gets_one_request_with_their_own_tokens(self, bench):
        bench = bench(people=6, campaign=LOOKUP)
        report, rows = bench.apply()
        assert bench.received() == dict.fromkeys(range(6), 1)
        assert {message.template for message in bench.sandbox.messages()} == {"verify"}
        texts = {int(message.receptor[4:]): message.text for message in bench.sandbox.messages()}
        assert all(f"نام-{number}" in text for number, text in texts.items())
        given = {int(message.receptor[4:]): str(message.messageid) for message in bench.sandbox.messages()}
        assert {number: row["messageid"] for number, row in rows.items()} == given
        assert (report.exit_code, bench.apply()[0].counts.done) == (0, 6)

    def test_a_lost_answer_is_unknown_at_once_and_what_may_be_it_is_named_for_a_person(self, bench):
        bench = bench(people=8, campaign=LOOKUP)
        bench.sandbox.set_faults(LOST_ANSWER.format("verify/lookup", 5))
        report, rows = bench.apply()
        assert bench.received() == dict.fromkeys(range(8), 1)
        assert (report.exit_code, fates(rows)) == (3, {"unknown": 5, "accepted": 3})
        given = {int(message.receptor[4:]): message.messageid for message in bench.sandbox.messages()}
        for number, row in rows.items():
            if row["outcome"] == "unknown":
                assert row["messageid"] == ""
                assert f"messageid {given[number]} " in row["reason"]
                assert "--resend-unknown" in row["reason"]
        again, rows = bench.apply()
        assert (again.exit_code, fates(rows)["unknown"]) == (3, 5)
        assert bench.received() == dict.fromkeys(range(8), 1)

    def test_where_texts_may_not_be_read_the_reason_says_so_and_a_strangers_message_is_not_ours(self, bench):
        bench = bench(people=1, campaign=LOOKUP, ip_whitelist=())
        bench.client.lookup("09260000000", "verify", "another")
        bench.sandbox.set_faults(LOST_REQUEST.format("verify/lookup", 1))
        for _ in range(2):
            _, rows = bench.apply()
            assert (fates(rows), rows[0]["messageid"]) == ({"unknown": 1}, "")
            assert "407" in rows[0]["reason"]
        assert bench.received() == {0: 1}

    def test_what_is_not_found_is_unknown_and_sent_again_only_where_it_is_named(self, bench):
        bench = bench(people=8, campaign=LOOKUP)
        bench.sandbox.set_faults(LOST_REQUEST.format("verify/lookup", 2))
        report, rows = bench.apply()
        unknown = [number for number, row in rows.items() if row["outcome"] == "unknown"]
        assert (report.exit_code, len(unknown)) == (3, 2)
        assert "--resend-unknown" in rows[unknown[0]]["reason"]
        assert bench.received() == {number: 1 for number in range(8) if number not in unknown}
        report, rows = bench.apply()
        assert (report.exit_code, fates(rows)["unknown"]) == (3, 2)
        report, rows = bench.apply(resend_unknown=frozenset(rows[number]["key"] for number in unknown))
        assert (report.exit_code, bench.received()) == (0, dict.fromkeys(range(8), 1))

    def test_a_message_of_somebody_else_to_the_number_is_not_taken_for_ours(self, bench):
        bench = bench(people=3, campaign=LOOKUP)
        bench.client.lookup("09260000001", "verify", "another")
        bench.sandbox.set_faults(LOST_REQUEST.format("verify/lookup", 3))
        _, rows = bench.apply()
        assert fates(rows) == {"unknown": 3}
        assert bench.received() == {1: 1}

    def test_where_texts_cannot_be_read_several_messages_to_a_number_leave_it_unknown(self, bench):
        bench = bench(people=1, campaign=LOOKUP, ip_whitelist=())
        bench.client.lookup("09260000000", "verify", "another")
        bench.sandbox.set_faults(LOST_ANSWER.format("verify/lookup", 3))
        _, rows = bench.apply()
        assert fates(rows) == {"unknown": 1}
        assert bench.received() == {0: 2}

    def test_the_intents_of_a_dead_process_stay_unknown_and_their_candidates_are_named(self, bench):
        bench = bench(people=5, campaign=LOOKUP)
        intended_by_a_dead_process(bench)
        sent = {n: bench.client.lookup(f"0926{n:07d}", "verify", f"نام-{n}").messageid for n in (1, 3)}
        report, rows = bench.apply()
        assert (report.exit_code, fates(rows)) == (3, {"unknown": 5})
        assert bench.received() == {1: 1, 3: 1}
        named = {n: f"messageid {sent[n]} " in rows[n]["reason"] for n in sent}
        assert named == {1: True, 3: True}
        assert "proves nothing" in rows[0]["reason"]

    @pytest.mark.parametrize("mode", ["check", "full"])
    def test_a_forgotten_ledger_stops_for_a_person_where_most_of_it_looks_sent(self, bench, mode):
        bench = bench(people=5, campaign=LOOKUP)
        bench.apply()
        bench.forget()
        report, _ = bench.apply(cold_ledger=mode)
        assert (report.exit_code, report.counts.accepted) == (1, 0)
        assert "--cold-ledger trust" in report.stop.words
        assert bench.received() == dict.fromkeys(range(5), 1)
        report, _ = bench.apply(cold_ledger="trust")
        assert (report.exit_code, bench.received()) == (0, dict.fromkeys(range(5), 2))

    def test_a_ledger_forgotten_half_way_is_seen_by_the_first_messages(self, bench):
        bench = bench(people=45, campaign=LOOKUP)
        for number in range(20):
            bench.client.lookup(f"0926{number:07d}", "verify", f"نام-{number}")
        report, _ = bench.apply()
        assert (report.exit_code, len(bench.received())) == (1, 20)

    def test_two_campaigns_of_one_day_to_the_same_numbers_are_both_sent(self, bench):
        bench = bench(people=4, campaign=LOOKUP)
        bench.apply()
        bench.campaign = LOOKUP.replace("nowruz", "another")
        bench.write_list(range(4))
        report, rows = bench.apply()
        assert (report.exit_code, fates(rows)) == (0, {"accepted": 4})
        assert bench.received() == dict.fromkeys(range(4), 2)

    @pytest.mark.parametrize("token", ["نام-2", "نام-20", "another"])
    def test_another_systems_code_to_one_of_the_numbers_changes_nothing(self, bench, token):
        bench = bench(people=4, campaign=LOOKUP)
        bench.client.lookup("09260000002", "verify", token)
        report, rows = bench.apply()
        assert (report.exit_code, fates(rows)) == (0, {"accepted": 4})
        assert bench.received() == {0: 1, 1: 1, 2: 2, 3: 1}

    def test_tokens_within_longer_words_are_no_sign_that_it_was_sent(self, bench):
        bench = bench(people=4, campaign=LOOKUP)
        for number in range(4):
            bench.client.lookup(f"0926{number:07d}", "verify", f"نام-{number}7")
        report, _ = bench.apply()
        assert (report.exit_code, bench.received()) == (0, dict.fromkeys(range(4), 2))

    def test_an_account_that_may_not_read_texts_sends_and_says_that_nobody_could_compare(self, bench):
        bench = bench(people=4, campaign=LOOKUP, ip_whitelist=())
        for number in range(4):
            bench.client.lookup(f"0926{number:07d}", "verify", f"نام-{number}")
        report, rows = bench.apply()
        assert (report.exit_code, fates(rows)) == (0, {"accepted": 4})
        assert any("407" in note for note in report.notes)

    def test_nothing_is_sent_where_the_question_for_what_was_sent_fails(self, bench):
        bench = bench(people=4, campaign=LOOKUP)
        bench.sandbox.set_faults("http-before:status=502,method=sms/statusbyreceptor")
        report, _ = bench.apply()
        assert (report.exit_code, bench.received()) == (1, {})

    def test_a_token_the_provider_refuses_is_that_row_s_rejection(self, bench):
        bench = bench(people=3, campaign=LOOKUP)
        bench.sandbox.set_faults("error:code=431,receptor=09260000001,method=verify/lookup")
        _, rows = bench.apply()
        assert {number: row["outcome"] for number, row in rows.items()} == {0: "accepted", 1: "rejected", 2: "accepted"}


class TestCalls:
    def test_people_with_the_same_text_share_a_request(self, bench):
        bench = bench(people=10, campaign=VOICE)
        report, _ = bench.apply()
        assert bench.received() == dict.fromkeys(range(10), 1)
        assert {message.channel for message in bench.sandbox.messages()} == {"call"}
        assert len(bench.asked("call/maketts")) == 2
        assert report.exit_code == 0

    @pytest.mark.parametrize("fault", [LOST_ANSWER, LOST_REQUEST])
    def test_nobody_is_called_twice_when_answers_or_requests_are_lost(self, bench, fault):
        bench = bench(people=30, campaign=VOICE, deduplicate=False)
        bench.sandbox.set_faults(fault.format("call/maketts", 3))
        report, rows = bench.apply()
        assert bench.received() == dict.fromkeys(range(30), 1)
        assert (report.status, fates(rows)) == ("completed", {"accepted": 30})

    def test_calls_of_a_dead_process_are_made_up_for_once(self, bench):
        bench = bench(people=6, campaign=VOICE, deduplicate=False)
        intended_by_a_dead_process(bench)
        entries = list(bench.plan().entries())
        bench.client.make_tts([entries[2].phone], entries[2].text, localids=[entries[2].localid])
        bench.apply()
        assert bench.received() == dict.fromkeys(range(6), 1)


class TestOneTextToAll:
    def test_it_goes_by_sms_send_with_a_localid_each(self, bench):
        bench = bench(people=25, campaign=SAME)
        report, rows = bench.apply()
        assert [len(bench.asked(method)) for method in ("sms/send", "sms/sendarray")] == [3, 0]
        assert bench.received() == dict.fromkeys(range(25), 1)
        localids = {int(message.receptor[4:]): message.localid for message in bench.sandbox.messages()}
        assert {number: row["localid"] for number, row in rows.items()} == localids
        assert report.exit_code == 0

    @pytest.mark.parametrize("dialect", ["document", "live"])
    @pytest.mark.parametrize("fault", [LOST_ANSWER, LOST_REQUEST])
    def test_the_promise_is_the_same(self, bench, fault, dialect):
        bench = bench(people=25, campaign=SAME, dialect=dialect, deduplicate=False)
        bench.sandbox.set_faults(fault.format("sms/send", 2))
        report, _ = bench.apply()
        assert bench.received() == dict.fromkeys(range(25), 1)
        assert report.status == "completed"

    def test_a_provider_without_the_method_gets_arrays(self, bench):
        bench = bench(people=25, campaign=SAME)
        bench.sandbox.set_faults("error:code=404,method=sms/send")
        report, _ = bench.apply()
        assert bench.received() == dict.fromkeys(range(25), 1)
        assert (report.status, len(bench.asked("sms/sendarray"))) == ("completed", 3)

    def test_a_text_that_differs_anywhere_goes_by_arrays(self, bench):
        bench = bench(people=25)
        bench.apply()
        assert not bench.asked("sms/send")
