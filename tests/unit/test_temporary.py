from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from kaverun.errors import Refused
from kaverun.temporary import room, temporary_database


class Owner:
    pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("SQLITE_TMPDIR", raising=False)
    return tmp_path


def test_rows_are_kept_as_long_as_their_owner_and_leave_no_file(folder: Path) -> None:
    owner = Owner()
    database = temporary_database(owner, cache=40)
    database.execute("CREATE TABLE row (text TEXT)")
    database.executemany("INSERT INTO row VALUES (?)", [("x" * 1000,)] * 500)
    assert database.execute("SELECT count(*) FROM row").fetchone() == (500,)
    assert list(folder.iterdir()) == []
    del owner
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database.execute("SELECT 1")


def test_a_folder_without_room_is_named_with_the_reason(folder: Path, small_files: None) -> None:
    owner = Owner()
    database = temporary_database(owner, cache=40)
    database.execute("CREATE TABLE row (text TEXT)")
    with (
        pytest.raises(Refused, match=rf"temporary files, {folder}, cannot be used \(.+\): make room") as raised,
        room(),
    ):
        database.executemany("INSERT INTO row VALUES (?)", [("x" * 1000,)] * 500)
    assert raised.value.__suppress_context__


def test_an_error_of_the_system_is_given_in_its_words(folder: Path) -> None:
    with pytest.raises(Refused, match=r"cannot be used \(No space left on device\)"), room():
        raise OSError(errno.ENOSPC, "No space left on device")
