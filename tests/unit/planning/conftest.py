"""Plans made from files in a temporary folder."""

from __future__ import annotations

import json

import pytest

from kaverun.campaign.lints import LINTS
from kaverun.campaign.loader import load_campaign
from kaverun.ledger.batches import Result
from kaverun.ledger.opening import read_ledger
from kaverun.message.batch import Message, Shared
from kaverun.message.identity import localids_of
from kaverun.message.scope import Scope
from kaverun.plan.as_json import plan_json
from kaverun.planning.planner import make_plan
from tests import schema_checks
from tests.ledger_rows import given_messages

SCOPE = Scope("nowruz", "once", "loopback")
NOW = 1_800_000_000.0
# Lints are the matter of their own tests.
NO_SECOND_LOOK = f"lints: {{off: [{', '.join(LINTS)}]}}\n"


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """Writes files and plans the campaign among them, against a ledger where one is given.

    The JSON of every plan is as its schema says.
    """
    monkeypatch.chdir(tmp_path)
    opened = []

    def plan(campaign, store=None, now=NOW, lifted=(), second_look=False, **files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        path = tmp_path / "campaign.yaml"
        path.write_text(
            "version: 1\nname: nowruz\n" + campaign + ("" if second_look else NO_SECOND_LOOK), encoding="utf-8"
        )
        loaded = load_campaign(path.relative_to(tmp_path))
        if store is None:
            store = read_ledger()
            opened.append(store)
        made = make_plan(loaded, now=now, store=store, provider="loopback", lifted=lifted)
        assert schema_checks.faults("plan", json.loads(plan_json(made))) == []
        return made

    yield plan
    for store in opened:
        store.close()


@pytest.fixture
def remembered():
    """Makes ledgers of what earlier runs did, by key: a fate, or those of the generations one after the other.

    A key is the number too, unless `phones` gives another; `spelled` are keys as hashed, by their normal form.
    """
    opened = []

    def remember(fates, *, phones=None, spelled=None, shared=Shared(), key_column="", text="سلام", status=2):  # noqa: B008
        store = read_ledger()
        opened.append(store)
        for row, (key, told) in enumerate(fates.items(), 1):
            for generation, fate in enumerate(told if isinstance(told, tuple) else (told,)):
                (localid,) = localids_of(*SCOPE[:2], [(spelled or {}).get(key, key)], generation)
                message = Message(localid, (phones or {}).get(key, key), "3000", text, row, key, 1, generation)
                result = None if fate == "sending" else Result(fate, None, status, 120, 1)
                (number,) = given_messages(
                    store, SCOPE, [message], [result], run_id=f"run-{generation}", shared=shared, key_column=key_column
                )
                if spelled and key in spelled:
                    store.write("UPDATE message SET spelling = ? WHERE id = ?", (spelled[key], number))
        return store

    yield remember
    for store in opened:
        store.close()
