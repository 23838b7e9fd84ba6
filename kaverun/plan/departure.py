"""When a plan goes out, in words; a plan that is refused, or has nothing to send, goes out at no time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kaverun.plan.plan import Plan


def goes_out(plan: Plan, *, strict: bool = False) -> str:
    """With `strict` warnings refuse the plan as well."""
    if plan.refusals or (strict and plan.strict):
        return "not as it is: refused"
    if not plan.totals.send:
        return "nothing to send"
    if plan.date is None:
        return "at once"
    local = datetime.fromtimestamp(plan.date, UTC).astimezone(ZoneInfo(plan.timezone))
    return f"{local:%Y-%m-%d %H:%M} {plan.timezone}"
