"""What becomes of selected recipients: their texts, lines, sizes and prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING

from kaverun.campaign.models import Campaign, Sender
from kaverun.message.identity import localids_of
from kaverun.plan.plan import Action, Entry
from kaverun.planning.wording import Size, Unfit, Wording
from kaverun.recipients.selection import Recipient

if TYPE_CHECKING:
    from kaverun.planning.tariff import Tariff

#: Causes of rows whose key is that of an earlier row, which is the one that counts.
REPETITIONS = ("duplicate", "same key")


class Composer:
    """Turns selected recipients into entries of the plan, a block at a time, which is several times faster.

    What they become depends on the campaign's inputs alone: what earlier runs did is decided later.
    """

    def __init__(self, campaign: Campaign, occurrence: str, wording: Wording, tariff: Tariff | None) -> None:
        self._wording = wording
        self._tariff = tariff
        self._campaign = campaign.name
        self._occurrence = occurrence
        self._line = _line_chooser(campaign.senders)

    def entries(self, block: list[Recipient]) -> list[Entry]:
        """An entry for each recipient."""
        chosen = [recipient for recipient in block if recipient.action == "send"]
        worded = list(zip(chosen, self._wording.messages([recipient.values for recipient in chosen]), strict=True))
        fit = [(recipient, text) for recipient, text in worded if isinstance(text, str)]
        composed = self._composed(fit)
        if len(composed) == len(block):
            return composed
        unfit = {recipient.row: text for recipient, text in worded if isinstance(text, Unfit)}
        ready = iter(composed)
        return self._named(
            [
                left_out(recipient, recipient.action, recipient.cause, recipient.reason)
                if recipient.action != "send"
                else left_out(recipient, "invalid", *unfit[recipient.row])
                if recipient.row in unfit
                else next(ready)
                for recipient in block
            ]
        )

    def _named(self, entries: list[Entry]) -> list[Entry]:
        """Also who is left out has a localid, by which it is known what an earlier run sent to them."""
        places = [
            place
            for place, entry in enumerate(entries)
            if entry.action != "send" and entry.key and entry.cause not in REPETITIONS
        ]
        keys = [entries[place].key for place in places]
        for place, localid in zip(places, localids_of(self._campaign, self._occurrence, keys), strict=True):
            entries[place] = entries[place]._replace(localid=localid)
        return entries

    def _composed(self, worded: list[tuple[Recipient, str]]) -> list[Entry]:
        localids = localids_of(self._campaign, self._occurrence, [recipient.key for recipient, _ in worded])
        lines = list(map(self._line, localids))
        sizes = self._wording.sizes([text for _, text in worded])
        prices = self._prices(worded, lines, sizes)
        make = tuple.__new__  # `Entry(...)` takes twice as long
        return [
            make(
                Entry,
                (to.row, to.path, to.line, to.key, to.phone, line, "send", "", "", text, *size, cost, localid, 0),
            )
            for (to, text), line, size, cost, localid in zip(worded, lines, sizes, prices, localids, strict=False)
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


def left_out(recipient: Recipient, action: Action, cause: str, reason: str) -> Entry:
    """The entry of a recipient who gets no message."""
    row, file, line, _, key, phone, *_ = recipient
    return Entry(row, file, line, key, phone, "", action, cause, reason, "", "", 0, 0, None, 0)


def _line_chooser(senders: tuple[Sender, ...]) -> Callable[[int], str]:
    """Which line a message goes out by: a share of the localids each, the same in every run.

    "" stands for the account's default line, which only the provider knows.
    """
    if len(senders) < 2:
        only = senders[0].line if senders else ""
        return lambda localid: only
    wheel = [sender.line for sender in senders for _ in range(sender.weight)]
    return lambda localid: wheel[localid % len(wheel)]
