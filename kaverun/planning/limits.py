"""What may forbid a plan that is finished and was shown, and which of it is lifted for one command."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import quiet_at, send_time
from kaverun.errors import Invalid, LimitExceeded, Problem, Refused
from kaverun.plan.plan import Plan, Totals
from kaverun.text.plurals import plural

RULES = ("recipients", "parts", "cost", "invalid", "failed", "quiet_hours")
"""What `--allow-over` takes: the keys of `limits`, and the quiet hours of the schedule."""


class Broken(NamedTuple):
    """A rule that a plan does not keep: where it stands in the file, what the plan is instead, and what to do."""

    keys: tuple[str, str]
    words: str
    remedy: str

    @property
    def rule(self) -> str:
        return self.keys[1]


class Verdict(NamedTuple):
    """What forbids a plan, and what would if it were not lifted; all at the rules' places in the file."""

    refusals: tuple[Problem, ...]
    lifted: tuple[Problem, ...]


class Permission(NamedTuple):
    """When the provider is to send (unix seconds, None for at once), and what forbids or would forbid it."""

    date: int | None
    refusals: tuple[Problem, ...]
    lifted: tuple[Problem, ...]


def permitted(loaded: LoadedCampaign, totals: Totals, *, now: float, lifted: Collection[str]) -> Permission:
    """Whether so much may be sent at `now` (unix seconds); nothing to send breaks no rule."""
    date, too_late = _date(loaded, now)
    verdict = judge(loaded, totals, now=now, at_once=date is None and not too_late, lifted=lifted)
    if not totals.send:
        return Permission(date, (), ())
    return Permission(date, (*too_late, *verdict.refusals), verdict.lifted)


def refuse(plan: Plan, *, strict: bool = False) -> None:
    """Raise `LimitExceeded` where limits, hours or a time that passed forbid the plan; it was shown before.

    With `strict` its warnings forbid it as well, but for rows that are left out as the file says: then `Invalid`.
    """
    if strict and plan.strict:
        raise Invalid([replace(problem, severity="error") for problem in (*plan.strict, *plan.refusals)])
    if plan.refusals:
        raise LimitExceeded("\n".join(map(str, plan.refusals)))


def _date(loaded: LoadedCampaign, now: float) -> tuple[int | None, list[Problem]]:
    """The provider's send time, and why it is too late for one."""
    try:
        return send_time(loaded.campaign.schedule, now).date, []
    except Refused as refusal:
        return None, [loaded.document.problem(str(refusal), "schedule", "at")]


def judge(loaded: LoadedCampaign, totals: Totals, *, now: float, at_once: bool, lifted: Collection[str]) -> Verdict:
    """Hold a plan against its campaign's limits, and `now` (unix seconds) against the quiet hours if it goes `at_once`.

    `lifted` are the `RULES` that do not count this time.
    """
    broken = [*_broken_limits(loaded, totals), *(_broken_quiet(loaded, now) if at_once else ())]
    refusals = [
        loaded.document.problem(f"{one.words}: {one.remedy}, or give --allow-over {one.rule} this once", *one.keys)
        for one in broken
        if one.rule not in lifted
    ]
    waived = [one for one in (*broken, *_unwatched(loaded)) if one.rule in lifted]
    told = [
        loaded.document.problem(f"{one.words}: lifted for this command", *one.keys, severity="warning")
        for one in waived
    ]
    return Verdict(tuple(refusals), tuple(told))


def _broken_limits(loaded: LoadedCampaign, totals: Totals) -> Iterator[Broken]:
    limits = loaded.campaign.limits
    yield from _over("recipients", totals.send, limits.recipients, "messages to send", "shorten the list")
    yield from _over("parts", totals.worst, limits.parts, "parts in the longest message", "shorten the text")
    yield from _over("cost", totals.cost, limits.cost, "Rial", "shorten the list or the text")
    if limits.cost is not None and totals.send and totals.cost is None:
        yield Broken(("limits", "cost"), "the cost is unknown", "name a tariff that has a price for every line")
    if limits.invalid is not None and totals.invalid > limits.invalid.of(totals.rows):
        rows = plural(totals.rows, "row is", "rows are")
        words = f"{totals.invalid:,} of {rows} invalid, more than the limit of {limits.invalid}"
        yield Broken(("limits", "invalid"), words, "mend the list, raise the limit")


def _over(rule: str, figure: int | None, limit: int | None, unit: str, remedy: str) -> Iterator[Broken]:
    if figure is not None and limit is not None and figure > limit:
        words = f"{figure:,} {unit}, more than the limit of {limit:,}"
        yield Broken(("limits", rule), words, f"{remedy}, raise the limit")


def _broken_quiet(loaded: LoadedCampaign, now: float) -> Iterator[Broken]:
    if quiet := quiet_at(loaded.campaign.schedule, now):
        yield Broken(("schedule", "quiet_hours"), quiet.words, quiet.remedy)


def _unwatched(loaded: LoadedCampaign) -> Iterator[Broken]:
    """The limit that only a run can break, so that it is told when nobody watches it."""
    if (limit := loaded.campaign.limits.failed) is not None:
        words = f"sending goes on however many messages fail, although {limit} is the limit"
        yield Broken(("limits", "failed"), words, "")
