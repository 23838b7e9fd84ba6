"""Everything found wrong or remarkable while a plan is made, gathered so that one run tells it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kaverun.errors import Invalid, Problem
from kaverun.text.plurals import plural

# More row problems than a person reads are counted, not kept: memory stays flat.
_PROBLEMS_SHOWN = 1000
# Rows that are left out are mentioned one by one up to here; all of them stand in the plan's CSV and the report.
_ROWS_MENTIONED = 20


@dataclass
class Findings:
    """Problems of independent inputs, gathered so that one run tells them all."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    more: int = 0
    mentioned: Counter[tuple[bool, str]] = field(default_factory=Counter)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        try:
            yield
        except Invalid as invalid:
            self.extend(invalid.problems)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            (self.errors if problem.severity == "error" else self.warnings).append(problem)

    def add(self, problem: Problem) -> None:
        """An error of one row, of which there may be as many as rows."""
        if len(self.errors) < _PROBLEMS_SHOWN:
            self.errors.append(problem)
        else:
            self.more += 1

    def mention(self, problem: Problem, cause: str, *, left_out: bool = False) -> None:
        """A warning about one row, of which there may be as many as rows; `cause` is its kind.

        `left_out` are rows that are not sent because the campaign file says so.
        """
        self.mentioned[left_out, cause] += 1
        if self.mentioned[left_out, cause] <= _ROWS_MENTIONED:
            (self.left_out if left_out else self.warnings).append(problem)

    def all_warnings(self) -> tuple[Problem, ...]:
        """The warnings, but for rows that are left out."""
        return (*self.warnings, *self._unmentioned(left_out=False))

    def all_left_out(self) -> tuple[Problem, ...]:
        """The warnings about rows that are left out."""
        return (*self.left_out, *self._unmentioned(left_out=True))

    def _unmentioned(self, *, left_out: bool) -> Iterator[Problem]:
        """How many rows of each kind were not mentioned one by one."""
        for (out, cause), count in self.mentioned.items():
            if out == left_out and count > _ROWS_MENTIONED:
                yield Problem(f"and {plural(count - _ROWS_MENTIONED, 'more row')}: {cause}", severity="warning")

    def raise_if_any(self) -> None:
        if self.more:
            self.errors.append(Problem(f"… and {plural(self.more, 'more row')} with errors"))
        if self.errors:
            raise Invalid([*self.errors, *self.warnings])
