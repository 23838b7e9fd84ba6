"""`kaverun status` after everything was delivered, against asking alone; and with its report drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmarks.child import Cost
from benchmarks.results import BARE, KAVERUN, SDK, Case, Sample
from benchmarks.workshop import NotAsPromised, Workshop

STEP, DRAWN = "status", "status, report drawn again"
_FEWER = 100_000
_PAGE = 500


def measure(shop: Workshop, sizes: Sequence[int], *, others: bool) -> None:
    for size in sizes:
        _measure(shop, size, shop.rounds_of(size, sizes), others=others)


def _measure(shop: Workshop, size: int, rounds: int, *, others: bool) -> None:
    shop.server.reset()
    first = shop.server.counts().next_messageid

    def keep(who: str, cost: Cost, messages: int = size, step: str = STEP) -> None:
        shop.keep(Sample(Case(step, messages), who, cost.seconds, cost.seconds, cost.cpu, cost.rss))

    def bare() -> None:
        shop.server.reset(issued=size)
        keep(BARE, shop.bare("status", shop.server.url, first, size))

    def ours(step: str, reports: str) -> None:
        folder = shop.applied(size)
        shop.server.reset(issued=size)
        command = ("status", "campaign.yaml", "--report-dir", reports)
        keep(KAVERUN, shop.kaverun(folder, *command).finish(), step=step)
        requests = shop.server.counts().requests
        if requests != -(-size // _PAGE):
            raise NotAsPromised(f"{requests:,} requests for the status of {size:,} messages")
        if ("  updated  " in (folder / "stdout.txt").read_text()) != (step == DRAWN):
            raise NotAsPromised(f"{step}: the report was drawn, or not drawn, against what is measured")

    def package() -> None:
        fewer = min(size, _FEWER)
        shop.server.reset(issued=fewer)
        keep(SDK, shop.bare("sdk", shop.server.host, "status", first, fewer), fewer)

    shop.interleaved(bare, partial(ours, STEP, "not-kept"), rounds=rounds)
    shop.interleaved(partial(ours, DRAWN, "reports"), rounds=1)
    if others:
        shop.interleaved(package)
