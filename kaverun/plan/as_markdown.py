"""A plan as a pull-request comment: totals first, phones masked, texts escaped and in their own direction."""

from __future__ import annotations

from collections.abc import Iterator

from kaverun.plan.departure import goes_out
from kaverun.plan.disclosure import shareable
from kaverun.plan.plan import OTHER_CHANNELS, Change, Past, Plan, Sample, Totals
from kaverun.text.controls import harmless
from kaverun.text.markdown import block, code, inert
from kaverun.text.plurals import plural


def plan_markdown(plan: Plan, *, strict: bool = False) -> str:
    """With `strict` its warnings refuse it as well."""
    return harmless("\n".join(_lines(shareable(plan), strict=strict)))


def _lines(plan: Plan, *, strict: bool) -> Iterator[str]:
    totals = plan.totals
    yield f"### kaverun plan: {code(plan.campaign)}"
    yield ""
    done = "handed over earlier" if plan.past.scheduled else "already sent"
    others = f"{totals.done:,} {done}, {totals.skip:,} skipped, {totals.invalid:,} invalid"
    yield f"**{totals.send:,} to send**, {others}"
    yield ""
    if totals.anew:
        yield f"**{totals.anew:,} of them were cancelled earlier and are sent anew.**"
        yield ""
    yield from _past(plan.past)
    yield "| | |"
    yield "|---|---|"
    yield f"| recipients | {totals.rows:,} |"
    if plan.channel == "sms":
        yield f"| parts | {totals.parts:,}, at most {totals.worst} in a message |"
        yield f"| cost | {_cost(totals)} |"
    else:
        yield f"| channel | {OTHER_CHANNELS[plan.channel]} |"
        yield "| cost | unknown until Kavenegar has taken it |"
    yield f"| goes out | {inert(goes_out(plan, strict=strict))} |"
    for line, (messages, parts, cost) in (totals.by_line or {}).items() if plan.channel == "sms" else ():
        price = "" if cost is None else f", {cost:,} Rial"
        figures = f"{plural(messages, 'message')}, {plural(parts, 'part')}{price}"
        yield f"| line {inert(line) or '(default of the account)'} | {figures} |"
    if plan.most_expensive:
        yield f"| most expensive | row {plan.most_expensive.row}: {plan.most_expensive.cost:,} Rial |"
    yield f"| digest | {code(plan.digest)} |"
    yield from _section("LIFTED for this command", [str(problem) for problem in plan.lifted])
    yield from _section("Refused", [str(problem) for problem in plan.refusals])
    yield from _section("Warnings", [str(problem) for problem in plan.warnings])
    yield from _section(
        "Not sent", [f"{cause.rows:,} {cause.action}: {cause.cause}, as {cause.example}" for cause in plan.causes]
    )
    if plan.samples:
        yield ""
        yield "<details open><summary>Samples</summary>"
        yield ""
        shown = [sample for sample in (*plan.samples, plan.longest, plan.most_expensive) if sample]
        for sample in dict.fromkeys(shown):
            yield from _sample(sample)
        yield "</details>"


def _past(past: Past) -> Iterator[str]:
    """What earlier runs handed over and the file does not say any more."""
    if past.scheduled:
        other = f", **{past.differing:,} of them otherwise than the file says**" if past.differing else ""
        yield f"scheduled by earlier runs and yet to go out: {plural(past.scheduled, 'message')}{other}"
        yield ""
    for change in past.changes:
        yield from _change(f"{change.messages:,} {change.words}", change)
    if past.edited:
        yield from _change(f"**{past.edited.messages:,} got another text**", past.edited)


def _change(words: str, change: Change) -> Iterator[str]:
    example = (
        f", e.g. {f'row {change.row} to ' if change.row else ''}{code(change.phone)}, before and now"
        if change.phone
        else ""
    )
    yield f"{words}{example}"
    yield ""
    if change.phone:
        for text in (change.before, change.now):
            yield block(text)
        yield ""


def _cost(totals: Totals) -> str:
    if totals.unpriced:
        return f"unknown: the tariff has no price for {plural(totals.unpriced, 'message')}"
    return "unknown: no tariff" if totals.cost is None else f"{totals.cost:,} Rial"


def _section(title: str, points: list[str]) -> Iterator[str]:
    if points:
        yield ""
        yield f"**{title}**"
        yield ""
        yield from (f"- {inert(point)}" for point in points)


def _size(sample: Sample) -> str:
    if not sample.encoding:
        return ""
    return f": {plural(sample.units, 'unit')}, {plural(sample.parts, 'part')}, {sample.encoding}{_price(sample)}"


def _price(sample: Sample) -> str:
    return "" if sample.cost is None else f", {sample.cost:,} Rial"


def _sample(sample: Sample) -> Iterator[str]:
    yield f"Row {sample.row} to {code(sample.phone)}{_size(sample)}"
    yield ""
    # Every line of a text is its own paragraph part: Markdown inside the text must not come alive.
    yield block(sample.text)
    yield ""
