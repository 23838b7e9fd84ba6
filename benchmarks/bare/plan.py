"""`python -m benchmarks.bare.plan LIST`: every text rendered, every part counted."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.bare.parts import parts
from benchmarks.bare.rendering import texts
from benchmarks.lists import TEMPLATE


def main(path: str) -> None:
    print(sum(parts(text) for _, text in texts(Path(path), TEMPLATE)))


if __name__ == "__main__":
    main(sys.argv[1])
