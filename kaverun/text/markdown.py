"""Words of other people in Markdown: shown as they are, and never an image, a mention, a link, a reference or HTML.

A comment under a pull request is read by many and sends mail to whoever it mentions. Entities are shown as their
characters and mean nothing to Markdown; what GitHub or GitLab look for only after that (@name, #1, www.) is parted by a
word joiner, which nobody sees.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

_JOINER: Final = "&#8288;"
_MEANT: Final = {ord(sign): f"&#{ord(sign)};" for sign in "\\`*[]{}|~$^"} | {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    # @name and mail addresses, #1 and !1 and GitLab's other references.
    **{ord(sign): f"&#{ord(sign)};{_JOINER}" for sign in "@#!"},
}
_unseen = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_underscore = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_link = re.compile(r"\b(www)(?=\.)|\b([a-z][a-z0-9+.-]*:)(?=//)|\b(mailto:|xmpp:)|\b(GH)(?=-\d)", re.IGNORECASE)
_at_the_start = re.compile(r"(?:[-+=]|\d+(?=[.)]))")


def inert(text: str) -> str:
    """`text` on one line, as it is shown and no more; fit for a table's cell and for a point of a list."""
    line = _unseen.sub(" ", text).strip()
    line = _link.sub(lambda found: f"{found[0]}\0", line)
    start = _at_the_start.match(line)
    first = line[: start.end()] if start else ""
    rest = _underscore.sub(lambda run: "\1" * len(run[0]), line[len(first) :]).translate(_MEANT)
    if first and not first.isdigit():
        first = f"&#{ord(first)};"
    elif first:
        first += "\0"
    return (first + rest).replace("\0", _JOINER).replace("\1", "&#95;")


def code(text: str) -> str:
    """`text` on one line in a span of code, in which nothing means anything but its end."""
    line = _unseen.sub(" ", text).replace("|", "¦")
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}"


def block(text: str) -> str:
    """`text` with its lines, in a block of its own; Markdown and mentions mean nothing in it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f'<pre dir="auto">{chr(10).join(escape(_unseen.sub(" ", line), quote=False) for line in lines)}</pre>'
