"""A row becomes a text, or a template's name with its tokens; what the provider would refuse is that row's reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.errors import Invalid
from kaverun.message.template import compile_template
from kaverun.plan.wording import TextWording, Unfit

LOOKUP = (
    "channel: lookup\nrecipients: {csv: members.csv, on_invalid: skip}\n"
    "message: {template: verify, token: '{{ code }}', token10: '{{ name }}'}\n"
)


def entries(plan):
    return [(entry.action, entry.cause, entry.text) for entry in plan.entries()]


def test_a_lookup_is_its_template_and_its_tokens(planned):
    (entry,) = planned(LOOKUP, members_csv="phone,code,name\n09260000001,0123,سارا احمدی\n").entries()
    assert json.loads(entry.text) == {"template": "verify", "token": "0123", "token10": "سارا احمدی"}
    assert (entry.encoding, entry.units, entry.parts, entry.cost, entry.line) == ("", 0, 0, None, "")


def test_a_token_that_is_empty_is_left_out_unless_it_is_the_first(planned):
    plan = planned(LOOKUP, members_csv="phone,code,name\n09260000001,1,\n09260000002,,سارا\n")
    assert entries(plan) == [
        ("send", "", '{"template":"verify","token":"1"}'),
        ("invalid", "empty token", ""),
    ]


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        ("12 34", "x", "message.token holds 1 spaces and may hold none"),
        ("a_b", "x", "message.token holds a newline, a tab or an underscore"),
        ("1" * 101, "x", "message.token has 101 characters and may have 100"),
        ("1", "a b c d e f g", "message.token10 holds 6 spaces and may hold 5"),
    ],
)
def test_a_token_that_breaks_a_rule_is_told_with_its_row_before_anything_is_sent(planned, code, name, words):
    rows = f"phone,code,name\n09260000001,1,x\n09260000002,{code},{name}\n"
    assert entries(planned(LOOKUP, members_csv=rows))[1][:2] == ("invalid", "bad token")
    with pytest.raises(Invalid, match=words) as caught:
        planned(LOOKUP.replace("skip", "fail"), members_csv=rows)
    assert [(problem.path, problem.line, problem.row) for problem in caught.value.problems] == [("members.csv", 3, 2)]


def test_the_template_itself_may_depend_on_the_row(planned):
    campaign = LOOKUP.replace("template: verify", "template: 'verify-{{ name }}'")
    plan = planned(campaign, members_csv="phone,code,name\n09260000001,1,fa\n09260000002,1,e n\n")
    assert [action for action, *_ in entries(plan)] == ["send", "invalid"]
    assert json.loads(entries(plan)[0][2])["template"] == "verify-fa"


def test_an_error_in_a_token_s_template_names_the_token(planned):
    with pytest.raises(Invalid) as caught:
        planned(LOOKUP.replace("{{ name }}", "{{ nmae }}"), members_csv="phone,code,name\n09260000001,1,x\n")
    (problem,) = caught.value.problems
    assert (problem.key, problem.what) == ("message.token10", "no column is called 'nmae'; did you mean 'name'?")


def test_a_text_that_is_read_out_has_characters_and_no_parts(planned):
    plan = planned("channel: voice\nrecipients: members.csv\nmessage: سلام\n", members_csv="phone\n09260000001\n")
    (entry,) = plan.entries()
    assert (entry.text, entry.units, entry.parts, entry.encoding) == ("سلام", 4, 0, "")


@pytest.mark.parametrize(("text", "same"), [("سلام", True), ("{{ name }}", False)])
def test_a_plan_knows_whether_everyone_gets_the_same_text(planned, text, same):
    plan = planned(
        f"recipients: members.csv\nmessage: '{text}'\n", members_csv="phone,name\n09260000001,a\n09260000002,b\n"
    )
    assert plan.totals.same_text is same


TEXTS = st.sampled_from(["سلام", "a", "ك", "", " ", "\ud800", "x" * 10, "x" * 11, "😀" * 5, "😀" * 5 + "x", "😀x😀"])


@given(st.lists(TEXTS, max_size=6), st.booleans())
def test_texts_that_are_judged_together_are_judged_as_each_alone(texts, normalize):
    template = compile_template("{{ text }}", path="campaign.yaml")
    wording = TextWording(template, normalize=normalize, max_length=10, spoken=False)
    alone = [wording.messages([{"text": text}])[0] for text in texts]
    assert wording.messages([{"text": text} for text in texts]) == alone
    unfit = {text for text, told in zip(texts, alone, strict=True) if isinstance(told, Unfit)}
    assert unfit == {"", " ", "\ud800", "x" * 11, "😀" * 5 + "x"}.intersection(texts)
