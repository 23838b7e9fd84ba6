"""From a loaded campaign to its report: lock, plan, ask, check the account, reconcile, send, report."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from kaverun.campaign.loader import LoadedCampaign
from kaverun.clock import Clock
from kaverun.errors import KaverunError, Refused
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.errors import ApiError
from kaverun.ledger.protocol import Ledger, OpenBatch, RunRecord
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.batches import Message, Shared, batches
from kaverun.plan.plan import Plan
from kaverun.plan.planner import OCCURRENCE, make_plan
from kaverun.plan.served import Fate
from kaverun.report.folder import check_writable
from kaverun.report.report import Report
from kaverun.report.write import write_report
from kaverun.run.delivery import Courier, Stop
from kaverun.run.executor import Ending, Executor, Progress
from kaverun.run.failpoints import failpoint
from kaverun.run.lock import campaign_lock
from kaverun.run.pacing import Pacer
from kaverun.run.patience import Patience
from kaverun.run.preflight import preflight
from kaverun.run.reconcile import Reconciled, reconcile


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything a run takes from outside.

    `provider` is the host that is sent to ("loopback" for sandboxes): what went to one is not known at another.
    `stopping` is set by a signal. `approve` shows the plan and raises `Refused` where nobody agrees to it.
    """

    client: Client
    provider: str
    ledger: Path
    report_directory: Path
    clock: Clock
    stopping: Event
    approve: Callable[[Plan], None]
    on_plan: Callable[[int], None] = lambda rows: None
    on_progress: Callable[[Progress], None] = lambda progress: None
    tell: Callable[[str], None] = lambda words: None
    allow_debugmode: bool = False


def apply(loaded: LoadedCampaign, around: Surroundings) -> Report:
    """Send what was not yet sent of a campaign; raises `KaverunError` only where no run was begun."""
    name = loaded.campaign.name
    with campaign_lock(around.ledger, name, around.clock.now()):
        failpoint("locked")
        ledger = SqliteLedger.open(around.ledger)
        try:
            served = ledger.served(name, OCCURRENCE, around.provider)
            plan = make_plan(loaded, now=around.clock.now(), served=served, progress=around.on_plan)
            failpoint("planned")
            around.approve(plan)
            check_writable(around.report_directory)
            return _Run(loaded, plan, ledger, around).carry_out()
        finally:
            ledger.close()


def new_run_id(now: float) -> str:
    """Sorts by time; two runs of one second still differ."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


class _Run:
    """One execution of an approved plan. However it ends, it leaves a report."""

    def __init__(self, loaded: LoadedCampaign, plan: Plan, ledger: Ledger, around: Surroundings) -> None:
        self._campaign = loaded.campaign
        self._plan = plan
        self._ledger = ledger
        self._around = around
        self._patience = Patience(self._campaign.retry, around.stopping)
        self._default_line = ""
        self._notes: list[str] = []
        self._record = RunRecord(
            run_id=new_run_id(around.clock.now()),
            campaign=plan.campaign,
            occurrence=plan.occurrence,
            provider=around.provider,
            digest=plan.digest,
            date=plan.date,
            started=around.clock.now(),
        )

    def carry_out(self) -> Report:
        self._ledger.begin(self._record)
        failpoint("run-begun")
        ending = Ending(None, interrupted=False, notes=())
        failed = True
        try:
            ending = self._send()
            failed = False
        except KaverunError as error:
            code = error.code if isinstance(error, ApiError) else 0
            ending = Ending(Stop(code, str(error)), interrupted=self._around.stopping.is_set(), notes=())
            failed = False
        finally:
            # Also where a bug ends the run: what was sent has to be told.
            report = self._report(ending, failed=failed)
        return report

    def _send(self) -> Ending:
        """Everything that touches the provider; nothing where there is nothing to do."""
        doubtful = list(self._ledger.open_batches(self._plan.campaign, self._plan.occurrence, self._around.provider))
        if not self._plan.totals.send and not doubtful:
            return Ending(None, interrupted=False, notes=())
        self._check_account()
        failpoint("account-checked")
        reconciled = self._reconcile(doubtful)
        executor = Executor(
            self._ledger,
            self._record.run_id,
            Courier(self._around.client, self._shared(), self._patience, self._pacer()).deliver,
            concurrency=self._campaign.sending.concurrency,
            stopping=self._around.stopping,
            clock=self._around.clock,
            failed_limit=self._failed_limit(),
            on_progress=self._around.on_progress,
        )
        return executor.run(self._batches(reconciled))

    def _check_account(self) -> None:
        found = preflight(
            self._around.client,
            self._patience,
            cost=self._plan.totals.cost,
            allow_debugmode=self._around.allow_debugmode,
        )
        self._notes += found.warnings
        for warning in found.warnings:
            self._around.tell(f"warning: {warning}")
        if not self._campaign.senders and not found.default_line:
            raise Refused("no line to send from: name one under senders, or set a default line in the panel")
        self._default_line = found.default_line

    def _reconcile(self, doubtful: list[OpenBatch]) -> Reconciled:
        if not doubtful:
            return Reconciled({})
        messages = sum(len(batch.open) for batch in doubtful)
        self._around.tell(f"{messages:,} messages were left in doubt by an earlier run: looking them up")
        reconciled = reconcile(
            self._ledger,
            doubtful,
            self._around.client,
            self._patience,
            self._around.clock,
            settle=self._campaign.retry.read_timeout,
            sleep=self._around.stopping.wait,
        )
        self._notes.append(
            f"{messages:,} messages in doubt: {reconciled.count(Fate.ACCEPTED):,} had been sent, "
            f"{reconciled.count(Fate.NOT_SENT):,} had not, {reconciled.count(Fate.UNKNOWN):,} stay unknown"
        )
        return reconciled

    def _batches(self, reconciled: Reconciled) -> Iterator[tuple[Message, ...]]:
        """What is to be sent after all, in plan order, with the line it goes out by."""
        settled = {localid for localid, fate in reconciled.fates.items() if fate is not Fate.NOT_SENT}
        entries = (
            entry if entry.line else entry._replace(line=self._default_line)
            for entry in self._plan.entries()
            if entry.localid not in settled
        )
        return batches(entries, self._campaign.sending.batch)

    def _shared(self) -> Shared:
        message = self._campaign.message
        return Shared(self._plan.date, message.type, message.tag, message.hide, message.policy)

    def _pacer(self) -> Pacer:
        return Pacer(self._campaign.sending.rate, self._around.clock, self._around.stopping.wait)

    def _failed_limit(self) -> int | None:
        limit = self._campaign.limits.failed
        return None if limit is None else limit.of(self._plan.totals.send)

    def _report(self, ending: Ending, *, failed: bool) -> Report:
        failpoint("before-report")
        report = write_report(
            self._around.report_directory,
            self._plan,
            self._ledger,
            self._record,
            stop=(ending.stop.code, ending.stop.words) if ending.stop else None,
            interrupted=ending.interrupted,
            failed=failed,
            notes=(*self._notes, *ending.notes),
            default_line=self._default_line,
            now=self._around.clock.now(),
        )
        failpoint("report-written")
        self._ledger.finish(self._record.run_id, report.status, self._around.clock.now())
        return report
