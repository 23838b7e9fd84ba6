"""Walking through the XML of a sheet, however long it is, without keeping it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO
from xml.parsers import expat


def walk(
    xml: IO[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call back for every element that begins or ends, and for texts. Raises `expat.ExpatError`."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.ParseFile(xml)
