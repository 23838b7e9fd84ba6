"""The marks of a plan, kept in flat arrays: there is one for each 200 rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from kaverun.plan.plan import LineTotals, Mark

# Messages, parts and cost of a line.
_FIGURES = 3
# In the place of a cost that is unknown.
_UNKNOWN = -1


class Marks(Sequence[Mark]):
    """A list of marks to which others are appended; each names the lines of the one before in their order, or more."""

    def __init__(
        self,
        rows: Iterable[int] = (),
        lines: Iterable[str] = (),
        figures: Iterable[int] = (),
        ends: Iterable[int] = (0,),
    ) -> None:
        self._rows = array("q", rows)
        self._lines = [*lines]
        self._figures = array("q", figures)
        self._ends = array("q", ends)

    def append(self, mark: Mark) -> None:
        self._rows.append(mark.rows)
        self._lines += [line for line, _ in mark.by_line[len(self._lines) :]]
        for _, (messages, parts, cost) in mark.by_line:
            self._figures.extend((messages, parts, _UNKNOWN if cost is None else cost))
        self._ends.append(len(self._figures))

    def plain(self) -> dict[str, Sequence[object]]:
        """What JSON has for them; made into marks again by `Marks(**plain)`."""
        flat = {"rows": self._rows, "figures": self._figures, "ends": self._ends}
        return {"lines": self._lines, **{name: numbers.tolist() for name, numbers in flat.items()}}

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Mark: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mark]: ...
    def __getitem__(self, index: int | slice) -> Mark | list[Mark]:
        if isinstance(index, slice):
            return [self[one] for one in range(len(self))[index]]
        index = range(len(self))[index]
        figures = self._figures[self._ends[index] : self._ends[index + 1]]
        return Mark(self._rows[index], tuple(zip(self._lines, _line_totals(figures), strict=False)))


def _line_totals(figures: array[int]) -> Iterator[LineTotals]:
    for at in range(0, len(figures), _FIGURES):
        messages, parts, cost = figures[at : at + _FIGURES]
        yield LineTotals(messages, parts, None if cost == _UNKNOWN else cost)
