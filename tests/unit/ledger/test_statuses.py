"""Which statuses can still be asked for, and keeping what is new of them."""

from __future__ import annotations

import pytest

from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.sqlite import SqliteStore
from kaverun.ledger.statuses import OpenMessages, open_count, open_messages, record_statuses
from kaverun.message.batch import Shared
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from tests.ledger_rows import ACCEPTED, BEGAN, given_messages, given_run, message

SCOPE = Scope("nowruz", "once", "loopback")
HOUR = 3600.0


@pytest.fixture
def store():
    store = SqliteStore.empty()
    yield store
    store.close()


def numbers(store, now=BEGAN + 60, run=None):
    pages = open_messages(store, occurrence_of(store, SCOPE), now, run)
    return [number for page in pages for number in page.messages]


def statuses(store):
    return [status for (status,) in store.rows("SELECT status FROM outcome ORDER BY message")]


def test_a_page_holds_what_a_request_and_a_look_up_need(store):
    given_messages(store, SCOPE, 2, [ACCEPTED, ACCEPTED._replace(status=None)])
    (page,) = open_messages(store, 1, BEGAN + 60)
    assert page == OpenMessages([1, 2], [1001, 1002], [1, 2], [BEGAN, BEGAN], [1, None])


def test_what_is_final_or_has_no_messageid_is_not_asked_for(store):
    results = [ACCEPTED._replace(status=status) for status in (1, 4, 6, 10, 11, 13, 14, 100, 50, None)]
    others = [ACCEPTED._replace(fate=fate, messageid=None) for fate in (Fate.REJECTED, Fate.UNKNOWN, Fate.NOT_SENT)]
    given_messages(store, SCOPE, 14, [*results, *others, None])
    assert numbers(store) == [1, 2, 9, 10]
    assert open_count(store, 1, BEGAN + 60) == 4


def test_pages_of_500_hold_each_message_once_across_batches_also_while_statuses_are_recorded(store):
    for batch in range(6):
        given_messages(store, SCOPE, [message(n) for n in range(batch * 200, batch * 200 + 200)])
    sizes, seen = [], []
    for page in open_messages(store, 1, BEGAN + 60):
        sizes.append(len(page.messages))
        seen += page.messages
        record_statuses(store, {10: page.messages}, {})
    assert sizes == [500, 500, 200]
    assert seen == list(range(1, 1201))
    assert numbers(store) == []


def test_a_messages_time_begins_when_it_is_handed_over_or_goes_out_whichever_is_later(store):
    given_messages(store, SCOPE, [message(1)])
    given_messages(store, SCOPE, [message(2)], shared=Shared(date=int(BEGAN + 24 * HOUR)))
    given_messages(store, SCOPE, [message(3)], shared=Shared(date=int(BEGAN - 24 * HOUR)))
    assert numbers(store, BEGAN + 47 * HOUR) == [1, 2, 3]
    assert numbers(store, BEGAN + 48 * HOUR) == [2]
    assert numbers(store, BEGAN + 72 * HOUR) == []


def test_a_run_has_the_messages_of_its_own_batches_and_other_campaigns_and_providers_are_left_out(store):
    first = given_run(store, SCOPE)
    given_messages(store, SCOPE, [message(1)])
    given_messages(store, SCOPE, [message(2)], run_id="later")
    given_messages(store, SCOPE._replace(campaign="yalda"), [message(3)], run_id="other")
    given_messages(store, SCOPE._replace(provider="api"), [message(4)], run_id="elsewhere")
    assert (numbers(store), numbers(store, run=first)) == ([1, 2], [1])


def test_what_was_cancelled_keeps_its_status_and_newer_words_replace_older_ones(store):
    cancelled = ACCEPTED._replace(fate=Fate.CANCELLED, status=13)
    given_messages(store, SCOPE, 3, [ACCEPTED, cancelled, ACCEPTED])
    record_statuses(store, {4: [1]}, {4: "sent"})
    record_statuses(store, {10: [1, 2], 11: [3]}, {10: "delivered", 4: "sent to operator"})
    assert statuses(store) == [10, 13, 11]
    assert store.rows("SELECT * FROM status_text ORDER BY 1") == [(4, "sent to operator"), (10, "delivered")]


def test_more_statuses_than_a_statement_takes_are_recorded(store):
    given_messages(store, SCOPE, 3)
    record_statuses(store, {10: range(1, 300_000)}, {})
    assert statuses(store) == [10, 10, 10]
