"""The report of a run as a value: what every renderer draws from."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from kaverun.plurals import plural
from kaverun.report.bill import Bills, LineBill
from kaverun.report.lines import Kind

VERSION = 1
# Different reasons that are counted, so that a provider's chatter does not fill memory, and those that are told.
_REASONS_KEPT, _REASONS_TOLD = 100, 5
#: Reasons of messages that no further run can settle name this flag.
RESEND_UNKNOWN = "--resend-unknown"
# What becomes of rows to send, in the order of a `BatchLine`.
_OUTCOMES = ("accepted", "rejected", "unknown", "not_sent")
Status = Literal["completed", "partial", "stopped", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch of this run: the ledger's number, its size, and its messages by outcome."""

    batch: int
    size: int
    accepted: int
    rejected: int
    unknown: int
    not_sent: int


class Stop(NamedTuple):
    """Why a run cannot go on: the provider's code, 0 where it gave none, and what to tell a person."""

    code: int
    words: str


class Reason(NamedTuple):
    """Why messages were not accepted, in the words of the first of them, and how many they are."""

    outcome: str
    words: str
    messages: int


class Ended(NamedTuple):
    """How a run ended: `at` in unix seconds, why it stopped if it did, by whom, or by a bug (`failed`).

    `credit` is what the account has left in Rial where that is why.
    """

    at: float
    stop: Stop | None = None
    interrupted: bool = False
    failed: bool = False
    notes: tuple[str, ...] = ()
    credit: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Input rows by action, and the rows to send by outcome."""

    rows: int
    send: int
    done: int
    skip: int
    invalid: int
    accepted: int
    rejected: int
    unknown: int
    not_sent: int


@dataclass(frozen=True, slots=True)
class Report:
    """One run, told. Times are unix seconds; `parts` are planned and `cost` (Rial) is billed, of accepted messages.

    `cost` is None where messages were accepted and the provider named no price for any of them. `unsent_cost` is
    the planned cost of what was not sent, None without a tariff; `credit` what the account had left when it ran out.
    `lines` compares what was billed with what was planned, line by line. `undecided` of the unknown messages can be
    settled by no further run: a person has to look.
    """

    campaign: str
    occurrence: str
    run_id: str
    provider: str
    digest: str
    status: Status
    date: int | None
    started: float
    finished: float
    counts: Counts
    parts: int
    cost: int | None
    planned_cost: int | None
    unsent_cost: int | None
    credit: int | None
    lines: tuple[LineBill, ...]
    batches: tuple[BatchLine, ...]
    stop: Stop | None
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]
    folder: Path
    undecided: int = 0

    @property
    def advice(self) -> tuple[str, ...]:
        """What helps where something is left, in sentences; none where nothing is."""
        return tuple(_advice(self)) if self.exit_code else ()

    @property
    def exit_code(self) -> int:
        """0 all done, 130 interrupted, 3 something was sent and something was not, 1 nothing was sent.

        A list of which every row is invalid is no job that is done.
        """
        if self.status == "completed":
            return 1 if 0 < self.counts.invalid == self.counts.rows else 0
        if self.status == "interrupted":
            return 130
        return 3 if self.counts.accepted + self.counts.unknown + self.counts.done else 1


def _advice(report: Report) -> Iterator[str]:
    counts = report.counts
    if 0 < counts.invalid == counts.rows:
        yield "Every row is invalid: put right what their reasons name."
    looked_up = counts.unknown - report.undecided
    if counts.not_sent or report.status in ("interrupted", "failed") or looked_up > 0:
        once = " once what stopped it is over or put right" if report.stop else ""
        yield f"Run the same command again to continue{once}; nobody gets a message twice."
    if counts.rejected:
        what = plural(counts.rejected, "rejected message is", "rejected messages are")
        yield (
            f"{what} tried again by the same command, and rejected again unless what the reasons name is put right "
            "first: the list, the text, the line or the account."
        )
    if report.undecided:
        what = plural(report.undecided, "unknown message stays", "unknown messages stay")
        yield (
            f"{what} unknown however often the command is run: look in the Kavenegar panel whether it was sent, and "
            "name with --resend-unknown who got nothing."
        )


class _Batches:
    """Messages by outcome, batch by batch, in columns: a national campaign has tens of thousands of batches."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._counts = {outcome: array("I") for outcome in _OUTCOMES}

    def add(self, batch: int, outcome: str, rows: int) -> None:
        place = bisect_left(self._numbers, batch)
        if batch not in self._numbers[place : place + 1]:
            self._numbers.insert(place, batch)
            for column in self._counts.values():
                column.insert(place, 0)
        self._counts[outcome][place] += rows

    def lines(self) -> tuple[BatchLine, ...]:
        by_outcome = zip(*self._counts.values(), strict=True)
        return tuple(
            BatchLine(number, sum(counts), *counts) for number, counts in zip(self._numbers, by_outcome, strict=True)
        )


@dataclass
class Count:
    """Adds up rows, kind by kind, while they pass by on their way into a file."""

    bills: Bills
    actions: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    parts: int = 0
    cost: int = 0
    priced: int = 0
    unsent_cost: int | None = 0
    batches: _Batches = field(default_factory=_Batches)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    undecided: int = 0

    def add(self, kind: Kind, rows: int) -> None:
        """Count that many rows of a kind."""
        self.actions[kind.action] += rows
        if kind.outcome:
            self.outcomes[kind.outcome] += rows
        if kind.batch:
            self.batches.add(kind.batch, kind.outcome, rows)
        if kind.outcome in ("rejected", "unknown"):
            self._add_reason((kind.outcome, kind.reason), rows)
        if kind.outcome == "unknown" and RESEND_UNKNOWN in kind.reason:
            self.undecided += rows
        if kind.outcome == "not_sent" and self.unsent_cost is not None:
            self.unsent_cost = None if kind.planned is None else self.unsent_cost + kind.planned * rows
        if kind.outcome == "accepted":
            self.parts += kind.parts * rows
            self.cost += (kind.billed or 0) * rows
            self.priced += rows if kind.billed is not None else 0
            self.bills.add(kind, rows)

    def _add_reason(self, reason: tuple[str, str], rows: int) -> None:
        if len(self.reasons) < _REASONS_KEPT or reason in self.reasons:
            self.reasons[reason] += rows

    def told_reasons(self) -> tuple[Reason, ...]:
        most = self.reasons.most_common(_REASONS_TOLD)
        return tuple(Reason(outcome, words, messages) for (outcome, words), messages in most)

    def counts(self) -> Counts:
        """All rows that were added, by action and outcome."""
        actions, outcomes = self.actions, self.outcomes
        return Counts(
            rows=actions.total(),
            send=actions["send"],
            done=actions["done"],
            skip=actions["skip"],
            invalid=actions["invalid"],
            accepted=outcomes["accepted"],
            rejected=outcomes["rejected"],
            unknown=outcomes["unknown"],
            not_sent=outcomes["not_sent"],
        )

    def billed(self) -> int | None:
        return self.cost if self.priced or not self.outcomes["accepted"] else None

    def batch_lines(self) -> tuple[BatchLine, ...]:
        return self.batches.lines()
