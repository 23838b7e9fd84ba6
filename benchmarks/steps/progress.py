"""What it costs to tell how far one is: on a terminal, against a log."""

from __future__ import annotations

from benchmarks.lists import write_campaign
from benchmarks.results import Case, Sample
from benchmarks.workshop import Workshop

TERMINAL, LOG = "on a terminal", "in a log"


def measure(shop: Workshop, size: int) -> None:
    """`seconds` are those of processors: what a display costs is less than what a clock wavers."""
    folder = shop.folder / "progress"

    def keep(terminal: bool, command: str, *flags: str) -> None:
        shop.server.reset()
        write_campaign(shop.empty(folder.name), shop.list_of(size))
        cost = shop.kaverun(folder, command, "campaign.yaml", *flags, terminal=terminal).finish()
        case = Case(f"progress of {command}", size)
        shop.keep(Sample(case, TERMINAL if terminal else LOG, cost.cpu, cost.seconds, cost.cpu, cost.rss))

    shop.interleaved(
        lambda: keep(False, "plan"),
        lambda: keep(True, "plan"),
        lambda: keep(False, "apply", "--yes"),
        lambda: keep(True, "apply", "--yes"),
        times=3,
    )
