"""Which ledger a URL or a path means."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from kaverun.errors import LedgerError
from kaverun.ledger.opening import ledger_path, open_ledger, read_ledger


@pytest.mark.parametrize(
    ("ledger", "path"),
    [
        ("sqlite:///.kaverun/ledger.db", ".kaverun/ledger.db"),
        ("sqlite:////var/l.db", "/var/l.db"),
        ("a/b.db", "a/b.db"),
        (Path("a/b.db"), "a/b.db"),
    ],
)
def test_ledgers_are_named_by_url_or_path(ledger, path):
    assert str(ledger_path(ledger)) == path


@pytest.mark.parametrize("url", ["postgres://x/y", "sqlite://x", "sqlite:///", "mysql://me:secret@host/db"])
def test_other_urls_are_refused_with_the_form_to_write_and_without_their_password(url):
    with pytest.raises(LedgerError, match="sqlite:///") as caught:
        ledger_path(url)
    assert "secret" not in str(caught.value)


def test_what_is_opened_by_one_name_is_read_by_another(tmp_path):
    with closing(open_ledger(f"sqlite:///{tmp_path}/ledger.db")) as store, store.transaction():
        store.write("INSERT INTO provider (name) VALUES ('loopback')")
    with closing(read_ledger(tmp_path / "ledger.db")) as reader:
        assert reader.rows("SELECT name FROM provider") == [("loopback",)]


def test_no_ledger_at_all_knows_nothing():
    with closing(read_ledger()) as reader:
        assert reader.rows("SELECT count(*) FROM run") == [(0,)]
