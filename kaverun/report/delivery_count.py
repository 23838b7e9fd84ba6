"""The delivery of a scope as its ledger tells it, counted batch by batch."""

from __future__ import annotations

import math
from collections.abc import Callable

from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.protocol import Ledger, Scope, Standing
from kaverun.report.delivery import Delivery, Tally

# A status can be asked for so long after the message was handed over or due, in seconds (API document, *Status*).
_ASKED_FOR = 48 * 3600.0


class DeliveryCount:
    """Counts each batch once; `is_open` says whether a standing may still change."""

    def __init__(self, ledger: Ledger, scope: Scope, is_open: Callable[[Standing], bool]) -> None:
        self._ledger = ledger
        self._scope = scope
        self._is_open = is_open
        self._tally = Tally()
        self._next = 0.0
        self._expired = 0
        self._expired_since = 0.0

    def go_on(self, end: float) -> None:
        """Count the batches before `end` that were not counted yet; infinity stands for all."""
        if end > self._next:
            for batch in self._ledger.taken(self._scope, self._next, end):
                routes = batch.routes()
                self._tally.add(routes.lines, routes.phones, batch.statuses)
                for status in set(batch.statuses):
                    if self._is_open((status, batch.since)):
                        self._tally.open += batch.statuses.count(status)
                    elif status not in FINAL_STATUSES:
                        self._expired += batch.statuses.count(status)
                        self._expired_since = max(self._expired_since, batch.since + _ASKED_FOR)
            self._next = end

    def delivery(self, asked: float) -> Delivery:
        """Of all batches; `asked` is when the provider was asked, in unix seconds."""
        self.go_on(math.inf)
        delivery = self._tally.delivery(asked)
        return delivery._replace(expired=self._expired, expired_since=self._expired_since or None)


def delivery_of(ledger: Ledger, scope: Scope, is_open: Callable[[Standing], bool], asked: float) -> Delivery:
    """The delivery of all messages that the ledger knows of; arguments as those of `DeliveryCount`."""
    return DeliveryCount(ledger, scope, is_open).delivery(asked)
