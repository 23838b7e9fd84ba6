"""Who is left out of an answer is only absent where the answer says whose messages it holds."""

from __future__ import annotations

import pytest

from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import Unanswered
from kaverun.run.lookup import look_up


class Answering:
    def __init__(self, *rows):
        self.rows = rows

    def call(self, method, fields):
        return list(self.rows)


def held(localid, messageid=7, status=4):
    return {"messageid": messageid, "status": status, **({} if localid is None else {"localid": localid})}


@pytest.fixture
def look(messages):
    def look(count, *rows):
        found = look_up(Client(Answering(*rows)), dict(enumerate(messages(count))))
        return {place: state.messageid for place, state in found.items()}

    return look


@pytest.mark.parametrize("localid", ["10001", 10001, " 10001 "])
def test_a_localid_is_recognised_however_it_is_written(look, localid):
    assert look(2, held(localid)) == {0: 7}


@pytest.mark.parametrize("localid", [None, ""])
def test_the_answer_to_a_single_question_needs_no_localid(look, localid):
    assert look(1, held(localid)) == {0: 7}


@pytest.mark.parametrize("localid", [None, "", "1.0001e4", "999"])
def test_messages_that_cannot_be_told_apart_leave_nobody_absent(look, localid):
    with pytest.raises(Unanswered, match="cannot be told apart"):
        look(2, held("10001"), held(localid, 8))


def test_a_row_too_many_does_no_harm_where_everyone_was_answered(look):
    assert look(2, held("10001"), held("10002", 0, 100), held("999", 8)) == {0: 7}
