"""The runs of a ledger: kept by scope, found by id, with all that is known of them."""

from __future__ import annotations

from contextlib import closing

import pytest

from kaverun.ledger.runs import Input, Run, begin, inputs_of, knows, occurrence_of, run_called, runs, update
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope

SCOPE = Scope("nowruz", "once", "loopback")
RUN = Run(
    "run-1", SCOPE, "d1", 100.0, key_column="", default_line="3000", planned_cost=240, kaverun="1.0", revision="abc",
    host="desk", who="sara", notes=("one", "two"), plan="{}",
)  # fmt: skip
LIST = Input("list", "members.csv", "e1", 7)


@pytest.fixture
def store():
    with closing(SqliteStore.empty()) as empty:
        yield empty


def begun(store, run, inputs=()):
    with store.transaction():
        return begin(store, run, inputs)


def test_a_run_is_found_as_it_was_begun_with_its_inputs(store):
    number = begun(store, RUN, [LIST, Input("campaign", "c.yaml", "e2")])
    assert run_called(store, "run-1") == RUN._replace(number=number)
    assert inputs_of(store, number) == [Input("campaign", "c.yaml", "e2"), LIST]
    assert run_called(store, "run-2") is None


def test_what_is_learnt_of_a_run_later_is_added(store):
    number = begun(store, RUN)
    begun(store, RUN._replace(run_id="run-2"))
    update(store, number, status="stopped", exit_code=3, finished=200.0, stop_code=418, credit=5, notes=("three",))
    later = RUN._replace(status="stopped", exit_code=3, finished=200.0, stop_code=418, credit=5, notes=("three",))
    assert run_called(store, "run-1") == later._replace(number=number)
    assert run_called(store, "run-2").status == "running"


def test_runs_are_listed_by_scope_or_all_of_them_the_latest_first(store):
    scopes = [SCOPE, SCOPE._replace(campaign="yalda"), SCOPE._replace(provider="api.kavenegar.com"), SCOPE]
    for number, scope in enumerate(scopes, 1):
        begun(store, Run(f"run-{number}", scope, "d", float(number)))
    assert [run.run_id for run in runs(store)] == ["run-4", "run-3", "run-2", "run-1"]
    assert [run.run_id for run in runs(store, SCOPE)] == ["run-4", "run-1"]
    assert runs(store, SCOPE._replace(occurrence="2026")) == []


def test_campaigns_occurrences_and_providers_know_nothing_of_each_other(store):
    begun(store, RUN)
    assert occurrence_of(store, SCOPE) == 1
    for change in ({"campaign": "yalda"}, {"occurrence": "2026"}, {"provider": "api.kavenegar.com"}):
        assert occurrence_of(store, SCOPE._replace(**change)) == 0


def test_a_rehearsal_is_an_occurrence_of_its_own_and_no_sign_that_the_provider_is_known(store):
    number = begun(store, RUN._replace(scope=SCOPE._replace(occurrence="run-1"), rehearsal=True))
    assert not knows(store, "loopback")
    assert run_called(store, "run-1").rehearsal
    assert number == 1
    begun(store, RUN._replace(run_id="run-2"))
    assert knows(store, "loopback")
    assert not knows(store, "api.kavenegar.com")
