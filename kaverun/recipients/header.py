"""The header of a list: the names its columns go by, and what is wrong with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from kaverun.campaign.names import slug
from kaverun.errors import Problem
from kaverun.recipients.rows import Column, listed


def named(cells: Sequence[str]) -> tuple[Column, ...]:
    """The columns that a header names; one without a header has the name "", one without letters that of its place."""
    headers = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
    names = (slug(text) or (f"column_{place}" if text else "") for place, text in enumerate(headers, 1))
    return tuple(Column(name, text) for name, text in zip(names, headers, strict=True))


def same_names(columns: Iterable[Column], shown: str, line: int) -> Iterator[Problem]:
    """A problem for each name that several columns go by."""
    headers: dict[str, list[str]] = {}
    for column in columns:
        if column.name:
            headers.setdefault(column.name, []).append(column.header)
    for name, same in headers.items():
        if len(same) > 1:
            yield Problem(f"{len(same)} columns are both '{name}': {listed(same)}; rename one", shown, line)
