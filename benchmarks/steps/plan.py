"""`kaverun plan` against csv, a compiled template and a part count."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.child import Cost
from benchmarks.lists import write_campaign
from benchmarks.results import BARE, KAVERUN, Case, Sample
from benchmarks.workshop import Workshop

STEP = "plan"


def measure(shop: Workshop, sizes: Sequence[int]) -> None:
    for size in sizes:
        _measure(shop, size, shop.rounds_of(size, sizes))


def _measure(shop: Workshop, size: int, rounds: int) -> None:
    recipients = shop.list_of(size)
    folder = shop.empty("plan")
    campaign = write_campaign(folder, recipients)

    def keep(who: str, cost: Cost) -> None:
        shop.keep(Sample(Case(STEP, size), who, cost.seconds, cost.seconds, cost.cpu, cost.rss))

    shop.interleaved(
        lambda: keep(BARE, shop.bare("plan", recipients.path)),
        lambda: keep(KAVERUN, shop.kaverun(folder, "plan", campaign.name, online=False).finish()),
        rounds=rounds,
    )
