"""What ledgers of earlier versions held is still there when today's code has opened them.

The ledgers, and what each must be known to hold, are in `tests/data/ledgers`; its make.py says how they were made.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kaverun.ledger.batches import FOUND
from kaverun.ledger.care import faults
from kaverun.ledger.doubts import were_in_doubt
from kaverun.ledger.migrations import schema_of
from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.sqlite import SqliteStore
from kaverun.ledger.store import Store
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.plan.file import PlanWriter
from kaverun.plan.plan import Entry
from kaverun.planning.actions import decide
from kaverun.recipients.keys import normal_key

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"
#: Of an attempt that was in doubt, and counted as not sent once a later batch had its message.
DOUBT = "in doubt until it was taken up again by a later batch"
NAMES = sorted(path.stem for path in LEDGERS.glob("*.json"))
_SCOPE = "campaign, occurrence.name AS occurrence, provider.name AS provider"
_SCOPES = "JOIN occurrence ON occurrence.id = run.occurrence JOIN provider ON provider.id = occurrence.provider"
# A message's number is the place that it had in its batch.
_MESSAGES = f"""
SELECT {_SCOPE}, localid, generation, run.run_id, message.batch, message.id - batch.id * 256 AS "index",
    phone, line, text, row, coalesce(spelling, key) AS key, parts, date,
    coalesce(fate, state) AS fate, messageid, outcome.status, cost,
    coalesce(attempts, 0) AS attempts, coalesce(reason, '') AS reason
FROM message JOIN batch ON batch.id = message.batch JOIN run ON run.id = batch.run {_SCOPES}
LEFT JOIN outcome ON outcome.message = message.id
"""
_EARLIER = f"""
SELECT {_SCOPE}, localid, run.run_id, earlier.batch, date, fate, messageid, earlier.status, cost, attempts,
    coalesce(reason, '') AS reason
FROM earlier_outcome AS earlier JOIN message ON message.id = message JOIN batch ON batch.id = earlier.batch
JOIN run ON run.id = batch.run {_SCOPES} ORDER BY earlier.batch
"""
_RUNS = f"""
SELECT run.id, run_id, {_SCOPE}, digest, started, finished, kind, status, key_column, rehearsal FROM run {_SCOPES}
ORDER BY run.id
"""
_BATCHES = "SELECT id AS batch, run, begun AS intended, settled, date, type, tag, hide, policy FROM batch ORDER BY id"
_FIRST_RUNS = f"SELECT {_SCOPE}, localid, run_id FROM message JOIN run ON run.id = message.run {_SCOPES}"
_NOT_RECORDED = "SELECT DISTINCT exit_code, plan, report, host, who, notes FROM run"


class Held(NamedTuple):
    """What a ledger holds, in the words of the JSON files: `attempts` are those before the one that counts."""

    messages: dict[tuple[Any, ...], dict[str, Any]]
    attempts: dict[tuple[Any, ...], list[dict[str, Any]]]
    runs: list[dict[str, Any]]
    batches: list[dict[str, Any]]
    status_texts: dict[str, str]
    not_recorded: list[tuple[Any, ...]]
    first_runs: dict[tuple[Any, ...], str]


def held(path: Path) -> Held:
    """Opens a ledger for writing, which migrates it, and reads all of it."""
    SqliteStore.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row

        def found(query: str) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(query)]

        attempts: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for attempt in found(_EARLIER):
            attempts.setdefault(_identity(attempt), []).append(attempt)
        texts = {str(status): text for status, text in connection.execute("SELECT * FROM status_text")}
        messages = {_identity(message): message for message in found(_MESSAGES)}
        unknown = [tuple(row) for row in connection.execute(_NOT_RECORDED)]
        first = {_identity(message): message["run_id"] for message in found(_FIRST_RUNS)}
        return Held(messages, attempts, found(_RUNS), found(_BATCHES), texts, unknown, first)


def copied(name: str, folder: Path) -> Path:
    """A ledger to be opened, with its log where it has one."""
    for file in LEDGERS.glob(f"{name}.db*"):
        shutil.copyfile(file, folder / file.name)
    return folder / f"{name}.db"


def written(name: str) -> dict[str, Any]:
    """What the version that wrote a ledger said of it."""
    found: dict[str, Any] = json.loads((LEDGERS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module", params=NAMES)
def ledger(request, tmp_path_factory):
    """What the version that wrote a ledger said, and what is read of it today."""
    return written(request.param), held(copied(request.param, tmp_path_factory.mktemp("ledger")))


def _identity(message: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(message[name] for name in ("campaign", "occurrence", "provider", "localid"))


def _same(said: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Of what an earlier version said, the part that is read again."""
    return {name: value for name, value in said.items() if name in read}


