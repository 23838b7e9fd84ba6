"""Verdicts on files in a temporary folder, which is the working directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.validation.verdict import verdicts

NOW = 1_800_000_000.0


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write_file(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return Path(name)

    return write_file


@pytest.fixture
def validate(write):
    """The verdicts on paths, which are written as text."""

    def judge(*paths, strict=False, **settings):
        return verdicts([Path(path) for path in paths], now=NOW, strict=strict, **settings)

    return judge
