"""The JSON Schemas of what people write (campaign, tariff) and of what programs read (plan, report)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def schema_text(what: str) -> str:
    """One of `SCHEMAS` as it is committed and printed: indented, UTF-8, one newline at its end."""
    return json.dumps(SCHEMAS[what](), ensure_ascii=False, indent=2) + "\n"


def _campaign() -> dict[str, Any]:
    from kaverun.campaign.schema import campaign_schema

    return campaign_schema()


def _plan() -> dict[str, Any]:
    from kaverun.error_json import ErrorDocument
    from kaverun.json_schema import schema_of
    from kaverun.plan.as_json import PlanDocument

    words = "What `kaverun plan --format json` prints; ErrorDocument instead if it fails. Money is in Rial."
    return schema_of("kaverun plan", words, PlanDocument, others=(ErrorDocument,))


def _report() -> dict[str, Any]:
    from kaverun.error_json import ErrorDocument
    from kaverun.json_schema import schema_of
    from kaverun.report.delivery import StatusDocument
    from kaverun.report.history_json import History
    from kaverun.report.renderings import CampaignReport, RunReportWithRows
    from kaverun.report.report_json import RunReport
    from kaverun.report.run_list import RunList

    words = (
        "`report.json` of a run, and what `kaverun apply` and `kaverun report` print with --format json. Money is in "
        "Rial. Definitions for other commands: RunList (`kaverun runs`), History (`kaverun history`), StatusDocument "
        "(`kaverun status`); ErrorDocument is what each of them prints if it fails."
    )
    others = (RunList, History, StatusDocument, ErrorDocument)
    return schema_of("kaverun report", words, RunReport, RunReportWithRows, CampaignReport, others=others)


def _tariff() -> dict[str, Any]:
    from kaverun.json_schema import schema_of
    from kaverun.planning.tariff import TariffFile

    return schema_of("kaverun tariff", "What the parts of messages cost, in Rial.", TariffFile)


#: What each describes, by the names of `kaverun schema`.
SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "campaign": _campaign,
    "tariff": _tariff,
    "plan": _plan,
    "report": _report,
}
