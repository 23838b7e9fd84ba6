"""`kaverun validate`: campaign files, their templates and every recipient row, without key, network or ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from kaverun.cli.settings import variable_option
from kaverun.errors import Invalid, Problem


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("campaigns", nargs=-1, required=True, type=click.Path(path_type=Path))
@variable_option
def command(campaigns: tuple[Path, ...], variables: tuple[str, ...]) -> int:
    """Check CAMPAIGNS, files or folders of them; every error is told at once."""
    from kaverun.campaign.variables import read_given

    given = read_given(variables)
    problems: list[Problem] = []
    for path in _files(campaigns):
        try:
            click.echo(_checked(path, given))
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    return 0


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """Files as given; of a folder, every YAML file below it that calls itself a campaign."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(
                file for file in path.rglob("*.y*ml") if file.suffix in (".yaml", ".yml") and _is_campaign(file)
            )
            if not found:
                raise Invalid([Problem("no campaign files in this folder: a campaign has `recipients:`", str(path))])
            files += found
        else:
            files.append(path)
    return files


def _is_campaign(path: Path) -> bool:
    """Folders hold tariffs and other YAML too: only files with campaign keys at their top are ours."""
    lines = path.read_bytes().splitlines()
    return any(line.startswith((b"recipients:", b"message:")) for line in lines)


def _checked(path: Path, given: Mapping[str, str]) -> str:
    from kaverun.clock import SystemClock
    from kaverun.plan.planner import make_plan, open_campaign
    from kaverun.plan.served import NothingServed

    plan = make_plan(open_campaign(path, given), now=SystemClock().now(), served=NothingServed())
    for problem in plan.warnings:
        click.echo(str(problem), err=True)
    totals = plan.totals
    return f"{path}: valid, {totals.send:,} messages ({totals.skip:,} rows skipped, {totals.invalid:,} invalid)"
