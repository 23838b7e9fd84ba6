"""Who was served while keys were hashed as their lists wrote them stays served under the normal form of the key."""

from __future__ import annotations

import sqlite3
from array import array

import pytest

from kaverun import columns
from kaverun.ledger.known import KnownMessages
from kaverun.ledger.outcomes import fates_in
from kaverun.ledger.protocol import Outcomes, Result, RunRecord
from kaverun.ledger.schema import MIGRATIONS
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message
from kaverun.plan.identity import localid_of
from kaverun.plan.served import Fate, Known

WHOSE = ("nowruz", "once", "loopback")
LOCALID = localid_of("nowruz", "once")
# Keys as lists wrote them, each with its generation and fate.
OLD = [
    ("۱۲", 0, Fate.ACCEPTED), ("13.0", 0, Fate.UNKNOWN), ("AB\u20111", 0, Fate.REJECTED), ("0014", 0, Fate.ACCEPTED),
    ("۱۵", 0, Fate.CANCELLED), ("۱۵", 1, Fate.ACCEPTED), ("۱۶", 0, Fate.CANCELLED), ("17", 0, Fate.ACCEPTED),
]  # fmt: skip


@pytest.fixture
def old_ledger(tmp_path):
    """A ledger of the fourth schema, with a batch of such messages."""
    path = tmp_path / "ledger.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for migration in MIGRATIONS[:4]:
        migration(connection)
    connection.execute("PRAGMA user_version = 4")
    connection.execute(
        "INSERT INTO run VALUES (1, 'run-1', 'nowruz', 'once', 'loopback', 'd', NULL, 100.0, 101.0, 'completed')"
    )
    localids = [LOCALID(key, generation) for key, generation, _ in OLD]
    phones = [f"0926000000{n}" for n in range(len(OLD))]
    routes = columns.compressed([phones, ["3000"] * len(OLD), [*range(1, len(OLD) + 1)], [key for key, _, _ in OLD],
                                 [1] * len(OLD)])  # fmt: skip
    texts = columns.compressed([["سلام"] * len(OLD)])
    values = (1, 1, 100.0, len(OLD), array("q", localids).tobytes(), routes, texts)
    connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    outcomes = Outcomes.of({n: Result(fate) for n, (_, _, fate) in enumerate(OLD)}, len(OLD))
    connection.execute("INSERT INTO outcome VALUES (1, 101.0, ?, ?)", (fates_in(outcomes), columns.packed([*outcomes])))
    connection.close()
    return path


@pytest.mark.parametrize("how", [SqliteLedger.open, SqliteLedger.open_to_read])
def test_a_message_of_an_older_spelling_is_found_by_the_normal_form_under_the_localid_it_travelled_under(
    old_ledger, how
):
    ledger = how(old_ledger)
    served = ledger.served(*WHOSE)
    expected = {
        ("12", 0): Known(Fate.ACCEPTED, 256, LOCALID("۱۲")),
        ("13", 0): Known(Fate.UNKNOWN, 257, LOCALID("13.0")),
        ("AB-1", 0): Known(Fate.REJECTED, 258, LOCALID("AB\u20111")),
        ("0014", 0): Known(Fate.ACCEPTED, 259, LOCALID("0014")),
        ("15", 0): Known(Fate.CANCELLED, 260, LOCALID("۱۵")),
        ("15", 1): Known(Fate.ACCEPTED, 261, LOCALID("۱۵", 1)),
        ("16", 1): None,
        ("14", 0): None,
    }
    assert {key: served.find(LOCALID(*key)) for key in expected} == expected
    assert served.key_column is None
    ledger.close()


def test_another_campaign_or_provider_knows_nothing_of_it(old_ledger):
    ledger = SqliteLedger.open(old_ledger)
    for whose in (("yalda", "once", "loopback"), ("nowruz", "once", "api.kavenegar.com")):
        assert ledger.served(*whose).find(LOCALID("12")) is None
    ledger.close()


def test_what_became_of_it_later_under_its_old_localid_is_found_too(old_ledger):
    ledger = SqliteLedger.open(old_ledger)
    ledger.begin(RunRecord("run-2", *WHOSE, "d", None, 200.0, "id"))
    message = Message(LOCALID("13.0"), "09260000001", "3000", "سلام", 2, "13", 1)
    (number,) = ledger.intend("run-2", [[message]], 200.0, closing=[257])
    ledger.record([(number, {0: Result(Fate.ACCEPTED, 11, 1)})], {}, 201.0)
    assert ledger.served(*WHOSE).find(LOCALID("13")) == Known(Fate.ACCEPTED, number * 256, LOCALID("13.0"))
    ledger.close()


@pytest.mark.parametrize(
    ("under_form", "under_spelling", "counts"),
    [
        (Fate.REJECTED, Fate.ACCEPTED, Fate.ACCEPTED),
        (Fate.ACCEPTED, Fate.REJECTED, Fate.ACCEPTED),
        (Fate.ACCEPTED, Fate.CANCELLED, Fate.ACCEPTED),
        (Fate.UNKNOWN, Fate.NOT_SENT, Fate.UNKNOWN),
        (Fate.CANCELLED, Fate.SENDING, Fate.SENDING),
    ],
)
def test_of_two_spellings_of_a_key_the_message_that_was_or_may_have_been_sent_counts(
    under_form, under_spelling, counts
):
    for first, second in ((7, 8), (8, 7)):
        fates = {7: under_form, 8: under_spelling}
        served = KnownMessages([(1, [first], [fates[first]]), (2, [second], [fates[second]])], respelled=[(7, 8)])
        assert served.find(7).fate is counts
        assert served.find(7).localid == (7 if counts is under_form else 8)


def test_a_run_keeps_the_column_of_its_keys_and_the_last_that_handed_anything_over_counts(tmp_path):
    ledger = SqliteLedger.open(tmp_path / "ledger.db")
    assert ledger.served(*WHOSE).key_column is None
    for number, column in enumerate(["", "id", "card"], 1):
        ledger.begin(RunRecord(f"run-{number}", *WHOSE, "d", None, 100.0, column))
        if column != "card":
            message = Message(number, "09260000001", "3000", "سلام", 1, str(number), 1)
            ledger.intend(f"run-{number}", [[message]], 100.0)
    assert ledger.served(*WHOSE).key_column == "id"
    assert [run.key_column for run in ledger.run_records()] == ["card", "id", ""]
    ledger.close()


def test_whom_messages_went_to_is_read_of_all_but_those_that_were_not_sent(old_ledger):
    ledger = SqliteLedger.open(old_ledger)
    assert list(ledger.served(*WHOSE).addressees()) == [
        ("09260000000", "۱۲"), ("09260000001", "13.0"), ("09260000003", "0014"), ("09260000005", "۱۵"),
        ("09260000007", "17"),
    ]  # fmt: skip
    assert list(ledger.served("yalda", "once", "loopback").addressees()) == []
    ledger.close()
