"""The Kavenegar API: typed calls and answers over HTTP, usable by itself.

    from kaverun.kavenegar import Client, Secret
    client = Client.connect("https://api.kavenegar.com/v1", Secret("the key"))
    client.account_info().remaincredit        # Rial

The names are imported when they are first asked for: the tables in `codes` cost no HTTP library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kaverun.kavenegar.answers import AccountConfig, AccountInfo, MessageState, SentMessage
    from kaverun.kavenegar.client import Client, OutgoingMessage
    from kaverun.kavenegar.errors import ApiError, KavenegarError, NotReached, Unanswered
    from kaverun.kavenegar.redaction import Secret

__all__ = [
    "AccountConfig",
    "AccountInfo",
    "ApiError",
    "Client",
    "KavenegarError",
    "MessageState",
    "NotReached",
    "OutgoingMessage",
    "Secret",
    "SentMessage",
    "Unanswered",
]
_ROOMS = {
    "answers": ("AccountConfig", "AccountInfo", "MessageState", "SentMessage"),
    "client": ("Client", "OutgoingMessage"),
    "errors": ("ApiError", "KavenegarError", "NotReached", "Unanswered"),
    "redaction": ("Secret",),
}


def __getattr__(name: str) -> object:
    for module, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
