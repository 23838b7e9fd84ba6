"""Whom to send to: Kavenegar, with a key, or a sandbox on this machine."""

from __future__ import annotations

import os

from kaverun import kavenegar, sandbox
from kaverun.campaign.models import Retry
from kaverun.kavenegar.access import DEFAULT_BASE_URL, api_key, checked_base_url, checked_key, provider_of
from kaverun.kavenegar.limits import CHARACTERS_PER_MESSAGE
from kaverun.kavenegar.redaction import Secret, redact_log_records
from kaverun.kavenegar.transport import Timeouts


class Client:
    """Whom to send to, and with which key. It makes no request before it is used; any number of threads may use one.

    Without a `key` it is the environment's, as for the command: KAVENEGAR_API_KEY, or the file that
    KAVENEGAR_API_KEY_FILE names; without a `base_url` KAVENEGAR_BASE_URL, or Kavenegar's own. Raises `Refused` for what
    is not a key, and for a base URL that would expose it: plain http is for this machine only. From the first client
    on, keys are removed from all log records of the process.
    """

    def __init__(self, key: str | None = None, base_url: str | None = None) -> None:
        redact_log_records()
        self.base_url = checked_base_url(base_url or os.environ.get("KAVENEGAR_BASE_URL") or DEFAULT_BASE_URL)
        self._key = Secret(api_key() if key is None else checked_key(key))

    @property
    def provider(self) -> str:
        """The host, "loopback" for this machine: what went to one provider is not known at another."""
        return provider_of(self.base_url)

    @property
    def api(self) -> kavenegar.Client:
        """Kavenegar's fourteen methods, one call each; they are not recorded."""
        return kavenegar.Client.connect(self.base_url, self._key)

    def connected(self, retry: Retry, longest: int = CHARACTERS_PER_MESSAGE) -> kavenegar.Client:
        """The same with the timeouts of a campaign, and the `longest` text of its lines in characters."""
        timeouts = Timeouts(retry.connect_timeout, retry.read_timeout)
        return kavenegar.Client.connect(self.base_url, self._key, timeouts, max_text=longest)


class Sandbox(sandbox.Sandbox):
    """A local Kavenegar to try campaigns against, while it is entered; see `kaverun.sandbox`.

    `messages()` are those that it accepted.
    """

    #: any key is accepted
    key = "sandbox"

    def client(self) -> Client:
        """A client of this sandbox; it has to be entered first."""
        return Client(self.key, self.url)
