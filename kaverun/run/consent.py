"""Who says yes to a plan: the digest it is expected to have, somebody who said so before, or somebody who is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kaverun.errors import NotConfirmed, Refused
from kaverun.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Consent:
    """`expect` is the digest of the plan that was agreed to, `yes` a consent to whatever the plan is.

    Without either `ask` is given the plan and says yes or no; nobody is there to be asked where it is None.
    """

    yes: bool = False
    expect: str | None = None
    ask: Callable[[Plan], bool] | None = None

    def give(self, plan: Plan) -> None:
        """Return where the plan may be carried out. Raises `Refused`, of which `NotConfirmed` is one, where not."""
        if self.expect is not None and self.expect != plan.digest:
            raise Refused(
                f"the plan's digest is {plan.digest}, not the expected {self.expect}: "
                "the campaign, its list or its template was changed since; review the new plan"
            )
        if self.yes or self.expect or not plan.totals.send:
            return
        if self.ask is None:
            raise NotConfirmed(
                "nobody is at the terminal to say yes: give --yes (in Python yes=True), a plan kept with "
                "`kaverun plan --out`, or --expect with the plan's digest"
            )
        if not self.ask(plan):
            raise NotConfirmed("declined; nothing was sent")
