"""The command as it is called, in this process."""

from __future__ import annotations

import io
import sys
from typing import NamedTuple

import pytest

from kaverun.cli import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Result(io.StringIO):
    """stdout as commands have it: it knows whether anything was written."""

    used = False

    def write(self, text):
        self.used = True
        return super().write(text)


@pytest.fixture
def called(monkeypatch, capsys):
    """Calls `kaverun` with arguments, as the installed command does; gives its exit code and what it says."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["kaverun", *map(str, arguments)])
        capsys.readouterr()
        with monkeypatch.context() as patched:
            out = Result()
            patched.setattr(sys, "stdout", out)
            code = main._exit_code()
        return Ended(code, out.getvalue(), capsys.readouterr().err)

    return call
