"""The folder of a run's report: complete or absent; its files are replaced whole or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kaverun.errors import Refused
from kaverun.files.repository import keep_out_of_git

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign


def report_directory(loaded: LoadedCampaign) -> Path:
    """`report.directory` in the campaign's repository; without one, `reports` in the current folder."""
    report, here = loaded.campaign.report, Path.cwd()
    if "directory" not in report.model_fields_set:
        return Path(report.directory)
    path = loaded.root / report.directory
    return path.relative_to(here) if path.is_relative_to(here) else path


def run_folder(directory: Path, campaign: str, run_id: str) -> Path:
    return directory / campaign / run_id


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to write into that is renamed to `folder` once the block has succeeded."""
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
    """A file to write into that replaces `path` once the block has succeeded; a crash leaves the old one."""
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


def own_file(path: Path) -> BinaryIO:
    """A file to write into that only its owner may read: it holds phone numbers. Raises `OSError`."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes from updating the same report meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check_writable(directory: Path, campaign: str) -> None:
    """Raise `Refused` if a campaign's report cannot be written; called before anything is sent."""
    folder = directory / campaign
    try:
        is_ours = _holds_only_reports(directory)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = error.filename or directory
        raise Refused(f"report directory {where}: {error.strerror}; name another with --report-dir") from None
    if not (os.access(directory, os.W_OK) and os.access(folder, os.W_OK)):
        raise Refused(f"report directory {folder} cannot be written; name another with --report-dir")
    if is_ours:
        keep_out_of_git(directory)


def hide(directory: Path, campaign: str) -> None:
    """Keep the reports of a campaign out of Git, in a directory that holds other things too."""
    try:
        hidden = (directory / ".gitignore").read_text(encoding="utf-8") == "*\n"
    except (OSError, ValueError):
        hidden = False
    if not hidden:
        keep_out_of_git(directory / campaign)


def _holds_only_reports(directory: Path) -> bool:
    """Whether a directory is for reports alone, as a new one is."""
    if not directory.exists():
        return True
    with os.scandir(directory) as entries:
        return all(entry.is_dir() and all(map(_of_a_run, os.listdir(entry))) for entry in entries)


_of_a_run = re.compile(r"\.?\d{8}T\d{6}Z-[0-9a-f]{6}(\.draft)?|\.gitignore").fullmatch
