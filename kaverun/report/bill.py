"""What accepted messages cost by line: as planned, and as the provider billed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kaverun.plurals import plural


class LineBill(NamedTuple):
    """The accepted messages of one sender line; costs in Rial.

    `planned_cost` is None where any of them had no price in the plan, `billed_cost` where the provider told the cost of
    none. `not_told` counts those whose cost it did not tell; `difference` is billed minus planned over those for which
    both are known, None where there are none.
    """

    line: str
    messages: int
    parts: int
    planned_cost: int | None
    billed_cost: int | None
    difference: int | None
    not_told: int

    @property
    def words(self) -> Iterator[str]:
        """What who pays must see, in sentences; none where the bill is as planned."""
        name = f"line {self.line}" if self.line else "the default line"
        if self.difference:
            more = f"{abs(self.difference):,} Rial {'more' if self.difference > 0 else 'less'}"
            yield f"{name} was billed {more} than planned: compare the tariff with the provider's prices"
        if self.not_told and self.billed_cost is not None:
            messages = plural(self.not_told, "message")
            yield f"{name}: the provider did not tell what {messages} cost; the sum is without them"
