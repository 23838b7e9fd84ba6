"""A new ledger may stand for one that was lost: only a person can tell the two apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kaverun.errors import Refused
from kaverun.ledger.runs import knows
from kaverun.ledger.store import Store

# What is sent to a sandbox on this machine disturbs nobody.
_HARMLESS = "loopback"


def is_new(store: Store, provider: str) -> bool:
    """Whether a ledger has no runs at a provider that really delivers."""
    return provider != _HARMLESS and not knows(store, provider)


def refuse_new(store: Store, path: Path, provider: str, accepted: Callable[[str], bool]) -> None:
    """Raise `Refused` if the ledger is new, unless `accepted`, called with what that means, returns True."""
    if is_new(store, provider) and not accepted(meaning(path, provider)):
        raise Refused(
            f"{meaning(path, provider)}. If it was lost, restore it or name the right one with --ledger; "
            "if this is its first run, pass --new-ledger. Nothing was sent"
        )


def meaning(path: Path, provider: str) -> str:
    """What is wrong with a new ledger, without a full stop."""
    return (
        f"the ledger {path} is new: it has no runs at {provider}. If messages of this campaign went out more than "
        "12 hours ago, that can no longer be seen here or at the provider, and everyone gets them again"
    )
