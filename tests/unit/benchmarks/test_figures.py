"""Samples become figures, figures verdicts and pictures."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from benchmarks.__main__ import STEPS, steps_of
from benchmarks.figures import Figure, figures, regressions, relative
from benchmarks.growth import growth_svg
from benchmarks.results import BARE, KAVERUN, NAIVE, Case, Results, Sample
from benchmarks.steps.rate import average, burst
from benchmarks.table import as_markdown, as_text, figures_table, samples_table


def sample(step, messages, who, seconds, *, latency=0, threads=0, **more):
    return Sample(Case(step, messages, latency, threads), who, seconds, seconds, seconds, 50 * 2**20, more)


def measured():
    results = Results()
    for messages in (10_000, 100_000, 1_000_000):
        seconds = messages / 100_000
        results.add(sample("plan", messages, BARE, seconds))
        results.add(sample("plan", messages, KAVERUN, seconds * 1.4))
        results.add(sample("plan", messages, KAVERUN, seconds * 1.2))
        results.add(sample("apply", messages, BARE, seconds / 2, threads=4))
        results.add(sample("apply", messages, KAVERUN, seconds * 0.75, threads=4, ledger=300.0))
    results.add(sample("apply", 10_000, NAIVE, 0.2, threads=4))
    return results


def by_name(results):
    return {figure.name: figure for figure in figures(results)}


def test_the_best_of_each_party_at_the_largest_list_is_compared():
    found = by_name(measured())
    assert found["plan: time ÷ bare loop"].value == pytest.approx(1.2)
    assert found["apply: rate ÷ bare loop, 0 ms, 4 threads"].value == pytest.approx(2 / 3)
    assert found["apply: rate ÷ naive loop, 0 ms, 4 threads"].value == pytest.approx(133_333 / 50_000, rel=1e-4)
    assert found["ledger: bytes a message"].value == 300
    assert found["plan: time of the longest list ÷ straight line of shorter ones"].value == pytest.approx(1)
    assert all(figure.met for figure in found.values())


@pytest.mark.parametrize(("ours", "bare", "bend"), [(20, 10, 2), (10, 10, 1), (15, 15, 1), (10, 7, 1), (20, 7, 2)])
def test_time_that_grows_faster_than_the_list_is_seen_whatever_the_machine_does(ours, bare, bend):
    results = Results()
    for messages, last in ((10_000, False), (100_000, False), (1_000_000, True)):
        for who, times in ((BARE, bare), (KAVERUN, ours)):
            results.add(sample("status", messages, who, messages / 1e6 * (times if last else 10)))
    found = by_name(results)["status: time of the longest list ÷ straight line of shorter ones"]
    assert found.value == pytest.approx(bend, rel=0.01)
    assert found.met is (bend == 1)


def test_one_fast_moment_during_a_short_run_does_not_make_a_straight_line_bend():
    results = Results()
    for messages in (10_000, 100_000, 1_000_000):
        for who in (BARE, KAVERUN):
            results.add(sample("status", messages, who, messages / 1e5))
    for faster in (0.6, 1.0):
        results.add(sample("status", 100_000, KAVERUN, faster))
    found = by_name(results)["status: time of the longest list ÷ straight line of shorter ones"]
    assert found.value == pytest.approx(1)


def test_a_slow_party_misses_its_figure():
    results = measured()
    results.samples = [one for one in results.samples if one.who != KAVERUN]
    results.add(sample("plan", 1_000_000, KAVERUN, 16.0))
    results.add(sample("apply", 1_000_000, KAVERUN, 9.0, threads=4))
    found = by_name(results)
    assert not found["plan: time ÷ bare loop"].met
    assert not found["apply: rate ÷ bare loop, 0 ms, 4 threads"].met


def test_speed_is_judged_at_a_million_and_memory_and_the_straight_line_beyond_it():
    results = measured()
    results.add(sample("plan", 3_000_000, BARE, 30.0))
    results.add(replace(sample("plan", 3_000_000, KAVERUN, 60.0), rss=70 * 2**20))
    found = by_name(results)
    assert found["plan: time ÷ bare loop"].value == pytest.approx(1.2)
    assert found["plan: peak memory, MiB"].value == 70
    assert found["plan: peak memory, largest ÷ next list"].value == pytest.approx(1.4)
    assert found["plan: time of the longest list ÷ straight line of shorter ones"].value == pytest.approx(60 / 39)


def test_what_was_not_measured_has_no_figure():
    assert figures(Results()) == []


def test_a_figure_twice_as_bad_as_before_is_a_regression_whichever_way_it_counts():
    now = [Figure("time", 2.0, 1.5), Figure("rate", 0.4, 0.65, at_least=True), Figure("new", 9.0, 1.0)]
    assert [one.name for one in regressions(now, {"time": 1.0, "rate": 0.8})] == ["time", "rate"]
    assert regressions(now, {"time": 1.5, "rate": 0.5}) == []


def test_processor_time_has_less_slack_than_what_neighbours_can_disturb():
    now = [Figure("by processors", 1.5, 1.5, processors=True), Figure("by the clock", 1.5, 1.5)]
    assert [one.name for one in regressions(now, {"by processors": 1.0, "by the clock": 1.0})] == ["by processors"]


def test_what_no_machine_changes_has_to_be_as_promised_whatever_it_was_before():
    now = [Figure("memory", 130.0, 120, steady=True), Figure("time", 1.6, 1.5)]
    assert [one.name for one in regressions(now, {"memory": 129.0, "time": 1.6})] == ["memory"]


def test_a_step_that_is_short_of_processors_is_compared_by_their_time():
    results = measured()
    results.samples = [replace(one, cpu=one.cpu / 2) if one.who == BARE else one for one in results.samples]
    found = {figure.name: figure.value for figure in relative(results)}
    assert found["plan: processor time ÷ bare loop"] == pytest.approx(2.4)
    assert "plan: time ÷ bare loop" not in found


def test_the_evenest_of_several_runs_tells_how_exact_a_rate_is():
    results = Results()
    for burst_, seen in ((260.0, 2_050.0), (204.0, 2_001.0), (220.0, 2_010.0)):
        results.add(sample("rate", 4_000, KAVERUN, 2_000 / seen, burst=burst_, seen=seen, asked=2_000.0))
    found = by_name(results)
    assert found["rate: burst at the server, batches"].value == pytest.approx(1.02)
    assert found["rate: seen ÷ asked"].value == pytest.approx(1.0005)


def test_every_figure_leads_to_the_steps_that_measure_it():
    results = measured()
    results.add(sample("apply", 10_000, BARE, 1.0, latency=50, threads=4))
    results.add(sample("apply", 10_000, KAVERUN, 1.0, latency=50, threads=4))
    for step, messages in (("status", 9), ("resume", 9), ("report: every row", 9), ("--help", 0), ("validate", 10)):
        results.add(sample(step, messages, BARE, 1.0))
        results.add(sample(step, messages, KAVERUN, 1.0))
    results.add(sample("rate", 4_000, KAVERUN, 1.0, burst=1.0, seen=1.0, asked=1.0))
    found = relative(results)
    steps = {step for figure in found for step in steps_of([figure])}
    assert steps == {"plan", "apply", "latency", "status", "resume", "report", "startup", "rate"}
    assert steps <= set(STEPS)


def test_seconds_are_compared_between_machines_by_what_the_bare_loop_takes_there():
    results = measured()
    results.add(sample("resume", 1_000_000, KAVERUN, 1.5))
    found = {figure.name: figure.value for figure in relative(results)}
    assert found["resume: seconds to the first new batch, ÷ bare plan"] == pytest.approx(0.15)
    assert "resume: seconds to the first new batch" not in found


def test_an_even_rate_has_a_burst_of_one_batch():
    arrivals = [(10 + number * 0.1, 200) for number in range(50)]
    assert burst(arrivals, 2000) == pytest.approx(200)
    assert average(arrivals) == pytest.approx(2000)


def test_two_batches_at_once_are_a_burst_of_two():
    arrivals = [(10 + number * 0.1, 200) for number in range(50)]
    assert burst([*arrivals, (12.0, 200)], 2000) == pytest.approx(400)


def test_tables_hold_every_case_in_text_and_markdown():
    results = measured()
    for rows in (samples_table(results), figures_table(figures(results))):
        assert {len(row) for row in rows} == {len(rows[0])}
        assert len(as_text(rows).splitlines()) == len(as_markdown(rows).splitlines()) == len(rows) + 1


def test_the_growth_curve_is_a_picture_with_a_line_for_each_party():
    root = ElementTree.fromstring(growth_svg(measured()))
    lines = [one for one in root.iter("{http://www.w3.org/2000/svg}polyline") if len(one.get("points").split()) == 3]
    assert len(lines) == 6
