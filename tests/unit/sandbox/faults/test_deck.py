from __future__ import annotations

import pytest

from kaverun.sandbox.faults.deck import Asked, Count, Deck, Row, twists
from kaverun.sandbox.faults.parser import parse_fault

ROWS = (Row("09120000001", "سلام"), Row("09120000002", "http://example.com"), Row("09350000003", "سلام"))


def asked(method: str = "sms/sendarray", accepted: int = 0, rows: tuple[Row, ...] = ROWS) -> Asked:
    return Asked(method, accepted, lambda: rows)


def deck(*specs: str, seed: int = 0) -> Deck:
    return Deck([parse_fault(spec) for spec in specs], seed)


def acted(deck: Deck, requests: int, question: Asked | None = None) -> list[int]:
    """Numbers of the requests on which a fault acted."""
    return [number for number in range(1, requests + 1) if deck.decide(question or asked())]


@pytest.mark.parametrize(
    ("spec", "numbers"),
    [
        ("cut", [1, 2, 3, 4, 5, 6]),
        ("cut:at=3", [3]),
        ("cut:at=1+4", [1, 4]),
        ("cut:first=2", [1, 2]),
        ("cut:every=3", [3, 6]),
        ("cut:after=4", [5, 6]),
        ("cut:every=2,times=2", [2, 4]),
        ("cut:probability=0", []),
        ("cut:every=2,after=3", [4, 6]),
    ],
)
def test_a_schedule_chooses_its_requests(spec: str, numbers: list[int]) -> None:
    assert acted(deck(spec), 6) == numbers


def test_the_same_seed_draws_the_same_and_another_seed_does_not() -> None:
    first = acted(deck("cut:probability=0.5", seed=1), 200)
    assert first == acted(deck("cut:probability=0.5", seed=1), 200)
    assert first != acted(deck("cut:probability=0.5", seed=2), 200)
    assert 70 < len(first) < 130


def test_requests_of_other_methods_are_not_counted() -> None:
    cards = deck("cut:at=2")
    assert not cards.decide(asked())
    assert not cards.decide(asked("sms/status"))
    assert cards.decide(asked())


def test_once_so_many_messages_were_accepted() -> None:
    cards = deck("error:code=418,messages=400")
    assert [bool(cards.decide(asked(accepted=count))) for count in (0, 399, 400, 600)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("spec", "rows"),
    [
        ("error:code=411,receptor=^0935", (2,)),
        ("error:code=420,text=https?://", (1,)),
        ("error:code=413,receptor=^0912,text=سلام", (0,)),
        ("bad-row:text=سلام", (0, 2)),
    ],
)
def test_patterns_choose_the_rows(spec: str, rows: tuple[int, ...]) -> None:
    (hit,) = deck(spec).decide(asked())
    assert hit.rows == rows


def test_a_request_without_a_fitting_row_is_let_through_uncounted() -> None:
    cards = deck("error:code=411,receptor=^0990,first=1")
    assert not cards.decide(asked())
    assert cards.counts() == (Count("error:code=411,receptor=^0990,first=1", 0, 0),)


def test_faults_act_in_the_order_of_their_phases() -> None:
    hits = deck("cut", "slow-after", "reverse", "no-dedupe", "slow-before").decide(asked())
    assert [hit.fault.kind.name for hit in hits] == ["slow-before", "no-dedupe", "reverse", "slow-after", "cut"]


def test_after_one_that_ends_the_request_no_other_acts_or_is_spent() -> None:
    cards = deck("drop-after:times=1", "drop-before:first=1")
    assert [hit.fault.kind.name for hit in cards.decide(asked())] == ["drop-before"]
    assert [hit.fault.kind.name for hit in cards.decide(asked())] == ["drop-after"]
    assert [(count.fitted, count.acted) for count in cards.counts()] == [(2, 1), (2, 1)]


def test_faults_can_be_added_and_replaced() -> None:
    cards = deck("cut")
    cards.add([parse_fault("reverse")])
    assert [count.spec for count in cards.counts()] == ["cut", "reverse"]
    cards.replace([])
    assert cards.counts() == ()
    assert not cards.decide(asked())


def test_twists_say_what_changes_while_processing() -> None:
    hits = deck("no-dedupe", "debugmode", "forget-localids:window=60,for=sending").decide(asked())
    changes = twists(hits, 3)
    assert (changes.dedupe, changes.debugmode, changes.send_window, changes.lookup_window) == (False, True, 60.0, None)


def test_bad_rows_are_those_that_match_or_a_given_number() -> None:
    assert twists(deck("bad-row:text=سلام").decide(asked()), 3).bad_rows == {0, 2}
    assert len(twists(deck("bad-row:rows=2").decide(asked()), 3).bad_rows) == 2
    assert twists(deck("bad-row:rows=9").decide(asked()), 3).bad_rows == {0, 1, 2}
