"""A second look: what is right by the letter, with a name, a place and a way to silence it."""

from __future__ import annotations

from functools import partial

import pytest

from kaverun.campaign.lints import LINTS, SAME_NAME

CSV = "phone,name\n09260000001,سارا\n09260000002,علی\n09260000003,مریم\n"
QUIET = "schedule: {quiet_hours: '22:00-08:00'}\n"
GOOD = "recipients: members.csv\nmessage: '{{ name }} سلام لغو11'\n" + QUIET


@pytest.fixture
def planned(planned):
    """Plans with a second look."""
    return partial(planned, second_look=True)


def found(planned, campaign, csv=CSV, **files):
    return [problem.rule for problem in planned(campaign, members_csv=csv, **files).warnings]


def only(planned, campaign, csv=CSV):
    (problem,) = planned(campaign, members_csv=csv).warnings
    return problem


def test_a_good_campaign_is_left_alone(planned):
    assert found(planned, GOOD) == []


@pytest.mark.parametrize("opt_out", ["لغو11", "لغو۱۱", "لغو١١", "لغو 11", "لغو: 11"])
def test_the_opt_out_is_known_in_the_digits_of_every_keyboard(planned, opt_out):
    assert found(planned, GOOD.replace("لغو11", opt_out)) == []


def test_a_missing_opt_out_is_told_at_the_text_with_a_name_in_brackets(planned):
    told = str(only(planned, GOOD.replace("لغو11", "لغو12")))
    assert told.startswith("campaign.yaml:4:10: message: warning: لغو11, by which people stop messages")
    assert "is missing in every text: add it on a line of its own, or silence this under lints.off" in told
    assert told.endswith(" [missing-opt-out]")


def test_an_opt_out_that_only_some_texts_lack_counts_them_and_names_the_first(planned):
    campaign = GOOD.replace("لغو11", '{% if name != "علی" %}لغو11{% endif %}')
    assert "is missing in 1 of 3 texts (first in row 2)" in only(planned, campaign).what


def test_an_opt_out_may_come_from_the_list(planned):
    assert found(planned, GOOD.replace("لغو11", ""), CSV.replace("سارا", "لغو11")) == ["missing-opt-out"]
    rows = "phone,name\n09260000001,سارا لغو11\n09260000002,علی لغو11\n"
    assert found(planned, GOOD.replace("لغو11", ""), rows) == []


@pytest.mark.parametrize(
    "link",
    [
        "https://x.ir/a",
        "http://1.2.3.4",
        "www.example.com",
        "example.ir",
        "Shop.Example.COM/a?b=1",
        "b.link/7",
        "t.me/x",
    ],
)
def test_a_link_is_told_with_what_kavenegar_answers(planned, link):
    problem = only(planned, GOOD.replace("سلام", link))
    assert problem.rule == "link-in-text"
    assert f'a link ("{link}") stands in every text' in problem.what
    assert "code 420" in problem.what


def test_a_link_that_only_some_texts_have_counts_them_and_names_the_first(planned):
    rows = "phone,name\n" + "".join(f"0926{n:07d},{'b.link/7' if n in (7, 9) else 'a. b'}\n" for n in range(450))
    told = only(planned, GOOD, rows).what
    assert told.startswith('a link ("b.link/7") stands in 2 of 450 texts (first in row 8), ')


@pytest.mark.parametrize(
    "text", ["10.30", "info@example.com", "پایان.شروع", "1.5 میلیون", "a.b.c", "نسخه 2.irx", "Dr.Ahmadi", "//"]
)
def test_what_only_looks_like_a_link_is_left_alone(planned, text):
    assert found(planned, GOOD.replace("سلام", text)) == []


def test_the_same_text_to_everyone_is_suspicious_where_the_template_uses_columns(planned):
    campaign = GOOD.replace("{{ name }}", "{{ name[:0] }}")
    problem = only(planned, campaign)
    assert (problem.rule, problem.severity) == ("same-text", "warning")
    assert "all 3 texts are the same although the template uses columns" in problem.what


@pytest.mark.parametrize(
    ("campaign", "csv"),
    [
        (GOOD.replace("{{ name }}", ""), "phone\n09260000001\n09260000002\n09260000003\n"),
        (GOOD, "phone,name\n09260000001,سارا\n09260000002,سارا\n"),
    ],
    ids=["a text without columns", "two of one name"],
)
def test_the_same_text_is_no_wonder(planned, campaign, csv):
    assert found(planned, campaign, csv) == []


def test_columns_that_nothing_uses_are_told_once_a_file_at_its_header(planned):
    campaign = (
        "recipients: {csv: [members.csv, more.csv], key: id, where: city != 'x'}\nmessage: '{{ name }} لغو11'\n" + QUIET
    )
    told = planned(
        campaign,
        members_csv="id,phone,name,city,age,نام خانوادگی\n1,09260000001,a,b,3,c\n",
        more_csv="phone,name,city,id\n09260000002,a,b,2\n",
    ).warnings
    assert [str(problem) for problem in told] == [
        "members.csv:1: warning: nothing uses these columns: 'age', 'نام خانوادگی'; is one missing in the text? "
        "Use or delete them, or silence this under lints.off [unused-column]"
    ]


