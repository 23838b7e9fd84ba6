"""How ledgers of earlier schemas become those of today: in one transaction, with nothing lost, a copy kept before."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from kaverun import __version__
from kaverun.errors import Locked
from kaverun.ledger.lock import campaign_lock
from kaverun.ledger.migrations.copies import keep_a_copy
from kaverun.ledger.migrations.earlier import become_rows
from kaverun.ledger.schema import SCHEMA, TABLES


def schema_of(connection: sqlite3.Connection) -> int:
    """The schema of a ledger; 0 of an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def brought_up_to_date(connection: sqlite3.Connection, file: Path | None = None) -> None:
    """Bring a ledger from its schema to today's, inside the caller's transaction.

    `file` is where the ledger is: a copy of it is kept next to it as `<name>.schemaN`. Raises `Locked` where an earlier
    version is sending with it, `Damaged`, OSError and SQLite's errors; the caller then rolls the transaction back.
    """
    # The schema after this one needs these tables as they are now, to be changed by a migration of its own.
    schema = schema_of(connection)
    if schema == SCHEMA:
        # Another process was faster.
        return
    if schema == 0:
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
    else:
        if file:
            _check_that_nobody_sends(connection, file, schema)
            keep_a_copy(file, schema)
        become_rows(connection, schema)
    connection.execute("INSERT INTO migration VALUES (?, ?, ?)", (SCHEMA, time.time(), __version__))
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _check_that_nobody_sends(connection: sqlite3.Connection, file: Path, schema: int) -> None:
    """A run of an earlier version would be cut off where the tables change while it sends."""
    for (campaign,) in connection.execute("SELECT DISTINCT campaign FROM run ORDER BY campaign"):
        try:
            with campaign_lock(file, campaign, time.time()):
                pass
        except Locked as error:
            raise Locked(
                f"ledger {file} has schema {schema} and cannot be brought up to date while it is used to send: {error}"
            ) from None
