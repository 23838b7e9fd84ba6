"""How `apply` and `cancel` begin: open the ledger, lock the campaign, and look up what was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Protocol

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.ledger.opening import open_ledger
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.run.cut_off import CutOff
from kaverun.run.failpoints import failpoint
from kaverun.run.observer import Observer
from kaverun.run.retrying import Patience


class Around(Protocol):
    """What a session takes from outside; see `Surroundings`."""

    @property
    def client(self) -> Client: ...
    @property
    def provider(self) -> str: ...
    @property
    def ledger(self) -> Path: ...
    @property
    def lock_timeout(self) -> float: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def stopping(self) -> Event: ...
    @property
    def observer(self) -> Observer: ...


@contextmanager
def session(loaded: LoadedCampaign, around: Around) -> Iterator[tuple[Store, float]]:
    """The ledger, and when the campaign was locked in it (unix seconds); the lock is held while the block runs.

    Raises `Locked` if somebody else is working on the campaign.
    """
    opened = closing(open_ledger(around.ledger, around.lock_timeout))
    with opened as store, store.locked(loaded.campaign.name, around.clock.now()):
        failpoint("locked")
        yield store, around.clock.now()


def cut_off(loaded: LoadedCampaign, store: Store, around: Around, locked: float) -> CutOff:
    """Looks up messages whose cancellation was cut off; nothing is decided about them before that."""
    scope = Scope(loaded.campaign.name, OCCURRENCE, around.provider)
    patience = Patience(loaded.campaign.retry, around.stopping, around.clock, on_retry=around.observer.retried)
    return CutOff(store, around.client, patience, around.clock, scope, locked=locked)
