"""Every error kaverun raises on purpose, and the exit code each one means.

KaverunError                    exit 1: nothing was sent
├── Invalid                     the input is wrong; carries every problem found, each with its place
├── Refused                     the input is right, but kaverun will not do it
│   ├── LimitExceeded           a limit of the campaign file
│   ├── NotConfirmed            nobody said yes
│   └── Locked                  another executor is working on this campaign
├── LedgerError                 the ledger cannot be opened, read or written
├── ReportError                 exit 3: a run took place, but its report cannot be written
├── RunFailed                   exit 3: an unexpected error ended a run in which something may have been sent
├── NotShown                    the result cannot be written to stdout; 3 or 130 if something may have been sent
└── kavenegar.errors.*          failures of the provider, or of the way to it (see there)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input, at its place."""

    what: str
    """What is wrong, and what to do."""
    path: str = ""
    """The file; empty if none is meant."""
    line: int = 0
    """Counts from 1; 0 is unknown."""
    column: int = 0
    """Counts from 1, in code points; 0 is unknown."""
    key: str = ""
    """The key path in a campaign file, such as "message.text", or the column of a table."""
    row: int = 0
    """The data row of a recipient list, counted over all its sources; 0 if none is meant."""
    severity: Severity = "error"
    """Warnings stop nothing."""
    rule: str = ""
    """The lint that found it (`campaign.lints`), empty for everything else."""

    def __str__(self) -> str:
        place = ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])
        subject = (
            f"row {self.row}: {self.key}" if self.row and self.key else f"row {self.row}" if self.row else self.key
        )
        words = [place, subject, self.what if self.severity == "error" else f"warning: {self.what}"]
        return ": ".join(word for word in words if word) + (f" [{self.rule}]" if self.rule else "")


class KaverunError(Exception):
    """Something kaverun tells a person in one sentence, without a traceback."""

    exit_code = 1


class Invalid(KaverunError):
    """The input is wrong: every problem found, in the order of their places; `undone` says what was not done."""

    def __init__(self, problems: Iterable[Problem], undone: str = "nothing was sent") -> None:
        self.problems = tuple(problems)
        self.undone = undone
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Refused(KaverunError):
    """The input is right, but kaverun will not do it."""


class LimitExceeded(Refused):
    """A limit of the campaign file was exceeded by the plan."""


class NotConfirmed(Refused):
    """Nobody said yes."""


class Locked(Refused):
    """Another executor is working on this campaign with this ledger."""


class LedgerError(KaverunError):
    """The ledger cannot be opened, read or written."""


class ReportError(KaverunError):
    """A run took place, but its report cannot be written; what was sent is in the ledger."""

    exit_code = 3


class RunFailed(KaverunError):
    """An unexpected error, its `__cause__`, ended a run after something may have been sent."""

    exit_code = 3


class NotShown(KaverunError):
    """A result that cannot be written to stdout; `by_reader` is whether its reader stopped reading (`| head`)."""

    def __init__(self, why: str, *, by_reader: bool = False) -> None:
        super().__init__(f"the result cannot be written to stdout: {why}")
        self.why = why
        self.by_reader = by_reader
