"""A key that is named to be sent to again, and names nobody in doubt, is an error before anything is sent."""

from __future__ import annotations

import pytest

from kaverun.errors import Refused
from kaverun.plan.plan import IN_DOUBT_CAUSE, Entry, Plan, Totals
from kaverun.run.resending import named_in_doubt


class Rows:
    def __init__(self, entries):
        self._entries = entries

    def entries(self):
        return iter(self._entries)


def plan_of(*rows):
    entries = [
        Entry(n, "m.csv", n + 1, key, f"0926{n:07d}", "", action, cause, reason, "x", "ucs2", 1, 1, None, n)
        for n, (key, action, cause, reason) in enumerate(rows, 1)
    ]
    return Plan("nowruz", "sms", "once", "d", None, "Asia/Tehran", Totals(), (), None, (), (), (), Rows(entries))


PLAN = plan_of(
    ("09260000001", "send", IN_DOUBT_CAUSE, "in doubt after an earlier run"),
    ("09260000002", "done", "sent earlier", "sent by an earlier run"),
    ("09260000003", "send", "", ""),
    ("09260000004", "skip", "excluded", "excluded by off.csv:2"),
    ("A-7", "send", IN_DOUBT_CAUSE, "in doubt after an earlier run"),
    ("A-7", "skip", "duplicate", "duplicate of row 5"),
)


@pytest.mark.parametrize("key", ["09260000001", "+98 926 000 0001", "9260000001", "۰۹۲۶۰۰۰۰۰۰۱"])
def test_a_number_is_found_however_it_is_written(key):
    assert named_in_doubt(PLAN, {key, "A-7"}, lambda localids: set()) == {"09260000001", "A-7"}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("nobody", "--resend-unknown nobody: is not on the list"),
        ("09260000009", "--resend-unknown 0926***0009: is not on the list"),
        ("09260000002", "0926***0002: row 2 is not in doubt, but served: sent by an earlier run"),
        ("09260000003", "0926***0003: row 3 is not in doubt, but sent by this command anyway"),
        ("09260000004", "0926***0004: row 4 is not in doubt, but left out: excluded by off.csv:2"),
    ],
)
def test_who_is_not_in_doubt_is_named_and_refused_with_all_others(key, words):
    with pytest.raises(Refused) as refused:
        named_in_doubt(PLAN, {"A-7", key}, lambda localids: set())
    assert words in str(refused.value)
    assert "Nothing was sent" in str(refused.value)
    assert "09260000" not in str(refused.value)


def test_without_a_key_nothing_is_read():
    assert named_in_doubt(plan_of()._replace(rows=None), frozenset(), lambda localids: set()) == frozenset()


def test_who_was_in_doubt_and_is_served_by_now_is_no_error_as_the_same_command_may_be_run_again():
    assert named_in_doubt(PLAN, {"09260000002"}, lambda localids: set(localids)) == {"09260000002"}
