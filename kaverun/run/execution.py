"""One execution of a plan that was agreed to: check the account, resolve doubts, ask what was sent, send, report."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, zip_longest
from pathlib import Path

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import OCCURRENCE, quiet_at, send_time
from kaverun.errors import KaverunError, LedgerError, Refused
from kaverun.kavenegar.errors import ApiError, KavenegarError
from kaverun.ledger.protocol import Ledger, OpenBatch, RunRecord
from kaverun.plan.batches import Message, Shared
from kaverun.plan.limits import refuse
from kaverun.plan.plan import Plan
from kaverun.plan.planner import make_plan
from kaverun.plan.rehearsed import rehearsed
from kaverun.plan.saved import Basis, basis_of
from kaverun.plan.served import Served
from kaverun.plurals import plural
from kaverun.report.report import Ended, Report, Stop
from kaverun.report.write import write_report
from kaverun.run.adoption import adopt
from kaverun.run.candidates import CandidateSearch
from kaverun.run.channels import Channel, channel_of
from kaverun.run.cold import sent_before
from kaverun.run.continuation import keep_for_later, saved_plan_path
from kaverun.run.delivery import Courier, Delivery
from kaverun.run.executor import Ending, Executor
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.pacing import Pacer
from kaverun.run.parcels import Parcels
from kaverun.run.patience import Patience
from kaverun.run.preflight import preflight
from kaverun.run.reconcile import Doubts, Reconciler, settle_time
from kaverun.run.resemblance import refuse_what_resembles
from kaverun.run.surroundings import Surroundings
from kaverun.run.throttle import Throttle

_NO_CREDIT = 418
_CANCELLED_THERE = (
    "; {:,} of those that had been sent have status 13 at Kavenegar: cancelled in the panel, or taken while debugmode "
    "was on. They are not sent again; if they are wanted, run kaverun cancel and then apply"
)


def planned(loaded: LoadedCampaign, ledger: Ledger, around: Surroundings) -> tuple[Plan, Served]:
    """The plan as of now, and what it knows of earlier runs; raises `Invalid`."""
    served = ledger.served(loaded.campaign.name, OCCURRENCE, around.provider)
    now = around.clock.now()
    return make_plan(loaded, now=now, served=served, lifted=around.lifted, progress=around.on_plan), served


def new_run_id(now: float) -> str:
    """Sorts by time; two runs of one second still differ."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


