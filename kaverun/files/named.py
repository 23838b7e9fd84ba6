"""The files a campaign names: found beside it, inside the repository, readable."""

from __future__ import annotations

import errno
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kaverun.files.kinds import LIST_KEYS, NO_LISTS, WITH_SHEETS, kind_of_suffix, misplaced
from kaverun.files.repository import marked_root
from kaverun.strict_yaml.nodes import Key
from kaverun.text.excerpt import excerpt
from kaverun.text.paths import path_text

_with_sheet = re.compile(rf"(.+(?:{'|'.join(map(re.escape, WITH_SHEETS))}))#(.+)", re.IGNORECASE).fullmatch


class Named(NamedTuple):
    """A file that the campaign names at a key path; a sheet of it may follow after #."""

    keys: tuple[Key, ...]
    name: str


class Neighbourhood(NamedTuple):
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
            if hidden := self._hidden(path):
                return f"{excerpt(name)} lies in {excerpt(hidden)}: what begins with a dot holds settings or secrets"
            if not path.exists():
                return _link_to_nowhere(path, name) or self._not_found(name)
            return _unreadable(path, name)
        except (OSError, RuntimeError, ValueError) as error:
            return f"{excerpt(name)} cannot be read: {_reason(error)}"

    def folder_complaint(self, name: str) -> str:
        """What is wrong with a folder in the repository that is written to and may not be there yet, "" for nothing."""
        path = self.root / name
        try:
            if not path.resolve().is_relative_to(self.root):
                return f"{excerpt(name)} lies outside the repository of the campaign file: name a folder in it"
            if ".git" in map(str.lower, path.resolve().parts):
                return f"{excerpt(name)} lies in Git's own folder: name another"
            if path.exists() and not path.is_dir():
                return f"{excerpt(name)} is a file: name a folder"
        except (OSError, RuntimeError, ValueError) as error:
            return f"{excerpt(name)} cannot be used: {_reason(error)}"
        return ""

    def _hidden(self, path: Path) -> str:
        """The folder or file on the way to `path`, links followed, that begins with a dot, as .git."""
        found = path.resolve()
        start = self.folder if found.is_relative_to(self.folder) else self.root
        steps = found.relative_to(start).parts
        return next((step for step in steps if step.startswith(".") and "\\" not in step), "")

    def _not_found(self, name: str) -> str:
        if other := _in_other_bytes(self.folder, name):
            form = "composed (NFC)" if unicodedata.is_normalized("NFC", other) else "decomposed (NFD)"
            words = f"the same letters in {form} Unicode are a file there: rename it, or copy its name from there"
            return f"{excerpt(name)} does not exist as written; {words}"
        if "\\" in name and (self.folder / name.replace("\\", "/")).exists():
            return f"{excerpt(name)} does not exist: write / in place of \\"
        where = path_text((self.shown / name).parent)
        return f"{excerpt(Path(name).name)} does not exist in {where}/{self._nearest(name)}"

    def _nearest(self, name: str) -> str:
        from difflib import get_close_matches

        folder = (self.folder / name).parent
        there = sorted(os.listdir(folder)) if folder.is_dir() else []
        found = get_close_matches(Path(name).name, there, n=1, cutoff=0.6)
        return f" (did you mean {found[0]}?)" if found else ""


def neighbourhood(campaign: Path) -> Neighbourhood:
    """The folder of a campaign file, and the root of its repository, else that folder."""
    folder = campaign.absolute().parent.resolve()
    return Neighbourhood(folder, marked_root(folder) or folder, campaign.parent)


def named_files(data: dict[str, object]) -> Iterator[Named]:
    """Every file named in a campaign's data in long form, whatever else is wrong with it."""
    recipients, message = data.get("recipients"), data.get("message")
    if isinstance(recipients, dict):
        for key in (*LIST_KEYS, "exclude"):
            members = recipients.get(key)
            for index, name in enumerate(members if isinstance(members, list) else ()):
                yield from _named(("recipients", key, index), name)
    if isinstance(message, dict):
        yield from _named(("message", "file"), message.get("file"))
    yield from _named(("tariff",), data.get("tariff"))


def _named(keys: tuple[Key, ...], name: object) -> Iterator[Named]:
    if isinstance(name, str) and name.strip():
        yield Named(keys, name)


def kind_of(name: str) -> str:
    """The key of `recipients` for a list of this name: excel, jsonl, or else csv."""
    return kind_of_suffix(_suffix(name)).key


def file_and_sheet(name: str) -> tuple[str, str | None]:
    """`members.xlsx#Sheet2` as the file and its sheet; the sheet is None where none is named."""
    found = _with_sheet(name)
    return (found[1], found[2]) if found else (name, None)


def list_complaint(key: Key, name: str) -> str:
    """Why a file cannot be read as what it is named for (a key of `LIST_KEYS`, or `exclude`); "" where it can."""
    if _suffix(name) in NO_LISTS:
        return NO_LISTS[_suffix(name)]
    kind = kind_of_suffix(_suffix(name))
    return "" if key in (kind.key, "exclude") else misplaced(kind)


def _suffix(name: str) -> str:
    return Path(file_and_sheet(name)[0]).suffix.lower()


def link_target(path: Path) -> str:
    """Where a symbolic link leads that leads to nothing; "" for what is no such link."""
    return os.readlink(path) if path.is_symlink() and not path.exists() else ""


def _link_to_nowhere(path: Path, name: str) -> str:
    for one in (path, *path.parents):
        if target := link_target(one):
            return (
                f"{excerpt(name)} is a symbolic link to {excerpt(target)}, which does not exist: name the file itself"
            )
    return ""


def _in_other_bytes(folder: Path, name: str) -> str:
    """A path that is there under the same letters in another Unicode form, "" where none is."""
    found = list[str]()
    for part in Path(name).parts:
        here = folder.joinpath(*found)
        if (here / part).exists():
            found.append(part)
            continue
        wanted = unicodedata.normalize("NFC", part)
        there = os.listdir(here) if here.is_dir() else []
        same = next((other for other in sorted(there) if unicodedata.normalize("NFC", other) == wanted), None)
        if same is None:
            return ""
        found.append(same)
    return "/".join(found)


def _unreadable(path: Path, name: str) -> str:
    if path.is_dir():
        return f"{excerpt(name)} is a folder: name a file in it"
    if not path.is_file():
        return f"{excerpt(name)} is no regular file: name one"
    with path.open("rb"):
        return ""


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"files have {sys.getfilesystemencoding()} names in this locale: set LC_ALL=C.UTF-8 or PYTHONUTF8=1"
    if isinstance(error, RuntimeError) or (isinstance(error, OSError) and error.errno == errno.ELOOP):
        return "its symbolic links lead round in a circle"
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else "the path makes no sense"
