"""Whether two texts say the same, for people: line ends, white space at ends and blank lines are layout."""

from __future__ import annotations


def without_layout(text: str) -> str:
    """A text without its layout: CRLF and CR as LF, no white space at the ends of lines, no blank lines.

    Two texts that are equal in this form are no edit of each other: a newer kaverun, an editor or a checkout may lay
    out lines differently, and people read the same.
    """
    if "\n" not in text and "\r" not in text:
        return text.rstrip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(filter(None, map(str.rstrip, lines)))
