"""What a campaign is made from: every file that is read for it, and what is in them now."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal, NamedTuple

from kaverun.errors import Invalid, Problem
from kaverun.files.named import Named, Neighbourhood, file_and_sheet
from kaverun.text.paths import path_text

#: What recipients that a program handed over are called in problems, plans and reports, in place of a file.
HANDED: Final = "<recipients>"
Role = Literal["campaign", "template", "partial", "list", "exclude", "tariff"]

_PIECE: Final = 2**20
_DIGEST_BYTES: Final = 16
#: The order in which inputs are listed.
_ROLES: Final[tuple[Role, ...]] = ("campaign", "template", "partial", "list", "exclude", "tariff")


class InputFile(NamedTuple):
    """A file and what it is for.

    `path` is absolute; links in its folder are followed, a link that is the file itself is not. `shown` is the same
    from the root of the repository on, with `/`: as every checkout calls it. `content` is what a program gave in place
    of a file at that path.
    """

    role: Role
    path: Path
    shown: str
    content: bytes | None = None


class InputDigest(NamedTuple):
    """What an input held when it was asked: `digest` is BLAKE2b of 128 bits in hexadecimal, `size` in bytes."""

    role: Role
    shown: str
    digest: str
    size: int


def input_files(
    campaign: Path,
    around: Neighbourhood,
    named: Iterable[Named],
    partials: Iterable[str],
    text: bytes | None = None,
    handed: Path | None = None,
) -> tuple[InputFile, ...]:
    """Every file once for each of its roles, by role, then in the order in which they are named or included.

    `text` is the campaign's where that is not a file, `handed` holds recipients in place of those that it names.
    """
    files = [*_by_role(named), *(("partial", name) for name in partials)]
    found = dict.fromkeys(_input(role, name, around) for role, name in files)
    more = [InputFile("list", handed, HANDED)] if handed else []
    first = _input("campaign", campaign.name, around)._replace(content=text)
    return tuple(sorted([first, *more, *found], key=lambda file: _ROLES.index(file.role)))


def digests_of(inputs: Iterable[InputFile]) -> tuple[InputDigest, ...]:
    """What is in the files now; raises `Invalid` with each that cannot be read."""
    found, problems = list[InputDigest](), list[Problem]()
    for file in inputs:
        try:
            found.append(_digest(file))
        except OSError as error:
            why = error.strerror.lower() if error.strerror else "it is not there"
            problems.append(Problem(f"the file cannot be read: {why}", file.shown))
    if problems:
        raise Invalid(problems)
    return tuple(found)


def _by_role(named: Iterable[Named]) -> Iterator[tuple[Role, str]]:
    for keys, name in named:
        if keys[0] == "recipients":
            yield "exclude" if keys[1] == "exclude" else "list", file_and_sheet(name)[0]
        else:
            yield "template" if keys[0] == "message" else "tariff", name


def _input(role: Role, name: str, around: Neighbourhood) -> InputFile:
    written = around.folder / name
    path = written.parent.resolve() / written.name
    inside = path.relative_to(around.root) if path.is_relative_to(around.root) else path
    return InputFile(role, path, path_text(inside))


def _digest(file: InputFile) -> InputDigest:
    if file.content is not None:
        return InputDigest(
            file.role, file.shown, blake2b(file.content, digest_size=_DIGEST_BYTES).hexdigest(), len(file.content)
        )
    if file.path.exists() and not file.path.is_file():
        # Opening a pipe, which was read already, would wait for somebody to write into it again.
        raise OSError(errno.EINVAL, "it is not a regular file")
    digest, size = blake2b(digest_size=_DIGEST_BYTES), 0
    with file.path.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return InputDigest(file.role, file.shown, digest.hexdigest(), size)
