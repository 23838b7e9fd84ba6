"""A plan that breaks a rule of its file is refused with figure, place and flag; the flag lifts only that rule."""

from __future__ import annotations

import pytest

from kaverun.planning.limits import RULES

CSV = "phone,name\n09260000001,سارا\n09260000002,علی\n09260000003,مریم\n"
LONG = "message: '{{ name }} " + "سلام" * 30 + " لغو11'\n"
NIGHT = 1_800_000_000.0 + 11.5 * 3600  # 2027-01-15 23:00 in Tehran
BROKEN = (
    f"recipients: {{csv: members.csv, on_invalid: skip}}\nsenders: ['3000']\n{LONG}"
    "limits: {recipients: 2, parts: 1, cost: 100, invalid: 0%, failed: 5%}\n"
    "schedule: {quiet_hours: '22:00-08:00'}\n"
)
LIMITS = ("recipients", "parts", "cost", "invalid")


def broken(planned, lifted=()):
    return planned(BROKEN, members_csv=CSV + "12,x\n", now=NIGHT, lifted=lifted)


def rules(problems):
    return [problem.key.rpartition(".")[2] for problem in problems]


def test_each_rule_is_refused_with_its_figure_its_place_and_the_flag_that_lifts_it(planned):
    told = [str(problem) for problem in broken(planned).refusals]
    places = ["6:22: limits.recipients", "6:32: limits.parts", "6:41: limits.cost", "6:55: limits.invalid"]
    figures = ["3 messages to send, more than the limit of 2", "2 parts in the longest message", "the cost is unknown",
               "1 of 4 rows are invalid, more than the limit of 0%", "it is 23:00 in Asia/Tehran"]  # fmt: skip
    for line, place, figure, rule in zip(
        told, [*places, "7:25: schedule.quiet_hours"], figures, [*LIMITS, "quiet_hours"], strict=True
    ):
        assert line.startswith(f"campaign.yaml:{place}: {figure}")
        assert line.endswith(f", or give --allow-over {rule} this once")


@pytest.mark.parametrize("rule", [*LIMITS, "quiet_hours"])
def test_a_flag_lifts_its_own_rule_and_the_plan_says_so(planned, rule):
    plan = broken(planned, lifted=[rule])
    assert rules(plan.lifted) == [rule]
    assert plan.lifted[0].what.endswith(": lifted for this command")
    assert rules(plan.refusals) == [other for other in (*LIMITS, "quiet_hours") if other != rule]


def test_a_limit_that_only_a_run_could_break_is_told_when_nobody_watches_it(planned):
    (lifted,) = broken(planned, lifted=["failed"]).lifted
    assert (lifted.key, lifted.severity) == ("limits.failed", "warning")
    assert "however many messages fail, although 5% is the limit" in lifted.what


def test_a_rule_that_is_kept_or_not_set_has_nothing_to_lift(planned):
    plan = planned("recipients: members.csv\nmessage: x\nlimits: {recipients: 3}\n", members_csv=CSV, lifted=RULES)
    assert (plan.refusals, plan.lifted) == ((), ())


def test_a_cost_above_its_limit_names_both(planned):
    tariff = "version: 1\ncurrency: IRR\nlines: {default: {persian: 120, latin: 300}}\n"
    plan = planned(BROKEN + "tariff: t.yaml\n", members_csv=CSV, t_yaml=tariff)
    (refusal,) = (problem for problem in plan.refusals if problem.key == "limits.cost")
    assert refusal.what.startswith("720 Rial, more than the limit of 100: shorten the list or the text, raise")


def test_lifting_a_rule_changes_nothing_about_the_messages(planned):
    assert broken(planned).digest == broken(planned, lifted=RULES).digest


def test_quiet_hours_do_not_hold_back_what_the_provider_sends_by_day(planned):
    plan = planned(
        "recipients: members.csv\nmessage: x\nschedule: {at: 2027-01-16 10:00, quiet_hours: '22:00-08:00'}\n",
        members_csv=CSV,
        now=NIGHT,
    )
    assert (plan.date, plan.refusals) == (1_800_081_000, ())


def test_a_time_that_has_passed_is_not_also_said_to_be_quiet(planned):
    plan = planned(
        "recipients: members.csv\nmessage: x\nschedule: {at: 2027-01-15 10:00, quiet_hours: '22:00-08:00'}\n",
        members_csv=CSV,
        now=NIGHT,
    )
    assert rules(plan.refusals) == ["at"]
