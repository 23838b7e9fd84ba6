"""The figures that matter, each with what was promised of it (design, *Speed*)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.lists import BATCH
from benchmarks.results import BARE, KAVERUN, NAIVE, Case, Results, Sample
from benchmarks.steps import apply, plan, rate, report, resume, startup, status
from benchmarks.steps.progress import LOG, TERMINAL

_MIB = 2**20
_TOO_SHORT = 0.05
#: Speed is promised for so many recipients; longer lists tell whether time and memory stay as they are.
PROMISED = 1_000_000
# How many times worse a figure may become. A step that takes twice as long has to be seen through noise, and beside a
# start that takes as long as ever; noise alone must not be seen. Processor time wavers by a twentieth.
_TOLERATED, _TOLERATED_OF_PROCESSORS = 1.6, 1.4


class Figure(NamedTuple):
    """A value and its limit, which it may not exceed, or where `at_least` not stay below.

    `seconds` is set where the value depends on how fast the machine is, `processors` where it compares their time,
    `steady` where nothing about a machine changes it, so that a promise can be held anywhere.
    """

    name: str
    value: float
    limit: float
    at_least: bool = False
    seconds: bool = False
    processors: bool = False
    steady: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def worse_than(self, before: float) -> float:
        """How many times worse than an earlier value."""
        return before / self.value if self.at_least else self.value / before

    def is_far_worse(self, before: float) -> bool:
        return self.worse_than(before) > (_TOLERATED_OF_PROCESSORS if self.processors else _TOLERATED)


def figures(results: Results) -> list[Figure]:
    """Every figure for which there are measurements; the largest list counts, for speed up to `PROMISED`."""
    return [
        *_plan_and_status(results),
        *_apply(results),
        *_memory(results),
        *_linear(results),
        *_resume_and_report(results),
        *_startup_and_progress(results),
        *_rate(results),
    ]


def relative(results: Results) -> list[Figure]:
    """The figures as they can be compared between machines: seconds become multiples of the bare loop of `plan`.

    What takes next to no time is left out: it wavers more than it says. Where a step is short of processors alone, it
    is compared by their time: neighbours on a machine take that of the clock.
    """
    found = figures(results)
    by_clock = {one.name for one in _plan_and_status(results)}
    bare = max(results.of_step(plan.STEP, BARE), key=lambda one: one.case.messages, default=None)
    kept = [one for one in found if not one.seconds and one.name not in by_clock]
    kept += _by_processor(results)
    if bare:
        told = [one for one in found if one.seconds and one.value > _TOO_SHORT]
        kept += [one._replace(name=f"{one.name}, ÷ bare plan", value=one.value / bare.seconds) for one in told]
    return kept


def regressions(now: list[Figure], before: Mapping[str, float]) -> list[Figure]:
    """Figures that are far worse than they were, and steady ones that are not as promised.

    Those without a value before are new.
    """
    return [one for one in now if one.is_far_worse(before.get(one.name, one.value)) or (one.steady and not one.met)]


def _plan_and_status(results: Results) -> Iterator[Figure]:
    for step, limit in ((plan.STEP, 1.5), (status.STEP, 2.0)):
        if (largest := _largest_against(results, step)) is not None:
            yield Figure(f"{step}: time ÷ bare loop", largest, limit)


def _by_processor(results: Results) -> Iterator[Figure]:
    for step, limit in ((plan.STEP, 1.5), (status.STEP, 2.0)):
        ours, bare = (_least_cpu(results, step, who) for who in (KAVERUN, BARE))
        if ours and bare:
            yield Figure(f"{step}: processor time ÷ bare loop", ours / bare, limit, processors=True)


def _least_cpu(results: Results, step: str, who: str) -> float | None:
    of_step = [one for one in results.samples if one.case.step == step and one.who == who]
    longest = max((one.case.messages for one in of_step), default=0)
    return min((one.cpu for one in of_step if one.case.messages == longest), default=None)


def _largest_against(results: Results, step: str) -> float | None:
    cases = [one.case for one in _promised(results, step) if results.best(one.case, BARE)]
    return results.ratio(cases[-1]) if cases else None


def _promised(results: Results, step: str) -> list[Sample]:
    samples = results.of_step(step)
    return [one for one in samples if one.case.messages <= PROMISED] or samples


def _apply(results: Results) -> Iterator[Figure]:
    """Sending rates over those of others; at the largest list for each latency and number of threads."""
    for (latency, threads), limit in {(0, 4): 0.6, (50, 4): 0.97, (100, 16): 0.97, (100, 64): 0.9}.items():
        cases = [one.case for one in _promised(results, apply.STEP) if one.case[2:] == (latency, threads)]
        compared = [case for case in cases if results.best(case, BARE)]
        if compared and (ratio := results.ratio(compared[-1])):
            words = f"apply: rate ÷ bare loop, {latency} ms, {threads} threads"
            yield Figure(words, 1 / ratio, limit, at_least=True)
    if rates := _rate_over_naive(results):
        yield Figure("apply: rate ÷ naive loop, 0 ms, 4 threads", rates, 2.0, at_least=True)


def _rate_over_naive(results: Results) -> float | None:
    ours = [one for one in _promised(results, apply.STEP) if one.case[2:] == (0, 4)]
    naive = [one for one in results.of_step(apply.STEP, NAIVE) if one.case[2:] == (0, 4)]
    return ours[-1].rate / naive[-1].rate if ours and naive else None


def _memory(results: Results) -> Iterator[Figure]:
    for step in (plan.STEP, apply.STEP, status.DRAWN, resume.STEP, report.ROWS):
        samples = _at_ease(results, step)
        if samples:
            yield Figure(f"{step}: peak memory, MiB", samples[-1].rss / _MIB, 120, steady=True)
        if len(samples) > 1 and samples[-2].case.messages >= 1_000_000:
            yield Figure(f"{step}: peak memory, largest ÷ next list", samples[-1].rss / samples[-2].rss, 1.1)
    applied = [one for one in _at_ease(results, apply.STEP) if "ledger" in one.more]
    if applied:
        yield Figure("ledger: bytes a message", applied[-1].more["ledger"], 400, steady=True)


def _at_ease(results: Results, step: str) -> list[Sample]:
    """Our samples of a step without latency, by messages."""
    return [one for one in results.of_step(step) if (one.case.latency, one.case.threads) in ((0, 0), (0, 4))]


def _linear(results: Results) -> Iterator[Figure]:
    """What the longest list takes over what the two before it let expect: 1 for a straight line.

    Over the same of the bare loop where that bends upwards: it is a straight line by itself, so the machine became
    slower. A machine that became faster is no reason to find fault with a straight line.
    """
    for step in (plan.STEP, apply.STEP, status.STEP):
        cases = [sample.case for sample in _at_ease(results, step)][-3:]
        ours, bare = (_bend(results, cases, who) for who in (KAVERUN, BARE))
        if ours and bare:
            slower = max(bare, 1.0)
            yield Figure(f"{step}: time of the longest list ÷ straight line of shorter ones", ours / slower, 1.15)


def _bend(results: Results, cases: Sequence[Case], who: str) -> float | None:
    seconds = [results.usual_whole(case, who) for case in cases]
    if len(cases) < 3 or cases[0].messages < 10_000 or None in seconds:
        return None
    few, some, many = (case.messages for case in cases)
    least, middle, most = (whole for whole in seconds if whole)
    return most / (least + (middle - least) * (many - few) / (some - few))


def _resume_and_report(results: Results) -> Iterator[Figure]:
    for step, words, limit in (
        (resume.STEP, "resume: seconds to the first new batch", 3.0),
        (report.SUMMARY, "report: seconds for the summary", 5.0),
    ):
        if sample := results.largest(step):
            yield Figure(words, sample.seconds, limit, seconds=True)
    if (rows := results.largest(report.ROWS)) and (ratio := results.ratio(rows.case)):
        yield Figure("report: time of every row as CSV ÷ csv.writer", ratio, 2.0)


def _startup_and_progress(results: Results) -> Iterator[Figure]:
    for case, words in ((startup.HELP, "--help: time ÷ import click"), (startup.VALIDATE, "validate: time ÷ imports")):
        if ratio := results.ratio(case):
            yield Figure(words, ratio, 1.5, processors=True)
    for command in ("plan", "apply"):
        for who in (TERMINAL, LOG):
            for sample in results.of_step(f"progress of {command}", who):
                share = sample.more["display"] / sample.cpu
                yield Figure(f"progress: share of the processor time of {command}, {who}", share, 0.02)


def _rate(results: Results) -> Iterator[Figure]:
    measured = [one.more for one in results.samples if one.case.step == rate.STEP]
    if measured:
        # What disturbs a machine crowds arrivals; what is wrong with a rate does so every time. A tenth of a batch is
        # what the way to the server may move an arrival.
        burst = min(more["burst"] for more in measured)
        seen = min(more["seen"] / more["asked"] for more in measured)
        yield Figure("rate: burst at the server, batches", burst / BATCH, 1.1)
        yield Figure("rate: seen ÷ asked", seen, 1.005, steady=True)
