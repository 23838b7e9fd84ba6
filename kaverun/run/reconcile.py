"""Messages an earlier run left in doubt: looked up before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.ledger.protocol import Ledger, OpenBatch, Result
from kaverun.plan.served import Fate
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import LOOKUP_WINDOW, look_up
from kaverun.run.patience import Patience


class Reconciled(NamedTuple):
    """Fates by localid: accepted (found), not_sent (proved absent) or unknown (too old to be looked up)."""

    fates: dict[int, Fate]

    def count(self, fate: Fate) -> int:
        return sum(1 for known in self.fates.values() if known is fate)


def reconcile(
    ledger: Ledger,
    batches: list[OpenBatch],
    client: Client,
    patience: Patience,
    clock: Clock,
    *,
    settle: float,
    sleep: Callable[[float], object],
) -> Reconciled:
    """Look up every message in doubt and make what is found durable.

    A request that was cut off may still be on its way into the provider: absence counts only `settle` seconds
    after the intent. Raises `KavenegarError` where the provider cannot be asked; nothing was sent then.
    """
    fates: dict[int, Fate] = {}
    for batch in batches:
        messages = {index: batch.messages[index] for index in batch.open}
        if clock.now() - batch.intended > LOOKUP_WINDOW:
            results = {index: Result(Fate.UNKNOWN, reason=_TOO_OLD) for index in messages}
            texts: dict[int, str] = {}
        else:
            found = patience.ask(lambda messages=messages: look_up(client, messages))  # type: ignore[misc]
            if len(found) < len(messages) and clock.now() - batch.intended < settle:
                sleep(settle - (clock.now() - batch.intended))
                found = patience.ask(lambda messages=messages: look_up(client, messages))  # type: ignore[misc]
            results = {index: Result(Fate.NOT_SENT, reason="proved not sent: sent anew") for index in messages}
            for index, state in found.items():
                results[index] = Result(Fate.ACCEPTED, state.messageid, state.status, reason="found by its localid")
            texts = {state.status: state.statustext for state in found.values()}
        failpoint("doubt-asked")
        ledger.record([(batch.batch, results)], texts, clock.now())
        failpoint("doubt-recorded")
        fates.update({messages[index].localid: result.fate for index, result in results.items()})
    return Reconciled(fates)


_TOO_OLD = (
    "in doubt for more than 12 hours, past which the provider cannot be asked by localid: never sent again silently"
)
