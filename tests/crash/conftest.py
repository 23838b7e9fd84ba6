"""Puts the crash harness in reach of the tests, and keeps one pair of sandbox processes per test worker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def sandboxes():
    """The sandbox that de-duplicates under True, the one that does not under False; begun anew by every trial."""
    from crashing.processes import SandboxProcess

    running = {True: SandboxProcess(), False: SandboxProcess("--no-dedupe")}
    yield running
    for sandbox in running.values():
        sandbox.close()
