"""What ledgers of earlier versions held is still there when today's code has opened them.

The ledgers, and what each must be known to hold, are in `tests/data/ledgers`; its make.py says how they were made.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.protocol import POSITIONS_PER_BATCH, Result, Scope
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.identity import localid_of
from kaverun.plan.served import Fate, stands
from kaverun.recipients.keys import normal_key

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"
NAMES = sorted(path.stem for path in LEDGERS.glob("*.json"))
#: For 48 minutes schema 3 had its values in other forms, which no later version reads.
EARLY = {"schema3-early", "schema3-early-columns"}
_refused = pytest.mark.xfail(raises=LedgerError, strict=True, reason="refused as damaged")


class Held(NamedTuple):
    """What a ledger holds, in the words of the JSON files.

    Messages are by campaign, occurrence, provider and localid; `attempts` are those before the one that counts.
    """

    messages: dict[tuple[Any, ...], dict[str, Any]]
    attempts: dict[tuple[Any, ...], list[dict[str, Any]]]
    runs: list[dict[str, Any]]
    status_texts: dict[str, str]


def held(path: Path) -> Held:
    """Opens a ledger for writing, which migrates it, and reads all of it: this alone knows the schema of today."""
    ledger = SqliteLedger.open(path)
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        runs = [dict(run) for run in connection.execute("SELECT * FROM run ORDER BY id")]
    connection.close()
    attempts: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for run in runs:
        scope = (run["campaign"], run["occurrence"], run["provider"])
        for batch, localids, outcomes in ledger.outcomes_of_run(run["run_id"]):
            first = batch * POSITIONS_PER_BATCH
            messages = ledger.messages(range(first, first + len(localids)))
            for index, values in enumerate(zip(*outcomes, strict=True)):
                result = Result(*values)._asdict() | {"fate": Fate(values[0]).word}
                place = {"run_id": run["run_id"], "date": run["date"], "batch": batch, "index": index}
                message = place | messages[first + index]._asdict() | result
                attempts.setdefault((*scope, localids[index]), []).append(message)
    held = Held({key: _counting(some) for key, some in attempts.items()}, attempts, runs, _texts(ledger))
    ledger.close()
    return held


def _counting(attempts: list[dict[str, Any]]) -> dict[str, Any]:
    """The attempt that counts of all those to send one message; it is taken out of them."""
    counting = 0
    for number, attempt in enumerate(attempts):
        if not stands(Fate[attempts[counting]["fate"].upper()], Fate[attempt["fate"].upper()]):
            counting = number
    return attempts.pop(counting)


def _texts(ledger: SqliteLedger) -> dict[str, str]:
    return {str(status): text for status, text in ledger.status_texts().items()}


def copied(name: str, folder: Path) -> Path:
    """A ledger to be opened, with its log where it has one."""
    for file in LEDGERS.glob(f"{name}.db*"):
        shutil.copyfile(file, folder / file.name)
    return folder / f"{name}.db"


def written(name: str) -> dict[str, Any]:
    """What the version that wrote a ledger said of it."""
    found: dict[str, Any] = json.loads((LEDGERS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module", params=[pytest.param(n, marks=_refused) if n in EARLY else n for n in NAMES])
def ledger(request, tmp_path_factory):
    """What the version that wrote a ledger said, and what is read of it today."""
    return written(request.param), held(copied(request.param, tmp_path_factory.mktemp("ledger")))


def _identity(message: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(message[name] for name in ("campaign", "occurrence", "provider", "localid"))


def _said(said: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Of what is read, the part that the earlier version said something about."""
    return {name: value for name, value in read.items() if name in said}


def test_there_is_a_ledger_of_every_schema():
    assert {written(name)["schema"] for name in NAMES} == {1, 2, 3, 4, 5, 6}


def test_every_message_keeps_what_was_sent_and_what_became_of_it(ledger):
    said, read = ledger
    assert len(read.messages) == len(said["messages"]) > 0
    for message in said["messages"]:
        found = read.messages[_identity(message)]
        assert message == message | found
        assert {"text", "phone", "fate", "messageid", "status", "cost", "reason"} <= set(found)


def test_attempts_before_the_last_are_kept(ledger):
    said, read = ledger
    assert [read.attempts[_identity(message)] for message in said["messages"]] == [
        message["earlier"] for message in said["messages"]
    ]


def test_every_run_is_kept_with_all_that_was_recorded_of_it(ledger):
    said, read = ledger
    assert [_said(before, run) for before, run in zip(said["runs"], read.runs, strict=True)] == said["runs"]


def test_the_words_of_the_provider_for_its_statuses_are_kept(ledger):
    said, read = ledger
    assert read.status_texts == said["status_texts"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in EARLY and not name.endswith("-log")])
def test_who_was_served_under_another_spelling_of_their_key_stays_served(name, tmp_path):
    ledger = SqliteLedger.open(copied(name, tmp_path))
    scope = Scope("spelled", "once", "loopback")
    served, localid = ledger.served(*scope[:3]), localid_of(*scope[:2])
    with (LEDGERS / "campaigns/spelled/members.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = served.find(localid(normal_key(row["member"])))
            assert known is not None
            assert known.fate is Fate.ACCEPTED
            assert ledger.messages([known.position])[known.position].phone == row["phone"]
    ledger.close()
