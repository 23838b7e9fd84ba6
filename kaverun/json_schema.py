"""JSON Schemas (draft 2020-12) of records: typed dictionaries, named tuples and dataclasses.

The type is the only place where a shape is declared; docstrings, of the class and below fields, describe it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from functools import cache, reduce
from inspect import cleandoc, getsource
from itertools import pairwise
from operator import or_
from types import ModuleType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(title: str, description: str, *documents: type, others: tuple[type, ...] = ()) -> Schema:
    """The schema of any one of the `documents`; `others` are only offered as definitions."""
    made = TypeAdapter(_any_of(map(_model, (*documents, *others)))).json_schema()
    definitions = {name: _tidied(part) for name, part in sorted(made.pop("$defs", {}).items())}
    if "anyOf" in made:
        wanted = made["anyOf"][: len(documents)]
        made = {"anyOf": wanted} if len(wanted) > 1 else wanted[0]
    head = {"$schema": _DRAFT, "title": title, "description": description}
    rest = {key: value for key, value in _tidied(made).items() if key != "description"}
    return {**head, **rest, **({"$defs": definitions} if definitions else {})}


@cache
def described_fields(module: ModuleType) -> dict[str, dict[str, str]]:
    """The text below each field of each class of a module, and of what the class extends, by the names of both."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            # A typed dictionary forgets what it extends, but not the fields.
            extended = [base.id for base in node.bases if isinstance(base, ast.Name)]
            inherited = (found.get(name) or _words(vars(module).get(name)) for name in extended)
            found[node.name] = {**reduce(or_, inherited, {}), **dict(_described(node.body))}
    return found


def _words(record: Any) -> dict[str, str]:
    return described_fields(sys.modules[record.__module__]).get(record.__name__, {}) if _is_record(record) else {}


def _is_record(kind: Any) -> bool:
    return is_typeddict(kind) or is_dataclass(kind) or hasattr(kind, "_fields")


def _described(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, cleandoc(words)


@cache
def _model(record: type) -> type[BaseModel]:
    """A record as a pydantic model: all its fields, and no other key.

    pydantic reads typed dictionaries only from Python 3.12 on, and treats named tuples as arrays.
    """
    words = _words(record)
    found: dict[str, Any] = {}
    for name, kind in get_type_hints(record, include_extras=True).items():
        optional = get_origin(kind) is NotRequired
        kept = get_args(kind)[0] if optional else kind
        found[name] = (_with_models(kept), Field(None if optional else ..., description=words.get(name)))
    made: type[BaseModel] = create_model(
        record.__name__, __config__=ConfigDict(extra="forbid"), __doc__=record.__doc__, **found
    )
    return made


def _with_models(kind: Any) -> Any:
    """A type in which each record is replaced by its model."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is None:
        return _model(kind) if _is_record(kind) else kind
    if origin is Literal:
        return kind
    if origin is Annotated:
        return Annotated[(_with_models(args[0]), *args[1:])]
    changed = tuple(map(_with_models, args))
    return _any_of(changed) if origin in (Union, UnionType) else origin[changed]


def _any_of(kinds: Iterable[Any]) -> Any:
    return reduce(or_, kinds)


def _tidied(schema: Schema) -> Schema:
    """Without the titles that pydantic makes from names, and with descriptions on one line."""
    tidy = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if "description" in tidy:
        tidy["description"] = " ".join(tidy["description"].split())
    if "properties" in tidy:
        tidy["properties"] = {name: _tidied(part) for name, part in tidy["properties"].items()}
    return tidy
