from __future__ import annotations

import pytest

from kaverun.template import template


@pytest.fixture(autouse=True)
def every_row_in_one_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few rows a test has, they are rendered as many rows are."""
    monkeypatch.setattr(template, "_WORTH_A_LOOP", 1)
