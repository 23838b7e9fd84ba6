"""What a dead process left in doubt: found, sent after all, or said to be unknown; never twice."""

from __future__ import annotations

import pytest

from kaverun.errors import Refused

HOUR = 3600.0
REASONS = {"", "found by its localid", "sent by an earlier run"}


@pytest.mark.parametrize("deduplicate", [True, False])
def test_what_had_arrived_is_adopted_and_only_the_rest_is_sent(bench, deduplicate):
    bench = bench(deduplicate=deduplicate)
    bench.intend(sent=range(0, 20, 3))
    report, rows = bench.apply()
    assert bench.received() == dict.fromkeys(range(20), 1)
    assert (report.status, report.counts.accepted, report.counts.done) == ("completed", 13, 7)
    given = {int(message.receptor[4:]): str(message.messageid) for message in bench.sandbox.messages()}
    assert {number: row["messageid"] for number, row in rows.items()} == given
    assert "of the messages in doubt 7 had been sent, 13 had not, 0 stay unknown" in report.notes


def test_the_absent_are_sent_after_everyone_else_and_only_once_their_absence_proves_something(bench):
    bench = bench(people=20)
    bench.intend()
    bench.write_list(range(60))
    began = bench.sandbox.clock.now()
    bench.apply()
    sent = sorted(bench.sandbox.messages(), key=lambda message: message.messageid)
    assert {int(message.receptor[4:]) for message in sent[-20:]} == set(range(20))
    assert min(message.accepted_at for message in sent[-20:]) >= began + 1.0
    assert bench.received() == dict.fromkeys(range(60), 1)


def test_a_request_that_was_still_on_its_way_is_not_sent_a_second_time(bench):
    bench = bench(people=5, deduplicate=False)
    bench.intend()
    messages = list(bench.plan().rows.to_send())
    late = iter([messages])
    original = bench.sandbox.clock.sleep

    def arrive(seconds):
        if waiting := next(late, None):
            bench.send(waiting)
        original(min(seconds, 0.01))

    report, _ = bench.apply(tell=lambda words: arrive(0))
    assert bench.received() == dict.fromkeys(range(5), 1)
    assert report.status == "completed"


def test_who_left_the_list_is_looked_up_and_never_sent_to(bench):
    bench = bench(people=20)
    bench.intend(sent=[1])
    bench.write_list(range(10, 20))
    bench.apply()
    assert bench.received() == {1: 1, **dict.fromkeys(range(10, 20), 1)}


def test_who_left_the_list_is_not_called_not_sent_before_that_is_certain(bench):
    bench = bench(people=6, deduplicate=False)
    bench.intend()
    late = list(bench.plan().rows.to_send())[:3]
    bench.write_list(range(3, 6))
    arrived = iter([late])
    bench.apply(sent=lambda progress: bench.send(next(arrived, [])))
    bench.write_list(range(6))
    bench.apply()
    assert bench.received() == dict.fromkeys(range(6), 1)


def test_an_edited_text_goes_to_those_who_had_not_got_it(bench):
    bench = bench(people=4)
    bench.intend(sent=[0])
    bench.write_list(range(4), text="عزیز")
    bench.apply()
    texts = {int(message.receptor[4:]): message.text for message in bench.sandbox.messages()}
    assert (texts[0], texts[1]) == ("نام 0 سلام", "عزیز 1 سلام")


def test_past_twelve_hours_the_outbox_is_searched_and_the_rest_stays_unknown(bench):
    bench = bench(people=6)
    bench.intend(sent=[0, 1, 2])
    bench.sandbox.clock.advance(13 * HOUR)
    report, rows = bench.apply()
    assert bench.received() == {0: 1, 1: 1, 2: 1}
    assert [rows[number]["outcome"] or rows[number]["action"] for number in range(6)] == ["done"] * 3 + ["unknown"] * 3
    assert (report.exit_code, report.status) == (3, "partial")
    assert "--resend-unknown" in rows[5]["reason"]
    again, _ = bench.apply()
    assert again.exit_code == 3
    assert bench.received() == {0: 1, 1: 1, 2: 1}


def write_text(bench, people, text):
    bench.campaign = bench.campaign.replace("{{ name }} سلام", text)
    bench.write_list(range(people))


