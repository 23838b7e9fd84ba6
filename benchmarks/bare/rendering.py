"""Rows of the list and their texts, with nothing but csv and a compiled template."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, StrictUndefined


def texts(path: Path, template: str) -> Iterator[tuple[str, str]]:
    """Number and text of each row."""
    render = Environment(undefined=StrictUndefined, autoescape=False).from_string(template).render
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        phone = header.index("phone")
        for row in reader:
            yield row[phone], render(dict(zip(header, row, strict=True)))
