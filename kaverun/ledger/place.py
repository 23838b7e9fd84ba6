"""Where the ledger of a campaign lies: in its repository, whatever folder a command runs in.

It used to lie in `.kaverun` of the current folder. One that is found there, or next to the campaign, and knows
it is used on: a new one would send everything again.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kaverun.errors import LedgerError, Refused
from kaverun.ledger.opening import read_ledger
from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.store import Store
from kaverun.message.scope import Scope
from kaverun.repository import marked_root

FOLDER, FILE = ".kaverun", "ledger.db"


class Place(NamedTuple):
    """A ledger's file, absolute; `advice` is what a person should do about it, "" where nothing."""

    path: Path
    advice: str = ""


def place_of_campaign(campaign: str, folder: Path, root: Path, current: Path) -> Place:
    """The ledger of a campaign in `folder` of the repository at `root`, for a command that runs in `current`.

    Raises `Refused` where two ledgers know the campaign.
    """
    home = _ledger_in(root)
    old = _others(home, map(_ledger_in, (current, folder)))
    if not old:
        return Place(home)

    of_campaign = "SELECT 1 FROM run JOIN occurrence ON occurrence.id = run.occurrence WHERE campaign = ? LIMIT 1"
    knowing = list(_knowing([home, *old], of_campaign, campaign))
    if len(knowing) > 1:
        raise Refused(_two(f"campaign {campaign}", knowing))
    if not knowing or knowing[0] == home:
        return Place(home)
    return Place(knowing[0], _advice(knowing[0], home))


def place_of_run(run_id: str, current: Path) -> Place:
    """The ledger that knows a run, looked for from `current` upwards; raises `Refused` where none or two do."""
    above = list(_upwards(current))
    found = [path for path in map(_ledger_in, above) if path.exists()]
    knowing = list(_knowing(found, "SELECT 1 FROM run WHERE run_id = ?", run_id))
    if len(knowing) > 1:
        raise Refused(_two(f"run {run_id}", knowing))
    # Where none knows it, the nearest says so; where there is none at all, the one that there should be.
    return Place((knowing or found or [_ledger_in(above[-1])])[0])


def check_known(store: Store, scope: Scope) -> None:
    """Raise `Refused` where a ledger knows nothing of a campaign at a provider: it may be the wrong ledger."""
    if occurrence_of(store, scope):
        return
    providers = store.rows(
        "SELECT DISTINCT provider.name FROM occurrence JOIN provider ON provider.id = occurrence.provider"
        " WHERE campaign = ? ORDER BY 1",
        (scope.campaign,),
    )
    elsewhere = ", ".join(provider for (provider,) in providers)
    known = f", though of one at {elsewhere}: give that base URL" if elsewhere else ""
    raise Refused(
        f"the ledger {store.place} knows nothing of a campaign {scope.campaign} at {scope.provider}{known}; "
        "if it was applied with another ledger, name that with --ledger"
    )


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
    """The ledgers there are at other places than `home`, each once, whatever links lead to them."""
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
    words = f"this ledger is at its old place; it belongs to {home}"
    if home.exists():
        return f"{words}, where another ledger is: go on with --ledger {shlex.quote(str(old))}"
    # Its log and its locks are part of it.
    new, files = shlex.quote(str(home.parent)), f"{shlex.quote(str(old))}*"
    return f"{words}: while nothing runs, move it with `mkdir -p {new} && mv {files} {new}/`"
