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


def revision(root: Path) -> str | None:
    """The commit that a repository has checked out, as its files say it; None where that cannot be told."""
    try:
        git = root / ".git"
        if git.is_file():  # a worktree, or a submodule
            git = (root / git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()).resolve()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        _, symbolic, name = head.partition("ref: ")
        if not symbolic:
            return head or None
        common = git / "commondir"
        shared = (git / common.read_text(encoding="utf-8").strip()).resolve() if common.exists() else git
        if (shared / name).is_file():
            return (shared / name).read_text(encoding="utf-8").strip() or None
        packed = (shared / "packed-refs").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return next((line.partition(" ")[0] for line in packed if line.endswith(f" {name}")), None)
