"""What becomes of selected recipients: their texts, lines, sizes and prices, and what the ledger knows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING

from kaverun.campaign.models import Campaign, Sender
from kaverun.plan.fates import Decision, decision
from kaverun.plan.identity import localids_of
from kaverun.plan.plan import Action, Entry
from kaverun.plan.served import Fate, Known, Served
from kaverun.plan.wording import Size, Unfit, Wording
from kaverun.recipients.selection import Recipient

if TYPE_CHECKING:
    from kaverun.message.tariff import Tariff

#: Causes of rows whose key is that of an earlier row, which is the one that counts.
REPETITIONS = ("duplicate", "same key")


class Composer:
    """Turns selected recipients into entries of the plan, a block at a time, which is several times faster."""

    def __init__(
        self, campaign: Campaign, occurrence: str, wording: Wording, tariff: Tariff | None, served: Served
    ) -> None:
        self._wording = wording
        self._tariff = tariff
        self._served = served
        self._campaign = campaign.name
        self._occurrence = occurrence
        self._line = _line_chooser(campaign.senders)

    def entries(self, block: list[Recipient]) -> list[Entry]:
        """An entry for each recipient."""
        chosen = [recipient for recipient in block if recipient.action == "send"]
        worded = list(zip(chosen, self._wording.messages([recipient.values for recipient in chosen]), strict=True))
        fit = [(recipient, text) for recipient, text in worded if isinstance(text, str)]
        decided = self._decided(fit)
        if len(decided) == len(block):
            return decided
        unfit = {recipient.row: text for recipient, text in worded if isinstance(text, Unfit)}
        ready = iter(decided)
        entries = [
            left_out(recipient, recipient.action, recipient.cause, recipient.reason)
            if recipient.action != "send"
            else left_out(recipient, "invalid", *unfit[recipient.row])
            if recipient.row in unfit
            else next(ready)
            for recipient in block
        ]
        return self._recalled(entries) if len(self._served) else entries

    def _recalled(self, entries: list[Entry]) -> list[Entry]:
        """Those who are left out now with the position of a message that was sent to them earlier."""
        return [
            entry
            if entry.action in ("send", "done") or not entry.key or entry.cause in REPETITIONS
            else entry._replace(position=self._position(entry.key))
            for entry in entries
        ]

    def _position(self, key: str) -> int:
        (first,) = localids_of(self._campaign, self._occurrence, [key])
        _, known = self._generation(key, first)
        return known.position if known and known.fate is Fate.ACCEPTED else 0

    def _decided(self, worded: list[tuple[Recipient, str]]) -> list[Entry]:
        firsts = localids_of(self._campaign, self._occurrence, [recipient.key for recipient, _ in worded])
        lines = list(map(self._line, firsts))
        sizes = self._wording.sizes([text for _, text in worded])
        prices, fates = self._prices(worded, lines, sizes), self._fates(worded, firsts)
        return [
            Entry._make((to.row, to.key, to.phone, line, *decided, text, *size, cost, localid, position))
            for (to, text), line, size, cost, (localid, decided, position) in zip(
                worded, lines, sizes, prices, fates, strict=False
            )
        ]

    def _prices(
        self, worded: list[tuple[Recipient, str]], lines: Sequence[str], sizes: Sequence[Size]
    ) -> Iterable[int | None]:
        if (tariff := self._tariff) is None:
            return repeat(None)
        return [
            tariff.price(line, encoding, parts, recipient.phone) if encoding else None
            for (recipient, _), line, (encoding, _, parts) in zip(worded, lines, sizes, strict=True)
        ]

    def _fates(self, worded: list[tuple[Recipient, str]], firsts: Sequence[int]) -> Iterable[tuple[int, Decision, int]]:
        """Localid, what is decided and the position of an earlier outcome for each message."""
        if not len(self._served):
            return zip(firsts, repeat(decision(None)), repeat(0))
        return [self._fate(recipient.key, first) for (recipient, _), first in zip(worded, firsts, strict=True)]

    def _fate(self, key: str, first: int) -> tuple[int, Decision, int]:
        localid, known = self._generation(key, first)
        decided = decision(known.fate if known else None, anew=localid != first)
        return (known.localid, decided, known.position) if known else (localid, decided, 0)

    def _generation(self, key: str, localid: int) -> tuple[int, Known | None]:
        """The localid of the first generation that was not cancelled, and what is known of it.

        What is known may have gone out under another localid, which is then the one to go on with.
        """
        known, generation = self._served.find(localid), 0
        while known and known.fate is Fate.CANCELLED:
            generation += 1
            (localid,) = localids_of(self._campaign, self._occurrence, [key], generation)
            known = self._served.find(localid)
        return localid, known


def left_out(recipient: Recipient, action: Action, cause: str, reason: str) -> Entry:
    """The entry of a recipient who gets no message."""
    return Entry(recipient.row, recipient.key, recipient.phone, "", action, cause, reason, "", "", 0, 0, None, 0, 0)


def _line_chooser(senders: tuple[Sender, ...]) -> Callable[[int], str]:
    """Which line a message goes out by: a share of the localids each, the same in every run.

    "" stands for the account's default line, which only the provider knows.
    """
    if len(senders) < 2:
        only = senders[0].line if senders else ""
        return lambda localid: only
    wheel = [sender.line for sender in senders for _ in range(sender.weight)]
    return lambda localid: wheel[localid % len(wheel)]
