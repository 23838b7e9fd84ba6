"""Limits of the campaign file, held against a finished plan: it is shown first and refused afterwards."""

from __future__ import annotations

from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Problem
from kaverun.plan.plan import Totals


def exceeded(totals: Totals, loaded: LoadedCampaign) -> list[Problem]:
    """A problem for each limit the plan does not keep, at the limit's place in the file."""
    limits = loaded.campaign.limits
    found = [
        _over(loaded, "recipients", totals.send, limits.recipients, "messages to send"),
        _over(loaded, "parts", totals.worst, limits.parts, "parts in the longest message"),
        _over(loaded, "cost", totals.cost, limits.cost, "Rial"),
    ]
    if limits.cost is not None and totals.send and totals.cost is None:
        found.append(loaded.document.problem("the cost is unknown: name a tariff to have it limited", "limits", "cost"))
    if limits.invalid is not None and totals.invalid > limits.invalid.of(totals.rows):
        words = f"{totals.invalid:,} of {totals.rows:,} rows are invalid, more than the limit of {limits.invalid}"
        found.append(loaded.document.problem(words, "limits", "invalid"))
    return [problem for problem in found if problem]


def _over(loaded: LoadedCampaign, name: str, figure: int | None, limit: int | None, unit: str) -> Problem | None:
    if figure is None or limit is None or figure <= limit:
        return None
    return loaded.document.problem(f"{figure:,} {unit}, more than the limit of {limit:,}", "limits", name)
