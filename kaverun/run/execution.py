"""One execution of a plan that was agreed to: account, doubts, what was sent before, ledger, sending, report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from kaverun import __version__
from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import quiet_at, send_time
from kaverun.errors import KaverunError, LedgerError, Refused
from kaverun.kavenegar.errors import ApiError, KavenegarError
from kaverun.ledger import runs
from kaverun.ledger.doubts import holding, in_doubt, open_batches
from kaverun.ledger.runs import Run, new_run_id, occurrence_made, occurrence_of
from kaverun.ledger.store import Store
from kaverun.ledger.writing import Work, go_on, write_plan
from kaverun.message.batch import Batch, Shared
from kaverun.message.scope import Scope
from kaverun.plan.plan import Plan
from kaverun.planning.actions import rehearse
from kaverun.planning.inputs import as_they_were
from kaverun.planning.planner import decide_again, make_plan
from kaverun.report.report import Ended, Report, Stop
from kaverun.report.write import close_run
from kaverun.run.adoption import adopt
from kaverun.run.candidates import CandidateSearch
from kaverun.run.channels import LARGEST, Channel, channel_of
from kaverun.run.courier import Courier, Delivery
from kaverun.run.doubts import Doubts, Reconciler, settle_time
from kaverun.run.executor import Ending, Executor
from kaverun.run.failpoints import failpoint
from kaverun.run.lookup import LOOKUP_WINDOW
from kaverun.run.pacing import Pacer
from kaverun.run.preflight import preflight
from kaverun.run.recall import SentBefore, sent_before
from kaverun.run.resemblance import refuse_what_resembles
from kaverun.run.retrying import Patience
from kaverun.run.surroundings import Surroundings
from kaverun.run.throttle import Throttle
from kaverun.text.plurals import plural

_NO_CREDIT = 418
_CANCELLED_THERE = (
    "; {:,} of those that had been sent have status 13 at Kavenegar: cancelled in the panel, or accepted while "
    "debugmode was on. They are not sent again; if they are wanted, run kaverun cancel and then apply"
)


class Execution:
    """One execution of a plan that was approved. However it ends, it leaves a report.

    `locked` is when the campaign's lock was taken (unix seconds). `recalled` says that the plan's rows are already in
    the ledger, as an earlier run left them. `resend` are the keys of recipients to send to even though their outcome is
    unknown.
    """

    def __init__(
        self,
        loaded: LoadedCampaign,
        plan: Plan,
        store: Store,
        around: Surroundings,
        *,
        locked: float,
        recalled: bool,
        resend: frozenset[str] = frozenset(),
    ) -> None:
        self._loaded = loaded
        self._campaign = loaded.campaign
        self._plan = plan
        self._store = store
        self._around = around
        self._recalled = recalled
        self._resend = resend
        self._scope = Scope(plan.campaign, plan.occurrence, around.provider)
        self._occurrence = occurrence_of(store, self._scope)
        self._patience = Patience(self._campaign.retry, around.stopping, around.clock, on_retry=around.observer.retried)
        self._locked = locked
        self._settle = settle_time(self._campaign.retry)
        self._date = plan.date
        self._default_line = ""
        self._rehearsal = False
        self._doubts = Doubts()
        self._in_doubt: set[int] = set()
        self._number = self._messages = 0
        #: whether a message may have been sent, and whether a person stopped it
        self.handed_over = self.interrupted = False
        self._notes = [f"{problem.key}: {problem.what}" for problem in plan.lifted]
        now = around.clock.now()
        with suppress(Refused):  # A run that begins too late says so in its report.
            self._date = send_time(self._campaign.schedule, now).date
        self._run = Run(
            run_id=new_run_id(now),
            scope=self._scope,
            digest=plan.digest,
            started=now,
            key_column=self._campaign.recipients.key_column,
            planned_cost=plan.totals.cost,
            kaverun=__version__,
            revision=around.revision,
            host=around.host,
            who=around.who,
            plan=plan.header.written() if plan.header else None,
        )

    def carry_out(self) -> Report:
        """Send and report. Raises `KaverunError` only if the run could not be recorded."""
        ending, failed = Ending(None, interrupted=False, notes=()), True
        try:
            ending, channel = self._ready()
            self._begin()
            if channel:
                ending = self._send(channel)
            failed = False
        except KaverunError as error:
            if not self._number:
                raise
            ending, failed = self._ended_by(error), False
        finally:
            self.interrupted = ending.interrupted
            if self._number:
                # Even if a bug ends the run: what was sent must be reported.
                report = self._report(ending, failed=failed)
        return report

    def _ended_by(self, error: KaverunError) -> Ending:
        code = error.code if isinstance(error, ApiError) else 0
        # A ledger that fails stops the run too, but nobody asked for that.
        stopped = self._around.stopping.is_set() and not isinstance(error, LedgerError)
        return Ending(Stop(code, str(error)), interrupted=stopped, notes=())

    def _ready(self) -> tuple[Ending, Channel | None]:
        """Ask the provider what must be known before a message is planned; no channel if the run ends there."""
        if closed := self._closed():
            return Ending(closed, interrupted=False, notes=()), None
        try:
            self._around.observer.doing("checking the account")
            self._check_account()
            failpoint("account-checked")
            shared = Shared.of(self._campaign, self._date)
            channel = channel_of(self._campaign, self._around.client, shared, same_text=self._plan.totals.same_text)
            if not self._rehearsal:
                self._resolve(channel)
                if (channel.traceable or not self._occurrence) and self._recall(channel):
                    self._occurrence = occurrence_of(self._store, self._scope)
                    self._decide_again()
        except KaverunError as error:
            return self._ended_by(error), None
        return Ending(None, interrupted=False, notes=()), channel

    def _begin(self) -> None:
        """Record the run and its plan in one transaction."""
        if self._rehearsal:
            self._as_rehearsal()
        # If the files have changed since the plan, a run that continues has to plan again.
        unchanged = as_they_were(self._loaded, self._plan.inputs)
        self._around.observer.doing("writing the plan to the ledger")
        with self._store.transaction():
            run = self._run._replace(default_line=self._default_line)
            self._number = runs.begin(self._store, run, self._plan.inputs if unchanged else ())
            self._occurrence = occurrence_made(self._store, run.scope)
            self._write()
            failpoint("before-plan")
        failpoint("plan-written")
        ((self._messages,),) = self._store.rows(
            "SELECT count(*) FROM message JOIN batch ON batch.id = message.batch WHERE batch.run = ?", (self._number,)
        )
        self._around.observer.start_sending(self._messages)

    def _write(self) -> None:
        ((provider,),) = self._store.rows("SELECT id FROM provider WHERE name = ?", (self._scope.provider,))
        work = Work(
            run=self._number,
            occurrence=self._occurrence,
            provider=provider,
            channel=self._campaign.channel,
            shared=Shared.of(self._campaign, self._date),
            size=min(self._campaign.sending.batch, LARGEST[self._campaign.channel]),
            default_line=self._default_line,
            # Only if nothing is left to prove: until then absence says nothing.
            resend=self._resend if self._doubts.certain_at is None else (),
        )
        if self._recalled:
            go_on(self._store, work, names_lines=bool(self._campaign.senders))
        else:
            write_plan(self._store, work, rehearsal=self._rehearsal)

    def _as_rehearsal(self) -> None:
        """The same people and texts under a separate occurrence, so that the real one is never touched."""
        if self._recalled:
            around = self._around
            self._plan = make_plan(
                self._loaded, now=around.clock.now(), store=self._store, provider=around.provider, lifted=around.lifted
            )
            self._recalled = False
        self._scope = self._scope._replace(occurrence=self._run.run_id)
        self._run = self._run._replace(scope=self._scope, rehearsal=True)
        rehearse(self._store, self._scope)

    def _send(self, channel: Channel) -> Ending:
        executor = self._executor(channel)
        ending = executor.run()
        if self._doubts.certain_at is not None and not (ending.stop or ending.interrupted):
            # The last requests of a dead process: only now does absence prove that they were not carried out.
            self._patience.wait_until(self._doubts.certain_at)
            self._resolve(channel)
            with self._store.transaction():
                self._write()
            ending = executor.run()
        if not (channel.traceable or ending.interrupted):
            self._reconciler(channel).name_candidates(self._number)
        if self._doubts.total:
            self._notes.append(_note_on(self._doubts))
        return ending

    def _resolve(self, channel: Channel) -> None:
        """Look up what an earlier run left in doubt."""
        doubtful = in_doubt(self._store, self._occurrence)
        if not doubtful:
            return
        if not self._doubts.total:
            self._around.observer.tell(
                f"{plural(doubtful, 'message was', 'messages were')} left in doubt by an earlier run: looked up first"
            )
        self._around.observer.doing("looking up messages in doubt")
        # After the first look-up, this excludes what this run itself left in doubt.
        among = self._in_doubt if self._doubts.total or self._in_doubt else None
        self._doubts = self._doubts.followed_by(self._reconciler(channel).resolve(among))
        self._in_doubt = {
            message.localid for batch in open_batches(self._store, self._occurrence) for message in batch.messages
        }
        self._decide_again()

    def _decide_again(self) -> None:
        """Decide the actions from what the ledger knows by now."""
        if not self._recalled:
            decide_again(self._loaded, self._store, self._around.provider, self._around.clock.now())

    def _reconciler(self, channel: Channel) -> Reconciler:
        return Reconciler(
            self._store,
            self._occurrence,
            self._around.client,
            channel,
            self._patience,
            self._around.clock,
            locked=self._locked,
            settle=self._settle,
        )

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
        # A rebuilt ledger only knows who was on the list then; people who had left it and come back are looked up too.
        since = 0.0 if channel.traceable and not self._rehearsal and self._was_lost_recently() else None

        def deliver(batch: Batch) -> Delivery:
            self.handed_over = True
            return courier.deliver(batch, since)

        return Executor(
            self._store,
            self._number,
            deliver,
            concurrency=sending.concurrency,
            stopping=self._around.stopping,
            clock=self._around.clock,
            failed_limit=None if failed is None else failed.of(self._messages),
            hold=self._closed,
            on_progress=self._around.observer.sent,
        )

    def _was_lost_recently(self) -> bool:
        """Whether the ledger was rebuilt while its messages can still be looked up."""
        since = self._around.clock.now() - LOOKUP_WINDOW
        return any(
            run.kind in ("found", "imported") and run.started > since for run in runs.runs(self._store, self._scope)
        )

    def _closed(self) -> Stop | None:
        """Why nothing more may be handed over: its time has come or passed, or quiet hours have begun."""
        if not self._plan.totals.send:
            return None
        schedule, now = self._campaign.schedule, self._around.clock.now()
        try:
            date = send_time(schedule, now).date
        except Refused as too_late:
            return Stop(0, str(too_late))
        if date != self._date:
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
            self._around.observer.tell(f"warning: {warning}")
        self._notes += found.warnings
        self._rehearsal = found.debugmode
        if self._campaign.channel != "sms":
            return
        if not self._campaign.senders and not found.default_line:
            raise Refused("no line to send from: name one under senders, or set a default line in the panel")
        self._default_line = found.default_line

    def _recall(self, channel: Channel) -> int:
        """Ask the provider for what the ledger may have missed, and adopt it; returns how many messages it had."""
        now = self._around.clock.now()
        mode = self._around.cold_ledger
        if not channel.traceable:
            search = CandidateSearch(self._around.client, lambda ids: holding(self._store, ids))
            if note := refuse_what_resembles(self._plan, search, self._patience, mode, channel.sample, now):
                self._note(note)
            return 0
        found = self._found(channel)
        if (first := next(found, None)) is None:
            return 0
        adopted = adopt(self._store, self._run, chain([first], found), now, self._date)
        failpoint("found-adopted")
        messages = plural(adopted, "message")
        self._note(f"the provider had {messages} of this campaign unknown to the ledger: not sent again")
        return adopted

    def _found(self, channel: Channel) -> Iterator[SentBefore]:
        around = self._around
        return sent_before(
            self._plan,
            channel,
            self._patience,
            around.cold_ledger,
            without=self._in_doubt,
            on_page=around.observer.recalled,
        )

    def _note(self, words: str) -> None:
        self._around.observer.tell(words)
        self._notes.append(words)

    def _report(self, ending: Ending, *, failed: bool) -> Report:
        credit = self._credit_left() if ending.stop and ending.stop.code == _NO_CREDIT else None
        self._around.observer.doing("writing the report")
        failpoint("before-report")
        ended = Ended(
            at=self._around.clock.now(),
            stop=ending.stop,
            interrupted=ending.interrupted,
            failed=failed,
            notes=(*self._notes, *ending.notes),
            credit=credit,
        )
        formats = self._campaign.report.formats
        report = close_run(self._store, self._number, ended, self._around.report_directory, formats)
        failpoint("report-written")
        return report

    def _credit_left(self) -> int | None:
        """Rial the account still has; None if it cannot be read."""
        try:
            return self._around.client.account_info().remaincredit
        except KavenegarError:
            return None


def _note_on(doubts: Doubts) -> str:
    cancelled = _CANCELLED_THERE.format(doubts.cancelled) if doubts.cancelled else ""
    return (
        f"of the messages in doubt {doubts.sent:,} had been sent, {doubts.absent:,} had not, "
        f"{doubts.unknown:,} stay unknown{cancelled}"
    )
