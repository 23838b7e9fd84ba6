from __future__ import annotations

import pytest

from kaverun.errors import Invalid
from kaverun.sandbox.settings import SandboxSettings


def test_the_document_is_the_default_dialect() -> None:
    rules = SandboxSettings().rules()
    assert (rules.bad_key, rules.empty_value, rules.localids_answered) == (401, 400, False)


def test_the_live_dialect_differs_where_the_facts_page_says_so() -> None:
    rules = SandboxSettings(dialect="live").rules()
    assert (rules.bad_key, rules.empty_value, rules.localids_answered) == (403, 406, True)


def test_a_single_choice_can_be_made_against_the_dialect() -> None:
    rules = SandboxSettings(dialect="live", localids_answered=False, receptor_form="international").rules()
    assert (rules.localids_answered, rules.receptor_form, rules.bad_key) == (False, "international", 403)


def test_impossible_settings_are_all_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        SandboxSettings(
            credit=-1,
            price_latin=-5,
            price_call=-1,
            dialect="other",  # type: ignore[arg-type]
            outcomes=((11, 0.7), (14, 0.7)),
            owner="0912",
            ip_whitelist=("10.0.0.0/8", "home", "1.2.3.4/99"),
            sources=("office",),
        )
    assert [problem.key for problem in caught.value.problems] == [
        "credit",
        "price_latin",
        "price_call",
        "dialect",
        "outcomes",
        "owner",
        "ip_whitelist",
        "ip_whitelist",
        "sources",
    ]
