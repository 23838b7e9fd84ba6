"""What accepted messages cost by line: as planned, and as the provider billed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kaverun.text.plurals import plural


class LineBill(NamedTuple):
    """The accepted messages of one sender line; costs in Rial."""

    line: str
    """The sender number; empty for the default line of the account."""
    messages: int
    """How many there are."""
    parts: int
    """Planned SMS."""
    planned_cost: int | None
    """By the tariff; none if it lacks the price of any."""
    billed_cost: int | None
    """As billed; none if the provider reported no cost at all."""
    difference: int | None
    """Billed minus planned, over those for which both are known; none if there are none."""
    not_told: int
    """Messages whose cost the provider did not report."""

    @property
    def words(self) -> Iterator[str]:
        """What the payer must see, in sentences; none if the bill is as planned."""
        name = f"line {self.line}" if self.line else "the default line"
        if self.difference:
            more = f"{abs(self.difference):,} Rial {'more' if self.difference > 0 else 'less'}"
            yield f"{name} was billed {more} than planned: compare the tariff with the provider's prices"
        if self.not_told and self.billed_cost is not None:
            messages = plural(self.not_told, "message")
            yield f"{name}: the provider did not report what {messages} cost; the sum excludes them"
