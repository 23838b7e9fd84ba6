"""What it costs to tell how far one is, on a terminal and in a log."""

from __future__ import annotations

import sys

from benchmarks import timed
from benchmarks.lists import write_campaign
from benchmarks.results import Case, Sample
from benchmarks.workshop import REPOSITORY, Workshop

TERMINAL, LOG = "on a terminal", "in a log"
# The thread that draws, and what those who work leave there. Each new step is in `_reach` as well, so counted twice.
_PLACES = tuple(f"kaverun.cli.progress:ProgressDisplay.{method}" for method in ("draw", "_reach", "_begin"))


def measure(shop: Workshop, size: int) -> None:
    """`seconds` are all processor seconds of the command, `display` those in the display.

    They are counted from inside: from one run to the next the whole wavers by more than the display may cost.
    """
    folder = shop.folder / "progress"
    through = (sys.executable, "-m", "benchmarks.timed", "timed.json", *_PLACES, "--")

    def keep(terminal: bool, command: str, *flags: str) -> None:
        shop.server.reset()
        write_campaign(shop.empty(folder.name), shop.list_of(size))
        arguments, environment = (command, "campaign.yaml", *flags), {"PYTHONPATH": str(REPOSITORY)}
        child = shop.kaverun(folder, *arguments, through=through, terminal=terminal, environment=environment)
        cost = child.finish()
        display = sum(spent.processors for spent in timed.read(folder / "timed.json").values())
        case, who = Case(f"progress of {command}", size), TERMINAL if terminal else LOG
        shop.keep(Sample(case, who, cost.cpu, cost.seconds, cost.cpu, cost.rss, {"display": display}))

    shop.interleaved(
        lambda: keep(False, "plan"),
        lambda: keep(True, "plan"),
        lambda: keep(False, "apply", "--yes"),
        lambda: keep(True, "apply", "--yes"),
    )
