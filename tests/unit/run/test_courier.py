"""One batch against a provider that fails in every way: each message once, none lost, what is unknown said so."""

from __future__ import annotations

from collections import Counter

import pytest

from kaverun.kavenegar.errors import ApiError, NotReached, Unanswered
from kaverun.ledger.batches import Result
from kaverun.message.fate import Fate

CUT = Unanswered("the connection to Kavenegar was lost")
REFUSED = NotReached("the connection to Kavenegar was refused")


def results_of(delivery):
    """By the index of their messages."""
    rows = zip(*delivery.outcomes, strict=True)
    return {index: Result(Fate(fate), *values) for index, (fate, *values) in enumerate(rows)}


def fates(delivery):
    return Counter(result.fate.value for result in results_of(delivery).values())


def test_a_batch_that_is_accepted_has_the_messageid_of_each_row(courier, provider, messages):
    delivery = courier.deliver(messages(200))
    assert len(provider.sends) == 1
    assert {index: result.messageid for index, result in results_of(delivery).items()} == {
        index: provider.accepted[message.localid][0]["messageid"] for index, message in enumerate(messages(200))
    }
    assert all((result.cost, result.status, result.attempts) == (120, 1, 1) for result in results_of(delivery).values())
    assert delivery.texts == {1: "در صف ارسال"}


def test_rows_in_another_order_still_find_their_messages(courier, provider, messages):
    provider.script.append(lambda rows: rows[::-1])
    delivery = courier.deliver(messages(3))
    assert [results_of(delivery)[index].messageid for index in range(3)] == [1001, 1002, 1003]
    assert not delivery.notes


@pytest.mark.parametrize("error", [REFUSED, ApiError(409), ApiError(451), Unanswered("slow down", http_status=429)])
def test_what_was_surely_not_taken_is_sent_again_without_a_look_up(courier, provider, messages, error):
    provider.script += [error, error]
    delivery = courier.deliver(messages(5))
    assert fates(delivery) == {"accepted": 5}
    assert (len(provider.sends), provider.lookups) == (3, [])
    assert results_of(delivery)[0].attempts == 3


def test_what_may_have_been_taken_is_looked_up_and_never_sent_again_when_found(courier, provider, messages):
    provider.script.append(("taken", CUT))
    delivery = courier.deliver(messages(5))
    assert fates(delivery) == {"accepted": 5}
    assert len(provider.sends) == 1
    assert results_of(delivery)[0].messageid == 1001
    assert results_of(delivery)[0].reason == "found by its localid"


def test_a_provider_that_forgets_localids_for_sending_still_gets_each_message_once(courier, provider, messages):
    provider.deduplicate = False
    provider.script.append(("taken", CUT))
    courier.deliver(messages(5))
    assert max(map(len, provider.accepted.values())) == 1


def test_what_was_not_taken_is_sent_again_with_the_same_localids(courier, provider, messages):
    provider.script.append(CUT)
    delivery = courier.deliver(messages(5))
    assert fates(delivery) == {"accepted": 5}
    assert provider.sends[0] == provider.sends[1]
    assert len(provider.lookups) == 2


def test_absence_proves_nothing_while_the_lost_request_may_still_arrive(courier, provider, clock, messages):
    batch = messages(3)
    provider.deduplicate = False

    def arrives_late(seconds):
        clock.time += seconds
        if clock.time - start >= 3 and not provider.accepted:
            for message in batch:
                provider._take(message.phone, message.line, message.text, message.localid)

    start = clock.time
    courier.patience._sleep = arrives_late
    provider.script.append(Unanswered("Kavenegar did not answer in time"))
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": 3}
    assert max(map(len, provider.accepted.values())) == 1


def test_a_refusal_by_the_service_itself_is_looked_up_without_such_a_wait(courier, provider, clock, messages):
    provider.script.append(ApiError(402))
    courier.deliver(messages(3))
    assert clock.slept == [1]


def test_only_the_part_that_is_not_found_is_sent_again(courier, provider, messages):
    batch = messages(4)
    provider._take("09120000001", "10004346", batch[0].text, batch[0].localid)
    provider.script.append(CUT)
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": 4}
    assert provider.sends[1] == [message.localid for message in batch[1:]]


def test_nothing_is_sent_again_while_the_look_up_fails_and_the_outcome_is_unknown(courier, provider, messages):
    provider.script.append(("taken", CUT))
    provider.lookup_script += [CUT] * 10
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"unknown": 3}
    assert len(provider.sends) == 1
    assert delivery.gave_up


def test_attempts_that_run_out_end_with_one_last_look(courier, provider, messages):
    provider.script += [CUT, CUT, CUT, ("taken", CUT)]
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"accepted": 3}
    assert len(provider.sends) == 4


