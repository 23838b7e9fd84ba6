"""What may be a message without a localid is named for a person, and never more than that."""

from __future__ import annotations

import orjson
import pytest

from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError, Unanswered
from kaverun.message.batch import Message
from kaverun.run.candidates import CandidateSearch, Lost

NOW = 1_800_000_000
PHONE = "09120000001"


class Outbox:
    """Lists what was sent: messageid, number, time and text; `refused` is what `sms/select` answers instead."""

    def __init__(self, *rows, refused=None):
        self.rows = rows
        self.refused = refused
        self.asked = []

    def call(self, method, fields):
        self.asked.append(method)
        if method == "sms/statusbyreceptor":
            start, end = int(fields["startdate"]), int(fields["enddate"])
            assert end - start <= 86_400
            return [
                {"messageid": id_, "receptor": number, "status": 10, "statustext": "رسیده به گیرنده"}
                for id_, number, at, _ in self.rows
                if number == fields["receptor"] and start <= at <= end
            ]
        if self.refused:
            raise self.refused
        wanted = {*map(int, fields["messageid"].split(","))}
        return [
            {"messageid": id_, "receptor": number, "message": text, "status": 10, "date": at}
            for id_, number, at, text in self.rows
            if id_ in wanted
        ]


def lost(token="1234", phone=PHONE, token2=None):
    tokens = {"token": token} | ({"token2": token2} if token2 else {})
    message = Message(5, phone, "", orjson.dumps({"template": "verify", **tokens}).decode(), 1, phone, 1)
    return Lost(message, NOW - 300, NOW + 3600)


def reason(outbox, one=None, holding=()):
    search = CandidateSearch(Client(outbox), lambda ids: {*ids} & {*holding})
    return str(search.among({0: one or lost()})[0])


def test_the_same_number_time_and_tokens_make_a_candidate_that_is_named_with_time_and_status():
    said = reason(Outbox((11, PHONE, NOW, "کد شما: ۱۲۳۴")))
    assert "messageid 11 of 2027-01-15T08:00:00Z (status 10, رسیده به گیرنده)" in said
    assert "may be this one" in said
    assert "--resend-unknown" in said


@pytest.mark.parametrize(
    "row",
    [
        (11, PHONE, NOW, "کد شما: 12345"),
        (11, PHONE, NOW, "کد شما: 4321"),
        (11, PHONE, NOW - 301, "کد شما: 1234"),
        (11, PHONE, NOW + 3601, "کد شما: 1234"),
        (11, "09120000002", NOW, "کد شما: 1234"),
    ],
    ids=["within a longer word", "another token", "earlier", "later", "another number"],
)
def test_anything_else_is_no_candidate_which_proves_nothing(row):
    said = reason(Outbox(row))
    assert "messageid" not in said
    assert "proves nothing" in said


def test_every_token_has_to_be_there():
    assert "proves nothing" in reason(Outbox((11, PHONE, NOW, "کد 1234 برای علی‌رضا")), lost(token2="علی"))
    assert "messageid 11" in reason(Outbox((11, PHONE, NOW, "کد 1234 برای علي")), lost(token2="علی"))


def test_what_any_campaign_of_the_ledger_has_is_nobody_elses():
    outbox = Outbox((11, PHONE, NOW, "کد: 1234"), (12, PHONE, NOW, "کد: 1234"))
    said = reason(outbox, holding=[11])
    assert "messageid 12" in said
    assert "messageid 11" not in said
    assert "proves nothing" in reason(outbox, holding=[11, 12])


def test_where_texts_may_not_be_read_the_reason_says_so_and_calls_nothing_a_candidate():
    said = reason(Outbox((11, PHONE, NOW, "کد: 1234"), refused=ApiError(407)))
    assert "407" in said
    assert "may be this one" not in said
    assert "messageid 11" in said


def test_where_nothing_was_sent_to_the_number_no_text_is_asked_for():
    outbox = Outbox(refused=ApiError(407))
    assert "407" not in reason(outbox)
    assert "sms/select" not in outbox.asked


def test_many_candidates_are_counted():
    said = reason(Outbox(*((id_, PHONE, NOW, "1234") for id_ in range(11, 16))))
    assert said.count("messageid") == 3
    assert "and 2 more" in said


def test_a_question_that_fails_is_the_callers_to_judge():
    with pytest.raises(Unanswered):
        reason(Outbox((11, PHONE, NOW, "1234"), refused=Unanswered("an HTML page", http_status=404)))


def test_texts_of_many_are_asked_for_at_once():
    outbox = Outbox((11, PHONE, NOW, "1234"), (12, "09120000002", NOW, "99"))
    search = CandidateSearch(Client(outbox), lambda ids: set())
    found = search.among({"one": lost(), "two": lost("99", "09120000002")})
    assert {place: [one.messageid for one in seen.candidates] for place, seen in found.items()} == {
        "one": [11],
        "two": [12],
    }
    assert outbox.asked.count("sms/select") == 1
