"""The runs of a ledger: who applied what, when, from which inputs, and how it ended."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import orjson

from kaverun.ledger.store import Store
from kaverun.message.scope import Scope

Kind = Literal["apply", "found", "imported"]
Status = Literal["running", "completed", "partial", "stopped", "interrupted", "failed"]


class Input(NamedTuple):
    """A file that a plan was made from."""

    role: str
    """campaign, template, partial, list, exclude, tariff or variables."""
    path: str
    """From the root of the repository."""
    digest: str
    """BLAKE2b-128 of its content."""
    rows: int | None = None
    """Those of a list or an exclude list."""


class Run(NamedTuple):
    """One execution of a plan. Times are unix seconds, money is in Rial; None means not recorded.

    `number` is the ledger's. `kind` is apply, found (its messages were found at the provider) or imported (from
    reports). `key_column` is where the keys of its recipients come from, "" if the number is the key. `plan` is
    JSON: what else a run needs to continue it.
    """

    run_id: str
    scope: Scope
    digest: str
    started: float
    kind: Kind = "apply"
    status: Status = "running"
    exit_code: int | None = None
    finished: float | None = None
    key_column: str | None = None
    default_line: str | None = None
    planned_cost: int | None = None
    kaverun: str | None = None
    revision: str | None = None
    host: str | None = None
    who: str | None = None
    stop_code: int | None = None
    stop_reason: str | None = None
    credit: int | None = None
    notes: tuple[str, ...] = ()
    plan: str | None = None
    report: str | None = None
    rehearsal: bool = False
    number: int = 0


#: Columns of `run` that are fields of a `Run` as they are.
_PLAIN = (
    "run_id", "digest", "started", "kind", "status", "exit_code", "finished", "key_column", "default_line",
    "planned_cost", "kaverun", "revision", "host", "who", "stop_code", "stop_reason", "credit", "plan", "report",
)  # fmt: skip
_RUNS = (
    f"SELECT {', '.join(f'run.{name}' for name in _PLAIN)}, run.notes, occurrence.rehearsal, run.id,"
    " occurrence.campaign, occurrence.name, provider.name FROM run"
    " JOIN occurrence ON occurrence.id = run.occurrence JOIN provider ON provider.id = occurrence.provider"
)


def new_run_id(now: float) -> str:
    """Sorts by time (unix seconds); two runs of one second still differ."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


#: Whether a text looks like the id of a run.
is_run_id = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}(?:-found|-earlier)?", re.ASCII).fullmatch


def begin(store: Store, run: Run, inputs: Iterable[Input] = ()) -> int:
    """Record a run, inside the caller's transaction; returns its number."""
    values = {name: getattr(run, name) for name in _PLAIN}
    values |= {"occurrence": occurrence_made(store, run.scope, rehearsal=run.rehearsal), "notes": _json(run.notes)}
    ((number,),) = store.rows(
        f"INSERT INTO run ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)}) RETURNING id",
        values,
    )
    store.write_many("INSERT INTO input VALUES (?, ?, ?, ?, ?)", [(number, *one) for one in inputs])
    return int(number)


def update(store: Store, number: int, **values: object) -> None:
    """Record fields of a run, durably; a tuple is kept as JSON."""
    kept = {name: _json(value) if isinstance(value, tuple) else value for name, value in values.items()}
    with store.transaction():
        columns = ", ".join(f"{name} = :{name}" for name in kept)
        store.write(f"UPDATE run SET {columns} WHERE id = :number", {**kept, "number": number})


def runs(store: Store, scope: Scope | None = None) -> list[Run]:
    """The runs of a scope, or of all campaigns, the latest first."""
    if scope is None:
        return _found(store, "ORDER BY run.id DESC")
    return _found(store, f"WHERE {OF_SCOPE} ORDER BY run.id DESC", scope._asdict())


def run_called(store: Store, run_id: str) -> Run | None:
    """The run with an id."""
    return next(iter(_found(store, "WHERE run.run_id = :run_id", {"run_id": run_id})), None)


def numbered(store: Store, number: int) -> Run:
    """The run with a number."""
    (run,) = _found(store, "WHERE run.id = :number", {"number": number})
    return run


def inputs_of(store: Store, number: int) -> list[Input]:
    """The files that a run was made from, by role and path."""
    found = store.rows("SELECT role, path, digest, rows FROM input WHERE run = ? ORDER BY role, path", (number,))
    return [Input(*values) for values in found]


#: The occurrence that the fields of a `Scope` name, with `occurrence` and `provider` joined.
OF_SCOPE = "occurrence.campaign = :campaign AND occurrence.name = :occurrence AND provider.name = :provider"


def occurrence_of(store: Store, scope: Scope) -> int:
    """The ledger's number of an occurrence; 0 if it knows nothing of it."""
    found = store.rows(
        f"SELECT occurrence.id FROM occurrence JOIN provider ON provider.id = occurrence.provider WHERE {OF_SCOPE}",
        scope._asdict(),
    )
    return int(found[0][0]) if found else 0


def occurrence_made(store: Store, scope: Scope, *, rehearsal: bool = False) -> int:
    """The same, created if missing; inside the caller's transaction."""
    store.write("INSERT INTO provider (name) VALUES (?) ON CONFLICT DO NOTHING", (scope.provider,))
    store.write(
        "INSERT INTO occurrence (campaign, name, provider, rehearsal)"
        " SELECT ?, ?, id, ? FROM provider WHERE name = ? ON CONFLICT DO NOTHING",
        (scope.campaign, scope.occurrence, int(rehearsal), scope.provider),
    )
    return occurrence_of(store, scope)


def knows(store: Store, provider: str) -> bool:
    """Whether any run at this provider was begun, rehearsals aside."""
    return bool(
        store.rows(
            "SELECT 1 FROM run JOIN occurrence ON occurrence.id = run.occurrence"
            " JOIN provider ON provider.id = occurrence.provider WHERE provider.name = ? AND NOT rehearsal LIMIT 1",
            (provider,),
        )
    )


def _found(store: Store, where: str, values: dict[str, object] | None = None) -> list[Run]:
    found = []
    for *plain, notes, rehearsal, number, campaign, occurrence, provider in store.rows(
        f"{_RUNS} {where}", values or {}
    ):
        run = dict(zip(_PLAIN, plain, strict=True))
        scope = Scope(campaign, occurrence, provider)
        found.append(
            Run(scope=scope, notes=tuple(orjson.loads(notes)), rehearsal=bool(rehearsal), number=number, **run)
        )
    return found


def _json(value: tuple[object, ...]) -> str:
    return orjson.dumps(value).decode()
