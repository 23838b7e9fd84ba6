"""Lines of a template that hold nothing but tags are no lines of the message: they leave no empty, billed line.

`{% if vip %}` alone on a line goes with the blanks before it and the line end after it. Lines with words keep every
blank, and so do tags with a sign of their author's own, `{%-`, `-%}`, `{%+` and `+%}`, and tags that print.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jinja2.lexer import Lexer

#: A token of Jinja's lexer: its line, its kind and its text.
Token = tuple[int, str, str]

#: Tags that print nothing themselves. `include` and `call` do, where they are.
_SILENT: Final = frozenset(
    {"if", "elif", "else", "endif", "for", "endfor", "set", "endset", "macro", "endmacro", "with", "endwith"}
    | {"filter", "endfilter"}
)
#: Tags that end a text which is kept for later: it is what is in its lines, without the last line end.
_KEEPING: Final = frozenset({"endset", "endmacro"})


def without_tag_lines(lexer: Lexer, source: str, name: str | None, filename: str | None) -> list[Token]:
    """The tokens of a template, lines of tags left out of its data. Raises TemplateSyntaxError."""
    return _Lines(lexer.tokeniter(source, name, filename)).tokens()


def ends_in_tags(lexer: Lexer, source: str) -> bool:
    """Whether the last line holds nothing but tags: then what is rendered may end with the line before, and its end."""
    lines = _Lines(lexer.tokeniter(source, None))
    lines.tokens()
    return lines.ends_in_tags


class _Piece:
    """A part of a data token: blanks or words within a line, or a line end."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Lines:
    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = list(tokens)
        self._pieces: dict[int, list[_Piece]] = {}
        self._last_end: _Piece | None = None
        self.ends_in_tags = False
        self._begin_line()

    def tokens(self) -> list[Token]:
        """The tokens with what is left of their data."""
        inside, named = "", True
        for index, (_, kind, value) in enumerate(self._tokens):
            if kind == "data" and not inside:
                self._data(index, value)
            elif kind.endswith("_begin"):
                inside, named = kind.removesuffix("_begin"), False
                self._open(inside, value)
            elif kind.endswith("_end"):
                inside = ""
                self._close(value)
            elif kind == "name" and inside == "block" and not named:
                named = True
                self._tag(value)
        self.ends_in_tags = self._is_of_tags()
        self._leave_out(None)
        return [
            (line, kind, "".join(piece.text for piece in self._pieces[index]) if index in self._pieces else value)
            for index, (line, kind, value) in enumerate(self._tokens)
        ]

    def _begin_line(self) -> None:
        self._blanks: list[_Piece] = []
        self._tags = 0
        self._plain = True
        self._keeping = False

    def _is_of_tags(self) -> bool:
        return self._tags > 0 and self._plain

    def _open(self, kind: str, value: str) -> None:
        self._tags += kind in ("block", "comment")
        self._plain = self._plain and kind in ("block", "comment") and value[-1] not in "-+"

    def _tag(self, name: str) -> None:
        self._plain = self._plain and name in _SILENT
        self._keeping = self._keeping or name in _KEEPING

    def _close(self, value: str) -> None:
        self._plain = self._plain and value[0] not in "-+"
        if "\n" in value:
            self._begin_line()
            self._last_end = None

    def _data(self, index: int, value: str) -> None:
        pieces = self._pieces[index] = []
        for number, text in enumerate(value.split("\n")):
            if number:
                pieces.append(end := _Piece("\n"))
                self._leave_out(end)
            pieces.append(blank := _Piece(text))
            self._plain = self._plain and not text.strip()
            self._blanks.append(blank)

    def _leave_out(self, end: _Piece | None) -> None:
        """Finish a line at its end; the last one has none."""
        if self._is_of_tags():
            for piece in (*self._blanks, end, self._last_end if self._keeping else None):
                if piece:
                    piece.text = ""
        else:
            self._last_end = end
        self._begin_line()
