"""A YAML file as nodes that remember their places, and walking down them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kaverun.text.excerpt import word

Plain = str | int | float | bool | None
Key = str | int


class Place(NamedTuple):
    """Where something stands: both count from 1, columns in code points."""

    line: int
    column: int


class Scalar(NamedTuple):
    """A single value. `style` is "" for a plain one, else its first sign: a quote, | or >."""

    text: str
    value: Plain
    style: str
    place: Place
    end: Place

    weight: int = 1
    height: int = 0


class Sequence(NamedTuple):
    """A list. `weight` counts the values in it with aliases written out, `height` the levels below it."""

    members: tuple[Node, ...]
    place: Place
    weight: int
    height: int


class Pair(NamedTuple):
    key: Scalar
    value: Node


class Mapping(NamedTuple):
    """Keys and their values, merged keys among them, each key at the place where it is written."""

    pairs: dict[str, Pair]
    place: Place
    weight: int
    height: int


Node = Scalar | Sequence | Mapping


class Step(NamedTuple):
    """One key of a key path that was found, after `walked` keys; `label` is the key as a scalar where it has one."""

    key: Key
    node: Node
    label: Scalar | None
    walked: int


def plain_data(node: Node) -> object:
    """The node as dicts, lists and scalars; an alias gives its own copy."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain_data(member) for member in node.members]
    return {key: plain_data(pair.value) for key, pair in node.pairs.items()}


def steps(root: Node, keys: tuple[Key, ...]) -> Iterator[Step]:
    """Walk `keys` down from `root`, as far as they match.

    A key that a list or a scalar cannot have is passed over, because a shorthand leaves it out:
    `recipients: [a.csv]` is also found under `recipients.csv[0]`. A key missing in a mapping ends the walk.
    """
    node = root
    for walked, key in enumerate(keys, start=1):
        if isinstance(node, Mapping):
            pair = node.pairs.get(str(key))
            if pair is None:
                return
            node = pair.value
            yield Step(key, node, pair.key, walked)
        elif isinstance(node, Sequence) and isinstance(key, int) and 0 <= key < len(node.members):
            node = node.members[key]
            yield Step(key, node, None, walked)


def key_path(keys: tuple[Key, ...]) -> str:
    """`("recipients", "inline", 2, "phone")` as `recipients.inline[2].phone`."""
    words = (f"[{key}]" if isinstance(key, int) else f".{word(key)}" for key in keys)
    return "".join(words).removeprefix(".")
