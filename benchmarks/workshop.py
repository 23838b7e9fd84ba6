"""Where measurements are made: a folder, a server, the lists, and a way to run each party."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import child
from benchmarks.child import Child, Cost
from benchmarks.lists import Recipients, write_campaign, write_list
from benchmarks.results import Results, Sample
from benchmarks.server_process import Counts, Server

REPOSITORY = Path(__file__).parents[1]
COMMAND = str(Path(sys.executable).with_name("kaverun"))
LEDGER = "ledger.db"
_KEY = "6B6579"
# Lists shorter than a fifth of the longest are measured three times as often, those of more than a million once.
_SHORT, _SHORT_TIMES, _LONG = 5, 3, 1_000_000


@dataclass
class Workshop:
    """`rounds` is how often each thing is measured; the best counts."""

    folder: Path
    server: Server
    rounds: int
    results: Results = field(default_factory=Results)

    def list_of(self, count: int) -> Recipients:
        lists = self.folder / "lists"
        lists.mkdir(exist_ok=True)
        return write_list(lists, count)

    def empty(self, name: str) -> Path:
        """A folder with nothing in it."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def empty_applied(self, size: int) -> Path:
        """Where `apply` is measured; `applied` gives copies of what it left there."""
        return self.empty(_applied(size))

    def applied(self, size: int) -> Path:
        """A copy of a folder in which the campaign was applied to so many recipients, once."""
        folder = self.folder / _applied(size)
        if not folder.exists():
            campaign = write_campaign(folder, self.list_of(size))
            self.server.reset()
            self.kaverun(folder, "apply", campaign.name, "--yes").finish()
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        return Path(shutil.copytree(folder, copy))

    def kaverun(
        self,
        folder: Path,
        *arguments: str,
        through: tuple[str, ...] = (COMMAND,),
        online: bool = True,
        terminal: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """The installed command, started in `folder` with a ledger there; `online` gives it the server."""
        where = ("--base-url", self.server.url) if online else ()
        command = (*through, *arguments, *where, "--ledger", LEDGER)
        return child.start(command, folder, {**_environment(), **(environment or {})}, terminal=terminal)

    def bare(self, loop: str, *arguments: object) -> Cost:
        """A script of `benchmarks.bare`."""
        command = (sys.executable, "-m", f"benchmarks.bare.{loop}", *map(str, arguments))
        return child.run(command, self.folder / "bare", {**_environment(), "PYTHONPATH": str(REPOSITORY)})

    def keep(self, sample: Sample) -> None:
        self.results.add(sample)
        case = sample.case
        told = f"{case.step} {case.messages:,}"
        told += f", {case.threads} threads, {case.latency} ms" if case.threads else ""
        print(f"  {told}: {sample.who} {sample.seconds:.3f} s", file=sys.stderr, flush=True)

    def interleaved(self, *parties: Callable[[], object], rounds: int | None = None) -> None:
        """Each party in turn, round after round, so that a noisy machine hurts all of them alike."""
        for _ in range(rounds or self.rounds):
            for party in parties:
                party()

    def rounds_of(self, size: int, sizes: Sequence[int]) -> int:
        """How often a list is measured: little time wavers most, and much of it is even by itself."""
        if size > _LONG:
            return 1
        return self.rounds * (_SHORT_TIMES if size * _SHORT < max(sizes) else 1)


def _applied(size: int) -> str:
    return f"applied-{size}"


def _environment() -> dict[str, str]:
    return {"KAVENEGAR_API_KEY": _KEY, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1", "COLUMNS": "120"}


class NotAsPromised(Exception):
    """A figure is worth nothing where messages were lost, doubled or altered."""


def check_once_each(counts: Counts, messages: int) -> None:
    """Raise where not every recipient got exactly one message; counted at the server."""
    if (counts.messages, counts.receptors, counts.repeats) != (messages, messages, 0):
        raise NotAsPromised(
            f"of {messages:,} messages {counts.messages:,} arrived for {counts.receptors:,} recipients, "
            f"{counts.repeats:,} of them again"
        )
