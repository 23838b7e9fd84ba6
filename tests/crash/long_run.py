"""`make test-crash`: hundreds of kills over all failpoints, random moments and fault mixes, then a table.

    python tests/crash/long_run.py [--kills 500] [--seed N] [--only NUMBER]

Ends with 1 on any duplicate, anyone missing, anything else that is not as promised, or a failpoint never reached.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from random import SystemRandom
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parent))

from crashing.plan import CANCELLING, Trial, make_trial
from crashing.processes import SandboxProcess
from crashing.trial import Verdict, carry_out

from kaverun.run.failpoints import NAMES

# Two at a time: each of them waits for one process of its own and for a sandbox.
_WORKERS = 2


class Pair:
    """A sandbox that de-duplicates and one that does not."""

    def __init__(self) -> None:
        self._of = {True: SandboxProcess(), False: SandboxProcess("--no-dedupe")}

    def sandbox(self, dedupe: bool) -> SandboxProcess:
        return self._of[dedupe]

    def close(self) -> None:
        for sandbox in self._of.values():
            sandbox.close()


@contextmanager
def running_pairs() -> Iterator[SimpleQueue[Pair]]:
    pairs = [Pair() for _ in range(_WORKERS)]
    free: SimpleQueue[Pair] = SimpleQueue()
    for pair in pairs:
        free.put(pair)
    try:
        yield free
    finally:
        for pair in pairs:
            pair.close()


def conduct(trial: Trial, free: SimpleQueue[Pair], keep: bool) -> Verdict:
    """One trial in a folder of its own, which stays where something was wrong."""
    pair = free.get()
    folder = Path(tempfile.mkdtemp(prefix=f"kaverun-crash-{trial.number}-"))
    try:
        verdict = carry_out(trial, pair.sandbox(trial.dedupe), folder)
    finally:
        free.put(pair)
    if verdict.wrong:
        verdict.wrong.append(f"everything is kept in {folder}")
    elif not keep:
        shutil.rmtree(folder)
    return verdict


def enough(verdicts: list[Verdict], kills: int) -> bool:
    """So many kills, half of them against a provider that does not de-duplicate, and every failpoint."""
    without = sum(verdict.killed for verdict in verdicts if not verdict.trial.dedupe)
    total = sum(verdict.killed for verdict in verdicts)
    return total >= kills and without >= kills / 2 and not unreached(verdicts)


def unreached(verdicts: list[Verdict]) -> list[str]:
    reached = Counter[str]()
    for verdict in verdicts:
        reached += verdict.kills
    return [name for name in (*NAMES, *CANCELLING) if not reached[name]]


def run_all(seed: int, kills: int, free: SimpleQueue[Pair]) -> list[Verdict]:
    """Trials in their order, two at a time, until there are enough kills."""
    verdicts: list[Verdict] = []
    numbers = count()
    under_way: set[Future[Verdict]] = set()
    with ThreadPoolExecutor(_WORKERS) as pool:
        # A trial kills at least once: more of them than kills means that something is never reached.
        while not enough(verdicts, kills) and len(verdicts) < kills:
            while len(under_way) < _WORKERS:
                under_way.add(pool.submit(conduct, make_trial(seed, next(numbers)), free, False))
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                verdicts.append(future.result())
                tell(verdicts)
        verdicts += [future.result() for future in under_way]
    return verdicts


def say(words: str, where: TextIO = sys.stdout) -> None:
    where.write(words + "\n")
    where.flush()


def tell(verdicts: list[Verdict]) -> None:
    last = verdicts[-1]
    if last.wrong:
        say("\n    ".join((f"WRONG in {last.trial}", *last.wrong)), sys.stderr)
    if len(verdicts) % 20 == 0:
        killed = sum(verdict.killed for verdict in verdicts)
        say(f"{len(verdicts)} trials, {killed} kills so far", sys.stderr)


def table(verdicts: list[Verdict]) -> Iterator[str]:
    """One line for each (moment, mix, provider), then how often each failpoint killed."""
    sums: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    reached = Counter[str]()
    for verdict in verdicts:
        trial = verdict.trial
        sums[trial.headline, trial.mix.name, "yes" if trial.dedupe else "no"] += Counter(
            kills=verdict.killed,
            applies=verdict.applies,
            duplicates=verdict.duplicates,
            missing=verdict.missing,
        )
        reached += verdict.kills
    yield "failpoint or random | fault mix             | dedupe | kills | applies | duplicates | missing"
    for (headline, mix, dedupe), by in sorted(sums.items()):
        yield (
            f"{headline:19} | {mix:21} | {dedupe:6} | {by['kills']:5} | {by['applies']:7} |"
            f" {by['duplicates']:10} | {by['missing']:7}"
        )
    yield "kills at each failpoint: " + ", ".join(f"{name} {reached[name]}" for name in (*NAMES, *CANCELLING, "random"))


def totals(verdicts: list[Verdict], seed: int, seconds: float) -> str:
    kills = sum(verdict.killed for verdict in verdicts)
    without = sum(verdict.killed for verdict in verdicts if not verdict.trial.dedupe)
    applies = sum(verdict.applies for verdict in verdicts)
    duplicates = sum(verdict.duplicates for verdict in verdicts)
    missing = sum(verdict.missing for verdict in verdicts)
    return (
        f"{kills} kills ({without} without de-duplication) in {len(verdicts)} campaigns, {applies} applies, "
        f"{duplicates} duplicates, {missing} missing, seed {seed}, {seconds:.0f} s"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, help="default: a new one, printed at once")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat one trial of the seed and keep its folder")
    told = parser.parse_args()
    seed = told.seed if told.seed is not None else SystemRandom().randrange(10**6)
    say(f"seed {seed}")
    began = time.monotonic()
    with running_pairs() as free:
        if told.only is not None:
            verdicts = [conduct(make_trial(seed, told.only), free, True)]
            tell(verdicts)
        else:
            verdicts = run_all(seed, told.kills, free)
    say("\n".join(table(verdicts)))
    never = [] if told.only is not None else unreached(verdicts)
    if never:
        say(f"never reached: {', '.join(never)}")
    wrong = [verdict for verdict in verdicts if verdict.wrong]
    if wrong:
        say(f"wrong: {len(wrong)} campaigns, see above; repeat one with --seed {seed} --only NUMBER")
    say(totals(verdicts, seed, time.monotonic() - began))
    return 1 if wrong or never else 0


if __name__ == "__main__":
    sys.exit(main())
