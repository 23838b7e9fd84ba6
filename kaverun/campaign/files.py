"""The files a campaign names: found beside it, inside the repository, readable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from kaverun.campaign.excerpt import excerpt
from kaverun.campaign.yaml_nodes import Key

_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"})


class Named(NamedTuple):
    """A file that the campaign names at a key path."""

    keys: tuple[Key, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where a campaign's files may be: beside it in `folder`, never outside `root` (both resolved).

    `shown` is the folder as it was named by who called, for messages.
    """

    folder: Path
    root: Path
    shown: Path

    def complaint(self, name: str) -> str:
        """What is wrong with a named file, "" where nothing is."""
        path = self.folder / name
        try:
            if not path.resolve().is_relative_to(self.root):
                return f"{excerpt(name)} lies outside the repository of the campaign file: copy it into the repository"
            if not path.exists():
                return self._not_found(name)
            return _unreadable(path, name)
        except (OSError, RuntimeError, ValueError) as error:
            return f"{excerpt(name)} cannot be read: {_reason(error)}"

    def _not_found(self, name: str) -> str:
        if "\\" in name and (self.folder / name.replace("\\", "/")).exists():
            return f"{excerpt(name)} does not exist: write / in place of \\"
        where = (self.shown / name).parent.as_posix()
        return f"{excerpt(Path(name).name)} does not exist in {where}/{self._nearest(name)}"

    def _nearest(self, name: str) -> str:
        folder = (self.folder / name).parent
        there = sorted(os.listdir(folder)) if folder.is_dir() else []
        found = get_close_matches(Path(name).name, there, n=1, cutoff=0.6)
        return f" (did you mean {found[0]}?)" if found else ""


def neighbourhood(campaign: Path) -> Neighbourhood:
    """The folder of a campaign file, and its repository: the nearest folder above with .git, else that folder."""
    folder = campaign.absolute().parent.resolve()
    root = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)
    return Neighbourhood(folder, root, campaign.parent)


def named_files(data: dict[str, object]) -> Iterator[Named]:
    """Every file named in a campaign's data in long form, whatever else is wrong with it."""
    recipients, message = data.get("recipients"), data.get("message")
    if isinstance(recipients, dict):
        for key in ("csv", "exclude"):
            members = recipients.get(key)
            for index, name in enumerate(members if isinstance(members, list) else ()):
                yield from _named(("recipients", key, index), name)
    if isinstance(message, dict):
        yield from _named(("message", "file"), message.get("file"))
    yield from _named(("tariff",), data.get("tariff"))


def _named(keys: tuple[Key, ...], name: object) -> Iterator[Named]:
    if isinstance(name, str) and name.strip():
        yield Named(keys, name)


def is_spreadsheet(name: str) -> bool:
    """Whether a file is a workbook and no CSV, by its name."""
    return Path(name).suffix.lower() in _SPREADSHEETS


def _unreadable(path: Path, name: str) -> str:
    if path.is_dir():
        return f"{excerpt(name)} is a folder: name a file in it"
    if not path.is_file():
        return f"{excerpt(name)} is no regular file: name one"
    with path.open("rb"):
        return ""


def _reason(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else "the path makes no sense"
