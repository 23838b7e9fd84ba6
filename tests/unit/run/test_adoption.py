"""What the provider has under our localids is ours, unless it says that it went to somebody else."""

from __future__ import annotations

import pytest

from kaverun.kavenegar.answers import MessageState
from kaverun.ledger.protocol import RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.served import Fate
from kaverun.run.adoption import adopt
from kaverun.run.cold import SentBefore


@pytest.fixture
def ledger(tmp_path):
    ledger = SqliteLedger.open(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def test_a_message_whose_look_up_names_another_number_is_unknown_and_the_others_are_accepted(ledger, messages):
    receptors = ("", "0912***0002", "+989120000003", "09359999999")
    found = [
        SentBefore(message, MessageState(number, str(message.localid), 4, "", receptor), replaced=False)
        for number, (message, receptor) in enumerate(zip(messages(4), receptors, strict=True), 11)
    ]
    run = RunRecord("r", "nowruz", "once", "emulated", "digest", None, 1.0)
    ledger.begin(run)
    assert adopt(ledger, run, found, 2.0) == 4
    ((_, _, outcomes),) = ledger.outcomes_of_run("r-found")
    assert outcomes.fates == [Fate.ACCEPTED] * 3 + [Fate.UNKNOWN]
    assert outcomes.messageids == [11, 12, 13, None]
    assert "0935***9999" in outcomes.reasons[3]
