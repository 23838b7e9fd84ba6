"""From a loaded campaign to its report: lock, plan, ask; `execution` carries out what was agreed to."""

from __future__ import annotations

from pathlib import Path

from kaverun import __version__
from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.ledger.cancelling import any_cancelled
from kaverun.ledger.doubts import in_doubt, were_in_doubt
from kaverun.ledger.runs import Run, inputs_of, occurrence_of, runs
from kaverun.ledger.store import Store
from kaverun.ledger.writing import follow_list
from kaverun.message.scope import Scope
from kaverun.plan.plan import Plan
from kaverun.planning.inputs import as_they_were
from kaverun.planning.limits import refuse
from kaverun.planning.planner import make_plan, recalled_plan
from kaverun.planning.saved import opened_plan
from kaverun.report.folder import check_writable
from kaverun.report.report import Report
from kaverun.report.write import nothing_to_do
from kaverun.run.broken_off import answered_for
from kaverun.run.execution import Execution
from kaverun.run.failpoints import failpoint
from kaverun.run.new_ledger import refuse_new
from kaverun.run.resending import named_in_doubt
from kaverun.run.session import cut_off, session
from kaverun.run.surroundings import Surroundings


def apply(loaded: LoadedCampaign, around: Surroundings, saved: Path | None = None) -> Report:
    """Send what has not been sent of a campaign yet; with a `saved` plan, exactly that or nothing.

    Raises `KaverunError` if no run began, or if what a run did cannot be recorded; its `exit_code` then says whether
    something may have been sent.
    """
    name = loaded.campaign.name
    with session(loaded, around) as (store, locked):
        cut_off(loaded, store, around, locked).settle(loaded.campaign.retry, around.observer.tell)
        scope = Scope(name, OCCURRENCE, around.provider)
        unfinished = None if saved else _unfinished(loaded, store, scope)
        plan = _planned(loaded, store, around, saved, unfinished)
        failpoint("planned")
        around.show(plan)
        refuse(plan, strict=around.strict)
        occurrence = occurrence_of(store, scope)
        named = named_in_doubt(plan, around.resend_unknown, lambda localids: were_in_doubt(store, occurrence, localids))
        if plan.totals.send:
            refuse_new(store, around.ledger, around.provider, around.new_ledger)
        around.approve(plan)
        if not plan.totals.send and not in_doubt(store, occurrence):
            if occurrence and not unfinished:
                with store.transaction():
                    follow_list(store, occurrence)
            return nothing_to_do(plan, around.provider, around.clock.now())
        check_writable(around.report_directory, name)
        run = Execution(loaded, plan, store, around, locked=locked, recalled=unfinished is not None, resend=named)
        with answered_for(lambda: run.handed_over, lambda: run.interrupted):
            return run.carry_out()


def _planned(
    loaded: LoadedCampaign, store: Store, around: Surroundings, saved: Path | None, unfinished: Run | None
) -> Plan:
    now, provider, lifted = around.clock.now(), around.provider, around.lifted
    if saved:
        return opened_plan(saved, loaded, now=now, store=store, provider=provider, lifted=lifted)
    if unfinished:
        return recalled_plan(loaded, now=now, store=store, provider=provider, run=unfinished, lifted=lifted)
    return make_plan(loaded, now=now, store=store, provider=provider, lifted=lifted, progress=around.observer.planned)


def _unfinished(loaded: LoadedCampaign, store: Store, scope: Scope) -> Run | None:
    """The last run, if it did not finish and all inputs of its plan are unchanged.

    The rest of its plan is then in the ledger, and nothing has to be planned again. Messages cancelled since then are
    followed by another generation, which only a plan has.
    """
    last = next((run for run in runs(store, scope) if run.kind == "apply"), None)
    if last is None or last.plan is None or last.status == "completed" or last.kaverun != __version__:
        return None
    if any_cancelled(store, occurrence_of(store, scope)):
        return None
    return last if as_they_were(loaded, inputs_of(store, last.number)) else None
