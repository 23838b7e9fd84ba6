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
from kaverun.ledger.runs import Input
from kaverun.ledger.store import Store
from kaverun.path_text import path_text
from kaverun.plan.file import APPLICATION, FORM, scratch_file
from kaverun.plan.header import Header
from kaverun.plan.inputs import inputs_now
from kaverun.plan.plan import Plan
from kaverun.plan.planner import digest_of, judged, open_campaign
from kaverun.recipients.selection import load_excluded
from kaverun.repository import marked_root

_MAGIC, _WHERE = b"SQLite format 3\0", slice(68, 72)  # SQLite's file format, *The Database Header*
# Rows that are held against the exclude lists together.
_TOGETHER = 500
_REMEDY = "nothing was sent: put it back as it was, or make and review a new plan"


def is_plan(path: Path) -> bool:
    """Whether a file is a plan, whatever it is called."""
    try:
        with path.open("rb") as file:
            begin = file.read(100)
    except OSError:
        return False
    return begin.startswith(_MAGIC) and begin[_WHERE] == APPLICATION.to_bytes(4, "big")


def plan_header(path: Path) -> Header:
    """What a plan file says beside its rows. Raises `Refused` where it is not a plan that this version reads."""
    with _readable(path) as connection:
        ((form,),) = connection.execute("PRAGMA user_version").fetchall()
        if form != FORM:
            made = "a newer" if form > FORM else "an older"
            raise Refused(f"plan {path} was made by {made} kaverun (form {form}): make it again with this one")
        plain = {name: orjson.loads(value) for name, value in connection.execute("SELECT name, value FROM plan")}
        inputs = connection.execute("SELECT role, path, digest, rows FROM input ORDER BY role, path")
        return Header.of(plain, tuple(Input(*one) for one in inputs))


class Kept(NamedTuple):
    """What a path leads to: the file of a `plan`, None where it is a campaign's own, and what to open that with.

    `rows` is empty where recipients were handed over: they are in the plan, and nowhere else.
    """

    plan: Path | None
    campaign: Path
    given: Mapping[str, str]
    rows: HandedRows | None = None

    def opened(self) -> LoadedCampaign:
        """The campaign, as `plan.planner.open_campaign` opens it."""
        return open_campaign(self.campaign, self.given, rows=self.rows)


def kept_plan(path: Path, given: Mapping[str, str] = NOTHING_GIVEN) -> Kept:
    """The file of a plan, or of a campaign; `given` are variables that come before those of either.

    A plan is applied in the repository of the current folder, wherever the plan itself is. Raises `Refused`.
    """
    if not is_plan(path):
        return Kept(None, path, given)
    header = plan_header(path)
    here = Path.cwd().resolve()
    campaign = (marked_root(here) or here) / header.file
    handed = HandedRows(()) if any(one.path == HANDED for one in header.inputs) else None
    return Kept(path, Path(os.path.relpath(campaign, here)), {**header.given, **given}, handed)


def opened_plan(
    path: Path, loaded: LoadedCampaign, *, now: float, store: Store, provider: str, lifted: Collection[str] = ()
) -> Plan:
    """A kept plan, decided against the ledger of today, as `make_plan` would return it.

    Raises `Invalid` with every input that is not as it was. Exclude lists are read again: whom they name since is left
    out, and nobody comes in. Raises `Refused` where the file is damaged or another campaign's.
    """
    header = plan_header(path)
    if header.campaign != loaded.campaign.name:
        raise Refused(f"plan {path} is of campaign {header.campaign}, and {loaded.path} is {loaded.campaign.name}")
    if not header.inputs:
        # One of them could not be read twice, as a pipe: nobody knows whether it changed.
        raise Refused(f"plan {path} does not say what it was made from: nothing was sent; make it from regular files")
    today = inputs_now(loaded)
    if moved := list(_moved(header, today)):
        raise Invalid(moved)
    _check_rows(path, loaded, header)
    if _lists_of(header.inputs, "exclude") == _lists_of(today, "exclude"):
        store.attach(path)
        return judged(loaded, header, store, provider, now, lifted)
    with scratch_file() as file:
        shutil.copyfile(path, file)
        _leave_out(file, loaded)
        store.attach(file)
    return judged(loaded, header, store, provider, now, lifted)


def _lists_of(inputs: Collection[Input], role: str) -> list[Input]:
    return [one for one in inputs if one.role == role]


def _moved(header: Header, today: Collection[Input]) -> Iterator[Problem]:
    """The inputs that are not as they were when the plan was made; rows that were handed over are in the plan."""
    then, now = (
        {(one.role, one.path): one.digest for one in inputs if one.role != "exclude" and one.path != HANDED}
        for inputs in (header.inputs, today)
    )
    for role, path in sorted(then.keys() | now.keys()):
        if then.get((role, path)) == now.get((role, path)):
            continue
        what = "was changed" if (role, path) in then and (role, path) in now else "is read now and was not"
        if (role, path) not in now:
            what = "was read and is not now"
        yield Problem(f"this {role} {what} when the plan was made: {_REMEDY}", path or "--var", key=role)


def _check_rows(path: Path, loaded: LoadedCampaign, header: Header) -> None:
    """Raise `Refused` where the rows are not those that were approved."""
    digest = digest_of(loaded.campaign)
    with _readable(path) as connection:
        digest.add_all(connection.execute("SELECT key, phone, line, text FROM row WHERE action = 'send' ORDER BY row"))
    if digest.hexdigest() != header.digest:
        raise Refused(f"plan {path} is not as it was made: its rows do not have its digest; {_REMEDY}")


def _leave_out(file: Path, loaded: LoadedCampaign) -> None:
    """Take out whom the exclude lists name by now."""
    excluded = load_excluded(loaded)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
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


@contextmanager
def _readable(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        if not is_plan(path):
            raise Refused(f"{path_text(path)} is not a plan: `kaverun plan --out` makes one")
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except (sqlite3.Error, ValueError, LookupError, TypeError) as error:
        raise Refused(f"plan {path} is damaged ({error}): {_REMEDY}") from None


def check_place(path: Path) -> None:
    """Raise `Refused` where a plan cannot be kept, or would take the place of a file that is not one."""
    if path.exists() and not is_plan(path):
        raise Refused(f"--out {path}: a file is there that is not a plan: name another, or remove it")
    if not path.parent.is_dir():
        raise Refused(f"--out {path}: there is no folder {path.parent}: make it first, or name another")
