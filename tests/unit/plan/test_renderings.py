"""The same figures stand in each form of a plan."""

from __future__ import annotations

import json
import re

import pytest

from kaverun.cli.plan_text import plan_text
from kaverun.plan.as_json import plan_json
from kaverun.plan.as_markdown import plan_markdown
from kaverun.text.controls import has_controls

LIST = "recipients: members.csv\nsenders: ['3000', '4000']\nmessage: '{{ name }}'\n"
TARIFF = "tariff: t.yaml\n"
PRICES = "version: 1\nvat: 10%\nlines: {'3000': {persian: 100}, '4000': {persian: 200, latin: 500}}\n"
NAMES = ["س" * 71 if n == 3 else "سارا" for n in range(20)]


def members(names):
    return "phone,name\n" + "".join(f"0926{n:07d},{name}\n" for n, name in enumerate(names))


@pytest.fixture
def priced(planned):
    return planned(LIST + TARIFF, members_csv=members(NAMES), t_yaml=PRICES)


def test_parts_and_price_are_told_per_line_and_add_up(priced):
    by_line = priced.totals.by_line
    assert sum(line.messages for line in by_line.values()) == 20
    assert sum(line.parts for line in by_line.values()) == priced.totals.parts == 21
    assert sum(line.cost for line in by_line.values()) == priced.totals.cost
    for line, price in (("3000", 110), ("4000", 220)):
        assert by_line[line].cost == by_line[line].parts * price
    assert list(by_line.values()) == sorted(by_line.values(), key=lambda line: -line.messages)


def test_the_most_expensive_row_is_the_one_of_the_highest_price_and_not_the_longest(planned):
    plan = planned(
        LIST + TARIFF,
        members_csv=members(["س" * 69, "سارا", *["a" * 8] * 30]),
        t_yaml=PRICES.replace("'3000'", "default"),
    )
    assert plan.longest.row == 1
    priced = [entry for entry in plan.entries() if entry.cost]
    assert plan.most_expensive.cost == max(entry.cost for entry in priced) == 550
    assert plan.most_expensive.row == next(entry.row for entry in priced if entry.cost == 550)


def test_json_has_the_figures_of_each_line_and_both_worst_rows(priced):
    document = json.loads(plan_json(priced))
    assert [line["line"] for line in document["lines"]] == list(priced.totals.by_line)
    assert document["lines"][0] == {
        "line": next(iter(priced.totals.by_line)),
        **next(iter(priced.totals.by_line.values()))._asdict(),
    }
    assert (document["most_expensive"]["row"], document["longest"]["row"]) == (4, 4)
    assert document["most_expensive"]["cost"] == max(entry.cost for entry in priced.entries())
    assert document["unpriced"] == 0


def test_text_and_markdown_have_them_too(priced):
    for line, (messages, parts, cost) in priced.totals.by_line.items():
        assert f"  line          {line}: {messages} messages, {parts} parts, {cost:,} Rial" in plan_text(priced)
        assert f"| line {line} | {messages} messages, {parts} parts, {cost:,} Rial |" in plan_markdown(priced)
    costliest = priced.most_expensive
    assert f"  highest cost  row 4: 71 characters, 2 parts (ucs2), {costliest.cost} Rial" in plan_text(priced)
    assert f"| most expensive | row 4: {costliest.cost} Rial |" in plan_markdown(priced)


def test_without_a_tariff_no_price_is_told_anywhere(planned):
    plan = planned(LIST, members_csv=members(NAMES))
    assert plan.most_expensive is None
    assert {line.cost for line in plan.totals.by_line.values()} == {None}
    assert "Rial" not in plan_text(plan) + plan_markdown(plan)
    assert "unknown (the campaign names no tariff)" in plan_text(plan)
    assert json.loads(plan_json(plan))["most_expensive"] is None


def test_a_message_the_tariff_has_no_price_for_makes_the_cost_unknown_and_is_named(planned):
    plan = planned(LIST + TARIFF, members_csv=members([*NAMES, *["Sara"] * 9]), t_yaml=PRICES)
    lacking = [entry for entry in plan.entries() if entry.cost is None]
    assert plan.totals.cost is plan.totals.by_line["3000"].cost is None
    assert plan.totals.by_line["4000"].cost is not None
    (warning,) = [str(warning) for warning in plan.warnings]
    assert warning == (
        f"campaign.yaml:6:9: tariff: warning: has no price for latin by line 3000: {len(lacking)} messages such as row "
        f"{lacking[0].row}, so the cost is unknown"
    )
    words = f"unknown (the tariff has no price for {len(lacking)} messages)"
    assert words in plan_text(plan)
    assert words[9:-1] in plan_markdown(plan)


