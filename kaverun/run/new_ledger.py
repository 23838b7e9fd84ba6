"""A ledger that is new altogether may be one that was lost: only a person can tell the two apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kaverun.errors import Refused
from kaverun.ledger.runs import knows
from kaverun.ledger.store import Store

# What is sent to a sandbox on this machine disturbs nobody.
_HARMLESS = "loopback"


def is_new(store: Store, provider: str) -> bool:
    """Whether a ledger knows no run at a provider where people get what is sent."""
    return provider != _HARMLESS and not knows(store, provider)


def refuse_new(store: Store, path: Path, provider: str, accepted: Callable[[str], bool]) -> None:
    """Raise `Refused` where the ledger is new, unless somebody has `accepted` it, who is given what that means."""
    if is_new(store, provider) and not accepted(meaning(path, provider)):
        raise Refused(
            f"{meaning(path, provider)}. If it was lost, bring it back or name the right one with --ledger; "
            "if this is its first run, give --new-ledger. Nothing was sent"
        )


def meaning(path: Path, provider: str) -> str:
    """What is wrong with a new ledger, without a full stop."""
    return (
        f"the ledger {path} is new: it knows no run at {provider}. If messages of this campaign went out more than "
        "12 hours ago, nobody can see that any more, neither here nor at the provider, and everyone gets them again"
    )
