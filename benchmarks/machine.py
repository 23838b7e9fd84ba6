"""Where and when figures were taken: without that they mean nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median


def machine() -> dict[str, str]:
    """Words about this machine, none of which say whose it is; `load` is the average of the minute before."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{os.cpu_count()} × {_processor()}",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "synced write": f"{_synced_write() * 1000:.1f} ms",
        "load": f"{os.getloadavg()[0]:.1f}",
        "revision": _revision(),
    }


def _synced_write() -> float:
    """Seconds the disk of temporary files takes to have a page for certain, as each commit of a ledger has to wait."""
    seconds = []
    with tempfile.TemporaryFile() as file:
        for _ in range(20):
            started = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - started)
    return median(seconds)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()
