"""`kaverun validate`: campaign files, their templates and every recipient row, without key, network or ledger."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import variable_option

if TYPE_CHECKING:
    from kaverun.validation.verdict import Verdict


@explained(example="kaverun validate campaigns --format github", meaning={0: "no errors", 1: "errors, which are shown"})
@click.argument("campaigns", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="github: annotations in a pull request.",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@variable_option
def command(campaigns: tuple[Path, ...], form: str, strict: bool, variables: tuple[str, ...]) -> int:
    """Check CAMPAIGNS, files or folders of them; reports every error at once."""
    from kaverun.campaign.variables import read_given
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.clock import SystemClock
    from kaverun.validation.verdict import verdicts

    display, given = ProgressDisplay(), read_given(variables)
    try:
        found = verdicts(campaigns, given=given, now=SystemClock().now(), strict=strict, progress=display.checked)
    finally:
        display.clear()
    if form == "text":
        _show(found)
    elif document := _document(form, found):
        click.echo(document)
    errors = sum(verdict.errors for verdict in found)
    if errors or form != "text":
        click.echo(_summary(found, errors), err=True)
    return 1 if errors else 0


def _show(found: list[Verdict]) -> None:
    """Problems on stderr, valid files on stdout."""
    from kaverun.text.plurals import plural

    for verdict in found:
        for problem in verdict.problems:
            click.echo(str(problem), err=True)
        if totals := verdict.totals if not verdict.errors else None:
            counts = f"{plural(totals.skip, 'row')} skipped, {totals.invalid:,} invalid"
            click.echo(f"{verdict.path}: valid, {plural(totals.send, 'message')} ({counts})")


def _summary(found: list[Verdict], errors: int) -> str:
    from kaverun.text.plurals import plural

    warnings = sum(verdict.warnings for verdict in found)
    counts = plural(errors, "error") + (f", {plural(warnings, 'warning')}" if warnings else "")
    files = f" in {plural(len(found), 'file')}" if len(found) > 1 else ""
    return f"{counts}{files}; nothing was sent."


def _document(form: str, found: list[Verdict]) -> str:
    if form == "json":
        from kaverun.validation.as_json import verdicts_json

        return verdicts_json(found)
    if form == "junit":
        from kaverun.validation.as_junit import verdicts_junit

        return verdicts_junit(found)
    if form == "github":
        from kaverun.validation.as_github import verdicts_github

        return verdicts_github(found, _root())
    from kaverun.validation.as_sarif import verdicts_sarif

    return verdicts_sarif(found, _root())


def _root() -> Path:
    """The folder that annotation paths are relative to: the repository of the working directory."""
    if workspace := os.environ.get("GITHUB_WORKSPACE"):
        return Path(workspace)
    here = Path.cwd()
    return next((above for above in (here, *here.parents) if (above / ".git").exists()), here)
