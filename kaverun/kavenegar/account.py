"""The account itself: account/info, account/config."""

from __future__ import annotations

from kaverun.kavenegar.answers import AccountConfig, AccountInfo, Entry, account_config, account_info
from kaverun.kavenegar.calls import Calls


class Account(Calls):
    """Credit and settings. Both calls only read."""

    def account_info(self) -> AccountInfo:
        """Credit in Rial, expiry in unix seconds, and type (API document, *Info*). Raises `KavenegarError`."""
        return account_info(self._single("account/info"))

    def account_config(self) -> AccountConfig:
        """The account's settings (API document, *Config*), by a bare GET: any parameter would write one (facts page,
        *Meaning*). Raises `KavenegarError`.
        """
        return account_config(self._single("account/config"))

    def _single(self, method: str) -> Entry:
        return next(iter(self._transport.call(method, None)), {})
