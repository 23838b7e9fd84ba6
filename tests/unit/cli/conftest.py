"""The command as it is called, in this process."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from kaverun.cli import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def called(monkeypatch, capsys):
    """Calls `kaverun` with arguments, as the installed command does; gives its exit code and what it says."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["kaverun", *map(str, arguments)])
        capsys.readouterr()
        code = main._exit_code()
        return Ended(code, *capsys.readouterr())

    return call
