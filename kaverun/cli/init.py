"""`kaverun init`: a campaign folder to start from. Overwrites nothing."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kaverun.cli.help import explained
from kaverun.errors import Refused


@explained(example="kaverun init campaigns/nowruz")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def command(folder: Path) -> int:
    """Write a campaign to start from into FOLDER (default: here), with the workflow that plans and applies it."""
    from shlex import quote

    from kaverun.starter import starter_files

    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is a file: name a folder")
    written = {Path(os.path.normpath(path)): text for path, text in starter_files(folder).items()}
    in_the_way = [path.as_posix() for path in written if os.path.lexists(path)]
    if in_the_way:
        raise Refused(f"init overwrites nothing, and these already exist: {', '.join(in_the_way)}")
    for path, text in written.items():
        _write(path, text)
        click.echo(f"wrote {path}")
    campaign = quote(os.path.normpath(folder / "campaign.yaml"))
    click.echo(f"Next: kaverun apply {campaign} --sandbox   (a rehearsal; no message leaves this machine)")
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None
