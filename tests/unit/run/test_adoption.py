"""What the provider has under our localids is ours, unless it says that it went to somebody else."""

from __future__ import annotations

import pytest

from kaverun.kavenegar.answers import MessageState
from kaverun.ledger.batches import Result
from kaverun.ledger.opening import open_ledger
from kaverun.ledger.runs import Run
from kaverun.message.fate import Fate
from kaverun.message.scope import Scope
from kaverun.run.adoption import adopt
from kaverun.run.recall import SentBefore
from tests.ledger_rows import given_messages

SCOPE = Scope("nowruz", "once", "emulated")
RUN = Run("r", SCOPE, "digest", 1.0)


@pytest.fixture
def ledger(tmp_path):
    ledger = open_ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def test_a_message_whose_look_up_names_another_number_is_unknown_and_the_others_are_accepted(ledger, messages):
    receptors = ("", "0912***0002", "+989120000003", "09359999999")
    found = [
        SentBefore(message, MessageState(number, str(message.localid), 4, "", receptor), replaced=False)
        for number, (message, receptor) in enumerate(zip(messages(4), receptors, strict=True), 11)
    ]
    assert adopt(ledger, RUN, found, 2.0) == 4
    rows = ledger.rows("SELECT run_id, fate, messageid, reason FROM history ORDER BY message")
    assert [row[:3] for row in rows] == [
        ("r-found", "accepted", 11), ("r-found", "accepted", 12), ("r-found", "accepted", 13),
        ("r-found", "unknown", None),
    ]  # fmt: skip
    assert "0935***9999" in rows[3][3]


def found(message, messageid, *, replaced=False, status=4):
    return SentBefore(message, MessageState(messageid, str(message.localid), status, ""), replaced=replaced)


def test_what_the_ledger_only_planned_or_had_rejected_gets_the_outcome_and_no_second_row(ledger, messages):
    planned, rejected, new = messages(3)
    given_messages(ledger, SCOPE, [planned], None, begun=None)
    given_messages(ledger, SCOPE, [rejected], Result(Fate.REJECTED, reason="bad"))
    assert adopt(ledger, RUN, [found(planned, 11), found(rejected, 12), found(new, 13)], 2.0) == 3
    assert ledger.rows("SELECT localid, fate, messageid FROM history ORDER BY localid") == [
        (planned.localid, "accepted", 11), (rejected.localid, "accepted", 12), (new.localid, "accepted", 13),
    ]  # fmt: skip
    assert ledger.rows("SELECT fate, reason FROM earlier_outcome") == [("rejected", "bad")]


def test_of_a_message_that_was_replaced_both_generations_are_kept_and_the_last_is_on_the_list(ledger, messages):
    (first,) = messages(1)
    second = first._replace(localid=5, generation=1)
    assert adopt(ledger, RUN, [found(first, 11, replaced=True, status=13), found(second, 12)], 2.0) == 1
    assert ledger.rows("SELECT generation, fate, row FROM history ORDER BY generation") == [
        (0, "cancelled", None), (1, "accepted", 1),
    ]  # fmt: skip


def test_where_only_replaced_ones_are_found_nothing_is_adopted(ledger, messages):
    (first,) = messages(1)
    assert adopt(ledger, RUN, [found(first, 11, replaced=True, status=13)], 2.0) == 0
    assert ledger.rows("SELECT count(*) FROM run") == [(0,)]
