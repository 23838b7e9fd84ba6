"""How much a finished ledger takes, and how much of it nobody can spare: the texts, compressed."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

from benchmarks.lists import BATCH, HEADER, TEMPLATE, rows

# As the ledger compresses: better takes longer than it is worth, worse is nothing to compare with.
_LEVEL = 3
_SAMPLE = 50 * BATCH


def ledger_bytes(ledger: Path) -> int:
    """The size of the file and of what SQLite keeps beside it."""
    return sum(path.stat().st_size for path in ledger.parent.glob(f"{ledger.name}*"))


def text_bytes() -> float:
    """Bytes a message of the texts alone, 200 at a time as a JSON array, compressed; of the first ten thousand."""
    texts = [_text(dict(zip(HEADER, row, strict=True))) for row in rows(_SAMPLE)]
    blocks = [texts[start : start + BATCH] for start in range(0, _SAMPLE, BATCH)]
    return sum(len(zlib.compress(json.dumps(block, ensure_ascii=False).encode(), _LEVEL)) for block in blocks) / _SAMPLE


def _text(row: dict[str, str]) -> str:
    """The template without Jinja, which the driver has no room for."""
    return re.sub(r"\{\{ (\w+) \}\}", lambda name: row[name[1]], TEMPLATE)
