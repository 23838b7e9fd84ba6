"""Messages are found along the order of a report's rows, and also out of it."""

from __future__ import annotations

import random

import pytest

from kaverun.ledger.protocol import StandingsOfBatch
from kaverun.report.standings import Now, Walk

BATCH = 200


class Ledger:
    """Messages 0, 1, 2 …, and how often they were read from the beginning, and how many were looked up."""

    def __init__(self, size):
        self.statuses = {messageid: messageid % 7 for messageid in range(size)}
        self.beginnings = 0
        self.looked_up = 0

    def batches(self):
        self.beginnings += 1
        ids = list(self.statuses)
        for start in range(0, len(ids), BATCH):
            page = ids[start : start + BATCH]
            yield StandingsOfBatch(float(start), page, [self.statuses[messageid] for messageid in page])

    def find(self, messageids):
        self.looked_up += len(messageids)
        return {one: Now(self.statuses[one], is_open=True) for one in messageids if one in self.statuses}

    def walk(self):
        return Walk(self.batches, lambda standing: Now(standing[0], is_open=True), self.find)

    def statuses_of(self, messageids, rows=1_000):
        walk, found = self.walk(), []
        for start in range(0, len(messageids), rows):
            found += walk.find([b"%d" % one for one in messageids[start : start + rows]])
        return [now and now.status for now in found]

    def expected(self, messageids):
        return [self.statuses.get(one) for one in messageids]


@pytest.fixture
def ledger():
    return Ledger(20_000)


def test_rows_in_the_ledgers_order_are_found_without_looking_any_up(ledger):
    ids = list(range(20_000))
    assert ledger.statuses_of(ids) == ledger.expected(ids)
    assert (ledger.beginnings, ledger.looked_up) == (1, 0)


def test_a_few_rows_out_of_order_do_not_lose_the_place(ledger):
    ids = list(range(20_000))
    for place in range(0, 20_000, 500):
        ids[place], ids[place + 400] = ids[place + 400], ids[place]
    ids[3_210:3_210] = [19_000, 99_999]
    assert ledger.statuses_of(ids) == ledger.expected(ids)
    assert (ledger.beginnings, ledger.looked_up) == (1, 2)


def test_rows_that_begin_late_in_the_ledger_and_end_early_in_it_are_walked_along_too(ledger):
    ids = [*range(15_000, 20_000), *range(15_000)]
    assert ledger.statuses_of(ids) == ledger.expected(ids)
    assert ledger.beginnings == 2
    assert ledger.looked_up < 1_000


def test_ten_thousand_rows_in_no_order_are_all_found(ledger):
    ids = random.Random(1405).sample(range(25_000), 10_000)
    assert ledger.statuses_of(ids) == ledger.expected(ids)


def test_rows_the_ledger_does_not_have_are_none_of_its_and_cost_a_few_readings_only(ledger):
    ids = [*range(30_000, 45_000), *range(2_000)]
    assert ledger.statuses_of(ids) == ledger.expected(ids)
    assert ledger.beginnings < 12


def test_a_walk_along_an_empty_ledger_finds_nothing():
    assert Ledger(0).statuses_of([1, 2]) == [None, None]


def test_a_messageid_that_is_no_number_is_said(ledger):
    with pytest.raises(ValueError, match="invalid literal"):
        ledger.walk().find([b"x"])
