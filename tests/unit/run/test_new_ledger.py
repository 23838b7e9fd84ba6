"""A ledger that knows no run at a provider is accepted from a person alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Refused
from kaverun.ledger.opening import open_ledger
from kaverun.message.scope import Scope
from kaverun.run.new_ledger import is_new, refuse_new
from tests.ledger_rows import given_run

PATH = Path(".kaverun/ledger.db")


@pytest.fixture
def ledger(tmp_path):
    ledger = open_ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def test_nobody_to_ask_means_no_and_the_refusal_says_what_to_do(ledger):
    with pytest.raises(Refused) as refused:
        refuse_new(ledger, PATH, "api.kavenegar.com", lambda meaning: False)
    for words in (str(PATH), "no runs at api.kavenegar.com", "12 hours", "--new-ledger", "--ledger", "restore it"):
        assert words in str(refused.value)


def test_a_person_is_given_what_it_means(ledger):
    given = []
    refuse_new(ledger, PATH, "api.kavenegar.com", lambda meaning: not given.append(meaning))
    assert "more than 12 hours ago" in given[0]


def test_runs_of_another_provider_make_a_ledger_no_older(ledger):
    given_run(ledger, Scope("nowruz", "once", "loopback"), "r")
    assert is_new(ledger, "api.kavenegar.com")
    given_run(ledger, Scope("nowruz", "s", "api.kavenegar.com"), "s", rehearsal=True)
    assert is_new(ledger, "api.kavenegar.com")
    given_run(ledger, Scope("another-campaign", "once", "api.kavenegar.com"), "t")
    assert not is_new(ledger, "api.kavenegar.com")


def test_a_sandbox_on_this_machine_is_excepted(ledger):
    assert not is_new(ledger, "loopback")
