"""A list that was saved again, by whatever program, is the same people: nobody gets the message again."""

from __future__ import annotations

import sqlite3
from array import array

import pytest

from kaverun import columns
from kaverun.errors import LimitExceeded
from kaverun.ledger.outcomes import fates_in
from kaverun.ledger.protocol import Outcomes, Result
from kaverun.ledger.schema import MIGRATIONS
from kaverun.plan.identity import localid_of
from kaverun.plan.served import Fate

BY_ID = """\
version: 1
name: nowruz
recipients: {csv: members.csv, key: id}
senders: ["10004346"]
message: سلام
retry: {attempts: 3, initial: 10ms, max: 20ms, jitter: 1ms, read_timeout: 1s}
"""
KEYS = ["0011", "12", "AB-1", "کد-یک"]


def members(bench, keys, campaign=BY_ID):
    rows = "".join(f"0926{number:07d},{key}\n" for number, key in enumerate(keys))
    (bench.folder / "members.csv").write_text(f"phone,id\n{rows}", encoding="utf-8")
    (bench.folder / "campaign.yaml").write_text(campaign, encoding="utf-8")


def test_a_list_saved_by_other_programs_sends_to_nobody_again(bench):
    made = bench()
    members(made, KEYS)
    made.apply()
    for keys in (["۰۰۱۱", "۱۲", "AB\u20111", "كد-يك"], ["0011.0", "12.0", "ＡＢ－１", "\u200fکد–یک\u00a0"]):
        members(made, keys)
        report, rows = made.apply()
        assert (report.status, {row["action"] for row in rows.values()}) == ("completed", {"done"})
    assert made.received() == dict.fromkeys(range(4), 1)


@pytest.mark.parametrize(
    ("campaign", "keys"),
    [(BY_ID, ["11", "n12", "n1", "n2"]), (BY_ID.replace(", key: id", ""), KEYS)],
    ids=["keys of another spelling", "key column dropped"],
)
def test_other_keys_of_the_same_numbers_are_refused_by_the_run_and_lifted_once(bench, campaign, keys):
    made = bench()
    members(made, KEYS)
    made.apply()
    members(made, keys, campaign)
    for _ in range(2):
        with pytest.raises(LimitExceeded, match="--as-new-people"):
            made.apply()
    assert made.received() == dict.fromkeys(range(4), 1)
    report, _ = made.apply(lifted=frozenset({"as_new_people"}))
    assert any("sent as to new people" in note for note in report.notes)
    assert made.received() == dict.fromkeys(range(4), 2)
    made.apply()
    assert made.received() == dict.fromkeys(range(4), 2)


def test_what_an_older_ledger_left_open_is_sent_under_the_localid_it_had_and_what_it_sent_is_not(bench):
    made = bench()
    members(made, KEYS[:2])
    localid = localid_of("nowruz", "once")
    _older_ledger(made.folder / "ledger.db", {"۰۰۱۱": Fate.ACCEPTED, "۱۲": Fate.REJECTED}, localid)
    _, rows = made.apply()
    assert [row["action"] for row in rows.values()] == ["done", "send"]
    assert [message.localid for message in made.sandbox.messages()] == [str(localid("۱۲"))]
    made.apply()
    assert made.received() == {1: 1}


def _older_ledger(path, fates, localid):
    """A ledger of the fourth schema with a batch of messages to these keys, as their list wrote them."""
    connection = sqlite3.connect(path, isolation_level=None)
    for migration in MIGRATIONS[:4]:
        migration(connection)
    connection.execute("PRAGMA user_version = 4")
    connection.execute(
        "INSERT INTO run VALUES (1, 'old', 'nowruz', 'once', 'loopback', 'd', NULL, 1.0, 2.0, 'completed')"
    )
    keys, size = [*fates], len(fates)
    phones = [f"0926{number:07d}" for number in range(size)]
    routes = columns.compressed([phones, ["10004346"] * size, [*range(1, size + 1)], keys, [1] * size])
    batch = (array("q", map(localid, keys)).tobytes(), routes, columns.compressed([["سلام"] * size]))
    connection.execute("INSERT INTO batch VALUES (1, 1, 1.0, ?, ?, ?, ?)", (size, *batch))
    outcomes = Outcomes.of({n: Result(fate) for n, fate in enumerate(fates.values())}, size)
    connection.execute("INSERT INTO outcome VALUES (1, 2.0, ?, ?)", (fates_in(outcomes), columns.packed([*outcomes])))
    connection.close()
