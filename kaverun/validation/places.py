"""Paths as those who show problems beside the code want them: from the root of the repository."""

from __future__ import annotations

import os
from pathlib import Path


def from_root(path: str, root: Path) -> str:
    """`path`, which counts from the working directory, as it counts from `root`; as it is where it lies outside."""
    relative = Path(os.path.relpath(path, root)).as_posix()
    return path if relative.startswith("../") else relative
