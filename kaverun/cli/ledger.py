"""`kaverun ledger`: where the ledger is, what it holds, and its maintenance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kaverun.cli.help import explained
from kaverun.cli.settings import ledger_option, lock_timeout_option

if TYPE_CHECKING:
    from kaverun.ledger.care import Held
    from kaverun.report.importing import Imported

_TIMEZONE = "Asia/Tehran"
_format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@_format_option
@ledger_option
@click.pass_context
def command(context: click.Context, form: str, ledger: str | None) -> int:
    """Show where the ledger is, its age and size, and what it holds of each campaign."""
    if context.invoked_subcommand is not None:
        given = [
            name for name in ("form", "ledger") if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        ]
        if given:
            # If they were ignored here, the subcommand would work on another ledger than the one meant.
            raise click.UsageError(f"write options after `{context.invoked_subcommand}`", context)
        return 0
    from contextlib import closing

    from kaverun.cli.whereabouts import nearest_ledger
    from kaverun.ledger.care import held
    from kaverun.ledger.opening import read_ledger

    path = nearest_ledger(ledger)
    with closing(read_ledger(path)) as store:
        found, schema = held(store), store.schema
    size = sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*") if part.name != f"{path.name}-shm")
    if form == "json":
        click.echo(_as_json(path, size, schema, found))
    else:
        click.echo("\n".join(_as_text(path, size, schema, found)))
    return 0


@explained(
    group=command,
    name="check",
    example="kaverun ledger check",
    meaning={0: "it is sound", 1: "it is damaged, or cannot be read"},
)
@_format_option
@ledger_option
def check(form: str, ledger: str | None) -> int:
    """Look for damage."""
    from contextlib import closing

    from kaverun.cli.whereabouts import nearest_ledger
    from kaverun.ledger.care import faults
    from kaverun.ledger.opening import read_ledger

    path = nearest_ledger(ledger)
    with closing(read_ledger(path)) as store:
        found = list(faults(store))
    words = "\n".join(found) if found else f"{path} is sound"
    click.echo(_document(path, sound=not found, faults=found) if form == "json" else words)
    return 1 if found else 0


@explained(group=command, name="migrate", example="kaverun ledger migrate")
@_format_option
@ledger_option
@lock_timeout_option
def migrate(form: str, ledger: str | None, lock_timeout: float) -> int:
    """Bring an older ledger up to date; a copy is kept next to it. Any command that writes does the same."""
    from contextlib import closing

    from kaverun.cli.whereabouts import nearest_ledger
    from kaverun.ledger.opening import open_ledger
    from kaverun.ledger.schema import SCHEMA

    path = nearest_ledger(ledger)
    with closing(open_ledger(path, lock_timeout)) as store:
        before = store.schema
    copies = path.resolve().parent.glob(f"{path.resolve().name}.schema{before}*") if before < SCHEMA else ()
    copy = max(map(str, copies), key=os.path.getmtime, default=None)
    words = f"{path} has schema {SCHEMA}"
    if copy:
        words = f"brought {path} from schema {before} to {SCHEMA}; the old one is kept as {copy}"
    click.echo(_document(path, schema=SCHEMA, before=before, copy=copy) if form == "json" else words)
    return 0


@explained(group=command, name="move", example="kaverun ledger move")
@_format_option
@ledger_option
@lock_timeout_option
def move(form: str, ledger: str | None, lock_timeout: float) -> int:
    """Move a ledger from its old place, the current folder or a campaign's, to the root of the repository."""
    from kaverun.cli.whereabouts import nearest_ledger
    from kaverun.errors import Refused
    from kaverun.files.repository import marked_root
    from kaverun.ledger.place import FILE, FOLDER, moved

    old = nearest_ledger(ledger).resolve()
    root = marked_root(Path.cwd().resolve())
    if root is None:
        raise Refused("this folder is not in a repository (with .git or kaverun.yaml), so its ledger stays here")
    new = root / FOLDER / FILE
    if old != new:
        moved(old, new, lock_timeout)
    words = f"{new} is where it belongs" if old == new else f"moved to {new}"
    click.echo(_document(new, moved_from=None if old == new else str(old)) if form == "json" else words)
    return 0


@explained(group=command, name="import", example="kaverun ledger import reports")
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@_format_option
@ledger_option
@lock_timeout_option
def import_(reports: tuple[Path, ...], form: str, ledger: str | None, lock_timeout: float) -> int:
    """Rebuild a lost ledger from REPORTS: folders of runs, of campaigns, or of all reports.

    Recipients that a report shows as accepted are not sent to again, and unknown ones stay unknown. What the ledger
    already has is kept, or completed.
    """
    from contextlib import closing

    from kaverun.cli.whereabouts import ledger_to_make
    from kaverun.ledger.opening import open_ledger
    from kaverun.report.importing import import_reports

    path = ledger_to_make(ledger)
    with closing(open_ledger(path, lock_timeout)) as store:
        done = import_reports(store, reports)
    click.echo(_imported_json(path, done) if form == "json" else "\n".join(_imported_text(done)))
    return 0


