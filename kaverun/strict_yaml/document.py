"""YAML as a person means it: no surprising types, no key twice, every value with its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from kaverun.errors import Invalid, Problem, Severity
from kaverun.strict_yaml.composer import Composer
from kaverun.strict_yaml.nodes import Key, Mapping, Node, Place, Scalar, Step, key_path, plain_data, steps
from kaverun.strict_yaml.text import decoded, lines_of, odd_characters, without_odd_characters

MAX_BYTES = 16 * 2**20
"""Longer than this is a list of recipients, which belongs into a CSV file."""

Of = Literal["value", "key"]


class Document(NamedTuple):
    """A YAML file that could be read: `data` in plain dicts, lists and scalars, all keys as text.

    Scalars are text as written, except null, true/false and numbers that print exactly as they are
    written (so `str(number)` is the text of the file). `problems` is what is wrong although readable.
    """

    path: str
    root: Mapping
    data: dict[str, object]
    lines: Sequence[str]
    problems: tuple[Problem, ...] = ()

    def node(self, *keys: Key) -> Node:
        """The value at a key path, or the nearest one above it."""
        return self._last(keys).node

    def place(self, *keys: Key, of: Of = "value") -> Place:
        """Where the value at a key path stands (or its key), or the nearest one above it."""
        step = self._last(keys)
        return step.label.place if of == "key" and step.label else step.node.place

    def problem(self, what: str, *keys: Key, severity: Severity = "error", of: Of = "value") -> Problem:
        """A problem at the place of a key path, which it names as the file has it, and with the keys missing there."""
        found = tuple(step.key for step in steps(self.root, keys))
        last = self._last(keys)
        missing = keys[last.walked :] if isinstance(last.node, Mapping) else ()
        path = key_path((*found, *missing))
        return Problem(what, self.path, *self.place(*keys, of=of), key=path, severity=severity)

    def template_place(self, *keys: Key) -> Place:
        """The place of the first character of a scalar's text; of a text below | or > every line begins there."""
        node = self.node(*keys)
        style = node.style if isinstance(node, Scalar) else ""
        if style in ("|", ">"):
            return Place(node.place.line + 1, self._indent_below(node.place.line) + 1)
        return Place(node.place.line, node.place.column + (style in ("'", '"')))

    def _indent_below(self, line: int) -> int:
        written = next((text for text in self.lines[line:] if text.strip()), "")
        return len(written) - len(written.lstrip(" "))

    def _last(self, keys: tuple[Key, ...]) -> Step:
        return [Step("", self.root, None, 0), *steps(self.root, keys)][-1]


def parse(source: bytes, path: str) -> Document:
    """The file as a Document; raises Invalid with every problem YAML has with it."""
    document = read(source, path)
    if document.problems:
        raise Invalid(document.problems)
    return document


def read(source: bytes, path: str) -> Document:
    """The file as a Document with its problems, to add more to them; raises Invalid if it cannot be read at all."""
    if len(source) > MAX_BYTES:
        raise Invalid([Problem(f"the file is larger than {MAX_BYTES >> 20} MiB: keep recipients in a CSV file", path)])
    text = decoded(source, path)
    lines = lines_of(text)
    odd = [Problem(words, path, *place) for place, words in odd_characters(lines)]
    composer = Composer(without_odd_characters(text) if odd else text, lines, path)
    root = composer.compose()
    problems = sorted([*odd, *composer.problems], key=lambda problem: (problem.line, problem.column))
    if not isinstance(root, Mapping):
        raise Invalid(problems or [_not_a_mapping(root, path)])
    data = plain_data(root)
    assert isinstance(data, dict)
    return Document(path, root, data, lines, tuple(problems))


def _not_a_mapping(root: Node | None, path: str) -> Problem:
    if root is None or (isinstance(root, Scalar) and root.value is None):
        return Problem("the file is empty: it begins with `version: 1`", path, 1, 1)
    found = "a single value" if isinstance(root, Scalar) else "a list"
    return Problem(f"the file is {found}, and must be `key: value` lines: begin with `version: 1`", path, *root.place)