def test_there_is_a_ledger_of_every_schema():
    assert {written(name)["schema"] for name in NAMES} == {1, 2, 3, 4, 5, 6}


def test_every_message_keeps_what_was_sent_and_what_became_of_it(ledger):
    said, read = ledger
    assert len(read.messages) == len(said["messages"]) > 0
    for message in said["messages"]:
        found = read.messages[_identity(message)]
        assert {name: value for name, value in message.items() if name != "earlier"} == found


def test_attempts_before_the_one_that_counts_are_kept(ledger):
    said, read = ledger
    assert sum(len(message["earlier"]) for message in said["messages"]) == sum(map(len, read.attempts.values()))
    for message in said["messages"]:
        found = read.attempts.get(_identity(message), [])
        for before, attempt in zip(message["earlier"], found, strict=True):
            # That its number and its text were those of the attempt that counts is true of all these ledgers.
            assert all(before[name] == message[name] for name in ("phone", "text", "line", "key"))
            expected = {**_same(before, attempt), **({"fate": "unknown"} if before["reason"] == DOUBT else {})}
            assert expected == _same(attempt, before)


def test_every_message_is_of_the_run_that_intended_it_first(ledger):
    said, read = ledger
    for message in said["messages"]:
        first = min([message, *message["earlier"]], key=lambda attempt: attempt["batch"])
        assert read.first_runs[_identity(message)] == first["run_id"]


def test_every_run_is_kept_with_all_that_was_recorded_of_it(ledger):
    said, read = ledger
    for before, run in zip(said["runs"], read.runs, strict=True):
        found = before["status"] == "found"
        rehearsal = before["occurrence"] == before["run_id"]
        status = "completed" if found else before["status"]
        expected = {"key_column": None, **_same(before, run), "status": status}
        assert run == expected | {"kind": "found" if found else "apply", "rehearsal": rehearsal}
    assert read.not_recorded == [(None, None, None, None, None, "[]")]


def test_every_batch_keeps_its_times_and_what_its_run_asked_for(ledger):
    said, read = ledger
    runs = {run["id"]: run for run in said["runs"]}
    assert len(read.batches) == len(said["batches"])
    for before, batch in zip(said["batches"], read.batches, strict=True):
        run = runs[before["run"]]
        handling = json.loads(run.get("handling") or "{}")
        kind = handling.get("type")
        asked = {name: handling.get(name) for name in ("tag", "hide", "policy")}
        assert batch == before | {"date": run["date"], "type": kind and str(kind), **asked}


@pytest.mark.parametrize("name", NAMES)
def test_a_ledger_that_was_migrated_has_no_faults(name, tmp_path):
    with closing(SqliteStore.open(copied(name, tmp_path))) as store:
        assert list(faults(store)) == []


def test_the_words_of_the_provider_for_its_statuses_are_kept(ledger):
    said, read = ledger
    assert read.status_texts == said["status_texts"]


