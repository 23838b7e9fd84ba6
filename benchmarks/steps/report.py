"""A report of a finished run: `apply` once more with nothing left to send, its parts timed from inside."""

from __future__ import annotations

import sys
from collections import defaultdict

from benchmarks import timed
from benchmarks.results import KAVERUN, Case, Sample
from benchmarks.workshop import REPOSITORY, Workshop

ROWS, SUMMARY = "report: every row", "report: summary"
_PLACES = {
    "kaverun.report.write:write_messages": ROWS,
    "kaverun.report.write:write_json": SUMMARY,
    "kaverun.cli.applying:report_text": SUMMARY,
}


def measure(shop: Workshop, size: int) -> None:
    shop.interleaved(lambda: _measure(shop, size))


def _measure(shop: Workshop, size: int) -> None:
    folder = shop.applied(size)
    through = (sys.executable, "-m", "benchmarks.timed", "timed.json", *_PLACES, "--")
    again = shop.kaverun(
        folder, "apply", "campaign.yaml", "--yes", through=through, environment={"PYTHONPATH": str(REPOSITORY)}
    )
    cost = again.finish()
    took: dict[str, float] = defaultdict(float)
    for place, spent in timed.read(folder / "timed.json").items():
        took[_PLACES[place]] += spent.clock
    for step, seconds in took.items():
        shop.keep(Sample(Case(step, size), KAVERUN, seconds, cost.seconds, cost.cpu, cost.rss))
