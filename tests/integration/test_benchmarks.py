"""The measuring instrument at work, with few recipients: what it says has to be so."""

from __future__ import annotations

import pytest

from benchmarks.figures import figures
from benchmarks.results import BARE, KAVERUN, NAIVE, SDK, Case, Results
from benchmarks.server_process import Server
from benchmarks.steps import apply, status
from benchmarks.workshop import NotAsPromised, Workshop, check_once_each


@pytest.fixture
def shop(tmp_path):
    with Server.start() as server:
        yield Workshop(tmp_path, server, rounds=1, results=Results())


def test_everyone_sends_everything_once_and_asks_for_it(shop):
    apply.measure(shop, [Case("apply", 450, 0, 4)], others=True)
    status.measure(shop, [450], others=True)
    measured = {(one.case.step, one.who) for one in shop.results.samples}
    assert measured == {("apply", BARE), ("apply", KAVERUN), ("apply", NAIVE), ("apply", SDK), ("status", BARE),
                        ("status", KAVERUN), ("status", SDK), (status.DRAWN, KAVERUN)}  # fmt: skip
    assert all(0 < one.seconds <= one.whole and one.cpu and one.rss for one in shop.results.samples)
    assert {figure.name for figure in figures(shop.results)} >= {"status: time ÷ bare loop", "apply: peak memory, MiB"}


def test_latency_holds_for_every_answer(shop):
    shop.server.reset(latency=0.05)
    shop.bare("apply", shop.server.url, shop.list_of(600).path, 1)
    counts = shop.server.counts()
    check_once_each(counts, 600)
    assert counts.sending >= 0.15


def test_messages_that_are_missing_or_come_twice_make_figures_worthless(shop):
    shop.bare("apply", shop.server.url, shop.list_of(400).path, 2)
    shop.bare("apply", shop.server.url, shop.list_of(400).path, 2)
    counts = shop.server.counts()
    assert (counts.messages, counts.receptors, counts.repeats) == (800, 400, 400)
    with pytest.raises(NotAsPromised, match="800 arrived for 400 recipients, 400 of them again"):
        check_once_each(counts, 800)
    with pytest.raises(NotAsPromised):
        check_once_each(counts, 400)
