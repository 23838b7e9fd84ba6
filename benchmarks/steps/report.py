"""`kaverun report` of a finished campaign, its parts timed from inside, against csv.writer alone."""

from __future__ import annotations

import sys
from collections import defaultdict

from benchmarks import timed
from benchmarks.results import BARE, KAVERUN, Case, Sample
from benchmarks.workshop import REPOSITORY, Workshop

ROWS, SUMMARY = "report: every row", "report: summary"
_PLACES = {"kaverun.report.renderings:write_csv": ROWS, "kaverun.report.campaign:totals": SUMMARY}


def measure(shop: Workshop, size: int) -> None:
    shop.interleaved(lambda: _measure(shop, size))


def _measure(shop: Workshop, size: int) -> None:
    folder = shop.applied(size)
    through = (sys.executable, "-m", "benchmarks.timed", "timed.json", *_PLACES, "--")
    arguments = ("report", "campaign.yaml", "--out", "rows.csv")
    environment = {"PYTHONPATH": str(REPOSITORY)}
    cost = shop.kaverun(folder, *arguments, through=through, online=False, environment=environment).finish()
    took: dict[str, float] = defaultdict(float)
    for place, spent in timed.read(folder / "timed.json").items():
        took[_PLACES[place]] += spent.clock
    for step, seconds in took.items():
        shop.keep(Sample(Case(step, size), KAVERUN, seconds, cost.seconds, cost.cpu, cost.rss))
    told = folder / "seconds"
    alone = shop.bare("report", folder / "rows.csv", folder / "alone.csv", told)
    shop.keep(Sample(Case(ROWS, size), BARE, float(told.read_text()), alone.seconds, alone.cpu, alone.rss))
