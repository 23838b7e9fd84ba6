"""`kaverun apply`, killed when six of ten messages have arrived, and then again."""

from __future__ import annotations

import signal

from benchmarks.lists import write_campaign
from benchmarks.results import KAVERUN, Case, Sample
from benchmarks.workshop import NotAsPromised, Workshop, check_once_each

STEP = "resume"
_SHARE = 0.6


def measure(shop: Workshop, size: int) -> None:
    """`seconds` are those from the start of the second command to its first sending request at the server."""
    shop.interleaved(lambda: _measure(shop, size))


def _measure(shop: Workshop, size: int) -> None:
    folder = shop.empty("resume")
    campaign = write_campaign(folder, shop.list_of(size))
    shop.server.reset()
    killed = shop.kaverun(folder, "apply", campaign.name, "--yes")
    shop.server.wait_for(int(size * _SHARE))
    killed.kill()
    code, _ = killed.wait()
    if code != -signal.SIGKILL:
        raise NotAsPromised(f"the killed command ended by itself with {code}")
    before = len(shop.server.arrivals())
    cost = shop.kaverun(folder, "apply", campaign.name, "--yes").finish()
    # Whatever was settled and sent again would be counted as a repeat.
    check_once_each(shop.server.counts(), size)
    first = shop.server.arrivals()[before][0] - cost.started
    shop.keep(Sample(Case(STEP, size), KAVERUN, first, cost.seconds, cost.cpu, cost.rss))
