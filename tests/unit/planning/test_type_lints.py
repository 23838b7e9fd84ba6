from __future__ import annotations

from collections.abc import Callable

import pytest

from kaverun.plan.plan import Plan

Planned = Callable[..., Plan]
MEMBERS = "phone,vip,amount,name\n09260000001,TRUE,5,a\n"


def warnings(planned: Planned, text: str, more: str = "") -> list[str]:
    campaign = f"senders: 1000\nmessage: |-\n  {text}\nrecipients:\n  csv: members.csv\n  on_invalid: skip\n{more}"
    return [str(problem) for problem in planned(campaign, members_csv=MEMBERS).warnings if not problem.row]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("{% if vip == true %}a{% endif %}b", "vip", "bool"),
        ("{{ 'a' if false != vip else 'b' }}", "vip", "bool"),
        ("{% if vip is true %}a{% endif %}b", "vip", "bool"),
        ("{% if amount == 5 %}a{% endif %}b", "amount", "int"),
        ("{% if amount > 1.5 %}a{% endif %}b", "amount", "decimal"),
        ("{% if 1 < amount < 9 %}a{% endif %}b", "amount", "int"),
    ],
)
def test_a_text_of_a_csv_file_that_is_compared_with_something_else_is_warned_of(
    planned: Planned, text: str, name: str, kind: str
) -> None:
    (warning,) = warnings(planned, text)
    assert warning.startswith(f"campaign.yaml:5: message.text: warning: '{name}' holds texts in members.csv, which are")
    assert f"`columns: {{{name}: {kind}}}`" in warning


def test_a_condition_over_a_row_is_looked_at_too(planned: Planned) -> None:
    (warning,) = warnings(planned, "hi", "  where: vip == true and name != 'x'\n")
    assert warning.startswith("campaign.yaml:9: recipients.where: warning: 'vip' holds texts")


@pytest.mark.parametrize(
    "text", ["{% if vip == 'TRUE' %}a{% endif %}b", "{{ name }}", "{% if 'T' in vip %}a{% endif %}b"]
)
def test_texts_compared_with_texts_are_right(planned: Planned, text: str) -> None:
    assert warnings(planned, text) == []


def test_a_column_with_a_type_is_right(planned: Planned) -> None:
    text = "{% if vip == true and amount > 1 %}a{% endif %}b"
    assert warnings(planned, text, "  columns: {vip: bool, amount: int}\n") == []


def test_a_column_that_is_compared_often_is_told_of_once(planned: Planned) -> None:
    assert len(warnings(planned, "{% if vip == true or vip == false %}a{% endif %}b")) == 1