def test_past_twelve_hours_an_outbox_that_folds_texts_is_still_recognised(bench):
    bench = bench()
    write_text(bench, 4, "{{ name }} كارت\u200cها ۱۲")
    bench.intend(sent=[0, 1])
    bench.sandbox.clock.advance(13 * HOUR)
    bench.sandbox.set_faults("fold-text:method=sms/selectoutbox")
    _, rows = bench.apply()
    assert [rows[number]["outcome"] or rows[number]["action"] for number in range(4)] == ["done"] * 2 + ["unknown"] * 2
    assert bench.received() == {0: 1, 1: 1}


@pytest.mark.parametrize("faults", ["fold-text", "mask-receptor", "fold-text mask-receptor reverse"])
@pytest.mark.parametrize("dialect", ["document", "live"])
@pytest.mark.parametrize("text", ["{{ name }} كارت\u200cها ۱۲", "كارت\u200cها ۱۲"], ids=["a text each", "one text"])
def test_an_answer_that_echoes_folded_texts_or_masked_receptors_sends_nothing_twice(bench, faults, dialect, text):
    """Localids are not de-duplicated here, so whatever is called rejected would be sent again by the next apply."""
    bench = bench(dialect=dialect, deduplicate=False)
    write_text(bench, 20, text)
    bench.sandbox.set_faults(*faults.split())
    for _ in range(2):
        report, rows = bench.apply()
        assert (report.exit_code, {row["reason"] for row in rows.values()} <= REASONS) == (0, True)
    assert bench.received() == dict.fromkeys(range(20), 1)


def test_an_account_that_may_not_list_its_outbox_says_unknown(bench):
    bench = bench(people=3, ip_whitelist=("203.0.113.1",))
    bench.intend(sent=[0])
    bench.sandbox.clock.advance(13 * HOUR)
    _, rows = bench.apply()
    assert {row["outcome"] for row in rows.values()} == {"unknown"}
    assert bench.received() == {0: 1}
    assert all("may not be read" in row["reason"] and "407" in row["reason"] for row in rows.values())
    assert not any("not found" in row["reason"] for row in rows.values())


def test_where_nothing_went_to_the_numbers_a_refused_outbox_is_still_said_to_be_unread(bench):
    bench = bench(people=3, ip_whitelist=("203.0.113.1",))
    bench.intend()
    bench.sandbox.clock.advance(13 * HOUR)
    _, rows = bench.apply()
    for row in rows.values():
        assert "the outbox may not be read (Kavenegar answered 407" in row["reason"]
        assert "whitelist" in row["reason"]
        assert "not found" not in row["reason"]


def test_unknown_messages_are_sent_again_only_to_those_who_are_named(bench):
    bench = bench(people=4)
    bench.intend()
    bench.sandbox.clock.advance(13 * HOUR)
    report, rows = bench.apply(resend_unknown=frozenset({"09260000002"}))
    assert bench.received() == {2: 1}
    assert rows[2]["outcome"] == "accepted"
    assert report.counts.unknown == 3
    bench.apply(resend_unknown=frozenset({"09260000002"}))
    assert bench.received() == {2: 1}
    for wrong in ("09260000044", "nobody"):
        with pytest.raises(Refused, match="is not on the list"):
            bench.apply(resend_unknown=frozenset({"09260000001", wrong}))
    assert bench.received() == {2: 1}


def test_who_was_never_in_doubt_is_not_named_for_a_second_message(bench):
    bench = bench(people=2)
    bench.apply()
    with pytest.raises(Refused, match=r"0926\*\*\*0001: row 2 is not in doubt, but served"):
        bench.apply(resend_unknown=frozenset({"09260000001"}))


def test_a_provider_that_cannot_be_asked_is_sent_nothing(bench):
    bench = bench(people=5)
    bench.intend()
    bench.sandbox.set_faults("http-before:status=502,method=sms/statuslocalmessageid")
    report, rows = bench.apply()
    assert bench.received() == {}
    assert report.exit_code == 3
    assert {row["outcome"] for row in rows.values()} == {"unknown"}


def test_a_doubt_that_was_cancelled_at_the_provider_is_not_sent_again_and_said(bench):
    bench = bench(people=6)
    bench.intend(sent=[0, 1])
    cancelled = bench.sandbox.messages()[0].messageid
    bench.client.cancel([cancelled])
    report, _ = bench.apply()
    assert any("1 of those that had been sent have status 13 at Kavenegar" in note for note in report.notes)
    assert bench.received() == dict.fromkeys(range(6), 1)
