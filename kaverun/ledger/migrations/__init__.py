"""How ledgers of earlier schemas become those of today: in one transaction, with nothing lost, a copy kept before."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from kaverun import __version__
from kaverun.ledger.schema import SCHEMA, TABLES


def schema_of(connection: sqlite3.Connection) -> int:
    """The schema of a ledger; 0 of an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def brought_up_to_date(connection: sqlite3.Connection, file: Path | None = None) -> None:
    """Bring a ledger from its schema to today's, inside the caller's transaction.

    `file` is where the ledger is: a copy of one that holds anything is kept next to it as `<name>.schemaN`.
    """
    for statement in TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO migration VALUES (?, ?, ?)", (SCHEMA, time.time(), __version__))
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
