"""A plan that was kept in a file, to be carried out later: exactly as it was made, or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson

from kaverun.blocks import blocks
from kaverun.campaign.handed import HandedRows
from kaverun.campaign.inputs import HANDED
from kaverun.campaign.loader import NOTHING_GIVEN, LoadedCampaign
from kaverun.errors import Invalid, Problem, Refused
from kaverun.files.repository import marked_root
from kaverun.ledger.runs import Input
from kaverun.ledger.store import Store
from kaverun.plan.file import APPLICATION, FORM, SEAL, is_sealed, scratch_file
from kaverun.plan.header import Header
from kaverun.plan.plan import Plan
from kaverun.planning.inputs import inputs_read, names_of_lists, with_rows
from kaverun.planning.planner import digest_of, judged, open_campaign
from kaverun.recipients.selection import load_excluded
from kaverun.text.paths import path_text

_MAGIC, _WHERE = b"SQLite format 3\0", slice(68, 72)  # SQLite's file format, *The Database Header*
# Rows that are held against the exclude lists together.
_TOGETHER = 500
# What an input is in a sentence.
_CALLED = {
    "campaign": "the campaign file", "partial": "this included template", "variables": "the variables of --var",
}  # fmt: skip
_REMEDY = "nothing was sent: put it back as it was, or make and review a new plan"


def is_plan(path: Path) -> bool:
    """Whether a file is a plan, whatever it is called."""
    if not path.is_file():  # What is read of a pipe here, nobody could read again.
        return False
    try:
        with path.open("rb") as file:
            begin = file.read(100)
    except OSError:
        return False
    return begin.startswith(_MAGIC) and begin[_WHERE] == APPLICATION.to_bytes(4, "big")


def plan_header(path: Path) -> Header:
    """What a plan file says beside its rows. Raises `Refused` where it is not a plan that this version reads."""
    with _readable(path, path, "ro") as connection:
        return _header(connection, path)


class Kept(NamedTuple):
    """What a path leads to: the file of a `plan`, None where it is a campaign's own, and what to open that with.

    `rows` is empty where recipients were handed over: they are in the plan, and nowhere else.
    """

    plan: Path | None
    campaign: Path
    given: Mapping[str, str]
    rows: HandedRows | None = None

    def opened(self) -> LoadedCampaign:
        """The campaign, as `planning.planner.open_campaign` opens it."""
        return open_campaign(self.campaign, self.given, rows=self.rows)


def kept_plan(path: Path, given: Mapping[str, str] = NOTHING_GIVEN) -> Kept:
    """The file of a plan, or of a campaign; `given` are variables that come before those of either.

    A plan is applied in the repository of the current folder, wherever the plan itself is. Raises `Refused`.
    """
    if not is_plan(path) and path.suffix != ".kvplan":
        return Kept(None, path, given)
    header = plan_header(path)
    here = Path.cwd().resolve()
    root = marked_root(here) or here
    campaign = root / header.file
    if not campaign.exists():
        raise Refused(
            f"plan {path_text(path)} is of {header.file}, which is not in {path_text(root)}: run this in the repository"
            " of the campaign, or where the plan was made; nothing was sent"
        )
    handed = HandedRows(()) if any(one.path == HANDED for one in header.inputs) else None
    return Kept(path, Path(os.path.relpath(campaign, here)), {**header.given, **given}, handed)


def opened_plan(
    path: Path, loaded: LoadedCampaign, *, now: float, store: Store, provider: str, lifted: Collection[str] = ()
) -> Plan:
    """A kept plan, decided against the ledger of today, as `make_plan` would return it.

    Raises `Invalid` with every input that is not as it was. Exclude lists are read again: whom they name since is left
    out, and nobody comes in. Raises `Refused` where the file is damaged or another campaign's.
    """
    with scratch_file() as file:
        # A copy, so that what is checked here is what is sent, whatever becomes of the file meanwhile.
        _copy(path, file)
        with _readable(file, path, "rw") as connection:
            header = _header(connection, path)
            if header.campaign != loaded.campaign.name:
                of = f"of campaign {header.campaign}, and {loaded.path} is {loaded.campaign.name}"
                raise Refused(f"plan {path_text(path)} is {of}: nothing was sent")
            today = inputs_read(loaded)
            if moved := list(_moved(header, today)):
                raise Invalid(moved)
            _check_rows(connection, path, loaded, header)
            if any(one.role == "exclude" for one in today):
                header = header._replace(inputs=_leave_out(connection, loaded, header, today))
        store.attach(file)
    return judged(loaded, header, store, provider, now, lifted)


def _copy(path: Path, file: Path) -> None:
    if not is_plan(path):
        raise _not_a_plan(path)
    try:
        shutil.copyfile(path, file)
    except OSError as error:
        raise Refused(
            f"plan {path_text(path)} cannot be copied into {file.parent} ({error.strerror}): make room there, or set "
            "TMPDIR to another folder; nothing was sent"
        ) from None


def _header(connection: sqlite3.Connection, path: Path) -> Header:
    ((form,),) = connection.execute("PRAGMA user_version").fetchall()
    if form != FORM:
        made = "a newer" if form > FORM else "an older"
        raise Refused(f"plan {path_text(path)} was made by {made} kaverun (form {form}): make it again with this one")
    values = connection.execute("SELECT name, value FROM plan WHERE name <> ?", (SEAL,))
    plain = {name: orjson.loads(value) for name, value in values}
    inputs = connection.execute("SELECT role, path, digest, rows FROM input ORDER BY role, path")
    return Header.of(plain, tuple(Input(*one) for one in inputs))


def _moved(header: Header, today: Collection[Input]) -> Iterator[Problem]:
    """The inputs that are not as they were when the plan was made; rows that were handed over are in the plan."""
    then, now = (
        {(one.role, one.path): one.digest for one in inputs if one.role != "exclude" and one.path != HANDED}
        for inputs in (header.inputs, today)
    )
    for role, path in sorted(then.keys() | now.keys()):
        if then.get((role, path)) == now.get((role, path)):
            continue
        what = _CALLED.get(role, f"this {role}")
        if role == "variables":
            words = f"{what} are not those that the plan was made with"
        elif (role, path) not in now:
            words = f"{what} was read when the plan was made, and is not now"
        elif (role, path) not in then:
            words = f"{what} is read now, and was not when the plan was made"
        else:
            words = f"{what} was changed since the plan was made"
        yield Problem(f"{words}: {_REMEDY}", path or "--var", key=role if path else "")


def _check_rows(connection: sqlite3.Connection, path: Path, loaded: LoadedCampaign, header: Header) -> None:
    """Raise `Refused` where anything is not as it was kept, or the messages are not those that were approved."""
    digest = digest_of(loaded.campaign)
    digest.add_all(connection.execute("SELECT key, phone, line, text FROM row WHERE action = 'send' ORDER BY row"))
    if digest.hexdigest() != header.digest or not is_sealed(connection):
        raise Refused(f"plan {path_text(path)} is not as it was made: its rows do not have its digest; {_REMEDY}")


def _leave_out(
    connection: sqlite3.Connection, loaded: LoadedCampaign, header: Header, today: Collection[Input]
) -> tuple[Input, ...]:
    """Take out whom the exclude lists name by now; returns the inputs that the plan has then."""
    lists = [one for one in today if one.role == "exclude"]
    then = {one[:3] for one in header.inputs}
    if all(one[:3] in then for one in lists):
        return header.inputs
    excluded = load_excluded(loaded)
    rows = connection.execute("SELECT row, phone FROM row WHERE action = 'send'").fetchall()
    connection.execute("BEGIN")
    for some in blocks(rows, _TOGETHER):
        places = excluded.among(phone for _, phone in some)
        connection.executemany(
            "UPDATE row SET action = 'skip', cause = 'excluded', reason = ?, text = '', encoding = '', units = 0,"
            " parts = 0, price = NULL WHERE row = ?",
            [(f"excluded by {places[phone]}", row) for row, phone in some if phone in places],
        )
    connection.execute("COMMIT")
    others = (one for one in header.inputs if one.role != "exclude")
    return (*others, *with_rows(lists, "exclude", excluded.rows, names_of_lists(loaded)))


@contextmanager
def _readable(file: Path, called: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """A connection to a plan file, which people call `called`. Raises `Refused` where it cannot be read."""
    if not is_plan(file):
        raise _not_a_plan(called)
    try:
        database = f"{file.absolute().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(database, uri=True, isolation_level=None)) as connection:
            yield connection
    except (sqlite3.Error, ValueError, LookupError, TypeError) as error:
        raise Refused(f"plan {path_text(called)} is damaged ({error}): {_REMEDY}") from None


def _not_a_plan(path: Path) -> Refused:
    if not path.exists():
        return Refused(f"there is no plan {path_text(path)}: `kaverun plan --out` makes one")
    return Refused(f"{path_text(path)} is not a plan: `kaverun plan --out` makes one")


def check_place(path: Path) -> None:
    """Raise `Refused` where a plan cannot be kept, or would take the place of a file that is not one."""
    if path.exists() and not is_plan(path):
        raise Refused(f"--out {path}: a file is there that is not a plan: name another, or remove it")
    if not path.parent.is_dir():
        raise Refused(f"--out {path}: there is no folder {path.parent}: make it first, or name another")
