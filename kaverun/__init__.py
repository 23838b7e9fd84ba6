"""kaverun: declarative SMS campaigns on Kavenegar, each message sent exactly once.

    from kaverun import Client, apply, load
    report = apply(load("campaigns/nowruz.yaml"), client=Client(), yes=True)

These names are the library (see `docs/library.md`), imported when they are first used, so that the command starts fast.
`kaverun.plan` and `kaverun.report` are its functions, although packages have these names too: what is in the packages
is imported from them, as in `from kaverun.planning.planner import make_plan`, and is not promised.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.errors import (
        Invalid,
        KaverunError,
        LedgerError,
        LimitExceeded,
        Locked,
        NotConfirmed,
        Problem,
        Refused,
        ReportError,
        RunFailed,
    )
    from kaverun.kavenegar.errors import ApiError, KavenegarError, NotReached, Unanswered
    from kaverun.library.applying import apply, load, plan
    from kaverun.library.client import Client, Sandbox
    from kaverun.library.reports import CampaignReport, report
    from kaverun.library.statuses import CampaignStatus, status
    from kaverun.plan.plan import Entry, Plan
    from kaverun.report.report import Report
    from kaverun.run.observer import Observer, Progress

__all__ = [
    "ApiError",
    "CampaignReport",
    "CampaignStatus",
    "Client",
    "Entry",
    "Invalid",
    "KavenegarError",
    "KaverunError",
    "LedgerError",
    "LimitExceeded",
    "LoadedCampaign",
    "Locked",
    "NotConfirmed",
    "NotReached",
    "Observer",
    "Plan",
    "Problem",
    "Progress",
    "Refused",
    "Report",
    "ReportError",
    "RunFailed",
    "Sandbox",
    "Unanswered",
    "__version__",
    "apply",
    "load",
    "plan",
    "report",
    "status",
]
__version__ = "0.1.0"

_ROOMS = {
    "campaign.loader": ("LoadedCampaign",),
    "errors": (
        "Invalid", "KaverunError", "LedgerError", "LimitExceeded", "Locked", "NotConfirmed", "Problem", "Refused",
        "ReportError", "RunFailed",
    ),
    "kavenegar.errors": ("ApiError", "KavenegarError", "NotReached", "Unanswered"),
    "library.applying": ("apply", "load", "plan"),
    "library.client": ("Client", "Sandbox"),
    "library.reports": ("CampaignReport", "report"),
    "library.statuses": ("CampaignStatus", "status"),
    "plan.plan": ("Entry", "Plan"),
    "report.report": ("Report",),
    "run.observer": ("Observer", "Progress"),
}  # fmt: skip


def __getattr__(name: str) -> object:
    for module, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# Python sets a package as an attribute when it is first imported. That happens here, so that `plan` and `report` are
# looked up above, whatever is imported later.
for _room in ("plan", "report"):
    import_module(f"{__name__}.{_room}")
    del globals()[_room]
del _room
