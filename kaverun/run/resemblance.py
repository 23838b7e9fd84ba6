"""For a ledger that knows nothing of a campaign without localids: whether most of it seems to have been sent.

A lost ledger looks the same as another system that sends the same words to the same numbers, and nothing is adopted for
its looks. So if most of a sample has candidates, a person decides; a few change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from kaverun.blocks import blocks
from kaverun.errors import Refused
from kaverun.kavenegar.limits import LONGEST_SPAN
from kaverun.message.batch import Message
from kaverun.plan.plan import Plan
from kaverun.run.candidates import CandidateSearch, Lost
from kaverun.run.recall import ColdLedger
from kaverun.run.retrying import Patience
from kaverun.text.plurals import plural

# Clocks differ: the provider may have dated a message this many seconds ahead.
_AHEAD = 300


def refuse_what_resembles(
    plan: Plan, search: CandidateSearch, patience: Patience, mode: ColdLedger, sample: int, now: float
) -> str:
    """Ask for the candidates of a plan's messages; returns a note, "" if there is nothing to note.

    `sample` is how many messages are checked at the beginning, and as many spread over all; `full` checks all, this
    many at a time. Raises `Refused` if most of them have candidates, and `KavenegarError` if the provider cannot be
    asked; an account that may not read texts is only noted.
    """
    if mode == "trust":
        return ""
    end = now + _AHEAD
    found, note = 0, ""
    for part in blocks(plan.rows.to_send(), sample) if mode == "full" else _samples(plan, sample):
        lost = {message.localid: Lost(message, end - LONGEST_SPAN, end) for message in part}
        resembling = patience.ask(lambda lost=lost: search.among(lost))  # type: ignore[misc]
        candidates = [one.candidates[0] for one in resembling.values() if one.candidates]
        if len(candidates) > 1 and 2 * len(candidates) > len(part):
            raise Refused(
                f"the ledger knows nothing of this campaign, and {len(candidates)} of {len(part)} messages that were "
                f"checked may have been sent before: {candidates[0]}, for example, went to the same number with the "
                "same tokens within a day. Nothing was sent. If the ledger was lost, restore it; if other systems or "
                "campaigns sent these, go on with --cold-ledger trust"
            )
        found += len(candidates)
        refusal = next((one.refusal for one in resembling.values() if one.refusal), "")
        if refusal:
            note = (
                f"the texts of earlier messages may not be read, so nobody knows whether these resemble them: {refusal}"
            )
    if found:
        few = plural(found, "message resembles", "messages resemble")
        few = f"{few} others that went to their numbers within a day, and are sent anyway"
        note = f"{note}; {few}" if note else few
    return note


def _samples(plan: Plan, size: int) -> Iterator[Sequence[Message]]:
    """The first messages in plan order, and as many spread over all."""
    first = list(islice(plan.rows.to_send(), size))
    if first:
        yield first
    step = plan.totals.send / size
    if step > 1:
        yield [*plan.rows.to_send([int(number * step) for number in range(size)])]
