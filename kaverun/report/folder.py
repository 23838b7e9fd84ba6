"""The folder of a run's report: complete or not there at all; its files are replaced whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write into that takes the place of `path` once the block has ended well; a crash leaves the old one."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        shutil.copymode(path, draft)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other process brings the same report up to date meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check_writable(directory: Path) -> None:
    """Raise `Refused` where a report could not be written: found out before anything is sent."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"report directory {directory}: {error.strerror}; give another with --report-dir") from None
    if not os.access(directory, os.W_OK):
        raise Refused(f"report directory {directory} cannot be written; give another with --report-dir")
