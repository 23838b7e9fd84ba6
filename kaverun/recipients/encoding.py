"""Which encoding a list was written in: traps.md *Lists*, the rule that was right 200 times of 200."""

from __future__ import annotations

import codecs
import os
import re
import unicodedata
from pathlib import Path
from typing import Final, NamedTuple

from kaverun.disguise import CONFLICT, HEAD, conflict, no_csv, nul_tail, nul_words
from kaverun.recipients.uncomputed import has_error_words

_CHUNK: Final = 1 << 18
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: This many letters beyond ASCII read as UTF-8 do not come about by chance in another encoding.
_NO_CHANCE: Final = 8


class Undecodable(ValueError):
    """The file cannot be read as text; `reason` in words, `line` where (0: unknown)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


class NoList(ValueError):
    """The file is no list, or not whole; `what` in words, `line` where (0: all of it)."""

    def __init__(self, what: str, line: int = 0) -> None:
        self.what = what
        self.line = line
        super().__init__(what)


class Probed(NamedTuple):
    """A file that decodes to its end: `codec` reads it, `guessed` if nothing in the file says so.

    `composed`: every character is in NFC already. `error_words`: a spreadsheet's error may stand in it.
    `spaced_quotes`: a space may stand between the sign that parts cells and the quote that opens one.
    """

    codec: str
    guessed: bool
    composed: bool
    error_words: bool = False
    spaced_quotes: bool = False


def probe(path: Path, encoding: str | None) -> Probed:
    """Find how to read `path`, reading all of it once. Raises NoList, Undecodable, OSError."""
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    if words := no_csv(path, start[:HEAD]):
        raise NoList(words)
    _refuse_nul_tail(path, start)
    if encoding is not None:
        return _read_through(path, _known(encoding), guessed=False)
    for bom, codec in _BOMS:
        if start.startswith(bom):
            return _read_through(path, codec, guessed=False)
    if start.count(0) * 20 >= len(start) > 0:
        return _read_through(path, _utf16(start), guessed=False)
    return _utf8_or_cp1256(path)


def _refuse_nul_tail(path: Path, start: bytes) -> None:
    """Of a file that is UTF-16 the first part holds NULs already; its last byte is looked at only where none does."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        if file.read(1) != b"\0" or b"\0" in start.rstrip(b"\0"):
            return
    content = path.read_bytes()
    if cut := nul_tail(content):
        raise NoList(nul_words(cut), content.rstrip(b"\0").count(b"\n") + 1)


def _known(encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding).name
        "".encode(codec)
    except LookupError:
        raise Undecodable(f"there is no encoding '{encoding}'; write utf-8, utf-16 or cp1256") from None
    with_bom = {"utf-8": "utf-8-sig"}
    return with_bom.get(codec, codec)


def _utf16(start: bytes) -> str:
    return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"


def _utf8_or_cp1256(path: Path) -> Probed:
    reader = _Reader("utf-8")
    try:
        return _read_with(path, reader, guessed=False)
    except Undecodable:
        if reader.beyond_ascii >= _NO_CHANCE:
            raise Undecodable(
                "not UTF-8 from here on, though all before is; save the list again as UTF-8, or state `encoding:`",
                reader.line,
            ) from None
    return _read_through(path, "cp1256", guessed=True)


def _read_through(path: Path, codec: str, *, guessed: bool) -> Probed:
    return _read_with(path, _Reader(codec), guessed=guessed)


def _read_with(path: Path, reader: _Reader, *, guessed: bool) -> Probed:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            reader.feed(chunk)
    reader.feed(b"", final=True)
    return Probed(reader.codec, guessed, reader.composed, reader.error_words, reader.spaced_quotes)


class _Reader:
    """Decodes a file chunk by chunk and keeps what is asked about it."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self.line = 1
        self.beyond_ascii = 0
        self.composed = True
        self.error_words = False
        self.spaced_quotes = False
        self._decoder = codecs.getincrementaldecoder(codec)("strict")
        self._tail = "\n"  # the first line begins as any other

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            self._look_at(error.object[: error.start].decode(self.codec, "ignore"))
            raise Undecodable(f"not {self.codec}: its bytes cannot be read from here on", self.line) from None
        if "\0" in text:
            line = self.line + text.count("\n", 0, text.index("\0"))
            raise Undecodable("it holds NUL characters, so it is no text, or its encoding is another", line)
        self._look_at(text)

    def _look_at(self, text: str) -> None:
        self.line += text.count("\n")
        before, self._tail = self._tail, text[-32:]
        self._refuse_conflict(before + text)
        self.error_words = self.error_words or has_error_words(before + text)
        self.spaced_quotes = self.spaced_quotes or (' "' in text and _spaced_quote(before + text) is not None)
        if text.isascii():
            return
        self.beyond_ascii += len(text) - len(_ascii.sub("", text)) if self.beyond_ascii < _NO_CHANCE else 0
        self.composed = self.composed and unicodedata.is_normalized("NFC", before + text)

    def _refuse_conflict(self, text: str) -> None:
        if line := conflict(text):
            raise NoList(CONFLICT, self.line - text.count("\n") + line - 1)


# After what may part cells, or at the beginning of a line.
_spaced_quote = re.compile(r'(?:[,;\t|]|^) +"', re.MULTILINE).search
_ascii = re.compile(r"[^\x00-\x7f]+")
