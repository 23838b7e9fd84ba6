"""The account and everything it has sent, in memory, under one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from kaverun.clock import Clock
from kaverun.sandbox.addresses import network
from kaverun.sandbox.delivery import CANCELLED, goes_out, status_at
from kaverun.sandbox.fate import Fates
from kaverun.sandbox.index import Index, Span
from kaverun.sandbox.phones import receptor
from kaverun.sandbox.records import Message
from kaverun.sandbox.refunds import Refunds
from kaverun.sandbox.settings import SandboxSettings

#: the time that ranges and outboxes use
_OUTBOX_MOMENTS: Mapping[str, Callable[[Message], int]] = {
    "date": lambda message: message.date,
    "acceptance": lambda message: int(message.accepted_at),
}


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """The account's settings (document, *Config*), named as in its sample answer."""

    apilogs: str = "enabled"
    dailyreport: str = "enabled"
    debugmode: str = "disabled"
    defaultsender: str = "10004346"
    mincreditalarm: int = 10000
    resendfailed: str = "enabled"


class State:
    """What one account has and has sent. Hold `lock` to read and then write."""

    def __init__(self, settings: SandboxSettings, clock: Clock) -> None:
        self.settings = settings
        self.rules = settings.rules()
        self.whitelist = tuple(map(network, settings.ip_whitelist))
        self.sources = tuple(map(network, settings.sources))
        self.owner = receptor(settings.owner) or ""
        self.clock = clock
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget every message and return the account to the settings."""
        with self.lock:
            self._credit = self.settings.credit
            self._refunds = Refunds(self.settings.progress)
            self.fates = Fates(self.settings, self.settings.seed)
            self.config = AccountConfig(
                debugmode="enabled" if self.settings.debugmode else "disabled",
                defaultsender=self.settings.default_sender,
            )
            self.deduplicated = 0
            self.refused = 0
            self.cancelled = 0
            self._refunded = 0
            self._messages: list[Message] = []
            self._by_localid: dict[str, int] = {}
            self._index = Index(self._messages, _OUTBOX_MOMENTS[self.settings.outbox_by])

    @property
    def credit(self) -> int:
        """The remaining credit of the account, in Rial."""
        with self.lock:
            self._settle()
            return self._credit

    @credit.setter
    def credit(self, rial: int) -> None:
        self._credit = rial

    @property
    def refunded(self) -> int:
        """What was refunded so far, in Rial."""
        with self.lock:
            self._settle()
            return self._refunded

    def _settle(self) -> None:
        self._give_back(self._refunds.due(self.clock.now(), self._messages.__getitem__))

    def _give_back(self, rial: int) -> None:
        self._credit += rial
        self._refunded += rial

    @property
    def accepted(self) -> int:
        """How many messages were accepted so far."""
        return len(self._messages)

    @property
    def next_messageid(self) -> int:
        return self.settings.first_messageid + len(self._messages)

    def configure(self, **changes: str | int) -> None:
        """Change account settings."""
        with self.lock:
            self.config = replace(self.config, **changes)  # type: ignore[arg-type]

    def append(self, messages: Sequence[Message]) -> None:
        """Store messages that have the next ids in order, and their localids."""
        place = len(self._messages)
        self._messages.extend(messages)
        if self.settings.refund:
            for index, message in enumerate(messages, place):
                self._refunds.expect(index, message)
        self._by_localid.update(
            (message.localid, place + index) for index, message in enumerate(messages) if message.localid
        )

    def by_messageid(self, messageid: int, window: float | None = None) -> Message | None:
        """The message with this id if it is at most `window` seconds old, with its current status."""
        index = messageid - self.settings.first_messageid
        return self._young(self._messages[index], window) if 0 <= index < len(self._messages) else None

    def by_localid(self, localid: str, window: float | None) -> Message | None:
        """The newest message with this localid if it is at most `window` seconds old, with its current status."""
        index = self._by_localid.get(localid)
        return None if index is None else self._young(self._messages[index], window)

    def cancel(self, messageid: int) -> Message | None:
        """Cancel and refund the message with this id, if still possible, and return it; None if there is none."""
        message = self.by_messageid(messageid)
        if message is None or message.status not in self.rules.cancellable:
            return message
        cancelled = message._replace(status=CANCELLED)
        self._messages[messageid - self.settings.first_messageid] = cancelled
        self.cancelled += 1
        if self.settings.refund:
            self._give_back(message.cost)
        return cancelled

    def sent_to(self, receptor: str, span: Span) -> list[Message]:
        """Messages to `receptor` (09…) within `span`, oldest first, with current statuses."""
        now = self.clock.now()
        return [self._current(self._messages[place], now) for place in self._index.to(receptor, span)]

    def outbox(self, span: Span, sender: str = "") -> list[Message]:
        """Messages within `span`, from one line or all, oldest first, with current statuses."""
        now = self.clock.now()
        found = (self._messages[place] for place in self._index.within(span))
        return [self._current(message, now) for message in found if not sender or message.sender == sender]

    def latest(self, count: int, sender: str = "") -> list[Message]:
        """The last `count` messages until now, from one line or all, newest first, with current statuses."""
        now = self.clock.now()
        places = reversed(self._index.within(Span(0, int(now))))
        found = (self._messages[place] for place in places)
        wanted = (message for message in found if not sender or message.sender == sender)
        return [self._current(message, now) for message in islice(wanted, count)]

    def messages(self) -> tuple[Message, ...]:
        """Every message accepted so far, in order of acceptance, with current statuses."""
        with self.lock:
            messages = tuple(self._messages)
        now = self.clock.now()
        return tuple(self._current(message, now) for message in messages)

    def _young(self, message: Message, window: float | None) -> Message | None:
        now = self.clock.now()
        since = goes_out(message) if self.settings.age_from == "date" else message.accepted_at
        return None if window is not None and now - since > window else self._current(message, now)

    def _current(self, message: Message, now: float | None = None) -> Message:
        status = status_at(message, self.clock.now() if now is None else now, self.settings.progress)
        return message if status == message.status else message._replace(status=status)
