"""Make the ledgers of earlier versions of kaverun, and next to each what it must be known to hold.

Run by hand, with a Python that has kaverun's dependencies:

    git worktree add --detach OLD COMMIT
    python make.py NAME OLD [OLD ...]      writes NAME.db and NAME.json
    python make.py --log NAME OLD          writes NAME.db, NAME.db-wal and NAME.json

Every message is sent by the commands of the checkout OLD to a sandbox of OLD, and killed by its failpoints. Further
checkouts each open the same ledger, which migrates it, and send some more of the campaign `steps`. With --log one run
is killed, and the ledger and its log are kept as the dead process left them: nearly all of it is in the log.

The ledgers here are of the last commit on main that wrote each schema, but for those called `early`, which are of
the 48 minutes after schema 3 was begun, when its values had other forms:

    schema1 daf595a   schema2 f141a66   schema3 85c5faf   schema4 af4875e   schema5 bdfc474   schema6 8a966da
    schema3-early 3597df9   schema3-early-columns b4cff54
    schemaN-migrated: schema1, then each later one up to N   schema6-migrated-from-4: schema4, schema5, schema6

The JSON next to a ledger has, with all times in unix seconds:

    made_by       the commit that wrote the ledger last
    made_at       when it was done; nothing in it is later
    campaigns     of each campaign and provider: which of the `sandboxes` it was sent to, how (commands, with what was
                  set in their environment), whether the last of these was killed (`cut_off`), and the numbers of all
                  messages that the provider has accepted, those since cancelled too
    schema        SQLite's user_version
    runs          all columns of `run`
    batches       when each was intended and, where it was, settled; `run` is the id of its run
    messages      each message once, as the latest fate that the reader of OLD has for its localid, with the content
                  and the run of that attempt; `date` is the run's, `batch` and `index` say where it is; `generation`
                  is the one that its localid was hashed with; `earlier` are the attempts before it
    status_texts  the words of the provider for its statuses
    respelled     all columns of `respelled`
    sandboxes     all messages of each sandbox in the order of their messageids, as fields of
                  `kaverun.sandbox.records.Message` without those that have their default
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
REAL = "api.kavenegar.com"
# Of a message of the sandbox.
DEFAULTS = {"type": None, "tag": "", "hide": False, "policy": "", "channel": "sms", "template": "", "ending": None}
# `kaverun`, for which the host that it is given as its first argument is the provider.
COMMAND = """
import runpy, sys
host = sys.argv.pop(1)
from kaverun.cli import settings
if host:
    settings.provider_of = lambda url: host
