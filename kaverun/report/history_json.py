"""The history of a number as JSON, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict

from kaverun.documents import Time, iso
from kaverun.ledger.history import Event
from kaverun.message.fate import Fate


class HistoryEvent(TypedDict):
    """A message, an earlier attempt at one, or a row that was left out; null means not applicable or not recorded."""

    at: Time | None
    """When it was handed over."""
    campaign: str
    """The campaign's name."""
    occurrence: str
    """Which occurrence of the campaign it is."""
    provider: str
    """Where it was sent; `loopback` for sandboxes."""
    run_id: str | None
    """The run that sent it."""
    action: Literal["send", "skip", "invalid"]
    """Whether it was to be sent, or how it was left out."""
    fate: Fate | None
    """What became of it."""
    key: str
    """Identifies the recipient, in its normal form."""
    line: str | None
    """The sender line."""
    text: str | None
    """The text that was sent."""
    reason: str | None
    """Why it was left out, or not accepted."""
    file: str | None
    """The file that its row is in."""
    file_line: int | None
    """Its line there."""
    row: int | None
    """The row of the list, counted over all its files; null if it is no longer there."""
    messageid: int | None
    """The provider's."""
    status: int | None
    """The last status code of Kavenegar that is known."""
    statustext: str | None
    """What the provider calls it."""
    cost: int | None
    """Rial, as billed."""
    date: Time | None
    """When the provider was asked to send; null for at once."""
    tag: str | None
    """Its tag."""


class History(TypedDict):
    """What `kaverun history --format json` prints."""

    version: Literal[1]
    """Counts changes to these keys."""
    phone: str
    """The number as 09…"""
    events: tuple[HistoryEvent, ...]
    """Messages, the oldest first, then rows that were left out."""


def history_document(phone: str, events: Iterable[Event]) -> History:
    """Everything that a ledger knows about a number."""
    return History(version=1, phone=phone, events=tuple(map(_shown, events)))


def _shown(event: Event) -> HistoryEvent:
    return HistoryEvent(
        at=iso(event.at),
        campaign=event.campaign,
        occurrence=event.occurrence,
        provider=event.provider,
        run_id=event.run_id,
        action=event.action,
        fate=Fate(event.fate) if event.fate else None,
        key=event.key,
        line=event.line,
        text=event.text,
        reason=event.reason,
        file=event.file,
        file_line=event.file_line,
        row=event.row,
        messageid=event.messageid,
        status=event.status,
        statustext=event.statustext,
        cost=event.cost,
        date=iso(event.date),
        tag=event.tag,
    )
