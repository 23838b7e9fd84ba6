"""What accepted messages cost by line: as planned, and as the provider billed them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kaverun.plurals import plural
from kaverun.report.lines import Kind


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


@dataclass
class Bills:
    """Adds up accepted messages by line; `default_line` is that of messages for which the campaign names none."""

    default_line: str
    _by_line: dict[str, _Bill] = field(default_factory=dict)

    def add(self, kind: Kind, messages: int) -> None:
        """Count that many accepted messages of a kind."""
        self._by_line.setdefault(kind.line or self.default_line, _Bill()).add(kind, messages)

    def lines(self) -> tuple[LineBill, ...]:
        """Each line's bill, the one of most messages first."""
        bills = (bill.of(line) for line, bill in self._by_line.items())
        return tuple(sorted(bills, key=lambda bill: (-bill.messages, bill.line)))


@dataclass
class _Bill:
    messages: int = 0
    parts: int = 0
    planned: int | None = 0
    billed: int = 0
    told: int = 0
    compared: int = 0
    difference: int = 0

    def add(self, kind: Kind, messages: int) -> None:
        planned, billed = kind.planned, kind.billed
        self.messages += messages
        self.parts += kind.parts * messages
        self.planned = None if planned is None or self.planned is None else self.planned + planned * messages
        if billed is not None:
            self.told += messages
            self.billed += billed * messages
        if billed is not None and planned is not None:
            self.compared += messages
            self.difference += (billed - planned) * messages

    def of(self, line: str) -> LineBill:
        return LineBill(
            line,
            self.messages,
            self.parts,
            self.planned,
            self.billed if self.told else None,
            self.difference if self.compared else None,
            self.messages - self.told,
        )