@explained(group=command, name="prune", example="kaverun ledger prune --older-than 180d")
@click.option("--older-than", metavar="SPAN", required=True, help="How long ago a campaign ended, e.g. 180d.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_format_option
@ledger_option
@lock_timeout_option
def prune(older_than: str, yes: bool, form: str, ledger: str | None, lock_timeout: float) -> int:
    """Erase texts and numbers of campaigns that ended long ago; what was sent stays known, so nobody gets it twice."""
    from contextlib import closing

    from kaverun.cli.streams import somebody_is_there
    from kaverun.cli.whereabouts import nearest_ledger
    from kaverun.clock import SystemClock
    from kaverun.errors import NotConfirmed
    from kaverun.ledger import care
    from kaverun.ledger.opening import open_ledger
    from kaverun.text.plurals import plural

    before = SystemClock().now() - _long_span(older_than)
    path = nearest_ledger(ledger)
    click.echo(_FORGETS, err=True)
    if not yes:
        if not somebody_is_there():
            raise NotConfirmed("nobody is at the terminal to say yes: pass --yes")
        if not click.confirm(f"Erase texts and numbers in {path}?", err=True):
            raise NotConfirmed("declined; nothing was erased")
    with closing(open_ledger(path, lock_timeout)) as store:
        done = care.prune(store, before)
        store.compact()
    words = (
        f"erased texts and numbers of {plural(done.messages, 'message')} and {plural(done.left_out, 'row')} left out, "
        f"of {plural(done.occurrences, 'campaign')}"
    )
    click.echo(_document(path, **done._asdict()) if form == "json" else words)
    return 0


_FORGETS = (
    "Without the numbers, `kaverun history` no longer finds these messages, and people who come back under other keys "
    "are not recognized. Localids, messageids, fates and costs stay: nobody gets a message twice."
)


def _long_span(words: str) -> float:
    """Seconds of a span like 180d or 12h."""
    from kaverun.campaign.values import duration_between

    try:
        return duration_between(0, 36_500 * 86_400, "at most 36500d")(words)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--older-than") from None


def _as_text(path: Path, size: int, schema: int, held: list[Held]) -> Iterator[str]:
    from kaverun.cli.words import local_time
    from kaverun.ledger.schema import SCHEMA
    from kaverun.text.plurals import plural

    older = f": `kaverun ledger migrate` or the next command that writes to it brings it to {SCHEMA}"
    yield f"{path}: {size / 2**20:,.1f} MiB, schema {schema}{older if schema < SCHEMA else ''}"
    for one in held:
        name = one.campaign if one.occurrence == "once" else f"{one.campaign}, {one.occurrence}"
        last = f", last {local_time(int(one.last), _TIMEZONE)}" if one.last else ""
        yield f"  {name} at {one.provider}: {plural(one.runs, 'run')}{last}"
        rest = ((one.in_doubt, "in doubt"), (one.planned, "planned and not sent"))
        figures = [f"{one.accepted:,} accepted of {plural(one.messages, 'message')}"]
        yield f"      {', '.join([*figures, *(f'{count:,} {words}' for count, words in rest if count)])}"
    if not held:
        yield "  no campaigns yet"


def _as_json(path: Path, size: int, schema: int, held: list[Held]) -> str:
    from kaverun.documents import iso

    campaigns = [{**one._asdict(), "first": iso(one.first), "last": iso(one.last)} for one in held]
    return _document(path, bytes=size, schema=schema, campaigns=campaigns)


def _imported_text(done: list[Imported]) -> Iterator[str]:
    from kaverun.text.plurals import plural

    for run, gained in done:
        whose = f"{run.run_id} ({run.scope.campaign} at {run.scope.provider})"
        if gained is None:
            yield f"{whose}: a rehearsal, in which nothing was sent: left out"
            continue
        news = (
            (gained.messages, plural(gained.messages, "message")),
            (gained.outcomes, plural(gained.outcomes, "outcome")),
            (gained.statuses, plural(gained.statuses, "newer status", "newer statuses")),
        )
        yield f"{whose}: {', '.join(words for count, words in news if count) or 'nothing new to the ledger'}"


def _imported_json(path: Path, done: list[Imported]) -> str:
    from kaverun.documents import iso

    runs = [
        {
            "run_id": run.run_id,
            **run.scope._asdict(),
            "started_at": iso(run.started),
            "rehearsal": gained is None,
            "new": bool(gained and gained.run),
            "messages": gained.messages if gained else 0,
            "outcomes": gained.outcomes if gained else 0,
            "statuses": gained.statuses if gained else 0,
        }
        for run, gained in done
    ]
    return _document(path, runs=runs)


def _document(ledger: Path, **values: object) -> str:
    import orjson

    return orjson.dumps({"version": 1, "ledger": str(ledger), **values}, option=orjson.OPT_INDENT_2).decode()
