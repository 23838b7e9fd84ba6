"""Line ends: whichever a spreadsheet or Git wrote, a text has LF, so that it is the same text everywhere."""

from __future__ import annotations

import re

_ends = re.compile(r"\r\n?")


def with_line_feeds(text: str) -> str:
    """`text` with LF for every CRLF and CR."""
    return _ends.sub("\n", text) if "\r" in text else text
