"""The repository that a campaign is in: where it begins, and what of ours Git is to leave alone in it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def marked_root(folder: Path, marks: Iterable[str] = (".git", "kaverun.yaml")) -> Path | None:
    """The nearest folder from `folder` (resolved) upwards that holds one of the marks of a repository's root."""
    for above in (folder, *folder.parents):
        # Unlike Path.exists this is quiet about folders that nobody may look into.
        if any(os.path.lexists(above / mark) for mark in marks):
            return above
    return None


def keep_out_of_git(folder: Path) -> None:
    """Write a `.gitignore` that names everything in a folder, itself included, where there is none yet.

    What is in it holds phone numbers.
    """
    with suppress(OSError):  # A folder that cannot be written says so with what is to be written into it.
        file = os.open(folder / ".gitignore", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "w", encoding="utf-8") as ignore:
            ignore.write("*\n")
