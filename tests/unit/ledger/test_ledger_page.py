"""`docs/ledger.md` is about the ledger there is: each table and column, and questions that a ledger answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kaverun.ledger.runs import Input, Run, begin
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from tests.ledger_rows import RUN_ID, given_left_out, given_messages

PAGE = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
SCOPE = Scope("nowruz-1405", "once", "api.kavenegar.com")


@pytest.fixture
def store():
    opened = SqliteStore.empty()
    yield opened
    opened.close()


def documented(name):
    """The columns that the page explains of a table or view."""
    section = re.search(rf"^##+ {name}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)[1]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [column for cell in cells for column in re.findall(r"`(\w+)`", cell)]


def test_every_table_and_column_is_explained_and_no_other(store):
    names = [name for (name,) in store.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")]
    assert sorted(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == sorted(set(names) - {"history"})
    for name in set(names) - {"earlier_outcome"}:
        columns = [column for _, column, *_ in store.rows(f"PRAGMA table_info({name})")]
        assert sorted(documented(name)) == sorted(columns), name


def test_there_are_five_questions():
    assert len(QUESTIONS) == 5


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_answered(store, question):
    with store.transaction():
        begin(store, Run(RUN_ID, SCOPE, "d", 1_800_000_000.0, who="sara"), [Input("list", "members.csv", "d", 2)])
    given_messages(store, SCOPE, 2)
    given_left_out(store, SCOPE, 3, "is on opt-outs.csv")
    with store.transaction():
        store.write("UPDATE message SET phone = '09123456789'")
        store.write("UPDATE outcome SET status = 11 WHERE message = 1")
    assert store.rows(question)
