"""Random lives of a campaign: applied, killed, edited, forgotten, and met by every kind of trouble.

After each step the provider's books are compared with what is promised. `KAVERUN_MODEL_EXAMPLES` sets how many lives
are tried (default 60, always the same ones); more than that are drawn each time, from a seed that is shown with
a failure and can be given in `KAVERUN_MODEL_SEED`. `KAVERUN_MODEL_SHRINK=1` looks for the shortest life that fails,
which takes minutes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from random import Random, SystemRandom

from emulated.clock import EmulatedClock
from emulated.process import Moment, Process
from emulated.provider import LOOKUP_TROUBLES, PRICE, TROUBLES, EmulatedProvider
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kaverun.run.failpoints import NAMES

DEFAULT_EXAMPLES = 60
EXAMPLES = int(os.environ.get("KAVERUN_MODEL_EXAMPLES", DEFAULT_EXAMPLES))
DERANDOMIZED = EXAMPLES <= DEFAULT_EXAMPLES and "KAVERUN_MODEL_SEED" not in os.environ
SEED = int(os.environ.get("KAVERUN_MODEL_SEED", SystemRandom().randrange(10**6)))

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
# From here on a doubt may have become too old for the provider's look-up by localid (12 h, less a margin).
_TOO_OLD = 11.5 * HOUR
LOSABLE = 11 * HOUR
_PEOPLE = 30
_CALM_RUNS = 4

numbers = st.integers(0, _PEOPLE - 1)
#: how long nobody comes back after a death
pauses = st.sampled_from((0.0, 13 * HOUR, 3 * DAY))
troubles = st.lists(st.sampled_from(TROUBLES), min_size=1, max_size=6)
lookup_troubles = st.lists(st.sampled_from(LOOKUP_TROUBLES), max_size=3)


def phone(number: int) -> str:
    return f"0926{number:07d}"


class CampaignLife(RuleBasedStateMachine):
    """One campaign, one ledger, one provider; `listed` are the numbers on the list, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kaverun-model-"))
        self.clock = EmulatedClock()
        self.provider = EmulatedProvider(self.clock)
        self.provider.watch = self._only_people_on_the_list
        self.process = Process(self.folder, self.clock, self.provider)
        self.listed: list[int] = []
        self.text = 0
        #: since when something may be in doubt, None where all is known
        self.doubt_since: float | None = None
        #: whether the ledger lacks something of what is listed, until an apply has asked the provider for it
        self.cold = False
        #: numbers off the list when the ledger was lost: nothing is known of them, they come back in time or never
        self.forgotten: set[int] = set()

    def teardown(self) -> None:
        try:
            if self.listed:
                self._everyone_is_served_in_the_end()
        finally:
            shutil.rmtree(self.folder)

    # --- how the world is

    @initialize(
        people=st.lists(numbers, min_size=1, max_size=16, unique=True),
        batch=st.integers(1, 6),
        concurrency=st.integers(1, 3),
        dedupe=st.booleans(),
        listing=st.booleans(),
        bad_number=st.sampled_from(("batch", "row")),
    )
    def begin(
        self, people: list[int], batch: int, concurrency: int, dedupe: bool, listing: bool, bad_number: str
    ) -> None:
        note("derandomized" if DERANDOMIZED else f"KAVERUN_MODEL_SEED={SEED} KAVERUN_MODEL_EXAMPLES={EXAMPLES}")
        self.provider.dedupe, self.provider.listing, self.provider.bad_number = dedupe, listing, bad_number
        self.sending = f"{{batch: {batch}, concurrency: {concurrency}}}"
        self.listed = people
        self._write()

    def _write(self) -> None:
        rows = "".join(f"{phone(number)},نام {number}\n" for number in self.listed)
        (self.folder / "members.csv").write_text(f"phone,name\n{rows}", encoding="utf-8")
        (self.folder / "campaign.yaml").write_text(
            "version: 1\nname: model\nrecipients: members.csv\nsenders: ['10004346']\n"
            f"message: '{{{{ name }}}}، سلام {self.text}'\nsending: {self.sending}\n"
            "retry: {attempts: 3, initial: 1s, max: 5s, jitter: 0s, read_timeout: 10s}\n",
            encoding="utf-8",
        )

    # --- applying

    @rule(times=st.integers(1, 2))
    def apply(self, times: int = 1) -> None:
        for _ in range(times):
            report = self.process.apply()
            rows = self.process.rows(report)
            self._report_agrees_with_the_books(rows)
            doubtful = any(row["outcome"] == "unknown" for row in rows)
            self.doubt_since = (self.doubt_since or self.clock.now()) if doubtful or report.stop else None
            self.cold = self.cold and (doubtful or report.stop is not None)
            self.forgotten -= {number for number in self.listed if self.provider.books.of(phone(number))}

    @rule(place=st.sampled_from(NAMES), count=st.integers(1, 3), pause=pauses)
    def die_at_a_failpoint(self, place: str, count: int, pause: float) -> None:
        self._apply_and_die(Moment(place, count), pause)

    @rule(place=st.sampled_from(("request", "answer", "question", "told")), count=st.integers(1, 6), pause=pauses)
    def die_around_a_request(self, place: str, count: int, pause: float) -> None:
        self._apply_and_die(Moment(place, count), pause)

    @rule(count=st.integers(1, 6), delay=st.floats(0.1, 4.5))
    def die_with_a_request_on_its_way(self, count: int, delay: float) -> None:
        self._apply_and_die(Moment("late request", count, delay), 0.0)

    @rule(place=st.sampled_from(("begin", "commit", "committed")), count=st.integers(1, 10), pause=pauses)
    def die_around_a_commit(self, place: str, count: int, pause: float) -> None:
        self._apply_and_die(Moment(place, count), pause)

    def _apply_and_die(self, moment: Moment, pause: float) -> None:
        if self.process.apply(moment) is None:
            self.doubt_since = self.doubt_since or self.clock.now()
            self.time_passes(pause)

    # --- what goes wrong

    @rule(troubles=troubles, lookup_troubles=lookup_troubles)
    def have_trouble(self, troubles: list[str], lookup_troubles: list[str]) -> None:
        """What the next processes meet, whether they live or die."""
        self.provider.troubles.extend(troubles)
        self.provider.lookup_troubles.extend(lookup_troubles)

    @rule(people=st.lists(numbers, min_size=1, max_size=8, unique=True), troubles=troubles)
    def apply_to_more_people_in_trouble(self, people: list[int], troubles: list[str]) -> None:
        self.add_people(people, front=True)
        self.provider.troubles.extend(troubles)
        self.apply()

    @rule(refused=st.sets(numbers, max_size=3), credit=st.one_of(st.none(), st.integers(0, 12)))
    def change_the_account(self, refused: set[int], credit: int | None) -> None:
        """The provider refuses these numbers from now on and no others; credit is for so many messages."""
        self.provider.refused = {phone(number) for number in refused if not self.provider.books.of(phone(number))}
        self.provider.books.credit = PRICE * (10**6 if credit is None else credit)

    # --- what people do to the files

    @rule(people=st.lists(numbers, min_size=1, max_size=8, unique=True), front=st.booleans())
    def add_people(self, people: list[int], front: bool) -> None:
        known = set(self.listed) if self._oldest_age() < LOSABLE else {*self.listed, *self.forgotten}
        new = [number for number in people if number not in known]
        self.cold = self.cold or not self.forgotten.isdisjoint(new)
        self.listed = new + self.listed if front else self.listed + new
        self._write()

    @rule(people=st.sets(numbers, min_size=1, max_size=10), draw=st.randoms(use_true_random=False))
    def remove_people_and_reorder(self, people: set[int], draw: Random) -> None:
        left = [number for number in self.listed if number not in people]
        self.listed = left or self.listed[:1]
        draw.shuffle(self.listed)
        if self.cold:
            self._forget_who_is_not_listed()
        self._write()

    @rule(index=st.integers(0, 30), times=st.integers(0, 2))
    def edit_the_text_and_write_somebody_down_again(self, index: int, times: int) -> None:
        self.text += 1
        self.listed += [self.listed[index % len(self.listed)]] * times
        self._write()

    # --- what time does

    @rule(span=st.sampled_from((MINUTE, 50 * MINUTE, 13 * HOUR, 3 * DAY)))
    def time_passes(self, span: float) -> None:
        if self._can_wait(span):
            self.clock.sleep(span)

    def _can_wait(self, span: float) -> bool:
        """A ledger that was lost has to be made whole within the provider's 12 hours: later nobody can."""
        return not self.cold or self._oldest_age() + span < _TOO_OLD

    def _oldest_age(self) -> float:
        return self.clock.now() - min((held.at for held in self.provider.books.held), default=self.clock.now())

    @precondition(lambda self: not self.provider.books.on_the_way and self._oldest_age() < LOSABLE)
    @rule()
    def lose_the_ledger(self) -> None:
        self.process.lose_ledger()
        self.cold = True
        self._forget_who_is_not_listed()

    def _forget_who_is_not_listed(self) -> None:
        self.forgotten |= set(range(_PEOPLE)) - set(self.listed)

    # --- what has to hold

    @invariant()
    def nobody_is_sent_anything_twice(self) -> None:
        books = self.provider.books
        receptors = [held.receptor for held in books.held if held.messageid not in books.cancelled]
        assert len(receptors) == len(set(receptors)), f"sent twice: {sorted(receptors)}"

    def _only_people_on_the_list(self, rows: list[tuple[str, str, str, int]]) -> None:
        strangers = {row[0] for row in rows} - {phone(number) for number in self.listed}
        assert not strangers, f"sent to people who were taken off the list: {strangers}"

    def _report_agrees_with_the_books(self, rows: list[dict[str, str]]) -> None:
        assert [row["phone"] for row in rows if row["row"]] == [phone(number) for number in self.listed]
        for index, row in enumerate(rows):
            # Who is no longer on the list comes last.
            held = [str(message.messageid) for message in self.provider.books.of(row["phone"])]
            if row["action"] == "skip":
                assert self.listed[index] in self.listed[:index], f"skipped although it is the first: {row}"
            elif row["action"] == "done" or row["outcome"] == "accepted":
                assert [row["messageid"]] == held, f"the books have {held}: {row}"
            elif row["outcome"] in ("rejected", "not_sent"):
                # With a ledger that was lost, and a provider that cannot be asked, only this run's doing is known.
                assert not held or self.cold, f"the books have {held}: {row}"
                assert row["reason"], f"no reason is given: {row}"
            else:
                assert row["outcome"] == "unknown", f"no outcome: {row}"

    def _everyone_is_served_in_the_end(self) -> None:
        """Without any more trouble a few runs bring everyone a message, a rejection or the word unknown."""
        self.provider.troubles.clear()
        self.provider.lookup_troubles.clear()
        self.provider.books.credit = PRICE * 10**6
        for _ in range(_CALM_RUNS):
            self.apply()
            self.nobody_is_sent_anything_twice()
        rows = self.process.rows(self.process.apply())
        too_old = self.doubt_since is not None and self.clock.now() - self.doubt_since > _TOO_OLD
        for row in (row for row in rows if row["row"]):
            served = bool(self.provider.books.of(row["phone"])) or row["action"] == "skip"
            rejected = row["outcome"] == "rejected" and row["phone"] in self.provider.refused
            unknown = row["outcome"] == "unknown" and too_old
            assert served or rejected or unknown, f"never served: {row}"


TestCampaignLife = (CampaignLife if DERANDOMIZED else seed(SEED)(CampaignLife)).TestCase
TestCampaignLife.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=14,
    derandomize=DERANDOMIZED,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    # Shrinking takes minutes: only where somebody waits for it.
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if "KAVERUN_MODEL_SHRINK" in os.environ else [])],
)
