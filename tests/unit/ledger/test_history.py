"""A number's history holds every message to it and every row that was left out, whatever campaign they belong to."""

from __future__ import annotations

import pytest

from kaverun.ledger.batches import Result
from kaverun.ledger.history import history_of
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from tests.ledger_rows import BEGAN, given_left_out, given_messages, message

SCOPE, OTHER = Scope("nowruz", "once", "api.kavenegar.com"), Scope("yalda", "once", "loopback")
FIRST, SECOND = (f"20261123T06215{n}Z-8f2dc5" for n in (1, 2))


@pytest.fixture
def store():
    opened = SqliteStore.empty()
    yield opened
    opened.close()


def test_messages_of_all_campaigns_come_in_the_order_of_their_sending_then_what_was_left_out(store):
    given_messages(store, OTHER, [message(1, phone="09260000001", localid=7)], run_id=FIRST, begun=BEGAN + 60)
    given_messages(store, SCOPE, [message(1), message(2)], run_id=SECOND, begun=BEGAN)
    given_left_out(store, OTHER._replace(campaign="yalda"), 1, "is on opt-outs.csv")
    told = [(event.campaign, event.action, event.fate, event.reason) for event in history_of(store, "09260000001")]
    assert told == [
        ("nowruz", "send", "accepted", None),
        ("yalda", "send", "accepted", None),
        ("yalda", "skip", None, "is on opt-outs.csv"),
    ]


def test_each_attempt_at_a_message_is_told(store):
    (number,) = given_messages(store, SCOPE, 1, Result(Fate.REJECTED, reason="411"), run_id=FIRST, begun=BEGAN)
    given_messages(store, SCOPE, [message(1, id=number, text="again")], run_id=SECOND, begun=BEGAN + 60)
    first, second = history_of(store, "09260000001")
    assert (first.fate, first.reason, first.run_id, first.text) == ("rejected", "411", FIRST, None)
    assert (second.fate, second.run_id, second.text, second.messageid) == ("accepted", SECOND, "again", 1001)


def test_what_is_planned_or_in_doubt_is_told_as_that(store):
    given_messages(store, SCOPE, 1, None, run_id=FIRST, begun=None)
    given_messages(store, OTHER, [message(1, localid=8)], None, run_id=SECOND)
    assert {event.fate for event in history_of(store, "09260000001")} == {"planned", "sending"}


def test_a_number_nobody_wrote_to_has_no_history_and_rows_without_a_number_belong_to_nobody(store):
    given_messages(store, SCOPE, 1, run_id=FIRST)
    given_left_out(store, SCOPE, 2, "not a mobile number", action="invalid")
    with store.transaction():
        store.write("UPDATE left_out SET phone = ''")
    assert history_of(store, "09350000001") == []
    assert history_of(store, "") == []
