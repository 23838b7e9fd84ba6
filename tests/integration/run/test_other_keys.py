"""A list that was saved again, by whatever program, is the same people: nobody gets the message again."""

from __future__ import annotations

from contextlib import closing

import pytest

from kaverun.errors import LimitExceeded
from kaverun.ledger.batches import Result
from kaverun.ledger.opening import open_ledger
from kaverun.message.batch import Message
from kaverun.message.fate import Fate
from kaverun.message.identity import localid_of
from tests.ledger_rows import given_messages

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
        report, _ = made.apply()
        assert (report.status, report.counts.done, report.counts.rows) == ("completed", 4, 4)
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
    """Ledgers of the fourth schema hashed keys as their lists wrote them."""
    made = bench()
    members(made, KEYS[:2])
    localid = localid_of("nowruz", "once")
    with closing(open_ledger(made.folder / "ledger.db")) as store:
        fates = {"۰۰۱۱": Result(Fate.ACCEPTED, 7, 1), "۱۲": Result(Fate.REJECTED)}
        for row, (spelling, result) in enumerate(fates.items(), 1):
            message = Message(localid(spelling), f"0926{row - 1:07d}", "10004346", "سلام", row, KEYS[row - 1], 1)
            given_messages(store, made.scope, [message], [result])
            store.write("UPDATE message SET spelling = ? WHERE row = ?", (spelling, row))
    _, rows = made.apply()
    assert [row["action"] for row in rows.values()] == ["done", "send"]
    assert [message.localid for message in made.sandbox.messages()] == [str(localid("۱۲"))]
    made.apply()
    assert made.received() == {1: 1}
