"""Where the ledger of a campaign is: in its repository, whatever folder a command runs in.

It used to be in `.kaverun` of the current folder. If one there, or next to the campaign, knows the campaign, it stays
in use: a new one would send everything again.
"""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from kaverun.errors import LedgerError, Refused
from kaverun.files.repository import keep_out_of_git, marked_root
from kaverun.ledger.opening import open_ledger, read_ledger
from kaverun.ledger.runs import Run, occurrence_of, run_called, runs
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope

FOLDER, FILE = ".kaverun", "ledger.db"
# How many runs are named if an unknown one was asked for.
_NAMED = 5
_OF_CAMPAIGN = "SELECT 1 FROM run JOIN occurrence ON occurrence.id = run.occurrence WHERE campaign = ? LIMIT 1"


class Place(NamedTuple):
    """A ledger's file, absolute; `advice` is what a person should do about it, "" if nothing."""

    path: Path
    advice: str = ""


def place_of_campaign(campaign: str, folder: Path, root: Path, current: Path) -> Place:
    """The ledger of a campaign in `folder` of the repository at `root`, for a command that runs in `current`.

    Raises `Refused` if two ledgers know the campaign.
    """
    home = _ledger_in(root)
    old = _others(home, map(_ledger_in, (current, folder)))
    if not old:
        return Place(home)

    knowing = list(_knowing([home, *old], _OF_CAMPAIGN, campaign))
    if len(knowing) > 1:
        raise Refused(_two(f"campaign {campaign}", knowing))
    if not knowing or knowing[0] == home:
        return Place(home)
    return Place(knowing[0], _advice(knowing[0], home))


def place_of_run(run_id: str, current: Path) -> Place:
    """The ledger that knows a run, looked for from `current` upwards; raises `Refused` if two do.

    If none knows it, the nearest one; if there are none at all, the one that should be there.
    """
    return _place_above("SELECT 1 FROM run WHERE run_id = ?", run_id, f"run {run_id}", current)


def place_of_name(campaign: str, current: Path) -> Place:
    """The same for the ledger that knows a campaign by its name."""
    return _place_above(_OF_CAMPAIGN, campaign, f"campaign {campaign}", current)


def _place_above(question: str, subject: str, words: str, current: Path) -> Place:
    found = [path for path in map(_ledger_in, _upwards(current)) if path.exists()]
    knowing = list(_knowing(found, question, subject))
    if len(knowing) > 1:
        raise Refused(_two(words, knowing))
    return Place(knowing[0] if knowing else nearest(current))


def nearest(current: Path) -> Path:
    """The nearest ledger from `current` upwards; if there is none, the one that should be there."""
    above = list(map(_ledger_in, _upwards(current)))
    return next((path for path in above if path.exists()), above[-1])


def check_known(store: Store, scope: Scope) -> None:
    """Raise `Refused` if a ledger knows nothing of a campaign at a provider: it may be the wrong ledger."""
    if occurrence_of(store, scope):
        return
    providers = store.rows(
        "SELECT DISTINCT provider.name FROM occurrence JOIN provider ON provider.id = occurrence.provider"
        " WHERE campaign = ? ORDER BY 1",
        (scope.campaign,),
    )
    elsewhere = ", ".join(provider for (provider,) in providers)
    known = f", but of one at {elsewhere}: name that base URL" if elsewhere else ""
    raise Refused(
        f"the ledger {store.place} knows nothing of a campaign {scope.campaign} at {scope.provider}{known}; "
        "if it was applied with another ledger, name that with --ledger"
    )


def known_run(store: Store, run_id: str) -> Run:
    """The run with an id; raises `Refused`, naming the latest ones, if the ledger does not know it."""
    if run := run_called(store, run_id):
        return run
    latest = ", ".join(f"{run.run_id} ({run.scope.campaign})" for run in runs(store)[:_NAMED])
    known = f"its latest are {latest}" if latest else "it knows none at all: name the ledger with --ledger"
    raise Refused(f"the ledger {Path(store.place).absolute()} knows no run {run_id}; {known}")


def _ledger_in(folder: Path) -> Path:
    return folder / FOLDER / FILE


def _upwards(current: Path) -> Iterator[Path]:
    """The current folder and those above it, up to the root of its repository if it is in one."""
    here = current.resolve()
    root = marked_root(here)
    for folder in (here, *here.parents):
        yield folder
        if folder == root:
            return


def _others(home: Path, places: Iterable[Path]) -> list[Path]:
    """The ledgers in places other than `home`, each once, whatever links lead to them."""
    found: list[Path] = []
    for path in places:
        if path.is_file() and not any(_is_same(path, known) for known in (home, *found)):
            found.append(path)
    return found


def _is_same(path: Path, other: Path) -> bool:
    return other.exists() and path.samefile(other)


def _knowing(ledgers: Iterable[Path], question: str, subject: str) -> Iterator[Path]:
    for path in ledgers:
        try:
            with closing(read_ledger(path)) as store:
                if store.rows(question, (subject,)):
                    yield path
        except LedgerError as error:
            raise LedgerError(f"{error}; name the right ledger with --ledger") from None


def _two(subject: str, ledgers: list[Path]) -> str:
    one, other, *_ = ledgers
    return (
        f"two ledgers know {subject}: {one} and {other}; nothing was sent: name the right one with --ledger, or move "
        "the other away"
    )


def _advice(old: Path, home: Path) -> str:
    words = f"this ledger is in its old place; it belongs at {home}"
    if home.exists():
        return f"{words}, where another ledger is: go on with --ledger {shlex.quote(str(old))}"
    return f"{words}: move it there with `kaverun ledger move --ledger {shlex.quote(str(old))}`"


def moved(old: Path, new: Path, lock_timeout: float) -> None:
    """Move a ledger to where it belongs, with its log and the copies kept of earlier schemas.

    Raises `Refused` if there is one already, `Locked` if somebody is using it.
    """
    if new.exists():
        raise Refused(f"{new} is a ledger too, and two cannot become one: go on with --ledger {shlex.quote(str(old))}")
    with closing(open_ledger(old, lock_timeout)) as store:
        campaigns = store.rows("SELECT DISTINCT campaign FROM occurrence")
        with ExitStack() as nobody_else:
            for (campaign,) in campaigns:
                nobody_else.enter_context(store.locked(campaign, time.time()))
            store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_out_of_git(new.parent)
    shutil.move(old, new)
    for part in old.parent.glob(f"{old.name}*"):
        if part.name.endswith((".lock", "-wal", "-shm")):
            part.unlink()
        elif part.name.startswith(f"{old.name}.schema"):
            shutil.move(part, new.with_name(part.name.replace(old.name, new.name, 1)))