def test_the_accounts_own_line_is_named_so(planned):
    plan = planned("recipients: members.csv\nmessage: '{{ name }}'\n", members_csv=members(NAMES))
    assert "the default line of the account: 20 messages, 21 parts" in plan_text(plan)
    assert json.loads(plan_json(plan))["lines"] == [{"line": None, "messages": 20, "parts": 21, "cost": None}]


@pytest.mark.parametrize("render", [plan_json, plan_markdown])
def test_numbers_inside_sample_texts_are_masked_where_others_read_them(planned, render):
    text = "recipients: members.csv\nmessage: 'با {{ phone }} و ۰۹۱۲ ۳۴۵ ۶۷۸۹ و +98 912-111-2233 تماس'\n"
    shown = render(planned(text, members_csv="phone\n09121234567\n"))
    assert "0912***4567" in shown
    for number in ("09121234567", "۳۴۵ ۶۷۸۹", "111-2233"):
        assert number not in shown


@pytest.mark.parametrize("render", [plan_json, plan_markdown])
def test_tokens_of_a_lookup_are_masked_where_others_read_them(planned, render):
    text = "channel: lookup\nrecipients: members.csv\nmessage: {template: verify, token: '{{ code }}', token2: sara}\n"
    shown = render(planned(text, members_csv="phone,code\n09121234567,482913\n"))
    assert "verify" in shown
    assert "***" in shown
    assert "482913" not in shown
    assert "sara" not in shown


@pytest.mark.parametrize("shown", [plan_text, plan_markdown])
@pytest.mark.parametrize(
    ("more", "people", "strict", "words"),
    [
        ("", NAMES, False, "at once"),
        ("schedule: {at: 2040-01-01 10:00}\n", NAMES, False, "2040-01-01 10:00 Asia/Tehran"),
        ("schedule: {at: 2020-01-01 10:00}\n", NAMES, False, "not as it is: refused"),
        ("limits: {recipients: 3}\n", NAMES, False, "not as it is: refused"),
        ("schedule: {quiet_hours: '00:00-23:59'}\n", NAMES, False, "not as it is: refused"),
        ("", ["x\u200b" * 71, "سارا"], True, "not as it is: refused"),
    ],
)
def test_nothing_goes_out_at_once_where_nothing_goes_out_at_all(planned, shown, more, people, strict, words):
    plan = planned(LIST + more, members_csv=members(people))
    told = shown(plan, strict=strict)
    assert re.search(rf"goes out [ |]*{re.escape(words)}", told)
    assert ("at once" in told) == (words == "at once")


@pytest.mark.parametrize("shown", [plan_text, plan_markdown])
def test_a_list_of_which_nobody_is_sent_to_goes_out_at_no_time(planned, shown):
    nobody = LIST.replace("members.csv", "{csv: members.csv, where: name == 'x'}")
    told = shown(planned(nobody, members_csv=members(NAMES)))
    assert "nothing to send" in told
    assert "at once" not in told


@pytest.mark.parametrize("shown", [plan_text, plan_markdown])
def test_one_of_a_thing_is_told_in_the_singular(planned, shown):
    told = shown(planned(LIST, members_csv=members(["ی"])))
    assert re.search(r"\b1 message, 1 part\b", told)
    assert not re.search(r"\b1 (messages|parts|units|characters|rows)\b", told)


def test_what_a_cell_brings_into_a_comment_is_not_alive(planned):
    evil = "![x](https://evil.example) @team #1 <img src=x> www.evil.example"
    csv = f'phone,name,"{evil}"\n09120000001,"</pre>{evil}",\n"{evil}",x,\n09120000003,"| {evil}\u200b",\n'
    campaign = "recipients: {csv: members.csv, on_invalid: skip}\nmessage: '{{ name }} " + "x" * 40 + "'\n"
    markdown = plan_markdown(planned(campaign, members_csv=csv, second_look=True))
    outside = re.sub(r"<pre.*?</pre>", "", markdown, flags=re.S)
    assert markdown.count("<pre") == markdown.count("</pre>")
    for alive in ("![", "@team", "#1", "<img", "www.evil", "https://", "]("):
        assert alive not in outside


def test_no_control_character_is_in_the_markdown_whatever_a_list_holds(planned):
    rows = "id,phone,name\n\x1b[2J,09260000001,a\nb,09260000002,\x9b31m\nc,09260000003,c\n"
    campaign = "senders: 10004346\nmessage: '{{ name }}'\nrecipients: {csv: members.csv, key: id, on_invalid: skip}\n"
    text = plan_markdown(planned(campaign, members_csv=rows))
    assert not has_controls(text)
    assert "(U+001B)" in text
