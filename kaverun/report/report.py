"""The report of a run as a value: what every renderer draws from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from kaverun.ledger.runs import Input, Status
from kaverun.message.batch import Shared
from kaverun.report.bill import LineBill
from kaverun.text.plurals import plural

VERSION: Literal[1] = 1
#: Reasons of messages that no further run can settle name this flag.
RESEND_UNKNOWN = "--resend-unknown"
_NOTHING_SHARED = Shared()


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch of this run: the ledger's number, its size, and its messages by outcome.

    `begun` is when it was handed over, in unix seconds; None if it never was.
    """

    batch: int
    size: int
    accepted: int
    rejected: int
    unknown: int
    not_sent: int
    begun: float | None = None


class Stop(NamedTuple):
    """Why a run cannot go on."""

    code: int
    """The provider's; 0 if it gave none."""
    words: str
    """The reason, in a sentence for people."""


class Reason(NamedTuple):
    """Why messages were not accepted."""

    outcome: str
    """rejected or unknown."""
    words: str
    """The reason."""
    messages: int
    """How many there are."""


class Ended(NamedTuple):
    """How a run ended: `at` in unix seconds, why it stopped if it did, by whom, or by a bug (`failed`).

    `credit` is what the account has left in Rial, if that is why.
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
    """Input rows; each is one of the next four."""
    send: int
    """Rows to send."""
    done: int
    """Rows that an earlier run served."""
    skip: int
    """Rows that the file leaves out."""
    invalid: int
    """Rows with a wrong number or cell."""
    accepted: int
    """Messages that the provider accepted."""
    rejected: int
    """Messages that the provider rejected."""
    unknown: int
    """Messages that the provider may have accepted."""
    not_sent: int
    """Messages that were not sent."""
    gone: int = 0
    """People served by an earlier run who are no longer on the list: not among its rows."""


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in one run. Times are unix seconds; `parts` (planned) and `cost` (billed, in Rial) are those of
    accepted messages. What an older ledger never recorded is None.

    `cost` is None if messages were accepted and the provider reported no price for any of them. `unsent_cost` is the
    planned cost of what was not sent, None without a tariff; `credit` what the account had left when it ran out.
    `lines` compares what was billed with what was planned, line by line. `undecided` of the unknown messages cannot be
    settled by another run: a person has to look. `folder` is where its files are, None if there are none.
    `recorded_exit` is the exit code that the ledger has for the run. `commit` is that of the campaign's repository,
    `kaverun` the version that ran, `shared` what the messages of a batch had in common, `key_column` the column that
    identified recipients ("": the number itself).
    """

    campaign: str
    occurrence: str
    run_id: str
    provider: str
    digest: str
    status: Status
    date: int | None
    started: float
    finished: float | None
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
    folder: Path | None
    undecided: int = 0
    recorded_exit: int | None = None
    kaverun: str | None = None
    commit: str | None = None
    host: str | None = None
    who: str | None = None
    inputs: tuple[Input, ...] = ()
    channel: str | None = None
    shared: Shared = _NOTHING_SHARED
    key_column: str | None = None

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about what is left, in sentences; none if nothing is."""
        return tuple(_advice(self)) if self.exit_code else ()

    @property
    def exit_code(self) -> int:
        """0 all done, 130 interrupted, 3 something was sent and something was not, 1 nothing was sent.

        A list whose rows are all invalid does not count as done.
        """
        if self.recorded_exit is not None:
            return self.recorded_exit
        if self.status == "completed":
            return 1 if 0 < self.counts.invalid == self.counts.rows else 0
        if self.status == "interrupted":
            return 130
        return 3 if self.counts.accepted + self.counts.unknown + self.counts.done else 1


def _advice(report: Report) -> Iterator[str]:
    counts = report.counts
    if 0 < counts.invalid == counts.rows:
        yield "Every row is invalid: fix what their reasons name."
    looked_up = counts.unknown - report.undecided
    if counts.not_sent or report.status in ("interrupted", "failed") or looked_up > 0:
        once = " once what stopped it is over or fixed" if report.stop else ""
        yield f"Run the same command again to continue{once}; nobody gets a message twice."
    if counts.rejected:
        what = plural(counts.rejected, "rejected message is", "rejected messages are")
        yield (
            f"{what} tried again by the same command, and rejected again unless what the reasons name is fixed first: "
            "the list, the text, the line or the account."
        )
    if report.undecided:
        what = plural(report.undecided, "unknown message stays", "unknown messages stay")
        yield (
            f"{what} unknown however often the command is run: check in the Kavenegar panel whether it was sent, and "
            "name those who got nothing with --resend-unknown."
        )
