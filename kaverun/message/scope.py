"""Which messages are meant."""

from __future__ import annotations

from typing import NamedTuple


class Scope(NamedTuple):
    """An occurrence of a campaign at a provider, "loopback" for sandboxes: what went to one is not known at another."""

    campaign: str
    occurrence: str
    provider: str
