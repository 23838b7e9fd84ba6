"""A plan is carried out only where somebody agrees, and what was agreed to is the plan that is there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kaverun.errors import NotConfirmed, Refused
from kaverun.run.consent import Consent


def plan(send=3, digest="abc"):
    return SimpleNamespace(digest=digest, totals=SimpleNamespace(send=send))


@pytest.mark.parametrize(
    "consent",
    [
        Consent(yes=True),
        Consent(expect="abc"),
        Consent(yes=True, expect="abc"),
        Consent(ask=lambda plan: True),
    ],
)
def test_somebody_agrees(consent):
    consent.give(plan())


@pytest.mark.parametrize(("consent", "words"), [(Consent(), "nobody"), (Consent(ask=lambda plan: False), "declined")])
def test_nobody_agrees(consent, words):
    with pytest.raises(NotConfirmed, match=words):
        consent.give(plan())


@pytest.mark.parametrize("send", [0, 3])
def test_another_digest_than_the_expected_refuses_whoever_says_yes(send):
    with pytest.raises(Refused, match="the plan's digest is abc, not the expected abd"):
        Consent(yes=True, expect="abd", ask=lambda plan: True).give(plan(send))


def test_where_nothing_is_to_be_sent_nobody_is_asked():
    Consent().give(plan(send=0))
