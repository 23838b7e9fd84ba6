"""Which processes are killed where, under which faults: a trial is a pure function of a seed and a number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from crashing.mixes import MIXES, ON_ITS_WAY, Mix

from kaverun.run.failpoints import NAMES, NAMES_AFTER_CANCELLING, NAMES_OF_CANCELLING

RANDOM = "random"
LAST_REQUEST = "last request"
OLD_LEDGER = "old ledger"
# Random moments are a fifth of the trials; the order puts neighbours under different faults.
CANCELLING = (*NAMES_OF_CANCELLING, *NAMES_AFTER_CANCELLING)
HEADLINES = (*NAMES[0::2], RANDOM, RANDOM, *NAMES[1::2], RANDOM, LAST_REQUEST, *CANCELLING, OLD_LEDGER)

#: What is left of the ledger after a kill: nothing, as a pipeline's runner forgets it; an older copy, as of a restored
#: cache; or all but its write-ahead log, as of a copy that left it out.
Memory = Literal["kept", "lost", "older", "without its log"]
_FORGETFUL: tuple[Memory, ...] = ("lost", "older", "without its log")
Manner = Literal["a text each", "one text to all", "calls", "lookups", "scheduled"]
# All but the first go by requests of their own: sms/send, call/maketts and verify/lookup.
MANNERS: tuple[Manner, ...] = ("a text each", "one text to all", "lookups", "calls", "a text each")
# A message without a localid is never looked up, and never adopted.
_BY_LOCALID = ("before-look-up", "found-adopted", OLD_LEDGER)

_AT_THE_END = ("before-report", "report-written")
_PER_COMMIT = ("before-intent", "intent-recorded", "before-record", "outcome-recorded")
_PER_REQUEST = ("before-request", "request-answered")
_AFTER_A_CRASH = ("doubt-asked", "doubt-recorded", "before-look-up")
_WHILE_SENDING = (*_PER_COMMIT, *_PER_REQUEST)


@dataclass(frozen=True, slots=True)
class Kill:
    """A moment: the `count`th passing of a failpoint, or a place between the first request of a process and its last.

    `place` is a share of the requests the process still has to make, `delay` in seconds after it. `sends` is a number
    of sending requests that have arrived, instead of `place`. `command` is what is killed: before a `cancel`
    everything was handed over.
    """

    failpoint: str = RANDOM
    count: int = 1
    place: float = 0.0
    delay: float = 0.0
    sends: int = 0
    command: Literal["apply", "cancel"] = "apply"
    ledger: Memory = "kept"


@dataclass(frozen=True, slots=True)
class Trial:
    """One campaign, killed again and again, then let run to its end. `manner` is what it sends, and so how."""

    seed: int
    number: int
    headline: str
    mix: Mix
    dedupe: bool
    people: int
    batch: int
    concurrency: int
    kills: tuple[Kill, ...]
    manner: Manner = "a text each"

    @property
    def name(self) -> str:
        return f"crash-{self.number}"

    def __str__(self) -> str:
        way = "dedupe" if self.dedupe else "no-dedupe"
        under = f"{self.headline}, {self.manner}, {self.mix.name}, {way}"
        return f"trial {self.number} of seed {self.seed}: {under}, kills {self.kills}"


def make_trial(seed: int, number: int, *, extras: int = 2) -> Trial:
    """Trial `number` of `seed`: headlines and mixes go round, everything else is drawn.

    `extras` is how many kills at other moments are made before or after the headline's, at most.
    """
    draw = Random(f"{seed}:{number}")
    round_, place = divmod(number, len(HEADLINES))
    headline = HEADLINES[place]
    if headline == LAST_REQUEST:
        return _last_request(seed, number, draw)
    if headline in CANCELLING:
        return _cancelled(seed, number, draw, extras)
    mixes = [mix for mix in MIXES if mix.loses_answers or headline != "before-look-up"]
    batch, concurrency = draw.randint(5, 10), draw.randint(1, 4)
    people = draw.randrange(60, 201, 10)
    if extras < 2:
        people = min(people, 40)
    manner = MANNERS[(number + round_) % len(MANNERS)]
    if manner == "lookups" and headline in _BY_LOCALID:
        manner = "a text each"
    if manner == "lookups":
        people, batch = min(people, 30), 1
    batches = -(-people // batch)
    kills = _kills(draw, headline, batches, concurrency, extras)
    if manner == "lookups":
        # A lookup campaign whose ledger is lost waits for a person.
        kills = tuple(replace(kill, ledger="kept") for kill in kills)
    return Trial(
        seed=seed,
        number=number,
        headline=headline,
        mix=mixes[(place + round_ * 4) % len(mixes)],
        dedupe=(place + round_) % 2 == 0,
        people=people,
        batch=batch,
        concurrency=concurrency,
        kills=kills,
        manner=manner,
    )


def _last_request(seed: int, number: int, draw: Random) -> Trial:
    """Killed while its only request is on its way, which arrives after the next process has looked it up."""
    people = draw.randint(5, 10)
    kills = (Kill(sends=1),)
    return Trial(seed, number, LAST_REQUEST, ON_ITS_WAY, False, people, people, draw.randint(1, 4), kills)


def _cancelled(seed: int, number: int, draw: Random, extras: int) -> Trial:
    """Killed while cancelling what is scheduled, or while the next apply looks up what came of that."""
    round_, place = divmod(number, len(HEADLINES))
    headline = HEADLINES[place]
    kills = [Kill(headline, command="cancel")]
    if headline in NAMES_AFTER_CANCELLING:
        kills = [Kill(draw.choice(NAMES_OF_CANCELLING[1:3]), command="cancel"), Kill(headline)]
    if extras > 1 and draw.random() < 0.5:
        kills.append(Kill(place=draw.uniform(0.0, 0.5), delay=draw.uniform(0, 0.03), command="cancel"))
    return Trial(
        seed=seed,
        number=number,
        headline=headline,
        mix=MIXES[(place + round_ * 4) % len(MIXES)],
        dedupe=(place + round_) % 2 == 0,
        people=draw.randint(10, 25) if extras > 1 else 10,
        batch=draw.randint(5, 10),
        concurrency=draw.randint(1, 4),
        kills=tuple(kills),
        manner="scheduled",
    )


def _kills(draw: Random, headline: str, batches: int, concurrency: int, extras: int) -> tuple[Kill, ...]:
    """The headline's kill, what has to happen before it, and other kills around it."""
    others = [_any_moment(draw, batches, concurrency) for _ in range(draw.randint(0, extras) if extras else 0)]
    main = [*_before(draw, headline, batches, concurrency), _at(draw, headline, batches, concurrency)]
    if headline in _AT_THE_END:
        return (*others, *main)
    cut = draw.randint(0, len(others))
    return (*others[:cut], *main, *others[cut:])


