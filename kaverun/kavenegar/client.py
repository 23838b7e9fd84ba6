"""Every method of the API as a typed call; each subject has its module.

sending    send, send_array, lookup, make_tts
tracking   status, status_by_localid, status_by_receptor, cancel
outbox     select, select_outbox, latest_outbox, count_outbox
account    account_info, account_config
"""

from __future__ import annotations

from kaverun.clock import Clock, SystemClock
from kaverun.kavenegar.account import Account
from kaverun.kavenegar.limits import CHARACTERS_PER_MESSAGE, IDS_PER_REQUEST, MESSAGES_PER_REQUEST
from kaverun.kavenegar.outbox import Outbox
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.sending import OutgoingMessage, Sending
from kaverun.kavenegar.tracking import Tracking
from kaverun.kavenegar.transport import DEFAULT_TIMEOUTS, HttpTransport, Timeouts

__all__ = ["IDS_PER_REQUEST", "MESSAGES_PER_REQUEST", "Client", "OutgoingMessage"]

_SYSTEM_CLOCK = SystemClock()


class Client(Sending, Tracking, Outbox, Account):
    """Kavenegar's fourteen methods over a transport.

    Every method raises `KavenegarError` (see kaverun.kavenegar.errors): `NotAsked`, which is a `ValueError` too, before
    a request that breaks a documented limit; `ApiError` with code, meaning, the provider's words and whether a retry
    can help; `NotReached` and `Unanswered`. Nothing is retried here.
    """

    @classmethod
    def connect(
        cls,
        base_url: str,
        key: Secret | str,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        *,
        max_text: int = CHARACTERS_PER_MESSAGE,
        clock: Clock = _SYSTEM_CLOCK,
    ) -> Client:
        """A client over HTTP, usable by many threads at once. `max_text`: the longest text of the account's lines.

        Raises `kaverun.errors.Refused` for a base URL that would expose the key: plain http is for this machine only.
        """
        secret = key if isinstance(key, Secret) else Secret(key)
        return cls(HttpTransport(base_url, secret, timeouts), max_text=max_text, clock=clock)
