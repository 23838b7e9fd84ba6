"""From a loaded campaign to its report: lock, plan, ask; what was agreed to is carried out in `execution`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.schedule import OCCURRENCE, send_time
from kaverun.errors import Refused
from kaverun.ledger.protocol import Ledger, Scope
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.plan.limits import refuse
from kaverun.plan.plan import Plan
from kaverun.plan.saved import basis_of
from kaverun.report.folder import check_writable
from kaverun.report.report import Report
from kaverun.run.broken_off import answered_for
from kaverun.run.continuation import continued, saved_plan_path
from kaverun.run.cut_off import CutOff
from kaverun.run.execution import Execution, planned
from kaverun.run.failpoints import failpoint
from kaverun.run.lock import campaign_lock
from kaverun.run.new_ledger import refuse_new
from kaverun.run.patience import Patience
from kaverun.run.resending import named_in_doubt
from kaverun.run.surroundings import Surroundings


def apply(loaded: LoadedCampaign, around: Surroundings) -> Report:
    """Send what was not yet sent of a campaign.

    Raises `KaverunError` where no run was begun, or where it cannot be put on record what a run did; its `exit_code`
    then says whether something may have been sent.
    """
    name = loaded.campaign.name
    with campaign_lock(around.ledger, name, around.clock.now()):
        failpoint("locked")
        locked = around.clock.now()
        ledger = SqliteLedger.open(around.ledger, around.lock_timeout)
        try:
            _settle_cut_off(loaded, ledger, around, locked)
            saved = saved_plan_path(around.ledger, name)
            now = around.clock.now()
            last_run = ledger.last_run()
            plan: Plan | None = continued(loaded, ledger, saved, around.provider, now, around.lifted)
            cold, basis = False, None
            if plan is None:
                basis = basis_of(loaded, around.provider, last_run)
                plan, served = planned(loaded, ledger, around)
                cold = not len(served)
            failpoint("planned")
            around.show(plan)
            refuse(plan, strict=around.strict)
            scope = Scope(name, plan.occurrence, around.provider)
            named = named_in_doubt(plan, around.resend_unknown, partial(ledger.were_in_doubt, scope))
            around = replace(around, resend_unknown=named)
            if plan.totals.send:
                refuse_new(ledger, around.ledger, around.provider, around.new_ledger)
            around.approve(plan)
            plan = _dated_again(loaded, plan, around)
            check_writable(around.report_directory, name)
            run = Execution(loaded, plan, ledger, around, locked, last_run)
            with answered_for(lambda: run.handed_over, lambda: run.interrupted):
                return run.carry_out(cold=cold, basis=basis)
        finally:
            ledger.close()


def _settle_cut_off(loaded: LoadedCampaign, ledger: Ledger, around: Surroundings, locked: float) -> None:
    """What a cancellation that was cut off had cancelled is planned again, so it is looked up before the plan."""
    retry, scope = loaded.campaign.retry, Scope(loaded.campaign.name, OCCURRENCE, around.provider)
    patience = Patience(retry, around.stopping, around.clock, on_retry=around.on_retry)
    cut_off = CutOff(ledger, around.client, patience, around.clock, scope, locked=locked)
    cut_off.settle(retry, around.tell)


def _dated_again(loaded: LoadedCampaign, plan: Plan, around: Surroundings) -> Plan:
    """The plan after it was agreed to, which may have taken long: a time that came meanwhile is not handed over."""
    with suppress(Refused):  # A run that begins too late says so in its report.
        return plan._replace(date=send_time(loaded.campaign.schedule, around.clock.now()).date)
    return plan