def _planned(store: Store, folder: Path, scope: Scope, rows: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """What a plan of today would do about the rows of a list, and the number that got the message."""
    writer = PlanWriter(folder / "list.kvplan")
    keys = [normal_key(row["member"]) for row in rows]
    for number, (key, localid) in enumerate(zip(keys, localids_of(*scope[:2], keys), strict=True), 1):
        sent = ("send", "", "", "text", "ucs2", 4, 1, None, localid)
        writer.add([Entry(number, "members.csv", number + 1, key, rows[number - 1]["phone"], "3000", *sent)])
    writer.finish({}, [])
    store.attach(writer.path)
    decide(store, scope)
    planned = "temp.planned JOIN message ON message.id = planned.message"
    yield from store.rows(f"SELECT action, message.phone FROM {planned} ORDER BY planned.row")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("-log")])
def test_who_was_served_under_another_spelling_of_their_key_stays_served(name, tmp_path):
    with (LEDGERS / "campaigns/spelled/members.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with closing(SqliteStore.open(copied(name, tmp_path))) as store:
        planned = list(_planned(store, tmp_path, Scope("spelled", "once", "loopback"), rows))
    assert planned == [("done", row["phone"]) for row in rows]


@pytest.mark.parametrize("name", ["schema1", "schema6-migrated"])
def test_what_was_in_doubt_once_is_still_known_to_have_been(name, tmp_path):
    messages = [message for message in written(name)["messages"] if message["campaign"] == "taken-up"]
    assert {message["fate"] for message in messages} == {"accepted"}
    doubtful = {
        message["localid"] for message in messages if any(each["reason"] == DOUBT for each in message["earlier"])
    }
    doubtful |= {message["localid"] for message in messages if message["reason"] == FOUND}
    with closing(SqliteStore.open(copied(name, tmp_path))) as store:
        occurrence = occurrence_of(store, Scope("taken-up", "once", "loopback"))
        assert were_in_doubt(store, occurrence, [message["localid"] for message in messages]) == doubtful
        assert len(doubtful) < len(messages)


@pytest.mark.parametrize("name", ["schema1", "schema6-log"])
def test_the_copy_that_is_kept_is_the_ledger_as_it_was_its_log_included(name, tmp_path):
    path = copied(name, tmp_path)
    # Opened and closed SQLite has the log in the file itself.
    tidy = tmp_path / "tidy"
    tidy.mkdir()
    with closing(sqlite3.connect(copied(name, tidy))) as before:
        expected = list(before.iterdump())
        schema = schema_of(before)
    SqliteStore.open(path).close()
    copy = path.with_name(f"{path.name}.schema{schema}")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as kept:
        assert schema_of(kept) == schema
        assert list(kept.iterdump()) == expected


def test_a_copy_that_is_there_already_is_not_overwritten(tmp_path):
    path = copied("schema1-log", tmp_path)
    for suffix in (".schema1", ".schema1.2"):
        path.with_name(path.name + suffix).write_text(f"another{suffix}")
    SqliteStore.open(path).close()
    kept = {file.name: file.read_bytes() for file in tmp_path.glob("*.schema1*")}
    assert sorted(kept) == [f"schema1-log.db.schema1{suffix}" for suffix in ("", ".2", ".3")]
    assert kept["schema1-log.db.schema1"] == b"another.schema1"
    assert kept["schema1-log.db.schema1.3"].startswith(b"SQLite format 3")


def test_a_ledger_of_today_has_no_copy_and_one_that_is_migrated_is_migrated_once(tmp_path):
    path = copied("schema4", tmp_path)
    for _ in range(2):
        with closing(SqliteStore.open(path)) as store:
            assert store.rows("SELECT version FROM migration") == [(7,)]
    SqliteStore.open(tmp_path / "new.db").close()
    assert [file.name for file in tmp_path.glob("*.schema*")] == ["schema4.db.schema4"]
    assert os.listdir(tmp_path).count("schema4.db-wal") == 0


@pytest.mark.parametrize("name", ["schema2", "schema5-migrated", "schema6-log"])
def test_an_older_ledger_is_read_without_changing_it(name, tmp_path):
    path = copied(name, tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with closing(SqliteStore.open_to_read(path)) as store:
        assert store.rows("SELECT count(*) FROM message") == [(len(written(name)["messages"]),)]
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir() if not file.name.endswith("-shm")}
    assert {name: value for name, value in after.items() if value} == before
