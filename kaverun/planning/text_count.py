"""How many texts have something, and where the first of them is."""

from __future__ import annotations

from collections.abc import Sequence


class TextCount:
    """Counts texts by the rows they are for."""

    def __init__(self) -> None:
        self.texts = 0
        self._row = 0

    def add(self, rows: Sequence[int]) -> None:
        """Count the texts of these rows, in their order."""
        self.texts += len(rows)
        if rows:
            self._row = self._row or rows[0]

    def shown(self, of: int) -> str:
        """Words for how many of so many texts."""
        if self.texts == of:
            return "every text" if of > 1 else "the text"
        return f"{self.texts:,} of {of:,} texts (first in row {self._row})"
