"""The account and everything it sent, in memory, under one lock."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kaverun.clock import Clock
from kaverun.sandbox.delivery import status_at
from kaverun.sandbox.records import Message
from kaverun.sandbox.settings import SandboxSettings


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """The account's settings (document, *Config*), in the words of its sample answer."""

    apilogs: str = "enabled"
    dailyreport: str = "enabled"
    debugmode: str = "disabled"
    defaultsender: str = "10004346"
    mincreditalarm: int = 10000
    resendfailed: str = "enabled"


class State:
    """What one account has and has sent. Whoever reads and then writes holds `lock`."""

    def __init__(self, settings: SandboxSettings, clock: Clock) -> None:
        self.settings = settings
        self.rules = settings.rules()
        self.clock = clock
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget every message; the account is as the settings say."""
        with self.lock:
            self.credit = self.settings.credit
            self.config = AccountConfig(
                debugmode="enabled" if self.settings.debugmode else "disabled",
                defaultsender=self.settings.default_sender,
            )
            self.deduplicated = 0
            self.refused = 0
            self._messages: list[Message] = []
            self._by_localid: dict[str, int] = {}

    @property
    def accepted(self) -> int:
        """How many messages were accepted so far."""
        return len(self._messages)

    @property
    def next_messageid(self) -> int:
        return self.settings.first_messageid + len(self._messages)

    def configure(self, **changes: str | int) -> None:
        """Write account settings."""
        with self.lock:
            self.config = replace(self.config, **changes)  # type: ignore[arg-type]

    def append(self, messages: Sequence[Message]) -> None:
        """Remember messages that carry the next ids in order, and their localids."""
        place = len(self._messages)
        self._messages.extend(messages)
        self._by_localid.update(
            (message.localid, place + index) for index, message in enumerate(messages) if message.localid
        )

    def by_messageid(self, messageid: int) -> Message | None:
        """The message with this id, its status as of now."""
        index = messageid - self.settings.first_messageid
        return self._current(self._messages[index]) if 0 <= index < len(self._messages) else None

    def by_localid(self, localid: str, window: float | None) -> Message | None:
        """The newest message with this localid that is at most `window` seconds old, its status as of now."""
        index = self._by_localid.get(localid)
        if index is None:
            return None
        message = self._messages[index]
        if window is not None and self.clock.now() - message.accepted_at > window:
            return None
        return self._current(message)

    def messages(self) -> tuple[Message, ...]:
        """Every message accepted so far in the order of acceptance, statuses as of now."""
        with self.lock:
            messages = tuple(self._messages)
        now = self.clock.now()
        return tuple(self._current(message, now) for message in messages)

    def _current(self, message: Message, now: float | None = None) -> Message:
        status = status_at(message, self.clock.now() if now is None else now, self.settings.progress)
        return message if status == message.status else message._replace(status=status)
