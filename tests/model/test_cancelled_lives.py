"""Random lives of a campaign that is cancelled and sent anew as well, whoever dies on the way.

Beside what holds for every life: nobody has two live messages at any time, a cancellation that says it is through left
nobody on the list with a live one, and in the end everyone has a live message again, whoever died while cancelling.
"""

from __future__ import annotations

import os
from contextlib import suppress

from emulated.process import Moment
from emulated.provider import CANCEL_TROUBLES
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from test_campaign_model import DERANDOMIZED, EXAMPLES, LOSABLE, SEED, CampaignLife, pauses, phone

from kaverun.errors import KaverunError
from kaverun.run.failpoints import NAMES_AFTER_CANCELLING, NAMES_OF_CANCELLING

_SHARE = 4
_THROUGH = 0

places = st.sampled_from(
    (*NAMES_OF_CANCELLING, *NAMES_AFTER_CANCELLING, "question", "told", "begin", "commit", "committed")
)


class CancelledLife(CampaignLife):
    #: whether the ledger is the one that knows what was cancelled
    told_apart = True

    @rule(troubles=st.lists(st.sampled_from(CANCEL_TROUBLES), max_size=3))
    def cancel(self, troubles: list[str]) -> None:
        self.provider.cancel_troubles.extend(troubles)
        self._cancel()

    @rule(place=places, count=st.integers(1, 4), pause=pauses)
    def die_while_cancelling(self, place: str, count: int, pause: float) -> None:
        try:
            done = self.process.cancel(Moment(place, count))
        except KaverunError:
            return
        if done is None:
            self.time_passes(pause)

    @rule(place=st.sampled_from(NAMES_AFTER_CANCELLING), pause=pauses)
    def die_while_looking_up_what_was_cancelled(self, place: str, pause: float) -> None:
        self._apply_and_die(Moment(place), pause)

    @rule(count=st.integers(1, 2), delay=st.floats(0.1, 4.5))
    def die_with_a_cancellation_on_its_way(self, count: int, delay: float) -> None:
        with suppress(KaverunError):
            self.process.cancel(Moment("late cancel", count, delay))

    @precondition(lambda self: not self.provider.books.on_the_way and self._oldest_age() < LOSABLE)
    @rule()
    def lose_the_ledger(self) -> None:
        """What was cancelled is then not told from what somebody cancelled in the panel."""
        super().lose_the_ledger()
        self.told_apart = False

    @rule(share=st.integers(2, 5))
    def some_messages_go_out(self, share: int) -> None:
        books = self.provider.books
        books.gone |= {held.messageid for held in books.held if held.messageid % share == 0} - books.cancelled

    def _cancel(self) -> int:
        try:
            done = self.process.cancel()
        except KaverunError:
            return 1  # Nothing is known, and the provider cannot be asked.
        assert done is not None
        if done.exit_code == _THROUGH and not self.cold:
            books = self.provider.books
            left = [held for number in self.listed for held in books.live(phone(number)) if books.status(held) == 4]
            assert not left, f"it says it is through: {left}"
        return done.exit_code

    def _report_agrees_with_the_books(self, rows: list[dict[str, str]]) -> None:
        """As in every life, where the last message counts, which is the live one if there is any."""
        books = self.provider.books
        assert [row["phone"] for row in rows if row["row"]] == [phone(number) for number in self.listed]
        for row in rows:
            held = books.live(row["phone"]) or books.of(row["phone"])[-1:]
            ids = [str(message.messageid) for message in held]
            if row["action"] == "done" or row["outcome"] == "accepted":
                assert [row["messageid"]] == ids, f"the books have {ids}: {row}"
            elif row["outcome"] in ("rejected", "not_sent"):
                assert not books.live(row["phone"]) or self.cold, f"the books have {ids}: {row}"
            else:
                assert row["action"] == "skip" or row["outcome"] == "unknown", f"no outcome: {row}"

    def _everyone_is_served_in_the_end(self) -> None:
        super()._everyone_is_served_in_the_end()
        if self.told_apart:
            for row in self.process.rows(self.process.apply()):
                if row["action"] == "done":
                    live = self.provider.books.live(row["phone"])
                    assert len(live) == 1, f"cancelled, and called served for ever: {row}"
        self.provider.cancel_troubles.clear()
        self._cancel()
        self.apply()
        for row in self.process.rows(self.process.apply()):
            if row["action"] == "done":
                assert len(self.provider.books.live(row["phone"])) == 1, f"nothing was sent anew: {row}"
        self.nobody_is_sent_anything_twice()


TestCancelledLife = (CancelledLife if DERANDOMIZED else seed(SEED)(CancelledLife)).TestCase
TestCancelledLife.settings = settings(
    max_examples=EXAMPLES // _SHARE,
    stateful_step_count=14,
    derandomize=DERANDOMIZED,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if "KAVERUN_MODEL_SHRINK" in os.environ else [])],
)
