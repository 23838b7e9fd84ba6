"""Partials: texts that several messages share, `{% include "signature.txt.j2" %}`, from the campaign's folder only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kaverun.files.small import read_small
from kaverun.text.line_ends import with_line_feeds
from kaverun.text.paths import path_text

#: How deep partials may include one another, and how many includes one message may have in all.
MAX_DEPTH, MAX_INCLUDES = 8, 100
#: Bytes; a message has at most 4,000 characters.
MAX_BYTES = 2**20


@dataclass(frozen=True)
class Partials:
    """The files below `folder` that a template may include, each read once; `shown` is how problems call it."""

    folder: Path
    shown: Path
    _texts: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Those that were read, in the order of their first reading."""
        return tuple(self._texts)

    def path(self, name: str) -> str:
        """A partial as problems call it."""
        return path_text(self.shown / name)

    def read(self, name: str) -> str:
        """The text of a partial.

        Raises ValueError with words where its name leads out of the folder or to nothing, Invalid where its text is
        not UTF-8.
        """
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def _read(self, name: str) -> str:
        from kaverun.files.named import Neighbourhood
        from kaverun.strict_yaml.text import decoded

        self._check_name(name)
        complaint = Neighbourhood(self.folder, self.folder, self.shown).complaint(name)
        if complaint:
            raise ValueError(complaint)
        source = read_small(self.folder / name, MAX_BYTES)
        if len(source) > MAX_BYTES:
            raise ValueError(f"'{name}' is larger than {MAX_BYTES >> 20} MiB: this is no part of a message")
        return with_line_feeds(decoded(source, self.path(name)))

    def _check_name(self, name: str) -> None:
        if not name.strip() or not name.isprintable() or "\\" in name:
            raise ValueError("a partial is named by its path below the campaign's folder, with / between the parts")
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"'{name}' leads out of the campaign's folder: copy the file into it")
        try:
            inside = (self.folder / name).resolve().is_relative_to(self.folder.resolve())
        except (OSError, RuntimeError):
            raise ValueError(f"'{name}' is a link that leads nowhere") from None
        if not inside:
            raise ValueError(f"'{name}' is a link out of the campaign's folder: copy the file into it")
