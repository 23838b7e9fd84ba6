"""The installed command in a subprocess, and a sandbox in another one; nothing is replaced."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import schema_checks

COMMAND = str(Path(sys.executable).with_name("kaverun"))
API_KEY = "7A68656E6F2D6B65792D666F722D7465737473"
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self):
        return self.out + self.err


@dataclass
class Kaverun:
    """`kaverun` in a folder of its own, with an environment of its own."""

    folder: Path
    environment: dict

    def __call__(self, *arguments, timeout=60, **environment):
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=timeout)
        ended = Ended(process.returncode, out, err)
        assert API_KEY not in ended.said
        assert "Traceback" not in ended.said
        check_json(arguments, ended)
        return ended

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, name, text, encoding="utf-8"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding=encoding, newline="")
        return path

    def reports(self, campaign):
        """(report.json, rows of messages.csv) of every run, oldest first."""
        folders = sorted((self.folder / "reports" / campaign).iterdir(), key=lambda folder: folder.stat().st_mtime_ns)
        return [read_report(folder) for folder in folders]


#: The schema of what a command prints as JSON, and which of its definitions.
DOCUMENTS = {
    "plan": ("plan", ""),
    "apply": ("report", "RunReport"),
    "report": ("report", ""),
    "runs": ("report", "RunList"),
    "history": ("report", "History"),
    "status": ("report", "StatusDocument"),
}


def check_json(arguments, ended):
    """What a command prints for programs is as the schema says that is committed for it."""
    of_command = DOCUMENTS.get(arguments[0])
    if of_command and "json" in arguments and "--dry-run" not in arguments and ended.out:
        document = json.loads(ended.out)
        what, definition = ("report", "ErrorDocument") if "error" in document else of_command
        assert schema_checks.faults(what, document, definition) == []


def read_report(folder):
    with (folder / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert schema_checks.faults("report", report, "RunReport") == []
    return report, rows


@dataclass
class RunningSandbox:
    """A sandbox process, asked over its own control page."""

    url: str

    def _ask(self, path, body=None):
        address = self.url.removesuffix("/v1") + "/_sandbox/" + path
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(address, data), timeout=10) as answer:
            return json.load(answer)

    def messages(self):
        return self._ask("messages")["messages"]

    def counters(self):
        return self._ask("counters")

    def requests(self, method="sms/sendarray"):
        return [entry for entry in self._ask("requests")["requests"] if entry["method"] == method]

    def by_receptor(self):
        found = {}
        for message in self.messages():
            found.setdefault(message["receptor"], []).append(message["messageid"])
        return found


@pytest.fixture
def start_sandbox(tmp_path):
    """Starts `kaverun sandbox` on a free port with the flags given; ended by its own pid."""
    running = []

    def start(*flags):
        process = subprocess.Popen(
            [COMMAND, "sandbox", "--port", "0", *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        running.append(process)
        return RunningSandbox(process.stdout.readline().strip().removeprefix("KAVENEGAR_BASE_URL="))

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox()


@pytest.fixture
def kaverun(tmp_path):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return Kaverun(tmp_path, {**kept, "KAVENEGAR_API_KEY": API_KEY, "COLUMNS": "120"})


@pytest.fixture
def campaign(kaverun):
    """Writes a campaign file with its list; returns its path."""

    def write(rows=5, name="nowruz", extra="", text="{{ name }} عزیز، سلام", start=0):
        lines = ["phone,name", *(f"0926{n:07d},نام {n}" for n in range(start, start + rows))]
        kaverun.write("members.csv", "\r\n".join(lines) + "\r\n", "utf-8-sig")
        return kaverun.write(
            "campaign.yaml",
            f"version: 1\nname: {name}\nrecipients: members.csv\nsenders: ['10004346']\n"
            f"message:\n  text: |-\n    {text}\n"
            f"retry: {{attempts: 4, initial: 50ms, max: 200ms, jitter: 10ms, read_timeout: 2s}}\n{extra}",
        )

    return write