def test_rows_written_in_the_campaign_file_may_carry_notes(planned):
    campaign = "recipients: [{phone: '09260000001', note: called}]\nmessage: لغو11\n" + QUIET
    assert found(planned, campaign) == []


def at(time, deadline=""):
    return f"schedule: {{at: 2027-01-16 {time}{deadline}}}\n"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("", "goes out whenever it is applied"),
        (at("22:00"), "goes out at 22:00"),
        (at("06:59"), "goes out at 06:59"),
        (at("21:00", ", deadline: 90m"), "may go out until 22:30 by its deadline"),
    ],
)
def test_an_advertising_text_that_may_go_out_at_night_should_have_quiet_hours(planned, schedule, words):
    problem = only(planned, GOOD.replace(QUIET, schedule))
    assert problem.rule == "no-quiet-hours"
    assert words in problem.what


@pytest.mark.parametrize("schedule", [QUIET, at("07:00"), at("21:59"), at("10:00", ", deadline: 12h")])
def test_an_advertising_text_that_goes_out_by_day_is_left_alone(planned, schedule):
    assert found(planned, GOOD.replace(QUIET, schedule)) == []


def test_a_text_that_is_no_advertising_needs_no_quiet_hours(planned):
    assert found(planned, GOOD.replace(QUIET, "").replace("لغو11", "")) == ["missing-opt-out"]


# What several files have in common is the matter of `validate`.
OF_ONE_FILE = [name for name in LINTS if name != SAME_NAME]
SLIPS = "<b> ???? /n {name} {{ note }} D\u0435ar customer, your order is ready for pickup today"
ALL_WRONG = f"recipients: members.csv\nmessage: \"{{{{ 'a' if age }}}} x.ir {SLIPS}\"\n"
FULL = "phone,age,city,note\n09260000001,1,a,\n09260000002,2,b,\n09260000003,3,c,\n"


def test_every_lint_can_be_silenced_by_its_name_and_no_other_with_it(planned):
    told = found(planned, ALL_WRONG, FULL) + found(planned, GOOD.replace(QUIET, ""))
    assert sorted(told) == sorted(OF_ONE_FILE)
    for name in OF_ONE_FILE:
        off = f"lints: {{off: [{name}]}}\n"
        left = set(found(planned, ALL_WRONG + off, FULL)) | set(found(planned, GOOD.replace(QUIET, "") + off))
        assert left - {"no-quiet-hours"} == set(OF_ONE_FILE) - {name, "no-quiet-hours"}
    assert found(planned, GOOD.replace(QUIET, "lints: {off: no-quiet-hours}\n")) == []


def test_a_lookup_or_a_call_has_no_text_to_look_at(planned):
    assert found(planned, "channel: voice\nrecipients: members.csv\nmessage: '{{ name }} x.ir'\n") == []


def test_with_nothing_left_to_send_nothing_is_looked_at(planned):
    assert found(planned, "recipients: {csv: members.csv, where: name == 'x'}\nmessage: x.ir\n") == []


def test_strict_makes_errors_of_lints_and_not_of_rows_that_are_left_out(planned):
    plan = planned(GOOD.replace("لغو11", ""), members_csv=CSV + "09260000001,سارا\n")
    assert [problem.rule for problem in plan.warnings] == ["", "missing-opt-out"]
    assert [problem.rule for problem in plan.strict] == ["missing-opt-out"]


@pytest.mark.parametrize(
    "condition",
    [
        "{% if name %}{{ name }}{% endif %}",
        "{{ 'a' if not name else name }}",
        "{{ name or 'a' }}",
        "{% if name | trim %}{{ name }}{% endif %}",
    ],
)
def test_a_text_that_is_a_condition_by_itself_is_asked_to_have_a_type(planned, condition):
    campaign = GOOD.replace("{{ name }}", condition.replace("'", "''"))
    warning = only(planned, campaign)
    assert warning.rule == "text-as-condition"
    assert "`columns: {name: bool}`" in warning.what
    for kind in ("text", "bool"):
        typed = campaign.replace(
            "recipients: members.csv", f"recipients: {{csv: members.csv, columns: {{name: {kind}}}}}"
        )
        assert "text-as-condition" not in found(
            planned, typed, CSV.replace("سارا", "بله").replace("علی", "بله").replace("مریم", "بله")
        )


def test_a_where_that_is_one_column_of_texts_is_asked_to_have_a_type_too(planned):
    campaign = GOOD.replace(
        "recipients: members.csv", 'recipients: {csv: members.csv, where: name == "سارا" and not name}'
    )
    assert found(planned, campaign) == ["text-as-condition"]