def test_a_provider_that_cannot_be_reached_leaves_the_batch_not_sent(courier, provider, messages):
    provider.script += [REFUSED] * 10
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"not_sent": 3}
    assert (len(provider.sends), delivery.gave_up, delivery.stop) == (4, True, None)


def test_one_bad_number_is_found_by_halving_and_the_others_are_sent(courier, provider, messages):
    batch = messages(200)
    provider.bad_receptors = {batch[77].phone}
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": 199, "rejected": 1}
    assert results_of(delivery)[77].fate is Fate.REJECTED
    assert "411" in results_of(delivery)[77].reason
    assert max(map(len, provider.accepted.values())) == 1


def test_a_row_of_status_6_without_a_messageid_is_that_rows_rejection(courier, provider, messages):
    def second_rejected(rows):
        return [rows[0], {**rows[1], "messageid": None, "status": 6, "statustext": "خطا", "cost": 0}, rows[2]]

    provider.script.append(second_rejected)
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"accepted": 2, "rejected": 1}
    assert (results_of(delivery)[1].reason, results_of(delivery)[1].status) == ("خطا", 6)


def test_a_row_that_did_not_come_back_is_looked_up(courier, provider, messages):
    provider.script.append(lambda rows: rows[1:])
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"accepted": 3}
    assert (len(provider.sends), len(provider.lookups)) == (1, 1)
    assert "lacked 1 of our rows" in delivery.notes[0]


def test_a_row_too_many_is_said(courier, provider, messages):
    provider.script.append(lambda rows: [*rows, {"messageid": 9, "receptor": "09350000000", "message": "x"}])
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"accepted": 3}
    assert "held 1 row of other messages" in delivery.notes[0]


def test_another_number_under_our_localid_leaves_ours_unknown_and_never_rejected(courier, provider, messages):
    batch = messages(2)
    provider._take("09359999999", "10004346", "another", batch[0].localid)
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": 1, "unknown": 1}
    reason = results_of(delivery)[0].reason
    assert "names another number" in reason
    assert "messageid 1001" in reason
    assert "0935***9999" in reason
    assert "--resend-unknown" in reason


ECHOES = {
    "another receptor form": lambda row: {**row, "receptor": f"+98{row['receptor'][1:]}"},
    "carriage returns": lambda row: {**row, "message": row["message"].replace("\n", "\r\n")},
    "one line": lambda row: {**row, "message": row["message"].replace("\n", " ")},
    "Persian letters": lambda row: {**row, "message": row["message"].replace("ي", "ی").replace("ك", "ک")},
    "trimmed": lambda row: {**row, "message": row["message"].strip()},
    "no zero-width non-joiner": lambda row: {**row, "message": row["message"].replace("\u200c", "")},
    "a space for a non-joiner": lambda row: {**row, "message": row["message"].replace("\u200c", " ")},
    "Latin digits": lambda row: {**row, "message": row["message"].replace("۵", "5")},
    "masked receptor": lambda row: {**row, "receptor": f"{row['receptor'][:4]}***{row['receptor'][-4:]}"},
    "no receptor": lambda row: {name: value for name, value in row.items() if name != "receptor"},
    "empty receptor": lambda row: {**row, "receptor": ""},
    "masked receptor and no text": lambda row: {**row, "receptor": "0912XXXX", "message": ""},
    "no text": lambda row: {name: value for name, value in row.items() if name != "message"},
    "no sender": lambda row: {name: value for name, value in row.items() if name != "sender"},
}


@pytest.mark.parametrize("with_localids", [True, False], ids=["localids", "no localids"])
@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_however_an_answer_is_echoed_it_is_accepted_and_sent_once(
    courier, provider, messages, echo, size, with_localids
):
    """20 accepted at the provider and 20 rejected here: what a folded echo once made of a campaign."""
    batch = [m._replace(text=f" کارت هديه‌ي {m.row}\nتا ۱۵ ديماه ") for m in messages(size)]
    provider.deduplicate = False
    localids = [str(message.localid) for message in batch]

    def echoed(rows):
        rows = [echo(row) for row in rows]
        if with_localids:
            rows = [{**row, "localid": localid} for row, localid in zip(rows, localids, strict=True)]
        return rows[::-1]

    provider.script += [echoed] * 5
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": size}
    assert len(provider.sends) == 1
    given = {index: result.messageid for index, result in results_of(delivery).items()}
    assert given == {index: provider.accepted[m.localid][0]["messageid"] for index, m in enumerate(batch)}


def test_a_folded_text_is_not_called_another_text(courier, provider, messages):
    batch = [m._replace(text="سلام به همه\nي") for m in messages(3)]
    provider.script.append(lambda rows: [{**row, "message": "سلام به همه ی"} for row in rows])
    assert {result.reason for result in results_of(courier.deliver(batch)).values()} == {""}


