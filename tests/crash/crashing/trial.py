"""Carries out a trial with real processes and judges it by the sandbox's own list."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crashing.mixes import REFUSED
from crashing.plan import RANDOM, Kill, Memory, Trial
from crashing.processes import COMMAND, ApplyProcess, Hung, SandboxProcess, environment, wait_until_seen

KILLED = -9
# Runs without a kill that a campaign may take to its end; each of them may stop where the provider seems down.
_MOST_RUNS = 12
_MOST_SECONDS = 120.0
LEDGER = Path(".kaverun") / "ledger.db"
_COPY = Path("copy-of-the-ledger")


@dataclass
class Verdict:
    """What came of a trial. `wrong` holds a sentence for everything that is not as promised."""

    trial: Trial
    kills: Counter[str] = field(default_factory=Counter)
    applies: int = 0
    duplicates: int = 0
    missing: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return self.kills.total()


def carry_out(trial: Trial, sandbox: SandboxProcess, folder: Path) -> Verdict:
    """Kill, run to the end, judge; `folder` is empty and keeps everything that was written."""
    return _Scene(trial, sandbox, folder).verdict()


class _Scene:
    def __init__(self, trial: Trial, sandbox: SandboxProcess, folder: Path) -> None:
        self._trial, self._sandbox, self._folder = trial, sandbox, folder
        self._result = Verdict(trial)
        self._began = time.monotonic()

    def verdict(self) -> Verdict:
        write_campaign(self._trial, self._folder)
        self._sandbox.begin(self._trial.mix.faults, self._trial.seed * 1000 + self._trial.number)
        try:
            for kill in self._trial.kills:
                self._kill(kill)
            self._finish()
        except Hung as hung:
            self._result.wrong.append(str(hung))
        self._sandbox.settle()
        self._judge()
        return self._result

    def _start(self, flags: Sequence[str] = (), command: str = "apply", **more: str) -> ApplyProcess:
        self._result.applies += command == "apply"
        return ApplyProcess(self._folder, "campaign.yaml", self._sandbox.url, flags, command, **more)

    def _kill(self, kill: Kill) -> None:
        if kill.command == "cancel":
            self._finish()
        self._copy_ledger()
        if kill.failpoint == RANDOM:
            code = self._killed_on_its_way(kill)
        else:
            code = self._start(command=kill.command, KAVERUN_FAILPOINT=f"{kill.failpoint}:{kill.count}").code()
        if kill.command == "cancel" and code == 1:
            return  # Nobody was cancelled, as far as it heard.
        self._weigh(code)
        if code != KILLED:
            return  # It was through before its moment came.
        self._result.kills[kill.failpoint] += 1
        self._check_ledger("after a kill")
        if kill.ledger != "kept":
            # What is still on its way is known to nobody then: not even a provider could tell it in time.
            self._sandbox.settle()
            self._forget(kill.ledger)

    def _copy_ledger(self) -> None:
        """As a pipeline's cache would have it."""
        shutil.rmtree(self._folder / _COPY, ignore_errors=True)
        if (self._folder / LEDGER).exists():
            shutil.copytree(self._folder / LEDGER.parent, self._folder / _COPY)

    def _forget(self, ledger: Memory) -> None:
        if ledger == "without its log":
            for path in (self._folder / LEDGER.parent).glob(f"{LEDGER.name}-*"):
                path.unlink()
            return
        shutil.rmtree(self._folder / LEDGER.parent, ignore_errors=True)
        if ledger == "older" and (self._folder / _COPY).exists():
            shutil.copytree(self._folder / _COPY, self._folder / LEDGER.parent)

    def _killed_on_its_way(self, kill: Kill) -> int:
        """SIGKILL after a number of requests that depends on how much is left to do."""
        left = max(0, self._trial.people - len(self._sandbox.messageids())) // self._trial.batch
        moment = self._sandbox.requests() + 1 + round(kill.place * (left + 2))
        process = self._start(command=kill.command)
        if kill.sends:
            wait_until_seen(process, lambda: self._sandbox.requests("sms/sendarray") >= kill.sends)
        else:
            wait_until_seen(process, lambda: self._sandbox.requests() >= moment)
        pause = time.monotonic() + kill.delay
        while time.monotonic() < pause and process.running:
            time.sleep(0.001)
        process.kill()
        return process.code()

    def _weigh(self, code: int) -> None:
        if code not in (0, 3, KILLED):
            self._result.wrong.append(f"apply ended with exit code {code}: {self._last_words()}")

    def _finish(self) -> None:
        """Apply until there is nothing more to do."""
        for _ in range(_MOST_RUNS):
            code = self._start(self._named()).code()
            self._weigh(code)
            if code == 0 or (code == 3 and self._only_decided_left()):
                return
            if time.monotonic() - self._began > _MOST_SECONDS:
                raise Hung(f"the campaign did not come to its end within {_MOST_SECONDS:g} seconds")
        raise Hung(f"the campaign did not come to its end in {_MOST_RUNS} runs: {self._last_words()}")

    def _named(self) -> list[str]:
        """What a person names to be sent again, who saw in the panel that lookups never arrived."""
        self._sandbox.settle()
        held = self._sandbox.messageids()
        lost = [row["key"] for row in last_report(self._folder) if _is_unknown(row) and row["phone"] not in held]
        return [word for key in lost for word in ("--resend-unknown", key)] if self._trial.manner == "lookups" else []

    def _only_decided_left(self) -> bool:
        """Whether the rest is a number that is refused for good, and lookups whose answers were lost."""
        rows, held = last_report(self._folder), self._sandbox.messageids()
        refused = [phone(REFUSED)] if self._trial.mix.refuses else []
        unknown = {row["phone"] for row in rows if _is_unknown(row)}
        return (
            {row["outcome"] for row in rows} <= {"accepted", "rejected", "unknown", ""}
            and [row["phone"] for row in rows if row["outcome"] == "rejected"] == refused
            and (not unknown or (self._trial.manner == "lookups" and unknown <= held.keys()))
        )

    def _judge(self) -> None:
        result, held = self._result, self._sandbox.messageids()
        wanted = {phone(n) for n in range(self._trial.people)}
        if self._trial.mix.refuses:
            wanted.remove(phone(REFUSED))
        result.duplicates = sum(len(ids) - 1 for ids in held.values())
        result.missing = len(wanted - held.keys())
        twice = sorted(receptor for receptor, ids in held.items() if len(ids) > 1)
        if twice:
            result.wrong.append(f"{result.duplicates} duplicates: {', '.join(twice[:5])} …")
        if result.missing:
            result.wrong.append(f"{result.missing} missing: {', '.join(sorted(wanted - held.keys())[:5])} …")
        if held.keys() - wanted:
            result.wrong.append(f"sent to people nobody named: {', '.join(sorted(held.keys() - wanted)[:5])} …")
        by_name = self._trial.manner == "lookups"
        result.wrong += disagreements(last_report(self._folder), held, self._trial.people, by_name=by_name)
        self._check_ledger("at the end")

    def _check_ledger(self, when: str) -> None:
        """As the next process would find it: a copy is opened, so that nothing is mended for kaverun."""
        said = integrity(self._folder / LEDGER)
        if said != "ok":
            self._result.wrong.append(f"the ledger is broken {when}: {said}")

    def _last_words(self) -> str:
        return (self._folder / "said.txt").read_text(encoding="utf-8", errors="replace").strip()[-600:]