sys.argv[0] = "kaverun"
runpy.run_module("kaverun", run_name="__main__")
"""


def environment(checkout: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(checkout), "KAVENEGAR_API_KEY": "tests", **more}


class Sandbox:
    """A process of a checkout's sandbox, asked over its own control page."""

    def __init__(self, checkout: Path, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kaverun", "sandbox", "--port", "0"],
            cwd=tempfile.gettempdir(), env=environment(checkout), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        self.url = self.process.stdout.readline().strip().removeprefix("KAVENEGAR_BASE_URL=")

    def ask(self, path: str, body: str | None = None) -> dict:
        address = self.url.removesuffix("/v1") + "/_sandbox/" + path
        request = urllib.request.Request(address, None if body is None else body.encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def messages(self) -> list[dict]:
        """What was accepted, as fields of `Message` without those that have their default."""
        found = self.ask("messages")["messages"]
        return [{name: value for name, value in each.items() if DEFAULTS.get(name, ...) != value} for each in found]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


class Maker:
    """A folder with the campaigns, a ledger, and the versions of kaverun that write it."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.folder = folder
        self.checkout = checkout
        self.sandboxes = {name: Sandbox(checkout, name) for name in ("loopback", "restarted", REAL)}
        self.campaigns: dict[tuple[str, str], dict] = {}
        shutil.copytree(HERE / "campaigns", folder / "campaigns")

    def stop(self) -> None:
        for sandbox in self.sandboxes.values():
            sandbox.stop()

    def start(
        self, command: str, name: str, *flags: str, to: str = "loopback", ledger: str = "ledger.db", **more: str
    ) -> subprocess.Popen[str]:
        """Begin a command for a campaign and note it; `more` are variables of its environment."""
        provider = to if to == REAL else ""
        arguments = [command, f"campaigns/{name}/campaign.yaml", *flags, "--ledger", f"sqlite:///{ledger}"]
        if ledger == "ledger.db":
            noted = {"campaign": name, "provider": provider or "loopback", "sandbox": to, "how": [], "cut_off": False}
            words = " ".join([*(f"{variable}={value}" for variable, value in more.items()), command, *flags])
            self.campaigns.setdefault((name, noted["provider"]), noted)["how"].append(words)
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, provider, *arguments, "--base-url", self.sandboxes[to].url],
            cwd=self.folder, env=environment(self.checkout, **more), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, command: str, name: str, *flags: str, code: int = 0, **more: str) -> None:
        process = self.start(command, name, *flags, **more)
        said, _ = process.communicate(timeout=120)
        if process.returncode != code or "Traceback" in said:
            raise SystemExit(f"{command} {name} {flags} {more}: {process.returncode} in place of {code}\n{said}")

    def apply(self, name: str, *flags: str, **more: str) -> None:
        self.run("apply", name, "--yes", *flags, **more)

    def killed(self, name: str, failpoint: str, command: str = "apply") -> None:
        self.run(command, name, "--yes", code=-signal.SIGKILL, KAVERUN_FAILPOINT=failpoint)
        self.campaigns[name, "loopback"]["cut_off"] = True

    def only_first(self, name: str, rows: int) -> None:
        """Leave a list only its first rows, out of all that it has."""
        lines = (HERE / "campaigns" / name / "members.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (self.folder / "campaigns" / name / "members.csv").write_text("".join(lines[: rows + 1]), encoding="utf-8")

    def edit(self, name: str, before: str, after: str) -> None:
        file = self.folder / "campaigns" / name / "campaign.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    def first_run(self, name: str) -> str:
        with sqlite3.connect(self.folder / "ledger.db") as connection:
            return connection.execute("SELECT run_id FROM run WHERE campaign = ? ORDER BY id", (name,)).fetchone()[0]

    def has(self, failpoint: str) -> bool:
        return failpoint in (self.checkout / "kaverun/run/failpoints.py").read_text(encoding="utf-8")


def every_state(make: Maker) -> None:
    """A ledger that has everything that a message of this version can come to."""
    sandbox = make.sandboxes["loopback"]
    make.apply("finished")
    make.apply("refused", code=3)
    make.apply("refused", code=3)
    make.apply("stopped", code=3)
    faults = ["drop-after:method=sms/sendarray,receptor=.*0000", "drop-before:method=sms/sendarray,receptor=.*0003"]
    sandbox.ask("faults", "\n".join([*faults, "error:code=409,method=sms/statuslocalmessageid"]))
    make.apply("unknown", "--cold-ledger", "trust", code=3)
    sandbox.ask("faults", "slow-after:seconds=1,method=sms/sendarray")
    interrupt(make, sandbox, "interrupted")
    interrupt(make, sandbox, "resumed")
    sandbox.ask("faults", "")
    make.apply("resumed")
    make.apply("taken-up", code=-signal.SIGKILL, KAVERUN_FAILPOINT="intent-recorded")
    make.apply("taken-up", code=-signal.SIGKILL, KAVERUN_FAILPOINT="request-answered:2")
    make.apply("taken-up")
    make.apply("found", ledger="another.db")
    make.apply("found")
    scheduled_and_cancelled(make)
    make.apply("spelled")
    make.apply("rehearsal", "--allow-debugmode", KAVENEGAR_API_KEY="sandbox-debugmode")
    make.apply("everyone")
    consent = ["--new-ledger"] if (make.checkout / "kaverun/run/new_ledger.py").exists() else []
    make.apply("everyone", *consent, to=REAL)
    make.apply("repeated", to="restarted")
    make.apply("codes", code=3)
    make.apply("calls")
    make.only_first("steps", 3)
    make.apply("steps")
    make.only_first("edited", 4)
    make.edit("edited", "سلام", "درود")
    make.apply("edited")
    make.only_first("edited", 7)
    make.edit("edited", "درود", "سلام")
    make.apply("edited")
    sandbox.ask("clock", "advance=20")
    make.run("status", "finished")
    make.run("status", "taken-up")
    sandbox.ask("clock", "advance=-20")
    make.killed("killed-begun", "run-begun")
    make.killed("killed-intended", "intent-recorded")
    make.killed("killed-answered", "request-answered")
    make.killed("killed-unrecorded", "before-record")
    make.killed("killed-midway", "request-answered:4")
    make.killed("killed-later", "request-answered")
    make.killed("killed-codes", "request-answered")


def scheduled_and_cancelled(make: Maker) -> None:
    make.only_first("later", 5)
    make.apply("later")
    make.only_first("later", 9)
    make.apply("later")
    make.run("cancel", "later", "--yes", "--run", make.first_run("later"))
    make.apply("later")
    make.apply("called-off")
    make.run("cancel", "called-off", "--yes")
    for name, failpoint in (("cancel-intended", "cancel-intended"), ("cancel-answered", "cancel-answered")):
        make.apply(name)
        if make.has(failpoint):
            make.killed(name, failpoint, "cancel")


def interrupt(make: Maker, sandbox: Sandbox, name: str) -> None:
    before = len(sandbox.messages())
    process = make.start("apply", name, "--yes")
    while len(sandbox.messages()) == before:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    if process.returncode != 130:
        raise SystemExit(f"the run was not interrupted\n{said}")


def next_version(make: Maker, checkout: Path, number: int, *, last: bool) -> None:
    """Go on with a ledger of the version before, which migrates it."""
    make.checkout = checkout
    make.only_first("steps", 3 * number)
    make.apply("steps")
    if last:
        make.only_first("steps", 21)
        make.killed("steps", "request-answered")


# --- what a version says that a ledger holds; this part runs with the checkout as its kaverun


def read(path: Path) -> dict:
    from kaverun.ledger.sqlite import SqliteLedger

    ledger = SqliteLedger.open_to_read(path)
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    runs = [dict(row) for row in connection.execute("SELECT * FROM run ORDER BY id")]
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    batches = (
        "SELECT id AS batch, run, intended, settled FROM batch LEFT JOIN outcome ON outcome.batch = id"
        if "batch_state" not in tables
        else "SELECT batch, run, intended, settled FROM batch_state JOIN batch ON batch = id"
    )
    found = {
        "schema": connection.execute("PRAGMA user_version").fetchone()[0],
        "runs": runs,
        "batches": [dict(row) for row in connection.execute(f"{batches} ORDER BY batch")],
        "messages": list(messages(ledger, runs)),
        "status_texts": {str(status): text for status, text in sorted(ledger.status_texts().items())},
        "respelled": [],
    }
    if "respelled" in tables:
        respelled = "SELECT localid, sent_as, batch FROM respelled ORDER BY localid, sent_as"
        found["respelled"] = [dict(row) for row in connection.execute(respelled)]
    return found


def messages(ledger: object, runs: list[dict]):
    """Each message once, in the order of their positions, with the attempts before the one that counts."""
    attempts: dict[tuple, dict[int, dict]] = {}
    for run in runs:
        scope = (run["campaign"], run["occurrence"], run["provider"])
        for position, localid, result in results(ledger, run["run_id"]):
            message = ledger.messages([position])[position]
            attempt = {
                "run_id": run["run_id"], "batch": position // 256, "index": position % 256, **message._asdict(),
                "date": run["date"], **result._asdict(), "fate": result.fate.name.lower(),
            }  # fmt: skip
            attempts.setdefault((*scope, localid), {})[position] = attempt
    served = {scope: ledger.served(*scope) for scope in {key[:3] for key in attempts}}
    counting = []
    for (*scope, localid), positions in attempts.items():
        known = served[tuple(scope)]
        # Since keys have a normal form, `find` answers for other spellings of the same key too.
        latest = getattr(known, "_sent", known.find)(localid)
        assert positions[latest.position]["fate"] == latest.fate.name.lower()
        place = dict(zip(("campaign", "occurrence", "provider"), scope, strict=True))
        message = positions.pop(latest.position)
        earlier = [positions[position] for position in sorted(positions)]
        counting.append({**place, "generation": generation(*scope[:2], message), **message, "earlier": earlier})
    yield from sorted(counting, key=lambda message: (message["batch"], message["index"]))


def results(ledger: object, run_id: str):
    from kaverun.ledger.protocol import Result
    from kaverun.plan.served import Fate

    if hasattr(ledger, "results_of_run"):
        yield from ledger.results_of_run(run_id)
        return
    for batch, localids, outcomes in ledger.outcomes_of_run(run_id):
        for index, (localid, fate, *values) in enumerate(zip(localids, *outcomes, strict=True)):
            yield batch * 256 + index, localid, Result(Fate(fate), *values)


def generation(campaign: str, occurrence: str, message: dict) -> int | None:
    from kaverun.plan.identity import localid_of

    hashed = localid_of(campaign, occurrence)
    return next((number for number in range(9) if hashed(message["key"], number) == message["localid"]), None)


def written(found: dict) -> str:
    """JSON with a line for each item of the long lists."""

    def value(item: object) -> str:
        return json.dumps(item, ensure_ascii=False)

    def items(some: list) -> str:
        return "[\n" + ",\n".join(f"  {value(item)}" for item in some) + "\n ]" if some else "[]"

    def member(item: object) -> str:
        if isinstance(item, list):
            return items(item)
        if isinstance(item, dict) and any(isinstance(inner, list) for inner in item.values()):
            return "{" + ",\n".join(f'\n "{name}": {items(inner)}' for name, inner in item.items()) + "}"
        return value(item)

    return "{\n" + ",\n".join(f'"{name}": {member(item)}' for name, item in found.items()) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("checkouts", nargs="*", type=lambda path: Path(path).resolve())
    parser.add_argument("--log", action="store_true")
    parser.add_argument("--read", action="store_true", help="used by itself")
    options = parser.parse_args()
    if options.read:
        sys.stdout.write(json.dumps(read(Path(options.name))))
        return
    with tempfile.TemporaryDirectory() as folder:
        make = Maker(Path(folder), options.checkouts[0])
        try:
            if options.log:
                make.killed("killed-midway", "request-answered:4")
            else:
                every_state(make)
            for number, checkout in enumerate(options.checkouts[1:], 2):
                next_version(make, checkout, number, last=checkout is options.checkouts[-1])
            keep(make, options.name, log=options.log)
        finally:
            make.stop()


def keep(make: Maker, name: str, *, log: bool) -> None:
    ledger = make.folder / "ledger.db"
    for path in HERE.glob(f"{name}.db*"):
        path.unlink()
    if not log:
        connection = sqlite3.connect(ledger, isolation_level=None)
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        connection.close()
    for suffix in ("", "-wal") if log else ("",):
        shutil.copyfile(f"{ledger}{suffix}", HERE / f"{name}.db{suffix}")
    reader = [sys.executable, __file__, "--read", str(ledger)]
    found = json.loads(subprocess.check_output(reader, env=environment(make.checkout), text=True))
    sandboxes = {each.name: each.messages() for each in make.sandboxes.values() if each.messages()}
    for campaign in make.campaigns.values():
        rows = (HERE / "campaigns" / campaign["campaign"] / "members.csv").read_text(encoding="utf-8").split("\n")
        phones = {row.split(",")[0] for row in rows}
        took = [message["receptor"] for message in sandboxes[campaign["sandbox"]] if message["receptor"] in phones]
        campaign["taken_by_provider"] = took
    commit = subprocess.check_output(["git", "-C", str(make.checkout), "rev-parse", "HEAD"], text=True).strip()
    made = {"made_by": commit, "made_at": time.time(), "campaigns": list(make.campaigns.values())}
    text = written({**made, **found, "sandboxes": sandboxes})
    (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
