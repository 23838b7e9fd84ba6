"""The Kavenegar API: fourteen typed calls and their answers over HTTP, usable by itself.

    from kaverun.kavenegar import DEFAULT_BASE_URL, Client, OutgoingMessage
    client = Client.connect(DEFAULT_BASE_URL, "the key")
    client.account_info().remaincredit                                            # Rial
    client.send("09123456789", "سلام", sender="10004346", localids=[450])         # one row, with its messageid
    client.send_array([OutgoingMessage("09123456789", "10004346", "سلام", 451)])  # up to 200 of them
    client.status([8792343001])                                                   # any number of ids

The names are imported when they are first asked for: the tables in `codes` cost no HTTP library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kaverun.kavenegar.access import DEFAULT_BASE_URL
    from kaverun.kavenegar.answers import AccountConfig, AccountInfo, MessageState, OutboxCount, SentMessage
    from kaverun.kavenegar.client import Client
    from kaverun.kavenegar.errors import ApiError, KavenegarError, NotAsked, NotReached, Unanswered
    from kaverun.kavenegar.redaction import Secret, redact_log_records
    from kaverun.kavenegar.sending import OutgoingMessage
    from kaverun.kavenegar.tokens import Tokens
    from kaverun.kavenegar.transport import Timeouts

__all__ = [
    "DEFAULT_BASE_URL",
    "AccountConfig",
    "AccountInfo",
    "ApiError",
    "Client",
    "KavenegarError",
    "MessageState",
    "NotAsked",
    "NotReached",
    "OutboxCount",
    "OutgoingMessage",
    "Secret",
    "SentMessage",
    "Timeouts",
    "Tokens",
    "Unanswered",
    "redact_log_records",
]
_ROOMS = {
    "access": ("DEFAULT_BASE_URL",),
    "answers": ("AccountConfig", "AccountInfo", "MessageState", "OutboxCount", "SentMessage"),
    "client": ("Client",),
    "errors": ("ApiError", "KavenegarError", "NotAsked", "NotReached", "Unanswered"),
    "redaction": ("Secret", "redact_log_records"),
    "sending": ("OutgoingMessage",),
    "tokens": ("Tokens",),
    "transport": ("Timeouts",),
}


def __getattr__(name: str) -> object:
    for module, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
