"""`sending.rate`, as the server sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.lists import write_campaign
from benchmarks.results import KAVERUN, Case, Sample
from benchmarks.workshop import Workshop, check_once_each

STEP = "rate"


def measure(shop: Workshop, size: int, per_second: int) -> None:
    folder = shop.empty("rate")
    campaign = write_campaign(folder, shop.list_of(size), rate=f"{per_second}/s")
    shop.server.reset()
    cost = shop.kaverun(folder, "apply", campaign.name, "--yes").finish()
    check_once_each(shop.server.counts(), size)
    arrivals = shop.server.arrivals()
    more = {"asked": float(per_second), "seen": average(arrivals), "burst": burst(arrivals, per_second)}
    seconds = arrivals[-1][0] - arrivals[0][0]
    shop.keep(Sample(Case(STEP, size), KAVERUN, seconds, cost.seconds, cost.cpu, cost.rss, more))


def average(arrivals: Sequence[tuple[float, int]]) -> float:
    """Messages a second between the first request and the last, which opens the next span."""
    ordered = sorted(arrivals)
    return sum(messages for _, messages in ordered[:-1]) / (ordered[-1][0] - ordered[0][0])


def burst(arrivals: Iterable[tuple[float, int]], per_second: float) -> float:
    """How full a bucket that refills so fast would have had to be: the most that any span held beyond its share."""
    most = excess = 0.0
    last: float | None = None
    for when, messages in sorted(arrivals):
        if last is not None:
            excess = max(0.0, excess - (when - last) * per_second)
        excess += messages
        most, last = max(most, excess), when
    return most
