"""Signs in texts that were meant for a program, not for a person: HTML, escapes, placeholders, broken encodings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from kaverun.campaign.lints import FOREIGN_PLACEHOLDER, HTML_IN_TEXT, LITERAL_ESCAPE, WRONG_ENCODING
from kaverun.plan.plan import Entry
from kaverun.planning.text_count import TextCount
from kaverun.text.excerpt import excerpt

_TAGS = (
    "a|abbr|b|big|blockquote|body|br|button|center|code|dd|del|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|html"
    "|i|iframe|img|input|ins|label|li|link|main|meta|nav|ol|option|p|pre|s|script|section|select|small|span|strike"
    "|strong|style|sub|sup|svg|table|tbody|td|th|thead|title|tr|u|ul|video|wbr"
)
_ENTITIES = "zwnj|zwj|nbsp|rlm|lrm|amp|lt|gt|quot|apos|laquo|raquo|hellip|ndash|mdash|bull|copy|reg|times|shy|ensp|emsp"
# What the second byte of a Persian letter in UTF-8 is, read as cp1252.
_SECOND = "[\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"  # noqa: E501  one class
_NAME = r"[^\W\d][\w\u200c]*(?:[ .|\-][\w\u200c]+){0,4}"


class _Sign(NamedTuple):
    """Something to look for: what holds it holds `hint`, one character, which is found a hundred times faster.

    What is not one for it where it is part of a link has `in_links` False.
    """

    rule: str
    hint: str
    pattern: str
    in_links: bool = True


_SIGNS: Final = (
    _Sign(
        HTML_IN_TEXT,
        "&",
        rf"&(?=[#A-Za-z])(?i:(?:{_ENTITIES}|#\d{{1,7}}|#x[0-9a-f]{{1,6}});|(?:zwnj|zwj|nbsp|rlm|lrm)\b)",
    ),
    _Sign(HTML_IN_TEXT, "<", rf"<(?=[!/A-Za-z])(?i:/?(?:{_TAGS})(?:\s[^<>]*)?/?>|!--|!doctype\b)"),
    _Sign(WRONG_ENCODING, "?", r"\?{4,}|(?<!\S)\?{3}(?!\S)"),
    _Sign(WRONG_ENCODING, "?", r"(?<!\S)\?\? \?\?+(?!\S)"),
    _Sign(WRONG_ENCODING, "\ufffd", "\ufffd"),
    # Persian in UTF-8, read as cp1252 or Latin-1.
    *(_Sign(WRONG_ENCODING, first, first + _SECOND) for first in "ØÙÚÛ"),
    *(_Sign(WRONG_ENCODING, first, first + _SECOND) for first in "ÃÂ"),
    _Sign(WRONG_ENCODING, "â", "â€"),
    # The same, read as cp1256: by ا, ل, ر and ی, some of which any word has.
    *(_Sign(WRONG_ENCODING, pair[1], pair) for pair in ("ط§", "ظ„", "ط±", "غŒ")),
    # Persian in cp1256, read as Latin-1: by ا or ی.
    *(_Sign(WRONG_ENCODING, letter, r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]{4,}") for letter in "Çíì"),
    _Sign(WRONG_ENCODING, "=", r"(?:=[0-9A-F]{2}){4,}"),
    _Sign(LITERAL_ESCAPE, "\\", r"\\(?:[nrt]|(?i:u\{?[0-9a-f]{4}|x[0-9a-f]{2})|0(?!\d))"),
    _Sign(LITERAL_ESCAPE, "/", r"/(?<![A-Za-z0-9/:._?=&-]/)(?:r/)?n(?![A-Za-z0-9])|/(?<=[a-z.!?]/)n(?=[A-Z])"),
    _Sign(LITERAL_ESCAPE, "%", r"%0[ADad]", in_links=False),
    _Sign(LITERAL_ESCAPE, "_", r"_x00[0-9A-Fa-f]{2}_"),
    _Sign(FOREIGN_PLACEHOLDER, "{", rf"\{{\{{?[%\s]*(?:{_NAME}|\d{{1,2}})\s*[%}}]?\}}"),
    _Sign(FOREIGN_PLACEHOLDER, "(", rf"\(\(\s*{_NAME}\s*\)\)"),
    _Sign(FOREIGN_PLACEHOLDER, "[", rf"\[\[\s*{_NAME}\s*\]\]"),
    _Sign(
        FOREIGN_PLACEHOLDER,
        "%",
        r"%(?<!\w%)(?![0-9A-Fa-f]{2}%)[^\W\d][\w\u200c]{0,40}%(?!\w)|%(?<!\S%)[sd](?!\w)|%\(\w+\)s",
    ),
    _Sign(FOREIGN_PLACEHOLDER, "$", r"\$(?<!\w\$)(?:\{[^{}\n]{1,40}\}|(?![A-Z]{2,3}\b)[^\W\d]\w{1,40})"),
    _Sign(FOREIGN_PLACEHOLDER, "<", rf"<(?!(?i:/?(?:{_TAGS})\b)){_NAME}>"),
    _Sign(FOREIGN_PLACEHOLDER, "*", r"\*\|\w+\|\*"),
    _Sign(FOREIGN_PLACEHOLDER, "#", r"##\w+##"),
)
_WORDS: Final = {
    HTML_IN_TEXT: "HTML ({}) is in {}, and phones show it as it is written: take it out of the list or the text",
    WRONG_ENCODING: (
        "letters that were read in a wrong encoding ({}) are in {}: export the list again as UTF-8, or state "
        "`encoding:`"
    ),
    LITERAL_ESCAPE: (
        "an escape ({}) is in {} as it is written, and phones show it so: write the sign that is meant, such as a new "
        "line of the text"
    ),
    FOREIGN_PLACEHOLDER: (
        "a placeholder of another program ({}) is in {}, and nothing fills it: write {{{{ name }}}} in the template, "
        "with the name of a column"
    ),
}


class Slips:
    """Looks for the signs in every text while it passes by; `off` are the rules that are silenced."""

    def __init__(self, off: Sequence[str], *, tokens: bool) -> None:
        self._signs = [sign for sign in _SIGNS if sign.rule not in off]
        self._tokens = tokens
        self._counts = {rule: TextCount() for rule in _WORDS}
        self._first: dict[str, str] = {}

    def add(self, entries: Sequence[Entry]) -> None:
        """Look at a block of messages."""
        texts = [_said(entry.text) if self._tokens else entry.text for entry in entries]
        whole = "\n".join(texts)
        hinted = [sign for sign in self._signs if sign.hint in whole]
        signs: dict[str, list[_Sign]] = {}
        for sign in hinted:
            if re.search(sign.pattern, whole):
                signs.setdefault(sign.rule, []).append(sign)
        for rule, some in signs.items():
            self._count(rule, some, entries, texts)

    def _count(self, rule: str, signs: Sequence[_Sign], entries: Sequence[Entry], texts: Sequence[str]) -> None:
        for entry, text in zip(entries, texts, strict=True):
            found = next(filter(None, (_found(sign, text) for sign in signs)), "")
            if found:
                self._counts[rule].add([entry.row])
                self._first.setdefault(rule, found.strip())

    def found(self, texts: int) -> Iterator[tuple[str, str]]:
        """Rule and words of what was found in so many texts."""
        for rule, first in self._first.items():
            yield rule, _WORDS[rule].format(excerpt(first), self._counts[rule].shown(texts))


def _found(sign: _Sign, text: str) -> str:
    for found in re.finditer(sign.pattern, text):
        if sign.in_links or not re.search(r"(?://|www\.|\.\w+/)\S*$", text[: found.start()]):
            return found[0]
    return ""


def _said(tokens: str) -> str:
    """What a person reads of a lookup: the tokens, each on a line."""
    return "\n".join(orjson.loads(tokens).values())
