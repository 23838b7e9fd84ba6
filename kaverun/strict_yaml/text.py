"""From the bytes of a file to text that YAML and editors divide into the same lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kaverun.disguise import CONFLICT, HEAD, conflict, no_text, nul_tail, nul_words
from kaverun.errors import Invalid, Problem
from kaverun.strict_yaml.nodes import Place

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# U+0085, U+2028 and U+2029 break lines for YAML 1.1 and for nobody else; the others YAML refuses without a place.
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NAMES = {
    "\x85": "NEXT LINE",
    "\ufeff": "BYTE ORDER MARK, also called ZERO WIDTH NO-BREAK SPACE",
}
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(source: bytes, path: str) -> str:
    """The text of a UTF-8 file without its byte order mark.

    Raises Invalid with the place of the first wrong byte, or with what the file is if it is no text, or not whole.
    """
    if words := no_text(source[:HEAD]):
        raise Invalid([Problem(f"the file {words}", path, 1, 1)])
    if cut := nul_tail(source):
        raise Invalid([Problem(nul_words(cut), path, len(lines_of(source.rstrip(b"\0").decode("utf-8", "replace"))))])
    if source.startswith(_UTF16) or b"\x00" in source[:4]:
        raise Invalid([Problem("the file is UTF-16; save it as UTF-8", path, 1, 1)])
    try:
        text = source.removeprefix(_UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid([_not_utf8(error, path)]) from None
    if line := conflict(text):
        raise Invalid([Problem(CONFLICT, path, line, 1)])
    return text


def lines_of(text: str) -> list[str]:
    """The lines as editors number them, without their ends."""
    return _LINE_BREAK.split(text)


def odd_characters(lines: list[str]) -> Iterator[tuple[Place, str]]:
    """Every invisible character that YAML cannot take, with words that name it."""
    for number, line in enumerate(lines, start=1):
        for found in _ODD.finditer(line):
            words = f"{named(found[0])} stands here: delete it{_escape_hint(found[0])}"
            yield Place(number, found.start() + 1), words


def without_odd_characters(text: str) -> str:
    """The same text with a space for each of them, so that all places stay."""
    return _ODD.sub(" ", text)


def named(sign: str) -> str:
    """A character for people who cannot see it: `NO-BREAK SPACE (U+00A0)`; in quotes where everybody can."""
    if "!" <= sign <= "~":
        return f'"{sign}"'
    name = _NAMES.get(sign) or unicodedata.name(sign, "a control character")
    return f"{name} (U+{ord(sign):04X})"


def _escape_hint(sign: str) -> str:
    if sign not in "\x85\u2028\u2029":
        return ""
    return f', or write "\\u{ord(sign):04X}" in double quotes if it is meant'


def _not_utf8(error: UnicodeDecodeError, path: str) -> Problem:
    before = lines_of(error.object[: error.start].decode("utf-8"))
    words = f"the file is not UTF-8 (byte 0x{error.object[error.start]:02X}); save it as UTF-8"
    return Problem(words, path, len(before), len(before[-1]) + 1)
