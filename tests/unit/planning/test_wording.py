"""A row becomes a text, or a template's name with its tokens; what the provider would refuse is that row's reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.errors import Invalid
from kaverun.planning.wording import TextWording, Unfit
from kaverun.template.template import compile_template

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


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1b", "\x08", "\x0b", "\x85", "\x9b", "\ufffe", "\uffff"])
def test_a_text_with_a_control_character_is_unfit_and_its_column_is_named(sign):
    wording = TextWording(
        compile_template("{{ name }} سلام", path="c.yaml"), normalize=False, max_length=900, spoken=False
    )
    rows = [{"name": "سارا", "note": sign}, {"name": f"عل{sign}ی", "note": ""}] + [{"name": "x", "note": ""}] * 20
    good, bad, *others = wording.messages(rows)
    assert good == "سارا سلام"
    assert bad.cause == "control character"
    assert bad.reason.startswith("column 'name' holds ")
    assert f"(U+{ord(sign):04X})" in bad.reason
    assert others == ["x سلام"] * 20


def test_a_control_character_of_the_template_itself_is_told_to_be_in_the_text():
    template = compile_template("{{ '\\x1b' }} {{ name }}", path="c.yaml")
    (bad,) = TextWording(template, normalize=False, max_length=900, spoken=False).messages([{"name": "x"}])
    assert bad.reason.startswith("the text holds a control character (U+001B)")


def test_a_line_end_that_a_template_writes_becomes_a_line_feed():
    template = compile_template("{{ 'a\\r\\nb' }}{{ name }}", path="c.yaml")
    assert TextWording(template, normalize=False, max_length=900, spoken=False).messages([{"name": "\r"}]) == ["a\nb\n"]


def test_a_token_with_a_control_character_is_unfit_too(planned):
    rows = '{"phone": "09260000001", "code": "1\\u001b2", "name": "x"}\n'
    plan = planned(LOOKUP.replace("csv: members.csv", "jsonl: members.jsonl"), members_jsonl=rows)
    assert entries(plan)[0][:2] == ("invalid", "control character")


CAMPAIGN = """\
message: {file: text.j2}
recipients: {csv: members.csv}
vars: {shop: "a\\nb"}
"""
LINES = ("{{ name }}\nسلام {{ shop }}\n{% include 'p.j2' %}\nلغو11\n", 'phone,name\n09260000001,"a\nb"\n', "x\ny\n")


def test_the_digest_is_the_same_for_files_with_any_line_ends(planned, tmp_path):
    plans = []
    for end in ("\n", "\r\n", "\r"):
        text, rows, partial = (written.replace("\n", end) for written in LINES)
        for name, content in (("text.j2", text), ("members.csv", rows), ("p.j2", partial)):
            (tmp_path / name).write_bytes(content.encode())
        made = planned(CAMPAIGN.replace("a\\nb", "a\\nb".replace("\\n", repr(end)[1:-1])))
        (entry,) = made.entries()
        plans.append((made.digest, entry.text, entry.parts))
    assert plans[0] == plans[1] == plans[2]
    assert plans[0][1] == "a\nb\nسلام a\nb\nx\ny\nلغو11"
