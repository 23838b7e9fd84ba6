"""`python -m benchmarks`: measures everything, prints the tables, keeps them in `benchmarks/results/`.

--small          50,000 recipients and fewer rounds; ends with 1 where a figure is far worse than the one kept, or
                 where memory, the ledger or the rate are not as promised
--rounds N       how often each thing is measured, twice unless told, short lists more often; the best counts
--attempts N     how often what seems to be bad is measured before it is believed, four times unless told
--sizes A,B      how many recipients
--only A,B       some of the names in `STEPS`
--keep           with --small: keep the figures to compare with from now on
--results DIR    where to keep them
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.figures import PROMISED, Figure, figures, regressions, relative
from benchmarks.growth import growth_svg
from benchmarks.machine import machine
from benchmarks.results import Case, Results, sample_document, write_json
from benchmarks.server_process import Server
from benchmarks.steps import apply, plan, progress, rate, report, resume, startup, status
from benchmarks.table import Rows, as_markdown, as_text, figures_table, samples_table
from benchmarks.workshop import Workshop

RESULTS = Path(__file__).with_name("results")
_SMALL = "small.json"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured.

    `sizes`: recipients of plan, apply and status. `slow`: recipients, milliseconds and threads of an apply over a
    latency. `starts`: how many. `rated`: messages, and how many a second. `others`: also what does not change with
    kaverun.
    """

    sizes: Sequence[int]
    slow: tuple[tuple[int, int, int], ...]
    starts: int
    rated: tuple[int, int]
    others: bool = True

    @property
    def usual(self) -> int:
        """Resume and report are promised for a million; longer lists are for the curve."""
        return max((size for size in self.sizes if size <= PROMISED), default=max(self.sizes))


FULL = Extent(
    sizes=(10_000, 100_000, 1_000_000, 3_000_000),
    slow=((100_000, 50, 4), (200_000, 100, 16), (400_000, 100, 64)),
    starts=25,
    rated=(10_000, 2_000),
)
SMALL = Extent(sizes=(50_000,), slow=((10_000, 50, 4),), starts=10, rated=(4_000, 2_000), others=False)


# What has to be measured again for a figure, by the first word of its name.
_MEASURED_BY = {
    "--help": ("startup",),
    "apply": ("apply", "latency"),
    "ledger": ("apply",),
    status.DRAWN: ("status",),
    "validate": ("startup",),
}

STEPS = ("ceiling", "plan", "apply", "latency", "status", "resume", "report", "startup", "progress", "rate")


def steps(shop: Workshop, extent: Extent) -> dict[str, Callable[[], None]]:
    """What can be measured, by the names of `STEPS`."""
    cases = [Case(apply.STEP, size, 0, 4) for size in extent.sizes]
    longest = max(extent.sizes)
    slow = [Case(apply.STEP, min(size, longest), latency, threads) for size, latency, threads in extent.slow]
    return {
        "ceiling": lambda: apply.ceiling(shop, min(100_000, extent.usual)) if extent.others else None,
        "plan": lambda: plan.measure(shop, extent.sizes),
        "apply": lambda: apply.measure(shop, cases, others=extent.others),
        "latency": lambda: apply.measure(shop, slow, others=extent.others),
        "status": lambda: status.measure(shop, extent.sizes, others=extent.others),
        "resume": lambda: resume.measure(shop, extent.usual),
        "report": lambda: report.measure(shop, extent.usual),
        "startup": lambda: startup.measure(shop, extent.starts),
        "progress": lambda: progress.measure(shop, min(200_000, extent.usual)) if extent.others else None,
        "rate": lambda: rate.measure(shop, *extent.rated),
    }


def measure(extent: Extent, rounds: int, only: Sequence[str], results: Results) -> None:
    with tempfile.TemporaryDirectory(prefix="kaverun-bench-") as folder, Server.start() as server:
        shop = Workshop(Path(folder), server, rounds, results)
        for name, step in steps(shop, extent).items():
            if not only or name in only:
                print(name, file=sys.stderr, flush=True)
                step()


