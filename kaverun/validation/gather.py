"""Which campaign files are meant by files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kaverun.errors import Invalid, Problem
from kaverun.files.small import read_small
from kaverun.text.paths import path_text

_MOST = 16 * 2**20
_TOP_KEY = re.compile(rb"^([a-z_]+)[ \t]*:", re.MULTILINE)
_SCHEMA_LINE = re.compile(rb"^#.*campaign\.schema\.json", re.MULTILINE)
_UNMISTAKABLE = {b"recipients", b"message", b"senders"}
_COMMON = {
    b"version", b"name", b"description", b"channel", b"schedule", b"sending", b"retry", b"limits", b"lints", b"tariff",
}  # fmt: skip
_ENOUGH = 3


def campaign_files(path: Path) -> list[Path]:
    """A file as given; of a folder, every YAML file below it that calls itself a campaign.

    Hidden folders are left out. Raises Invalid where a folder holds no campaign.
    """
    if not path.is_dir():
        return [path]
    found = [file for file in _yaml_files(path) if _is_campaign(file)]
    if not found:
        raise Invalid([Problem("no campaign files in this folder: a campaign has `recipients:`", path_text(path))])
    return found


def each_once(paths: Iterable[Path]) -> list[Path]:
    """The paths without those that lead to a file once more."""
    first: dict[Path, Path] = {}
    for path in paths:
        first.setdefault(path.resolve(), path)
    return list(first.values())


def _yaml_files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


def _is_campaign(path: Path) -> bool:
    """Folders hold tariffs and other YAML too: a campaign shows by its keys, though one of them may be misspelt."""
    try:
        content = read_small(path, _MOST)
    except OSError:
        return True  # Whoever looks closer will say why it cannot be read.
    keys = set(_TOP_KEY.findall(content))
    return bool(keys & _UNMISTAKABLE or len(keys & _COMMON) >= _ENOUGH or _SCHEMA_LINE.search(content))