class Execution:
    """One execution of a plan that was approved. However it ends, it leaves a report."""

    def __init__(
        self,
        loaded: LoadedCampaign,
        plan: Plan,
        ledger: Ledger,
        around: Surroundings,
        locked: float,
        last_run: int,
    ) -> None:
        self._loaded = loaded
        self._campaign = loaded.campaign
        self._plan = plan
        self._ledger = ledger
        self._around = around
        self._patience = Patience(self._campaign.retry, around.stopping, around.clock, on_retry=around.on_retry)
        self._locked = locked
        self._last_run = last_run
        self._settle = settle_time(self._campaign.retry)
        self._default_line = ""
        self._rehearsal = False
        #: whether a message may have been sent, and whether a person stopped it
        self.handed_over = self.interrupted = False
        self._notes = [f"{problem.key}: {problem.what}" for problem in plan.lifted]
        self._record = RunRecord(
            run_id=new_run_id(around.clock.now()),
            campaign=self._plan.campaign,
            occurrence=self._plan.occurrence,
            provider=around.provider,
            digest=self._plan.digest,
            date=self._plan.date,
            started=around.clock.now(),
            key_column=self._campaign.recipients.key_column,
            handling=Shared.of(self._campaign).handling,
        )

    def carry_out(self, *, cold: bool, basis: Basis | None) -> Report:
        """Send and report; `cold` says that the ledger knew nothing of this occurrence.

        `basis` is what the plan rests on, None where it goes on with one that is kept already.
        """
        self._ledger.begin(self._record)
        failpoint("run-begun")
        ending = Ending(None, interrupted=False, notes=())
        failed = True
        try:
            ending = self._send(cold, basis)
            failed = False
        except KaverunError as error:
            code = error.code if isinstance(error, ApiError) else 0
            # A ledger that fails stops the run as well, and that is nobody's wish.
            stopped = self._around.stopping.is_set() and not isinstance(error, LedgerError)
            ending = Ending(Stop(code, str(error)), interrupted=stopped, notes=())
            failed = False
        finally:
            self.interrupted = ending.interrupted
            # Also where a bug ends the run: what was sent has to be told.
            report = self._report(ending, failed=failed)
        return report

    def _send(self, cold: bool, basis: Basis | None) -> Ending:
        """Everything that touches the provider; nothing where there is nothing to do."""
        doubtful = list(self._open_batches())
        if not self._plan.totals.send and not doubtful:
            return Ending(None, interrupted=False, notes=())
        if closed := self._closed():
            return Ending(closed, interrupted=False, notes=())
        self._around.on_step("checking the account")
        self._check_account()
        failpoint("account-checked")
        if self._rehearsal:
            doubtful, basis = [], None
            self._ledger.rehearse(self._record.run_id)
            self._record = self._record._replace(occurrence=self._record.run_id)
            self._plan = rehearsed(self._plan, self._record.run_id)
        channel = self._channel()
        reconciler = Reconciler(
            self._ledger,
            self._around.client,
            channel,
            self._patience,
            self._around.clock,
            locked=self._locked,
            settle=self._settle,
        )
        if doubtful:
            messages = plural(sum(len(batch.open) for batch in doubtful), "message was", "messages were")
            self._tell(f"{messages} left in doubt by an earlier run: looked up first")
            self._around.on_step("looking up messages in doubt")
        doubts = reconciler.resolve(doubtful)
        asks = (channel.traceable or cold) and not self._rehearsal
        if asks and self._recall(channel, {*doubts.sent, *doubts.unknown, *doubts.absent}):
            basis = self._plan_again()
        parcels = Parcels(
            self._plan,
            doubts,
            size=min(self._campaign.sending.batch, channel.largest),
            traceable=channel.traceable,
            default_line=self._default_line,
            resend=self._around.resend_unknown,
            look_up_all=self._was_lost_of_late(),
        )
        if basis:
            self._around.on_step("keeping the plan")
            self._keep_plan(basis)
        self._around.on_send(self._plan.totals.send)
        ending = self._executor(channel).run(iter(parcels))
        reconciler.close(doubtful, {id_: at for id_, at in doubts.absent.items() if id_ not in parcels.taken_up})
        if not (channel.traceable or ending.interrupted):
            known = {batch.batch for batch in doubtful}
            reconciler.name_candidates([batch for batch in self._open_batches() if batch.batch not in known])
        if doubtful:
            self._notes.append(_told(doubts))
        return ending

    def _open_batches(self) -> Iterator[OpenBatch]:
        return self._ledger.open_batches(self._plan.campaign, self._plan.occurrence, self._around.provider)

    def _channel(self) -> Channel:
        shared = Shared.of(self._campaign, self._plan.date)
        return channel_of(self._campaign, self._around.client, shared, same_text=self._plan.totals.same_text)

    def _keep_plan(self, basis: Basis) -> None:
        """Keep the plan for a run that goes on with it, unless a file changed while it was being made."""
        unchanged = basis_of(self._loaded, self._around.provider, basis.after) == basis
        keep_for_later(self._plan, basis if unchanged else None, self._saved_plan)
        failpoint("plan-kept")

    @property
    def _saved_plan(self) -> Path:
        return saved_plan_path(self._around.ledger, self._plan.campaign)

    def _executor(self, channel: Channel) -> Executor:
        sending = self._campaign.sending
        pacer = Pacer(sending.rate, self._around.clock, self._around.stopping.wait)
        throttle = Throttle(
            sending.concurrency,
            self._around.clock,
            self._around.stopping,
            read_timeout=self._campaign.retry.read_timeout,
        )
        failed = None if "failed" in self._around.lifted else self._campaign.limits.failed
        courier = Courier(
            channel, self._patience, pacer, throttle, self._around.clock, settle=self._settle, rehearsal=self._rehearsal
        )

        def deliver(messages: Sequence[Message], doubtful_until: float | None) -> Delivery:
            self.handed_over = True
            return courier.deliver(messages, doubtful_until)

        return Executor(
            self._ledger,
            self._record.run_id,
            deliver,
            concurrency=sending.concurrency,
            stopping=self._around.stopping,
            clock=self._around.clock,
            failed_limit=None if failed is None else failed.of(self._plan.totals.send),
            hold=self._closed,
            on_progress=self._around.on_progress,
        )

    def _closed(self) -> Stop | None:
        """Why nothing may be handed over any more: its time has come, or is over, or quiet hours have begun."""
        if not self._plan.totals.send:
            return None
        schedule, now = self._campaign.schedule, self._around.clock.now()
        try:
            date = send_time(schedule, now).date
        except Refused as too_late:
            return Stop(0, str(too_late))
        if date != self._plan.date:
            return Stop(0, "schedule.at came before everything was handed over: apply again to send the rest at once")
        if date is not None or "quiet_hours" in self._around.lifted:
            return None
        quiet = quiet_at(schedule, now)
        return Stop(0, f"{quiet.words}: {quiet.remedy}") if quiet else None

    def _check_account(self) -> None:
        found = preflight(
            self._around.client,
            self._patience,
            cost=self._plan.totals.cost,
            allow_debugmode=self._around.allow_debugmode,
        )
        for warning in found.warnings:
            self._tell(f"warning: {warning}")
        self._notes += found.warnings
        self._rehearsal = found.debugmode
        if self._campaign.channel != "sms":
            return
        if not self._campaign.senders and not found.default_line:
            raise Refused("no line to send from: name one under senders, or set a default line in the panel")
        self._default_line = found.default_line

    def _was_lost_of_late(self) -> bool:
        """Whether the ledger was made whole while its messages can still be looked up.

        It knows then who was on the list at that time; who had left it, and comes back, is looked up as well.
        """
        since = self._around.clock.now() - LOOKUP_WINDOW
        return self._ledger.found_since(self._plan.campaign, self._plan.occurrence, self._around.provider, since)

    def _recall(self, channel: Channel, without: Collection[int]) -> int:
        """Ask the provider what the ledger may not know of, and take that over; returns how many messages it had."""
        now = self._around.clock.now()
        if not channel.traceable:
            search = CandidateSearch(self._around.client, self._ledger.holding)
            mode, size = self._around.cold_ledger, channel.sample
            if note := refuse_what_resembles(self._plan, search, self._patience, mode, size, now):
                self._tell(note)
                self._notes.append(note)
            return 0
        mode, on_recall = self._around.cold_ledger, self._around.on_recall
        found = sent_before(self._plan, channel, self._patience, mode, without=without, on_page=on_recall)
        if (first := next(found, None)) is None:
            return 0
        # No later run may go on with a plan that does not know of what is taken over now.
        self._saved_plan.unlink(missing_ok=True)
        adopted = adopt(self._ledger, self._record, chain([first], found), now)
        failpoint("found-adopted")
        messages = plural(adopted, "message")
        words = f"the provider had {messages} of this campaign unknown to the ledger: not sent again"
        self._tell(words)
        self._notes.append(words)
        return adopted

    def _plan_again(self) -> Basis | None:
        """Plan with what was found at the provider; returns what the plan rests on now."""
        basis = basis_of(self._loaded, self._around.provider, self._last_run)
        plan, _ = planned(self._loaded, self._ledger, self._around)
        if not _same_messages(self._plan, plan):
            raise Refused("the campaign's files were changed while it was being applied: apply it again")
        refuse(plan)
        self._plan = plan._replace(date=self._plan.date)
        return basis

    def _report(self, ending: Ending, *, failed: bool) -> Report:
        credit = self._credit_left() if ending.stop and ending.stop.code == _NO_CREDIT else None
        self._around.on_step("writing the report")
        failpoint("before-report")
        report = write_report(
            self._around.report_directory,
            self._plan,
            self._ledger,
            self._record,
            Ended(
                at=self._around.clock.now(),
                stop=ending.stop,
                interrupted=ending.interrupted,
                failed=failed,
                notes=(*self._notes, *ending.notes),
                credit=credit,
            ),
            self._default_line,
            self._campaign.report.formats,
        )
        failpoint("report-written")
        self._ledger.finish(self._record.run_id, report.status, self._around.clock.now())
        if report.status == "completed" and not self._rehearsal:
            self._saved_plan.unlink(missing_ok=True)
        return report

    def _credit_left(self) -> int | None:
        """Rial the account still has; None where it will not tell."""
        try:
            return self._around.client.account_info().remaincredit
        except KavenegarError:
            return None

    def _tell(self, words: str) -> None:
        self._around.tell(words)


def _told(doubts: Doubts) -> str:
    cancelled = _CANCELLED_THERE.format(doubts.cancelled) if doubts.cancelled else ""
    return (
        f"of the messages in doubt {len(doubts.sent):,} had been sent, {len(doubts.absent):,} had not, "
        f"{len(doubts.unknown):,} stay unknown{cancelled}"
    )


def _same_messages(one: Plan, other: Plan) -> bool:
    """Whether two plans have the same people and texts; what was sent of them, and in which generation, may differ."""
    pairs = zip_longest(one.entries(), other.entries())
    return all(a and b and (a.key, a.phone, a.line, a.text) == (b.key, b.phone, b.line, b.text) for a, b in pairs)