def _before(draw: Random, headline: str, batches: int, concurrency: int) -> list[Kill]:
    """Without an earlier crash there is no doubt, and without a lost ledger nothing to be found."""
    if headline in _AFTER_A_CRASH:
        return [Kill(draw.choice(_PER_REQUEST), draw.randint(1, max(1, batches // 3)))]
    if headline == "found-adopted":
        return [Kill("request-answered", draw.randint(2, max(2, batches // 2)), ledger=draw.choice(("lost", "older")))]
    if headline == OLD_LEDGER:
        # Something has to be in the ledger that is copied.
        return [Kill("outcome-recorded", draw.randint(1, max(1, batches // (3 * concurrency))))]
    return []


def _at(draw: Random, headline: str, batches: int, concurrency: int) -> Kill:
    if headline == RANDOM:
        ledger: Memory = draw.choice(_FORGETFUL) if draw.random() < 0.2 else "kept"
        return Kill(place=draw.uniform(0.0, 0.8), delay=draw.choice((0.0, draw.uniform(0, 0.03))), ledger=ledger)
    if headline == OLD_LEDGER:
        return Kill(place=draw.uniform(0.2, 0.8), ledger=draw.choice(_FORGETFUL[1:]))
    most = 1
    if headline in _PER_REQUEST:
        most = max(1, batches * 2 // 3)
    elif headline in _PER_COMMIT:
        most = max(1, batches // (2 * concurrency))
    elif headline in ("doubt-asked", "doubt-recorded"):
        most = concurrency
    return Kill(headline, draw.randint(1, most))


def _any_moment(draw: Random, batches: int, concurrency: int) -> Kill:
    """A kill early enough that something is left to be killed again."""
    if draw.random() < 0.5:
        return Kill(place=draw.uniform(0.0, 0.5), delay=draw.uniform(0, 0.02))
    return _at(draw, draw.choice(_WHILE_SENDING), max(1, batches // 2), concurrency)
