"""A dozen kills of the real process; `make test-crash` makes hundreds over the same code, at every failpoint."""

from __future__ import annotations

import os

import pytest
from crashing.plan import CANCELLING, HEADLINES, LAST_REQUEST, OLD_LEDGER, RANDOM, make_trial
from crashing.trial import carry_out

from kaverun.run.failpoints import NAMES

SEED = int(os.environ.get("KAVERUN_CRASH_SEED", "3"))
ALL = [make_trial(SEED, number, extras=1) for number in range(len(HEADLINES))]
# Sends, adoptions, cancellations and old ledgers are each among them.
ALWAYS = {OLD_LEDGER, "found-adopted", "request-answered"}
TRIALS = [trial for trial in ALL if trial.number % 5 == 0 or trial.headline in ALWAYS]


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: f"{trial.number}-{trial.headline}-{trial.mix.name}")
def test_whatever_is_killed_everyone_gets_one_message_and_the_report_knows_it(trial, sandboxes, tmp_path):
    verdict = carry_out(trial, sandboxes[trial.dedupe], tmp_path)
    assert not verdict.wrong, str(trial)
    assert (verdict.duplicates, verdict.missing) == (0, 0), str(trial)
    moment = RANDOM if trial.headline in (LAST_REQUEST, OLD_LEDGER) else trial.headline
    assert verdict.kills[moment] or moment == RANDOM, f"{trial.headline} was never reached"


def test_every_failpoint_has_a_trial_of_its_own():
    assert {trial.headline for trial in ALL} == {*NAMES, *CANCELLING, RANDOM, LAST_REQUEST, OLD_LEDGER}
    assert sum(not trial.dedupe for trial in TRIALS) >= len(TRIALS) // 3
    assert {trial.headline for trial in TRIALS} > ALWAYS
    assert set(CANCELLING) & {trial.headline for trial in TRIALS}