def test_rows_that_cannot_be_told_apart_and_are_not_found_are_unknown_and_not_sent_again(courier, provider, messages):
    """The provider took something that may be ours: a look-up that does not know it yet proves nothing."""
    provider.deduplicate = False
    provider.script.append(lambda rows: [{**row, "receptor": "0912***"} for row in rows])
    provider._look_up = lambda fields: []
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"unknown": 3}
    assert len(provider.sends) == 1
    assert "cannot be told apart" in results_of(delivery)[0].reason


def test_a_row_of_ours_that_is_rejected_without_a_readable_receptor_is_still_that_rows_rejection(
    courier, provider, messages
):
    provider.script.append(lambda rows: [{**rows[0], "receptor": "", "messageid": None, "status": 6}])
    assert fates(courier.deliver(messages(1))) == {"rejected": 1}


@pytest.mark.parametrize("status", [1, 4, 10, 100])
def test_a_row_without_a_messageid_is_no_rejection_unless_its_status_says_so(courier, provider, messages, status):
    provider.script.append(lambda rows: [{**row, "messageid": None, "status": status} for row in rows])
    delivery = courier.deliver(messages(2))
    assert fates(delivery) == {"accepted": 2}
    assert (len(provider.sends), len(provider.lookups)) == (1, 1)


def test_a_look_up_that_names_another_number_leaves_the_message_unknown(courier, provider, messages):
    honest = provider._look_up
    provider._look_up = lambda fields: [{**row, "receptor": "09359999999"} for row in honest(fields)]
    provider.script.append(("taken", CUT))
    delivery = courier.deliver(messages(2))
    assert fates(delivery) == {"unknown": 2}
    assert len(provider.sends) == 1


def test_an_earlier_text_under_the_same_localid_is_told(courier, provider, messages):
    batch = messages(2)
    provider._take(batch[0].phone, "10004346", "an earlier text", batch[0].localid)
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": 2}
    assert "another text" in results_of(delivery)[0].reason


def test_no_credit_stops_the_run_and_says_what_was_not_sent(courier, provider, messages):
    provider.script.append(ApiError(418, "اعتبار کافی نیست"))
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"not_sent": 3}
    assert delivery.stop.code == 418
    assert "اعتبار کافی نیست" in delivery.stop.words


def test_credit_that_ended_inside_a_batch_is_looked_up_row_by_row(courier, provider, messages):
    batch = messages(3)
    provider._take(batch[0].phone, "10004346", batch[0].text, batch[0].localid)
    provider.script.append(ApiError(418))
    delivery = courier.deliver(batch)
    assert fates(delivery) == {"accepted": 1, "not_sent": 2}


@pytest.mark.parametrize("code", [400, 401, 403, 404, 407, 412, 414, 419, 426, 427, 501, 607])
def test_a_refusal_is_never_tried_again(courier, provider, messages, code):
    provider.script += [ApiError(code)] * 3
    delivery = courier.deliver(messages(3))
    assert (len(provider.sends), delivery.stop.code) == (1, code)
    assert fates(delivery) == {"not_sent": 3}


def test_waits_grow_and_the_providers_wish_is_honoured(courier, provider, clock, messages):
    provider.script += [REFUSED, Unanswered("", http_status=429, retry_after=30.0), REFUSED]
    courier.deliver(messages(1))
    assert clock.slept == [1, 30.0, 4]


def test_a_stop_before_the_first_request_sends_nothing(courier, provider, stopping, messages):
    stopping.set()
    delivery = courier.deliver(messages(3))
    assert (fates(delivery), provider.sends) == ({"not_sent": 3}, [])


def test_a_stop_while_waiting_ends_with_a_look_and_no_further_send(courier, provider, stopping, messages):
    def interrupted(seconds):
        stopping.set()

    courier.patience._sleep = interrupted
    provider.script.append(("taken", CUT))
    delivery = courier.deliver(messages(3))
    assert fates(delivery) == {"accepted": 3}
    assert len(provider.sends) == 1
    assert not delivery.gave_up


def test_a_stop_right_after_a_lost_answer_leaves_a_doubt_and_no_proof(courier, provider, messages):
    provider.script += [CUT, ApiError(403)]
    provider.lookup_script += [ApiError(403)]
    delivery = courier.deliver(messages(3))
    assert delivery.stop
    assert fates(delivery) == {"unknown": 3}


def test_a_refusal_of_a_single_message_is_no_doubt(courier, provider, messages):
    provider.script.append(ApiError(418))
    delivery = courier.deliver(messages(1))
    assert (fates(delivery), provider.lookups) == ({"not_sent": 1}, [])
