"""Consent to a plan: by its expected digest, by a yes given in advance, or by asking somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kaverun.errors import NotConfirmed, Refused
from kaverun.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Consent:
    """`expect` is the digest of the plan that was agreed to; `yes` agrees to any plan.

    Without either, `ask` gets the plan and returns yes or no; if it is None, there is nobody to ask.
    """

    yes: bool = False
    expect: str | None = None
    ask: Callable[[Plan], bool] | None = None

    def give(self, plan: Plan) -> None:
        """Return if the plan may be carried out; raises `Refused`, or its subclass `NotConfirmed`, if not."""
        if self.expect is not None and self.expect != plan.digest:
            raise Refused(
                f"the plan's digest is {plan.digest}, not the expected {self.expect}: "
                "the campaign, its list or its template has changed since; review the new plan"
            )
        if self.yes or self.expect or not plan.totals.send:
            return
        if self.ask is None:
            raise NotConfirmed(
                "nobody is at the terminal to say yes: pass --yes (in Python yes=True), a plan kept with "
                "`kaverun plan --out`, or --expect with the plan's digest"
            )
        if not self.ask(plan):
            raise NotConfirmed("declined; nothing was sent")
