"""JSON Schemas (draft 2020-12) of values with named fields: dataclasses and named tuples.

The type is the only place where a shape is declared; docstrings, of the class and below fields, describe it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, reduce
from inspect import cleandoc, getsource
from itertools import pairwise
from operator import or_
from types import ModuleType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(title: str, description: str, *documents: type, others: tuple[type, ...] = ()) -> Schema:
    """The schema of what is any of the `documents`; `others` are among its definitions, for who refers to them."""
    made = TypeAdapter(_any_of(map(_model, (*documents, *others)))).json_schema()
    definitions = {name: _tidied(part) for name, part in sorted(made.pop("$defs", {}).items())}
    if "anyOf" in made:
        made = {"anyOf": made["anyOf"][: len(documents)]}
    head = {"$schema": _DRAFT, "title": title, "description": description}
    rest = {key: value for key, value in _tidied(made).items() if key != "description"}
    return {**head, **rest, **({"$defs": definitions} if definitions else {})}


@cache
def described_fields(module: ModuleType) -> dict[str, dict[str, str]]:
    """The text below each field of each class of a module, by the names of both."""
    classes = [node for node in ast.parse(getsource(module)).body if isinstance(node, ast.ClassDef)]
    return {node.name: dict(_described(node.body)) for node in classes}


def _described(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, cleandoc(words)


@cache
def _model(record: type) -> type[BaseModel]:
    """A record as pydantic knows it: all its fields, and no other key."""
    found: dict[str, Any] = {}
    words: dict[str, str] = {}
    for one in reversed(record.__mro__):
        if one.__module__ == record.__module__ or is_dataclass(one):
            words |= described_fields(sys.modules[one.__module__]).get(one.__name__, {})
    for name, (kind, default) in _fields(record).items():
        found[name] = (_with_models(kind), Field(default, description=words.get(name)))
    made: type[BaseModel] = create_model(
        record.__name__, __config__=ConfigDict(extra="forbid"), __doc__=record.__doc__, **found
    )
    return made


def _fields(record: type) -> dict[str, tuple[Any, Any]]:
    """The type and the default of each; `...` where it must be there."""
    kinds = get_type_hints(record, include_extras=True)
    if is_dataclass(record):
        defaults = {one.name: ... if one.default is MISSING else one.default for one in fields(record)}
    else:
        named: Any = record
        defaults = {name: named._field_defaults.get(name, ...) for name in named._fields}
    return {name: (kinds[name], default) for name, default in defaults.items()}


def _with_models(kind: Any) -> Any:
    """A type in which each record is its model."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is None:
        named = isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))
        return _model(kind) if named else kind
    if origin is Literal:
        return kind
    if origin is Annotated:
        return Annotated[(_with_models(args[0]), *args[1:])]
    changed = tuple(map(_with_models, args))
    return _any_of(changed) if origin in (Union, UnionType) else origin[changed]


def _any_of(kinds: Iterable[Any]) -> Any:
    return reduce(or_, kinds)


def _tidied(schema: Schema) -> Schema:
    """Without the titles that pydantic makes of names, and with descriptions of one line."""
    tidy = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if "description" in tidy:
        tidy["description"] = " ".join(tidy["description"].split())
    if "properties" in tidy:
        tidy["properties"] = {name: _tidied(part) for name, part in tidy["properties"].items()}
    return tidy
