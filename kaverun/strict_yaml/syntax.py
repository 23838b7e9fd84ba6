"""What the YAML parser says, in words that tell what to do."""

from __future__ import annotations

import re
from typing import Protocol

import yaml

from kaverun.strict_yaml.nodes import Place
from kaverun.strict_yaml.text import named

_WORDS = {
    "mapping values are not allowed": "a second colon makes no sense here: put a text that contains ': ' in quotes, "
    "or mend the indentation",
    "could not find expected ':'": "this line is no `key: value`: a colon is missing here, or a closing quote above",
    "did not find expected key": "this line fits nothing above it: mend its indentation",
    "did not find expected '-' indicator": "this line is no list item: begin it with '- ' or mend its indentation",
    "block sequence entries are not allowed": "a list item cannot begin here: begin the list on a line of its own",
    "did not find expected ',' or ']'": "the list that [ opens here is not closed: a comma or ] is missing",
    "did not find expected ',' or '}'": "the mapping that { opens here is not closed: a comma or } is missing",
    "did not find expected node content": "a value is missing here: a bracket or a quote is not closed",
    "found unexpected end of stream": "the quote that opens here is never closed",
    "found unexpected document indicator": "the quote that opens here is never closed",
    "found unknown escape character": "a backslash in double quotes begins an escape that YAML does not know: "
    "use single quotes, or write two backslashes",
    "invalid Unicode character escape code": "this escape is no character: write the character itself",
    "did not find expected hexdecimal number": "the escape in double quotes is incomplete: "
    "use single quotes, or write two backslashes",
    "found character that cannot start any token": "a value cannot begin with SIGN: put it in quotes",
    "did not find expected alphabetic or numeric character": "a value cannot begin with * or &: put it in quotes",
    "did not find expected comment or line break": "the text after | or > begins on the next line",
    "found undefined tag handle": "a value cannot begin with !: put it in quotes",
    "scanning a tag": "a value cannot begin with !: put it in quotes",
    "found incompatible YAML document": "this is not YAML 1.1 or 1.2: delete the %YAML line",
    "found a tab character": "a tab stands in the indentation: indent with spaces",
}
_AT_OPENING = ("',' or ']'", "',' or '}'", "end of stream", "unexpected document indicator")
_BRACES = re.compile(r"(?:^|[:\-,\[]\s+)\{[{%]")
_GLUED = re.compile(r"^\s*(?:- )?([A-Za-z_]+):[^\s/]")
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200f\u202a-\u202f\u205f-\u2069\u3000]")
_SWALLOWED = re.compile(r"\s#[^\s#]")


class _Mark(Protocol):
    line: int
    column: int


def syntax_complaint(error: yaml.YAMLError, lines: list[str]) -> tuple[Place, str]:
    """The place and the words for the one error at which the parser stopped."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Place(0, 0), "the file is no YAML text: it holds characters that YAML does not allow"
    said = f"{error.problem or ''} {error.context or ''}"
    stopped = place_of(error.problem_mark or error.context_mark)
    place = place_of(error.context_mark) if error.context_mark and _is_at_opening(said) else stopped
    return place, _hint(lines, stopped, said) or _hint(lines, place, said) or _general(said, _sign(lines, place))


def place_of(mark: _Mark | None) -> Place:
    """A mark of the parser, counted from 1; line 0 where it gives none."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place(0, 0)


def _is_at_opening(said: str) -> bool:
    return any(words in said for words in _AT_OPENING)


def _general(said: str, sign: str) -> str:
    known = next((words for part, words in _WORDS.items() if part in said), None)
    return known.replace("SIGN", sign) if known else f"this is no YAML: {said.strip()}"


def _sign(lines: list[str], place: Place) -> str:
    found = _line(lines, place.line)[place.column - 1 : place.column]
    return named(found) if found else "this character"


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _hint(lines: list[str], place: Place, said: str) -> str:
    """A better explanation, where the line itself shows what happened."""
    line, above = _line(lines, place.line), _line(lines, place.line - 1)
    left = line[: place.column - 1].strip()
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return "a tab stands in the indentation: indent with spaces"
    if _BRACES.search(line):
        return "{{ and {% begin a mapping in YAML: put quotes around the whole value, or write it below `|-`"
    if odd := _ODD_SPACE.search(indent):
        return f"{named(odd[0])} stands in the indentation: indent with plain spaces"
    if "did not find expected" in said and left.endswith(('"', "'")) and len(left) > 1:
        return (
            "there is text after the closing quote: write a quote inside a text as '' or \\\", or the text below `|-`"
        )
    return _comma_hint(line) or _glued_hint(line, above)


def _comma_hint(line: str) -> str:
    found = re.search("[،؛，、]", line)
    if found and re.search(r"[\[{]", line):
        return f"{named(found[0])} separates nothing here: write a plain comma, or put the value in quotes"
    return ""


def _glued_hint(line: str, above: str) -> str:
    for candidate in (line, above):
        if glued := _GLUED.match(candidate):
            return f'put a space after the colon of "{glued[1]}:"'
    if _SWALLOWED.search(above):
        return "the line above ends at its #, which begins a comment: put the whole value in quotes"
    return ""
