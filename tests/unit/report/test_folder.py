"""Large files are written piece by piece, whatever the system is told about them."""

from __future__ import annotations

import os

import pytest

from kaverun.report.folder import write_behind


@pytest.mark.parametrize("advised", [True, False])
def test_what_is_written_behind_is_all_there(tmp_path, monkeypatch, advised):
    if not advised:
        monkeypatch.delattr(os, "posix_fadvise", raising=False)
    pieces = [bytes([number]) * 2**20 for number in range(20)]
    path = tmp_path / "large"
    with path.open("wb") as file:
        write_behind(file, pieces)
    assert path.read_bytes() == b"".join(pieces)
