"""Whoever looks on at an apply is told of every step, in its order, with what is counted in it."""

from __future__ import annotations

from itertools import groupby


class Onlooker:
    """Keeps what it is told, in its order."""

    def __init__(self):
        self.told = []

    @property
    def settings(self):
        names = ("planned", "doing", "recalled", "start_sending", "sent", "retried")
        return {name: self._keep(name) for name in names}

    def _keep(self, name):
        return lambda *values: self.told.append((name, *values))

    def of(self, name):
        return [values for told, *values in self.told if told == name]

    @property
    def steps(self):
        """Names of what was told, each once where it was told several times in a row, but for retries."""
        words = (told[1] if told[0] == "doing" else told[0] for told in self.told if told[0] != "retried")
        return [word for word, _ in groupby(words)]


def test_the_steps_of_a_first_run(bench):
    onlooker = Onlooker()
    bench(people=45).apply(**onlooker.settings)
    assert onlooker.steps == [
        "planned", "checking the account", "writing the plan to the ledger", "start_sending", "sent",
        "writing the report",
    ]  # fmt: skip
    assert onlooker.of("start_sending") == [[45]]
    [last] = onlooker.of("sent")[-1]
    assert (last.settled, last.accepted) == (45, 45)
    assert last.cost > 0
    assert not onlooker.of("retried")


def test_requests_made_again_are_told(bench):
    bench, onlooker = bench(people=45), Onlooker()
    bench.sandbox.set_faults("error:code=409,times=2")
    bench.apply(**onlooker.settings)
    assert len(onlooker.of("retried")) == 2


def test_what_the_ledger_forgot_is_counted_while_it_is_looked_up(bench):
    bench, onlooker = bench(people=1_200), Onlooker()
    bench.send(list(bench.plan().rows.to_send())[:7])
    bench.apply(**onlooker.settings)
    assert onlooker.of("recalled") == [[500, 1_200], [1_000, 1_200], [1_200, 1_200]]
    assert onlooker.of("start_sending") == [[1_193]]
    assert onlooker.steps[1:4] == ["checking the account", "recalled", "writing the plan to the ledger"]


def test_doubts_of_an_earlier_run_are_a_step_before_sending(bench):
    bench, onlooker = bench(people=20), Onlooker()
    bench.intend(sent=range(5))
    bench.apply(**onlooker.settings)
    assert onlooker.steps.index("looking up messages in doubt") < onlooker.steps.index("start_sending")
