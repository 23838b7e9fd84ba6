"""A plan for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kaverun.cli.words import isolated, rial
from kaverun.plan.departure import goes_out
from kaverun.plan.plan import OTHER_CHANNELS, Change, LineTotals, Past, Plan, Sample, Totals
from kaverun.text.plurals import plural


def plan_text(plan: Plan, *, strict: bool = False) -> str:
    """With `strict`, warnings refuse the plan too."""
    return "\n".join(_lines(plan, strict=strict))


def _lines(plan: Plan, *, strict: bool) -> Iterator[str]:
    totals = plan.totals
    yield f"Plan for {plan.campaign} (occurrence {plan.occurrence}, digest {plan.digest})"
    yield from (_row("LIFTED", f"{problem.key}: {problem.what}") for problem in plan.lifted)
    yield _row("recipients", f"{totals.rows:,}")
    yield _row("to send", f"{totals.send:,}")
    if totals.in_doubt:
        yield _row("in doubt", f"{totals.in_doubt:,} of them after an earlier run; looked up before they are sent")
    if totals.anew:
        yield _row("again", f"{totals.anew:,} of them were cancelled earlier and are sent again")
    yield _row("handed over" if plan.past.scheduled else "already sent", f"{totals.done:,}")
    yield from _past(plan.past)
    yield _row("skipped", f"{totals.skip:,}")
    yield _row("invalid", f"{totals.invalid:,}")
    for cause in plan.causes:
        yield f"      {cause.rows:,} {cause.cause}, e.g. {cause.example}"
    if plan.channel == "sms":
        yield _row("parts", f"{totals.parts:,}" + (f" (at most {totals.worst} in a message)" if totals.send else ""))
        yield _row("cost", _cost(totals))
    else:
        yield _row("channel", OTHER_CHANNELS[plan.channel])
        yield _row("cost", "unknown until Kavenegar accepts it")
    yield _row("goes out", goes_out(plan, strict=strict))
    for line, figures in (totals.by_line or {}).items() if plan.channel == "sms" else ():
        yield _row("line", f"{line or 'the default line of the account'}: {_figures(figures)}")
    if plan.longest and plan.longest.units:
        yield _row("longest", f"row {plan.longest.row}: {_size(plan.longest)}")
    if plan.most_expensive:
        yield _row("highest cost", f"row {plan.most_expensive.row}: {_size(plan.most_expensive)}")
    for sample in plan.samples:
        yield f"  sample, row {sample.row} to {sample.phone}: {_size(sample)}"
        for text_line in sample.text.split("\n"):
            yield f"    {isolated(text_line)}"


def _past(past: Past) -> Iterator[str]:
    """What earlier runs handed over that the file no longer says."""
    if past.scheduled:
        other = f"; {past.differing:,} of them would not go out as the file says" if past.differing else ""
        yield _row("scheduled", f"{plural(past.scheduled, 'message')} of earlier runs still to go out{other}")
    for change in past.changes:
        yield from _change(f"      {change.messages:,} {change.words}", change)
    if past.edited:
        yield from _change(_row("edited", f"{past.edited.messages:,} got another text"), past.edited)


def _change(words: str, change: Change) -> Iterator[str]:
    """With one of them as an example: what it was, above what the file says now."""
    if not change.phone:
        yield words
        return
    yield f"{words}, e.g. {f'row {change.row} to ' if change.row else ''}{change.phone}:"
    for name, text in (("was", change.before), ("now", change.now)):
        first, *others = text.split("\n")
        yield f"        {name} {isolated(first)}"
        yield from (f"            {isolated(line)}" for line in others)


def _row(name: str, value: str) -> str:
    return f"  {name:<13} {value}"


def _size(sample: Sample) -> str:
    if not sample.encoding:
        return plural(sample.units, "character") if sample.units else "its tokens"
    unit = "septet" if sample.encoding == "gsm7" else "character"
    price = "" if sample.cost is None else f", {sample.cost:,} Rial"
    return f"{plural(sample.units, unit)}, {plural(sample.parts, 'part')} ({sample.encoding}){price}"


def _figures(line: LineTotals) -> str:
    price = "" if line.cost is None else f", {line.cost:,} Rial"
    return f"{plural(line.messages, 'message')}, {plural(line.parts, 'part')}{price}"


def _cost(totals: Totals) -> str:
    if totals.unpriced:
        return f"unknown (the tariff has no price for {plural(totals.unpriced, 'message')})"
    return rial(totals.cost) if totals.send else "0 Rial"
