"""The plan as a value: every input row with what will happen to it, and the totals.

This module imports none of its makers, so that whoever reads a plan depends on nothing that made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from kaverun.errors import Problem
from kaverun.ledger.runs import Input
from kaverun.message.batch import Message
from kaverun.plan.header import Header

Channel = Literal["sms", "lookup", "voice"]
Action = Literal["send", "done", "skip", "invalid"]
#: What the channels beside sms are, in words.
OTHER_CHANNELS = {
    "lookup": "lookup: a template of the panel, filled with tokens",
    "voice": "voice: a call that reads it out",
}
#: The cause of a row to send that an earlier run may have sent: it is looked up first.
IN_DOUBT_CAUSE = "in doubt"
#: The cause of a row to send whose earlier message was cancelled.
ANEW_CAUSE = "cancelled earlier"


class Entry(NamedTuple):
    """One input row, decided.

    `file` and `file_line` are where it is. `action`: send, done (served by an earlier run), skip or invalid; `cause` is
    its kind in two or three words ("duplicate"), `reason` the whole sentence. `units` are septets or UTF-16 code units;
    `cost` is in Rial, None without a tariff. `message` is the ledger's number of a message that there is already, 0
    where there is none.
    """

    row: int
    file: str
    file_line: int
    key: str
    phone: str
    line: str
    action: Action
    cause: str
    reason: str
    text: str
    encoding: str
    units: int
    parts: int
    cost: int | None
    localid: int
    message: int = 0


class Cause(NamedTuple):
    """Why rows are not sent."""

    action: Action
    """What happens to them."""
    cause: str
    """Its kind in two or three words, such as "duplicate"."""
    rows: int
    """How many they are."""
    example: str
    """The first of them with its reason."""


class Sample(NamedTuple):
    """A rendered message to look at."""

    row: int
    """Its row of the list."""
    phone: str
    """The number, masked."""
    line: str
    """The sender line; empty for the default line of the account."""
    text: str
    """The text."""
    encoding: str
    """gsm7 or ucs2; empty for what is not an SMS."""
    units: int
    """Its length in septets (gsm7) or UTF-16 code units (ucs2)."""
    parts: int
    """Billed SMS."""
    cost: int | None = None
    """Rial; none without a price."""


class LineTotals(NamedTuple):
    """What the messages to send by one line amount to; `cost` in Rial, None when any of their prices is unknown."""

    messages: int
    parts: int
    cost: int | None


class Rows(Protocol):
    """The rows of a plan where they are kept, on disk: memory does not grow with them."""

    def entries(self) -> Iterator[Entry]:
        """All of them in their order."""

    def to_send(self, numbers: Sequence[int] | None = None) -> Iterator[Message]:
        """The messages that are to be sent, in their order; of those only the ones with these numbers, from 0."""


class Totals(NamedTuple):
    """Counts of input rows by action, and what the messages to send amount to.

    `parts` and `cost` (Rial, None when any price is unknown) are of the rows with action send. `worst` holds the
    most parts of one message. `in_doubt` rows are to be sent unless the provider already has them; `anew` rows had an
    earlier message, which was cancelled. `by_line` holds the same per sender line, "" being the account's default line.
    `unpriced` messages have no price in the tariff that there is. `same_text` is whether they all say the same.
    """

    rows: int = 0
    send: int = 0
    done: int = 0
    skip: int = 0
    invalid: int = 0
    in_doubt: int = 0
    anew: int = 0
    parts: int = 0
    cost: int | None = None
    worst: int = 0
    by_line: Mapping[str, LineTotals] | None = None
    unpriced: int = 0
    same_text: bool = False


#: Kinds of `Change` in words; that of rows which are left out is their cause.
KINDS = {
    "text": "another text",
    "number": "another number",
    "line": "another line",
    "time": "another time",
    "type": "another type",
    "tag": "another tag",
    "hide": "another setting of hide",
    "policy": "another policy",
    "gone": "no longer on the list",
}


class Change(NamedTuple):
    """How messages that were handed over differ from what the file says now."""

    kind: str
    """text, number, line, time, type, tag, hide, policy, gone (from the list), or the cause of rows left out now."""
    messages: int
    """How many they are."""
    row: int
    """The row of one of them as an example; 0 where it is no longer on the list."""
    phone: str
    """Its number, masked."""
    before: str
    """What it was."""
    now: str
    """What the file makes of it."""

    @property
    def words(self) -> str:
        """The kind in words: "another text"."""
        return KINDS.get(self.kind, self.kind)


class Past(NamedTuple):
    """What earlier runs handed over, next to what the file says now.

    `scheduled` messages are held by the provider for a time to come; `differing` of them are not as the file says, and
    `changes` tells how: one message may be in several. `edited` is those that went out with another text than the
    file's; texts that differ only in their layout are the same.
    """

    scheduled: int = 0
    differing: int = 0
    changes: tuple[Change, ...] = ()
    edited: Change | None = None


class Plan(NamedTuple):
    """Everything that would be sent, and why each other recipient would not.

    `channel` is how it is sent: sms, lookup or voice. `date` is the time the provider shall send at, in unix
    seconds, None for at once. `digest` stands for everything that decides a message. `warnings` are what a person
    should see before saying yes, `refusals` why it will not be sent as it is: limits exceeded, a time that has passed,
    quiet hours. `strict` are the warnings that `--strict` makes errors, all but those of rows which are left out as the
    file says; `lifted` are the refusals that the command line lifted. `longest` is the message of most units,
    `most_expensive` the one of the highest price where prices are known.
    `past` compares what earlier runs handed over.
    """

    campaign: str
    channel: Channel
    occurrence: str
    digest: str
    date: int | None
    timezone: str
    totals: Totals
    causes: tuple[Cause, ...]
    longest: Sample | None
    samples: tuple[Sample, ...]
    warnings: tuple[Problem, ...]
    refusals: tuple[Problem, ...]
    rows: Rows
    most_expensive: Sample | None = None
    strict: tuple[Problem, ...] = ()
    lifted: tuple[Problem, ...] = ()
    past: Past = Past()
    inputs: tuple[Input, ...] = ()
    header: Header | None = None

    def entries(self) -> Iterator[Entry]:
        """Every input row in its order, read from disk: memory does not grow with them."""
        return self.rows.entries()
