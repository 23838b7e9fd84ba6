"""From the parser's events to nodes, without recursion, so that no file can exhaust the stack or the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import yaml

from kaverun.errors import Problem
from kaverun.strict_yaml.lints import Surroundings, key_complaints, value_complaints
from kaverun.strict_yaml.nodes import Key, Mapping, Node, Pair, Place, Scalar, Sequence, key_path
from kaverun.strict_yaml.scalars import meaning
from kaverun.strict_yaml.syntax import place_of, syntax_complaint
from kaverun.text.excerpt import excerpt, masked

MAX_DEPTH = 50
"""Levels of nesting; a campaign file needs six."""

MAX_ALIASED = 100_000
"""Values that aliases may add to what is written: `*a` of ten `*b` of ten `*c` … grows without bound."""

MAX_VALUES = 100_000
"""Values that may be written in a file: what is longer is a list of recipients, which belongs into a CSV file."""

#: Characters after a value that are looked at: what is quoted of them is shorter.
_LOOKED_AT = 200
_STR = "tag:yaml.org,2002:str"
_QUOTE_INSTEAD = "put quotes around the value if it is a text"


class _Stop(Exception):
    """The rest of the file cannot be read."""


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    event: yaml.CollectionStartEvent
    place: Place
    members: list[Node] = field(default_factory=list)
    pairs: dict[str, Pair] = field(default_factory=dict)
    written: dict[str, Place] = field(default_factory=dict)
    merged: list[Mapping] = field(default_factory=list)
    key: Scalar | None = None
    unreadable: bool = False

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.event, yaml.MappingStartEvent)


class Composer:
    """Reads one file; `problems` holds everything that was wrong, in the order it was met."""

    def __init__(self, text: str, lines: list[str], path: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._lines = lines
        self._path = path
        self._open: list[_Open] = []
        self._anchored: dict[str, Node] = {}
        self._aliased = 0
        self._written = 0
        self._suspicious: set[int] = set()
        self._root: Node | None = None
        self._takers: dict[type[yaml.Event], Callable[..., None]] = {
            yaml.DocumentStartEvent: self._start_document,
            yaml.AliasEvent: self._take_alias,
            yaml.ScalarEvent: self._take_scalar,
            yaml.SequenceStartEvent: self._start_collection,
            yaml.MappingStartEvent: self._start_collection,
            yaml.SequenceEndEvent: self._end_sequence,
            yaml.MappingEndEvent: self._end_mapping,
        }

    def compose(self) -> Node | None:
        """The root of the first document; None where the file is empty or cannot be read to its end."""
        try:
            for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
                if taker := self._takers.get(type(event)):
                    taker(event)
        except yaml.YAMLError as error:
            self._complain_of_syntax(*syntax_complaint(error, self._lines))
            return None
        except _Stop:
            return None if self._open else self._root
        return self._root

    def _start_document(self, event: yaml.DocumentStartEvent) -> None:
        if self._root is not None:
            self._complain(_start(event), "a second document begins here: keep one campaign per file, delete the ---")
            raise _Stop

    def _take_alias(self, event: yaml.AliasEvent) -> None:
        place = _start(event)
        name = event.anchor or ""
        node = self._anchored.get(name)
        words = self._alias_complaint(name, node)
        if words or node is None:
            self._complain(place, words)
            self._add(Scalar(f"*{name}", f"*{name}", "*", place, _end(event)))
            return
        self._aliased += node.weight
        if self._aliased > MAX_ALIASED:
            self._complain(place, f"aliases make this file grow beyond {MAX_ALIASED:,} values: write the values out")
            raise _Stop
        self._check_depth(place, node.height)
        self._add(node)

    def _alias_complaint(self, name: str, node: Node | None) -> str:
        if any(frame.event.anchor == name for frame in self._open):
            return f"*{masked(name)} stands inside what it refers to: a value cannot contain itself"
        if node is None:
            return f"nothing is named &{masked(name)} above: put quotes around a text that begins with *"
        return ""

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        plain = not event.style and event.tag is None
        value = meaning(event.value) if plain else event.value
        scalar = Scalar(event.value, value, event.style or "", _start(event), _end(event))
        if event.tag not in (None, _STR):
            self._complain(scalar.place, f"{excerpt(event.tag)} is a tag, and tags are not used here: {_QUOTE_INSTEAD}")
        elif plain and not self._expects_key():
            self._lint_value(scalar)
        self._name(event.anchor, scalar)
        self._add(scalar)
        self._count(scalar.place)

    def _count(self, place: Place) -> None:
        self._written += 1
        if self._written > MAX_VALUES:
            words = f"the file holds more than {MAX_VALUES:,} values: keep recipients in a CSV file"
            self._complain(place, words)
            raise _Stop

    def _lint_value(self, scalar: Scalar) -> None:
        place, end = scalar.place, scalar.end
        flow = bool(self._open and self._open[-1].event.flow_style)
        # Of a flow list all may be on one line: to copy that for each member would take hours.
        before = "" if flow else self._lines[place.line - 1][: place.column - 1]
        after = self._lines[end.line - 1][end.column - 1 : end.column - 1 + _LOOKED_AT]
        for words in value_complaints(scalar, Surroundings(before, after, flow)):
            self._suspect(place, words)

    def _start_collection(self, event: yaml.CollectionStartEvent) -> None:
        place = _start(event)
        self._check_depth(place, 1)
        if event.tag is not None:
            self._complain(place, f"{excerpt(event.tag)} is a tag, and tags are not used here: {_QUOTE_INSTEAD}")
        self._open.append(_Open(event, place))

    def _end_sequence(self, event: yaml.SequenceEndEvent) -> None:
        frame = self._open.pop()
        members = tuple(frame.members)
        self._close(frame, Sequence(members, frame.place, _weight(members), _height(members)))

    def _end_mapping(self, event: yaml.MappingEndEvent) -> None:
        frame = self._open.pop()
        if frame.unreadable:
            text = self._source(frame.place, _end(event))
            self._close(frame, Scalar(text, text, "{", frame.place, _end(event)))
            return
        for mapping in frame.merged:
            frame.pairs = {**mapping.pairs, **frame.pairs}
        values = [pair.value for pair in frame.pairs.values()]
        self._close(frame, Mapping(frame.pairs, frame.place, _weight(values), _height(values)))

    def _close(self, frame: _Open, node: Node) -> None:
        self._name(frame.event.anchor, node)
        self._add(node)

    def _name(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self._anchored[anchor] = node

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = node
        elif not self._open[-1].is_mapping:
            self._open[-1].members.append(node)
        elif self._open[-1].key is None:
            self._take_key(self._open[-1], node)
        else:
            self._take_value(self._open[-1], self._open[-1].key, node)

    def _expects_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].key is None

    def _take_key(self, frame: _Open, node: Node) -> None:
        if isinstance(node, Scalar):
            frame.key = node
            return
        self._suspect(frame.place, _key_words(frame))
        frame.unreadable = True
        frame.key = Scalar("", "", "{", node.place, node.place)

    def _take_value(self, frame: _Open, key: Scalar, node: Node) -> None:
        if first := frame.written.get(key.text):
            self._complain(key.place, f"this key is written twice, first in line {first.line}: keep one of the two")
        elif key.text == "<<" and not key.style:
            self._merge(frame, node)
        else:
            self._lint_key(key, node)
            frame.pairs[key.text] = Pair(key, node)
        frame.written.setdefault(key.text, key.place)
        frame.key = None

    def _lint_key(self, key: Scalar, node: Node) -> None:
        value = node.value if isinstance(node, Scalar) else node
        for words in key_complaints(key, value, colon=node.place != key.end):
            self._suspect(key.place, words)

    def _merge(self, frame: _Open, node: Node) -> None:
        for source in node.members if isinstance(node, Sequence) else (node,):
            if isinstance(source, Mapping):
                frame.merged.append(source)
            else:
                self._complain(source.place, "<< takes in the keys of a mapping: give it *name of a mapping")

    def _check_depth(self, place: Place, height: int) -> None:
        if len(self._open) + height > MAX_DEPTH:
            words = f"the file is nested deeper than {MAX_DEPTH} levels here: a bracket too many?"
            self.problems.append(Problem(words, self._path, *place))
            raise _Stop

    def _source(self, start: Place, end: Place) -> str:
        """What is written from `start` to `end`, folded to one line."""
        lines = self._lines[start.line - 1 : end.line]
        lines[-1] = lines[-1][: end.column - 1]
        lines[0] = lines[0][start.column - 1 :]
        return " ".join(lines)

    def _complain_of_syntax(self, place: Place, words: str) -> None:
        """Unless something suspicious just before already says why the parser stopped."""
        if not self._suspicious & {place.line - 1, place.line}:
            self._complain(place, words)

    def _suspect(self, place: Place, words: str) -> None:
        """Complain of something after which the parser often stumbles."""
        self._suspicious.add(place.line)
        self._complain(place, words)

    def _complain(self, place: Place, words: str) -> None:
        keys: list[Key] = []
        for frame in self._open:
            keys += [frame.key.text] if frame.key else [] if frame.is_mapping else [len(frame.members)]
        self.problems.append(Problem(words, self._path, *place, key=key_path(tuple(keys))))


def _key_words(frame: _Open) -> str:
    if frame.event.flow_style:
        return "{{ begins a mapping in YAML: put quotes around the whole value, or write it below `|-`"
    return "a key must be a single word"


def _weight(nodes: tuple[Node, ...] | list[Node]) -> int:
    return 1 + sum(node.weight for node in nodes)


def _height(nodes: tuple[Node, ...] | list[Node]) -> int:
    return 1 + max((node.height for node in nodes), default=0)


def _start(event: yaml.Event) -> Place:
    return place_of(event.start_mark)


def _end(event: yaml.Event) -> Place:
    return place_of(event.end_mark)
