"""Paths as people and JSON may have them: a name on disk is bytes, and those need be no text at all."""

from __future__ import annotations

from pathlib import Path


def path_text(path: Path) -> str:
    """A path with `/` between its names; bytes that are no UTF-8 are written as \\xff, whatever the locale is."""
    name = path.as_posix()
    try:
        # Python keeps each byte that it cannot read as a surrogate (PEP 383).
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()
