"""The Kavenegar API: typed calls and answers over HTTP, usable by itself.

from kaverun.kavenegar import Client, Secret
client = Client.connect("https://api.kavenegar.com/v1", Secret("the key"))
client.account_info().remaincredit        # Rial
"""

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
