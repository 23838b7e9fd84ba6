"""What was measured, as values: samples of cases, and the best of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

KAVERUN, BARE, NAIVE, SDK, CEILING = "kaverun", "bare loop", "naive loop", "PyPI kavenegar", "server's ceiling"


class Case(NamedTuple):
    """What was done: a step, with so many messages; `latency` in milliseconds, `threads` 0 where they say nothing."""

    step: str
    messages: int
    latency: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of one party. `seconds` is what is compared, `whole` the command from start to end.

    `cpu` in seconds of processors, `rss` in bytes at the peak, `more` what else the step knows, by name.
    """

    case: Case
    who: str
    seconds: float
    whole: float
    cpu: float
    rss: int
    more: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Messages a second; of what has no messages, how often it can be done in a second."""
        return max(self.case.messages, 1) / self.seconds


class Results:
    """All samples of a session."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self.samples = list(samples)

    def add(self, sample: Sample) -> None:
        self.samples.append(sample)

    def best(self, case: Case, who: str = KAVERUN) -> Sample | None:
        """The sample of the fewest seconds: what disturbs a machine only ever adds to them."""
        return min(self._of_case(case, who), key=lambda one: one.seconds, default=None)

    def usual_whole(self, case: Case, who: str = KAVERUN) -> float | None:
        """The median of the seconds from start to end.

        For comparing lengths: short runs find a fast moment of a machine more easily than a long one, so that the best
        of each would make every straight line bend.
        """
        whole = [one.whole for one in self._of_case(case, who)]
        return median(whole) if whole else None

    def _of_case(self, case: Case, who: str) -> list[Sample]:
        return [one for one in self.samples if one.case == case and one.who == who]

    def all_best(self) -> Iterator[Sample]:
        """The best of every case and party, in the order they were first measured."""
        for case, who in dict.fromkeys((one.case, one.who) for one in self.samples):
            if sample := self.best(case, who):
                yield sample

    def ratio(self, case: Case, against: str = BARE) -> float | None:
        """Seconds of kaverun over those of another in the same case; None where one was not measured."""
        ours, theirs = self.best(case), self.best(case, against)
        return ours.seconds / theirs.seconds if ours and theirs else None

    def yardstick(self, sample: Sample) -> Sample | None:
        """The bare loop to compare the rate of a sample with: of the same latency, and as like it as there is."""
        case = sample.case
        alike = [one for one in self.all_best() if one.who == BARE and one.case.step == case.step]
        return max(
            (one for one in alike if one.case.latency == case.latency),
            key=lambda one: (one.case.messages == case.messages, one.case.threads == case.threads, one.rate),
            default=None,
        )

    def of_step(self, step: str, who: str = KAVERUN) -> list[Sample]:
        """The best samples of a step, by messages."""
        found = [one for one in self.all_best() if one.case.step == step and one.who == who]
        return sorted(found, key=lambda one: one.case.messages)

    def largest(self, step: str) -> Sample | None:
        return max(self.of_step(step), key=lambda one: one.case.messages, default=None)


def write_json(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def sample_document(sample: Sample) -> dict[str, Any]:
    """Flat, and rounded to what the clock can tell."""
    values = asdict(sample)
    flat = {**sample.case._asdict(), "who": sample.who}
    flat |= {name: value for name, value in values.items() if name not in ("case", "who", "more")} | sample.more
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in flat.items()}
