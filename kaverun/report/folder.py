"""The folder of a run's report: complete or not there at all, never overwritten."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaverun.errors import Refused


def run_folder(directory: Path, campaign: str, run_id: str) -> Path:
    return directory / campaign / run_id


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to write into that takes the name `folder` once the block has ended well."""
    draft = folder.with_name(f".{folder.name}.draft")
    draft.mkdir(parents=True)
    try:
        yield draft
        os.rename(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def check_writable(directory: Path) -> None:
    """Raise `Refused` where a report could not be written: found out before anything is sent."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"report directory {directory}: {error.strerror}; give another with --report-dir") from None
    if not os.access(directory, os.W_OK):
        raise Refused(f"report directory {directory} cannot be written; give another with --report-dir")
