"""One process of kaverun after the other over the same folder, any of which may die at any moment.

A dead process does nothing any more: its requests raise, its transactions raise, and the ledger's files are put
back to what they were when it died, whatever the interpreter wrote while it unwound the stack.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from emulated.clock import EmulatedClock, EmulatedEvent
from emulated.provider import EmulatedProvider

from kaverun.campaign.loader import LoadedCampaign, load_campaign
from kaverun.kavenegar.client import Client
from kaverun.ledger.opening import read_ledger
from kaverun.ledger.runs import occurrence_of
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from kaverun.report.messages_csv import write_messages
from kaverun.report.report import Report
from kaverun.report.rows import Extent
from kaverun.run import cancellation, failpoints
from kaverun.run.apply import apply
from kaverun.run.cancellation import Cancellation
from kaverun.run.surroundings import Surroundings

T = TypeVar("T")

_LATE = {"sms/sendarray": "late request", "sms/cancel": "late cancel"}
_FAILPOINTS = (*failpoints.NAMES, *failpoints.NAMES_OF_CANCELLING, *failpoints.NAMES_AFTER_CANCELLING)


class Death(BaseException):
    """SIGKILL, as far as one interpreter can play it."""


@dataclass(frozen=True)
class Moment:
    """The `count`th time that `place` is come to.

    Places: a failpoint's name; "request" (about to leave), "late request" and "late cancel" (it left and arrives
    `delay` seconds after the death), "answer" (taken, and nobody hears of it); "begin", "commit" and
    "committed" of a transaction.
    """

    place: str
    count: int = 1
    delay: float = 0.0


class Process:
    """Runs `apply` on `<folder>/campaign.yaml` against an emulated provider."""

    def __init__(self, folder: Path, clock: EmulatedClock, provider: EmulatedProvider) -> None:
        self.folder, self.clock, self.provider = folder, clock, provider
        self.ledger = folder / "ledger.db"
        self.died = False
        #: called with "begin", "commit" or "committed" and the ledger, for every transaction
        self.on_transaction: Callable[[str, SqliteStore], None] = lambda step, ledger: None
        self._moment: Moment | None = None
        self._left = 0
        self._files: dict[str, bytes] = {}
        self._lock = RLock()
        provider.before = lambda method: self._come_to("request" if method == "sms/sendarray" else "question")
        provider.after = lambda method: self._come_to("answer" if method == "sms/sendarray" else "told")

    def apply(self, moment: Moment | None = None) -> Report | None:
        """One process; its report, or None where it died at `moment`."""
        return self._lives(moment, lambda loaded: apply(loaded, self._surroundings()))

    def cancel(self, moment: Moment | None = None) -> Cancellation | None:
        """One process that cancels everything; None where it died at `moment`."""
        return self._lives(moment, lambda loaded: cancellation.cancel(loaded, self._surroundings_of_cancelling()))

    def _lives(self, moment: Moment | None, work: Callable[[LoadedCampaign], T]) -> T | None:
        self._moment, self._left, self.died = moment, moment.count if moment else 0, False
        with self._watched():
            try:
                ended = work(load_campaign(self.folder / "campaign.yaml"))
            except BaseException:
                if not self.died:
                    raise
        if self.died:
            self._bury()
            return None
        return ended

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Those of a run; where it had nothing to do, those of all runs."""
        path = report.folder / "messages.csv" if report.folder else self.folder / "merged.csv"
        if report.folder is None:
            with closing(read_ledger(self.ledger)) as store:
                scope = Scope(report.campaign, report.occurrence, report.provider)
                write_messages(path, store, Extent(occurrence_of(store, scope)))
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def files(self) -> dict[str, bytes]:
        """The ledger's files as they are; the -shm file is no part of the database."""
        return {
            path.name: path.read_bytes()
            for path in self.folder.glob(f"{self.ledger.name}*")
            if not path.name.endswith((".lock", "-shm"))
        }

    def put_back(self, files: dict[str, bytes]) -> None:
        self.lose_ledger()
        for name, content in files.items():
            (self.folder / name).write_bytes(content)

    def lose_ledger(self) -> None:
        for path in self.folder.glob(f"{self.ledger.name}*"):
            if not path.name.endswith(".lock"):
                path.unlink()

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            client=Client(_Mortal(self)),
            provider="emulated",
            ledger=self.ledger,
            report_directory=self.folder / "reports",
            clock=self.clock,
            stopping=EmulatedEvent(self.clock),
            approve=lambda plan: None,
            new_ledger=lambda meaning: True,
        )

    def _surroundings_of_cancelling(self) -> cancellation.Surroundings:
        return cancellation.Surroundings(
            client=Client(_Mortal(self)),
            provider="emulated",
            ledger=self.ledger,
            clock=self.clock,
            stopping=EmulatedEvent(self.clock),
            approve=lambda pending: None,
        )

    def _come_to(self, place: str) -> None:
        with self._lock:
            if self.died:
                raise Death
            if self._moment and place == self._moment.place:
                self._left -= 1
                if self._left == 0:
                    self.die()

    def die(self) -> None:
        self.died = True
        self._files = self.files()
        raise Death

    def late(self, place: str, fields: Any) -> None:
        """The request leaves, its process dies, and it arrives all the same."""
        moment = self._moment
        arrive = self.provider.send_late if place == "late request" else self.provider.cancel_late
        with self._lock:
            if moment and moment.place == place and not self.died:
                self._left -= 1
                if self._left == 0:
                    arrive(fields, moment.delay)
                    self.die()

    def _bury(self) -> None:
        self.put_back(self._files)
        for path in self.folder.glob("reports/*/*"):
            if path.stat().st_mtime_ns and path.name not in self._reports:
                shutil.rmtree(path)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Failpoints and transactions of this process come by here; everything is put back afterwards."""
        self._reports = {path.name for path in self.folder.glob("reports/*/*")}
        die, name, transaction = failpoints._die_when_counted, failpoints._name, SqliteStore.transaction
        process = self

        @contextmanager
        def mortal(ledger: SqliteStore) -> Iterator[None]:
            process._step("begin", ledger)
            with transaction(ledger):
                yield
                process._step("commit", ledger)
            process._step("committed", ledger)

        failpoints._die_when_counted = lambda: self._come_to(failpoints._name)
        failpoints._name = self._moment.place if self._moment and self._moment.place in _FAILPOINTS else ""
        SqliteStore.transaction = mortal  # type: ignore[method-assign]
        try:
            yield
        finally:
            failpoints._die_when_counted, failpoints._name = die, name
            SqliteStore.transaction = transaction  # type: ignore[method-assign]

    def _step(self, step: str, ledger: SqliteStore) -> None:
        self._come_to(step)
        self.on_transaction(step, ledger)


class _Mortal:
    """The transport of one process: it works no more once that has died."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def call(self, method: str, fields: Any) -> Any:
        if self._process.died:
            raise Death
        if method in _LATE:
            self._process.late(_LATE[method], fields)
        return self._process.provider.call(method, fields)