def phone(number: int) -> str:
    """A number of the unassigned range 0926."""
    return f"0926{number:07d}"


def write_campaign(trial: Trial, folder: Path) -> None:
    """Short waits, but a read_timeout longer than any wait of the mix before a request is processed.

    A provider slower than that, which does not de-duplicate either, cannot be told from one that lost the request.
    """
    rows = "".join(f"{phone(n)},نام {n}\n" for n in range(trial.people))
    (folder / "members.csv").write_text(f"phone,name\n{rows}", encoding="utf-8")
    (folder / "campaign.yaml").write_text(
        f"version: 1\nname: {trial.name}\nrecipients: members.csv\n{_MESSAGES[trial.manner]}"
        f"sending: {{batch: {trial.batch}, concurrency: {trial.concurrency}}}\n"
        "retry: {attempts: 8, initial: 5ms, max: 40ms, jitter: 5ms, connect_timeout: 1s, "
        f"read_timeout: {trial.mix.read_timeout * 1000:.0f}ms}}\n",
        encoding="utf-8",
    )


# Numbers that end in the same digit are called with the same text.
_MESSAGES = {
    "a text each": "senders: ['10004346']\nmessage: '{{ name }} عزیز، سلام'\n",
    "one text to all": "senders: ['10004346']\nmessage: سلام به همه\n",
    "scheduled": "senders: ['10004346']\nmessage: '{{ name }} عزیز، سلام'\nschedule: {at: 2040-01-01 10:00}\n",
    "lookups": "channel: lookup\nmessage: {template: verify, token: 'n{{ phone[-4:] }}', token10: '{{ name }}'}\n",
    "calls": "channel: voice\nmessage: 'سلام {{ phone[-1] }}'\n",
}


def last_report(folder: Path) -> list[dict[str, str]]:
    """What became of everyone by all runs together, as `kaverun report` tells it; none where no run came so far."""
    if not (folder / LEDGER).exists():
        return []
    command = [COMMAND, "report", "campaign.yaml", "--format", "csv"]
    told = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=False)
    return list(csv.DictReader(io.StringIO(told.stdout.decode("utf-8-sig"), newline="")))


def disagreements(
    rows: list[dict[str, str]], held: Mapping[str, list[int]], people: int, *, by_name: bool = False
) -> list[str]:
    """Where the last report and the sandbox tell different things; `held` are message ids by number.

    With `by_name` it is enough that the reason of an unknown message names its id.
    """
    wrong = []
    if len(rows) != people:
        wrong.append(f"the last report has {len(rows)} rows for {people} people")
    for row in rows:
        ids = [str(messageid) for messageid in held.get(row["phone"], [])]
        if by_name and _is_unknown(row) and len(ids) == 1 and f"messageid {ids[0]} " in row["reason"]:
            continue
        told = [row["messageid"]] if row["messageid"] else []
        served = row["action"] == "done" or row["outcome"] == "accepted"
        if told != ids or served != bool(ids):
            said = f"{row['action']} {row['outcome']} with messageid {row['messageid'] or 'none'}"
            wrong.append(f"the report says {said} for {row['phone']}, the sandbox has {ids or 'nothing'}")
    return wrong[:5]


def _is_unknown(row: Mapping[str, str]) -> bool:
    return row["outcome"] == "unknown"


def integrity(ledger: Path) -> str:
    """What SQLite says of a copy of the ledger; "ok" also where there is none yet."""
    if not ledger.exists():
        return "ok"
    with tempfile.TemporaryDirectory(prefix="kaverun-crash-") as folder:
        for path in ledger.parent.glob(f"{ledger.name}*"):
            if not path.name.endswith((".lock", "-shm")):
                shutil.copy(path, folder)
        connection = sqlite3.connect(Path(folder) / ledger.name)
        try:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)
        finally:
            connection.close()
