"""The ledger on disk: what it remembers, what it refuses, and that a cut leaves nothing half-done."""

from __future__ import annotations

import shutil
import sqlite3
import stat

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, RunRecord, Scope, by_batch
from kaverun.ledger.sqlite import SqliteLedger, ledger_path
from kaverun.plan.batches import Message
from kaverun.plan.served import Fate

RUN = RunRecord("run-1", "nowruz", "once", "loopback", "d1", None, 100.0)


def batch(start, size):
    return tuple(
        Message(2**62 + n, f"0912{n:07d}", "3000", f"سلام {n}", n, f"k{n}", 1) for n in range(start, start + size)
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "ledger.db"


@pytest.fixture
def ledger(path):
    opened = SqliteLedger.open(path)
    opened.begin(RUN)
    yield opened
    opened.close()


def accepted(messageid):
    return Result(Fate.ACCEPTED, messageid, 1, 120, 1)


def test_intents_are_in_doubt_until_their_outcomes_are_recorded(ledger):
    first, second = ledger.intend("run-1", [batch(0, 2), batch(2, 1)], 200.0)
    ledger.record([(first, {0: accepted(11), 1: Result(Fate.REJECTED, None, 6, 0, 2, "bad")})], {1: "در صف"}, 201.0)
    served = ledger.served("nowruz", "once", "loopback")
    found = [served.find(message.localid) for message in (*batch(0, 3), *batch(9, 1))]
    assert [known and known.fate for known in found] == [Fate.ACCEPTED, Fate.REJECTED, Fate.SENDING, None]
    assert len(served) == 3
    doubtful = list(ledger.open_batches("nowruz", "once", "loopback"))
    assert doubtful == [(second, 200.0, None, batch(2, 1), (0,))]
    assert ledger.status_texts() == {1: "در صف"}


def test_results_are_found_by_position_and_in_plan_order(ledger):
    first, second = ledger.intend("run-1", [batch(0, 2), batch(2, 1)], 200.0)
    ledger.record([(second, {0: accepted(13)})], {}, 201.0)
    ledger.record([(first, {1: accepted(12), 0: accepted(11)})], {}, 202.0)
    run = list(ledger.outcomes_of_run("run-1"))
    assert [(batch, [localid - 2**62 for localid in localids]) for batch, localids, _ in run] == [
        (first, [0, 1]),
        (second, [2]),
    ]
    assert [outcomes.messageids for _, _, outcomes in run] == [[11, 12], [13]]
    positions = [first * POSITIONS_PER_BATCH, first * POSITIONS_PER_BATCH + 1, second * POSITIONS_PER_BATCH]
    assert ledger.results(positions[1:]) == {positions[1]: accepted(12), positions[2]: accepted(13)}


def test_once_accepted_a_message_stays_served_whatever_a_later_run_says(ledger):
    first, second = ledger.intend("run-1", [batch(0, 1), batch(0, 1)], 200.0)
    ledger.record([(first, {0: accepted(11)}), (second, {0: Result(Fate.NOT_SENT)})], {}, 201.0)
    assert ledger.served("nowruz", "once", "loopback").find(2**62).fate is Fate.ACCEPTED


def test_what_was_accepted_never_becomes_anything_else(ledger):
    (number,) = ledger.intend("run-1", [batch(0, 2)], 200.0)
    ledger.record([(number, {0: accepted(11), 1: accepted(12)})], {}, 201.0)
    ledger.record([(number, {0: Result(Fate.NOT_SENT)})], {}, 202.0)
    ledger.intend("run-1", [batch(0, 1)], 203.0, closing=[number * POSITIONS_PER_BATCH + 1])
    assert ledger.results([number * POSITIONS_PER_BATCH + index for index in (0, 1)]) == {
        number * POSITIONS_PER_BATCH: accepted(11),
        number * POSITIONS_PER_BATCH + 1: accepted(12),
    }


@pytest.fixture
def cancelled(ledger):
    """Two accepted messages, the first of them cancelled since; their position."""
    (number,) = ledger.intend("run-1", [batch(0, 2)], 200.0)
    ledger.record([(number, {0: accepted(11), 1: accepted(12)})], {}, 201.0)
    ledger.mark_cancelled([number * POSITIONS_PER_BATCH], {13: "لغو شده"})
    return number * POSITIONS_PER_BATCH


def test_an_accepted_message_becomes_cancelled_and_its_cost_and_messageid_stay(ledger, cancelled):
    assert ledger.results([cancelled, cancelled + 1]) == {
        cancelled: Result(Fate.CANCELLED, 11, 13, 120, 1),
        cancelled + 1: accepted(12),
    }
    assert ledger.status_texts()[13] == "لغو شده"
    assert ledger.served("nowruz", "once", "loopback").find(2**62).fate is Fate.CANCELLED


@pytest.mark.parametrize("fate", [Fate.SENDING, Fate.REJECTED, Fate.UNKNOWN, Fate.NOT_SENT])
def test_nothing_but_an_accepted_message_can_become_cancelled(ledger, fate):
    (number,) = ledger.intend("run-1", [batch(0, 1)], 200.0)
    if fate is not Fate.SENDING:
        ledger.record([(number, {0: Result(fate)})], {}, 201.0)
    ledger.mark_cancelled([number * POSITIONS_PER_BATCH], {})
    assert ledger.served("nowruz", "once", "loopback").find(2**62).fate is fate


def test_what_was_cancelled_never_becomes_anything_else(ledger, cancelled):
    ledger.record([(cancelled // POSITIONS_PER_BATCH, {0: Result(Fate.NOT_SENT)})], {}, 202.0)
    ledger.intend("run-1", [batch(5, 1)], 203.0, closing=[cancelled])
    ledger.follow(by_batch({cancelled: 2, cancelled + 1: 4}).items(), {})
    found = ledger.results([cancelled, cancelled + 1])
    assert [(result.fate, result.status) for result in found.values()] == [(Fate.CANCELLED, 13), (Fate.ACCEPTED, 4)]


def test_statuses_of_a_whole_batch_stand_beside_all_that_is_known_of_it(ledger):
    (number,) = ledger.intend("run-1", [batch(0, 2)], 200.0)
    ledger.record([(number, {0: accepted(11), 1: accepted(12)})], {}, 201.0)
    before = ledger.outcomes(number)
    ledger.follow([(number, [10, 11])], {})
    assert ledger.outcomes(number) == before._replace(statuses=[10, 11])


def test_statuses_of_a_whole_batch_do_not_change_that_of_a_cancelled_message(ledger, cancelled):
    ledger.follow([(cancelled // POSITIONS_PER_BATCH, [2, 4])], {})
    found = ledger.results([cancelled, cancelled + 1])
    assert [result.status for result in found.values()] == [13, 4]


@pytest.mark.parametrize("fate", [Fate.REJECTED, Fate.UNKNOWN, Fate.NOT_SENT])
def test_a_cancelled_message_is_not_hidden_by_a_later_attempt_of_the_same_localid(ledger, cancelled, fate):
    (number,) = ledger.intend("run-1", [batch(0, 1)], 300.0)
    ledger.record([(number, {0: Result(fate)})], {}, 301.0)
    assert ledger.served("nowruz", "once", "loopback").find(2**62) == (Fate.CANCELLED, cancelled, 2**62)


def test_a_message_that_was_accepted_beside_its_cancelled_double_is_served(ledger, cancelled):
    (number,) = ledger.intend("run-1", [batch(0, 1)], 300.0)
    ledger.record([(number, {0: accepted(21)})], {}, 301.0)
    assert ledger.served("nowruz", "once", "loopback").find(2**62).fate is Fate.ACCEPTED


def test_what_can_be_cancelled_is_told_by_run_with_its_date_and_without_what_was(ledger, cancelled):
    ledger.begin(RUN._replace(run_id="run-2", date=1_800_003_600))
    (second,) = ledger.intend("run-2", [batch(5, 2)], 300.0)
    ledger.record([(second, {0: accepted(21)})], {}, 301.0)
    every = ("nowruz", "once", "loopback")
    first = (cancelled + 1, 12, 1, 120, None, "09120000001", "k1")
    later = (second * POSITIONS_PER_BATCH, 21, 1, 120, 1_800_003_600, "09120000005", "k5")
    assert list(ledger.revocable(*every, None)) == [first, later]
    assert list(ledger.revocable(*every, "run-1")) == [first]
    assert (ledger.in_doubt(*every, None), ledger.in_doubt(*every, "run-1")) == (1, 0)
    assert ledger.runs(*every) == ["run-1", "run-2"]
    assert list(ledger.revocable("other", "once", "loopback", None)) == []


def test_cancelled_messages_are_followed_like_all_that_were_accepted(ledger, cancelled):
    batches = list(ledger.taken(Scope("nowruz", "once", "loopback")))
    followed = [pair for batch in batches for pair in zip(batch.messageids, batch.statuses, strict=True)]
    assert followed == [(11, 13), (12, 1)]


def test_the_ledger_knows_which_messageids_are_taken(ledger, cancelled):
    assert ledger.holding({11, 12, 13}) == {11, 12}
    assert ledger.holding(()) == set()


def test_an_outcome_found_later_replaces_the_doubt(ledger):
    (number,) = ledger.intend("run-1", [batch(0, 1)], 200.0)
    ledger.record([(number, {0: Result(Fate.UNKNOWN, reason="cut")})], {}, 201.0)
    ledger.record([(number, {0: accepted(11)})], {}, 301.0)
    assert not list(ledger.open_batches("nowruz", "once", "loopback"))


def test_campaigns_occurrences_and_providers_know_nothing_of_each_other(ledger):
    ledger.intend("run-1", [batch(0, 1)], 200.0)
    for identity in [("other", "once", "loopback"), ("nowruz", "2026", "loopback"), ("nowruz", "once", "api")]:
        assert ledger.served(*identity).find(2**62) is None


def test_a_copy_of_the_files_taken_at_any_moment_opens_with_whole_transactions(ledger, path, tmp_path):
    numbers = ledger.intend("run-1", [batch(0, 200)], 200.0)
    before = tmp_path / "before"
    shutil.copytree(path.parent, before)
    ledger.record([(numbers[0], {index: accepted(index + 1) for index in range(200)})], {}, 201.0)
    after = tmp_path / "after"
    shutil.copytree(path.parent, after)
    for folder, fate in ((before, Fate.SENDING), (after, Fate.ACCEPTED)):
        copy = SqliteLedger.open(folder / "ledger.db")
        served = copy.served("nowruz", "once", "loopback")
        assert {served.find(message.localid).fate for message in batch(0, 200)} == {fate}
        copy.close()


def test_the_file_is_for_its_owner_only_and_every_commit_is_synced(ledger, path):
    ledger.intend("run-1", [batch(0, 1)], 200.0)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ledger._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_reading_never_makes_a_file_and_never_writes(path):
    reader = SqliteLedger.open_to_read(path)
    assert reader.served("nowruz", "once", "loopback").find(1) is None
    reader.close()
    assert not path.exists()


def test_reading_sees_what_another_process_is_writing(ledger, path):
    ledger.intend("run-1", [batch(0, 1)], 200.0)
    reader = SqliteLedger.open_to_read(path)
    assert reader.served("nowruz", "once", "loopback").find(2**62).fate is Fate.SENDING
    with pytest.raises(LedgerError, match="readonly"):
        reader.begin(RUN)
    reader.close()


def test_a_file_that_is_no_ledger_is_refused_in_words(tmp_path):
    file = tmp_path / "notes.db"
    file.write_text("these are my notes, not a database, and they are long enough to be looked at\n" * 20)
    with pytest.raises(LedgerError, match=r"notes\.db: file is not a database"):
        SqliteLedger.open(file)


def test_a_ledger_of_a_newer_version_is_refused(path, ledger):
    ledger.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerError, match="newer kaverun"):
        SqliteLedger.open(path)


def test_it_takes_below_120_bytes_a_message_beside_the_texts(ledger, path):
    size = 200
    for start in range(0, 50 * size, size):
        (number,) = ledger.intend("run-1", [batch(start, size)], 200.0)
        ledger.record([(number, {index: accepted(8_792_343_000 + start + index) for index in range(size)})], {}, 201.0)
    ledger._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size / (50 * size) < 60


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///.kaverun/ledger.db", ".kaverun/ledger.db"),
        ("sqlite:////var/l.db", "/var/l.db"),
        ("a/b.db", "a/b.db"),
    ],
)
def test_ledger_urls_name_relative_and_absolute_files(url, path):
    assert str(ledger_path(url)) == path


@pytest.mark.parametrize("url", ["postgres://x/y", "sqlite://x", "sqlite:///"])
def test_other_urls_are_refused_with_the_form_to_write(url):
    with pytest.raises(LedgerError, match="sqlite:///"):
        ledger_path(url)
