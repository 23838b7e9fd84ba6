"""A plan as JSON, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypedDict

from kaverun.documents import Time, json_text
from kaverun.errors import Problem
from kaverun.plan.disclosure import shareable
from kaverun.plan.plan import Cause, Change, Channel, Plan, Sample

VERSION: Literal[1] = 1


class PlanCounts(TypedDict):
    """Input rows by action, and messages of earlier runs."""

    rows: int
    """Input rows; each is one of the next four."""
    send: int
    """Rows whose message is to be sent."""
    done: int
    """Rows that an earlier run served."""
    skip: int
    """Rows that are left out as the file says: excluded, repeated, or not wanted by `where`."""
    invalid: int
    """Rows with a wrong number or cell."""
    in_doubt: int
    """Rows to send that an earlier run may have sent: they are looked up first."""
    anew: int
    """Rows to send whose earlier message was cancelled."""
    scheduled: int
    """Messages of earlier runs that are yet to go out."""
    scheduled_differs: int
    """Those of them that are not as the file says now."""
    edited: int
    """Messages that went out with another text than the file has now."""


class Scheduled(TypedDict):
    """Messages of earlier runs that the provider holds for a time to come."""

    messages: int
    """All of them."""
    differs: int
    """Those that are not as the file says now."""
    changes: tuple[Change, ...]
    """How they differ; one message may be in several."""


class PlannedLine(TypedDict):
    """What the messages to send by one sender line amount to."""

    line: str | None
    """The sender number; null for the default line of the account."""
    messages: int
    """Messages to send."""
    parts: int
    """Billed SMS."""
    cost: int | None
    """Rial; null where the price of any is unknown."""


class PlanDocument(TypedDict):
    """What would be sent, to how many and at what cost, and why others are left out; numbers and codes are masked."""

    version: Literal[1]
    """Counts the changes of these keys."""
    campaign: str
    """The campaign's name."""
    channel: Channel
    """How it is sent."""
    occurrence: str
    """Which sending of the campaign it is."""
    digest: str
    """Stands for everything that decides a message; `apply --expect DIGEST` sends exactly this or nothing."""
    scheduled_for: Time | None
    """When the provider is asked to send; null for at once."""
    counts: PlanCounts
    """Input rows by action."""
    scheduled: Scheduled
    """What earlier runs handed over for a time to come."""
    edited: Change | None
    """What earlier runs sent with another text than the file has now; null where nothing."""
    parts: int
    """Billed SMS of all messages to send."""
    longest_parts: int
    """The most parts of one message."""
    cost: int | None
    """Rial; null without a tariff, or where it lacks the price of any message."""
    currency: Literal["IRR"]
    """Iranian Rial."""
    unpriced: int
    """Messages that the tariff has no price for."""
    lines: tuple[PlannedLine, ...]
    """What is sent by each sender line, the most messages first."""
    causes: tuple[Cause, ...]
    """Why rows are not sent, the most frequent cause first."""
    longest: Sample | None
    """The message of most characters."""
    most_expensive: Sample | None
    """The message of the highest price; null where no price is known."""
    samples: tuple[Sample, ...]
    """The first messages to send."""
    warnings: tuple[Problem, ...]
    """What a person should see before the plan is approved."""
    refusals: tuple[Problem, ...]
    """Why it is not sent as it is: a limit, a time that has passed, quiet hours."""
    lifted: tuple[Problem, ...]
    """Refusals that the command line lifted."""


def plan_json(plan: Plan) -> str:
    """The plan's totals, causes and samples (numbers and codes masked), indented; rows are in `--messages`."""
    plan = shareable(plan)
    totals, past = plan.totals, plan.past
    document = PlanDocument(
        version=VERSION,
        campaign=plan.campaign,
        channel=plan.channel,
        occurrence=plan.occurrence,
        digest=plan.digest,
        scheduled_for=datetime.fromtimestamp(plan.date, UTC).isoformat() if plan.date else None,
        counts=PlanCounts(
            rows=totals.rows,
            send=totals.send,
            done=totals.done,
            skip=totals.skip,
            invalid=totals.invalid,
            in_doubt=totals.in_doubt,
            anew=totals.anew,
            scheduled=past.scheduled,
            scheduled_differs=past.differing,
            edited=past.edited.messages if past.edited else 0,
        ),
        scheduled=Scheduled(messages=past.scheduled, differs=past.differing, changes=past.changes),
        edited=past.edited,
        parts=totals.parts,
        longest_parts=totals.worst,
        cost=totals.cost,
        currency="IRR",
        unpriced=totals.unpriced,
        lines=tuple(
            PlannedLine(line=line or None, messages=sums.messages, parts=sums.parts, cost=sums.cost)
            for line, sums in (totals.by_line or {}).items()
        ),
        causes=plan.causes,
        longest=plan.longest,
        most_expensive=plan.most_expensive,
        samples=plan.samples,
        warnings=plan.warnings,
        refusals=plan.refusals,
        lifted=plan.lifted,
    )
    return json_text(document)