def full(extent: Extent, options: argparse.Namespace) -> int:
    where = machine()
    results, found, _ = _measured(extent, options, figures, lambda found: [one for one in found if not one.met])
    tables = [figures_table(found), samples_table(results)]
    print("\n\n".join(map(as_text, tables)))
    write_json(options.results / "latest.json", _document(where, results, found))
    (options.results / "latest.md").write_text(_page(where, tables), encoding="utf-8")
    if any(results.of_step(step) for step in (plan.STEP, apply.STEP, status.STEP)):
        (options.results / "growth.svg").write_text(growth_svg(results), encoding="utf-8")
    return 0


def small(extent: Extent, options: argparse.Namespace) -> int:
    kept = options.results / _SMALL
    if not kept.exists() and not options.keep:
        print(f"{kept} is not there to compare with: python -m benchmarks --small --keep writes it", file=sys.stderr)
        return 1
    before: dict[str, float] = {} if options.keep else json.loads(kept.read_text())["figures"]
    results, found, worse = _measured(extent, options, relative, lambda found: regressions(found, before))
    print(as_text(samples_table(results)), as_text(_comparison(found, before)), sep="\n\n")
    if options.keep:
        write_json(kept, {"machine": machine(), "figures": {one.name: round(one.value, 4) for one in found}})
    for figure in worse:
        print(f"far worse than before, or not as promised: {figure.name}", file=sys.stderr)
    return 1 if worse else 0


def _measured(
    extent: Extent,
    options: argparse.Namespace,
    told: Callable[[Results], list[Figure]],
    bad: Callable[[list[Figure]], list[Figure]],
) -> tuple[Results, list[Figure], list[Figure]]:
    """What was measured, the figures of it and the bad ones among them.

    What seems to be bad is measured again before it is believed: neighbours on a machine make things worse, and never
    better.
    """
    results, only = Results(), options.only
    for _ in range(options.attempts):
        measure(extent, options.rounds or 2, only, results)
        found = told(results)
        worse = bad(found)
        if not worse:
            break
        print("not as promised, or worse:", *(figure.name for figure in worse), sep="\n  ", file=sys.stderr)
        only = steps_of(worse)
    return results, found, worse


def steps_of(worse: Sequence[Figure]) -> list[str]:
    """The steps that figures come from."""
    words = [figure.name.partition(":")[0] for figure in worse]
    return sorted({step for word in words for step in _MEASURED_BY.get(word, (word,))})


def _comparison(found: Sequence[Figure], before: dict[str, float]) -> Rows:
    rows = [("figure", "now", "kept", "times worse")]
    for figure in found:
        known = before.get(figure.name)
        kept, worse = ("", "") if known is None else (f"{known:.3g}", f"{figure.worse_than(known):.2f}")
        rows.append((figure.name, f"{figure.value:.3g}", kept, worse))
    return rows


def _document(where: dict[str, str], results: Results, found: Sequence[Figure]) -> dict[str, Any]:
    return {
        "machine": where,
        "figures": [{**figure._asdict(), "met": figure.met} for figure in found],
        "samples": [sample_document(sample) for sample in results.samples],
    }


def _page(where: dict[str, str], tables: Sequence[Rows]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in where.items())
    return "\n\n".join([told, *map(as_markdown, tables)]) + "\n"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number.replace("_", "")) for number in text.split(","))


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(STEPS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(STEPS)}")
    return names


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--attempts", type=int, default=4)
    parser.add_argument("--sizes", type=_numbers)
    parser.add_argument("--only", type=_names, default=[])
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args()


def _extent(options: argparse.Namespace) -> Extent:
    extent = SMALL if options.small else FULL
    return replace(extent, sizes=options.sizes) if options.sizes else extent


def main() -> int:
    options = _options()
    return small(_extent(options), options) if options.small else full(_extent(options), options)


if __name__ == "__main__":
    sys.exit(main())
