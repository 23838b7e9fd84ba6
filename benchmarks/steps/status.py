"""`kaverun status` after everything was delivered, against asking alone."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.child import Cost
from benchmarks.results import BARE, KAVERUN, SDK, Case, Sample
from benchmarks.workshop import NotAsPromised, Workshop

STEP = "status"
_FEWER = 100_000
_PAGE = 500


def measure(shop: Workshop, sizes: Sequence[int], *, others: bool) -> None:
    for size in sizes:
        _measure(shop, size, shop.rounds_of(size, sizes), others=others)


def _measure(shop: Workshop, size: int, rounds: int, *, others: bool) -> None:
    shop.server.reset()
    first = shop.server.counts().next_messageid

    def keep(who: str, cost: Cost, messages: int = size) -> None:
        shop.keep(Sample(Case(STEP, messages), who, cost.seconds, cost.seconds, cost.cpu, cost.rss))

    def bare() -> None:
        shop.server.reset(issued=size)
        keep(BARE, shop.bare("status", shop.server.url, first, size))

    def ours() -> None:
        folder = shop.applied(size)
        shop.server.reset(issued=size)
        keep(KAVERUN, shop.kaverun(folder, "status", "campaign.yaml").finish())
        requests = shop.server.counts().requests
        if requests != -(-size // _PAGE):
            raise NotAsPromised(f"{requests:,} requests for the status of {size:,} messages")

    def package() -> None:
        fewer = min(size, _FEWER)
        shop.server.reset(issued=fewer)
        keep(SDK, shop.bare("sdk", shop.server.host, "status", first, fewer), fewer)

    shop.interleaved(bare, ours, rounds=rounds)
    if others:
        shop.interleaved(package)
