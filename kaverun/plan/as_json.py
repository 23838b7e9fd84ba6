"""A plan as JSON, for programs. The keys are a contract; `version` counts their changes."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson

from kaverun.errors import Problem
from kaverun.plan.disclosure import shareable
from kaverun.plan.plan import Plan

VERSION = 1


def plan_json(plan: Plan) -> str:
    """The plan's totals, causes and samples (numbers and codes masked), indented; rows are in `--messages`.

    `scheduled` is how messages that are yet to go out differ from the file, `edited` those that went out with another
    text: see `plan.Past`.
    """
    plan = shareable(plan)
    totals = plan.totals
    document = {
        "version": VERSION,
        "campaign": plan.campaign,
        "channel": plan.channel,
        "occurrence": plan.occurrence,
        "digest": plan.digest,
        "scheduled_for": datetime.fromtimestamp(plan.date, UTC).isoformat() if plan.date else None,
        "counts": {
            "rows": totals.rows,
            "send": totals.send,
            "done": totals.done,
            "skip": totals.skip,
            "invalid": totals.invalid,
            "in_doubt": totals.in_doubt,
            "anew": totals.anew,
            "scheduled": plan.past.scheduled,
            "scheduled_differs": plan.past.differing,
            "edited": plan.past.edited.messages if plan.past.edited else 0,
        },
        "scheduled": {
            "messages": plan.past.scheduled,
            "differs": plan.past.differing,
            "changes": [change._asdict() for change in plan.past.changes],
        },
        "edited": plan.past.edited._asdict() if plan.past.edited else None,
        "parts": totals.parts,
        "longest_parts": totals.worst,
        "cost": totals.cost,
        "currency": "IRR",
        "unpriced": totals.unpriced,
        "lines": [{"line": line or None, **figures._asdict()} for line, figures in (totals.by_line or {}).items()],
        "causes": [cause._asdict() for cause in plan.causes],
        "longest": plan.longest._asdict() if plan.longest else None,
        "most_expensive": plan.most_expensive._asdict() if plan.most_expensive else None,
        "samples": [sample._asdict() for sample in plan.samples],
        "warnings": [problem_json(problem) for problem in plan.warnings],
        "refusals": [problem_json(problem) for problem in plan.refusals],
        "lifted": [problem_json(problem) for problem in plan.lifted],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def problem_json(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "row": problem.row,
        "what": problem.what,
        "rule": problem.rule,
    }
