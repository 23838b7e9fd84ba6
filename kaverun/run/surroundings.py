"""Everything a run takes from outside: provider, files, clock, a person's consent, and what is shown to them."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from kaverun.clock import Clock
from kaverun.kavenegar.client import Client
from kaverun.ledger.guard import LOCK_TIMEOUT
from kaverun.plan.plan import Plan
from kaverun.run.observer import Observer
from kaverun.run.recall import ColdLedger


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything a run takes from outside.

    `provider` is the host that is sent to ("loopback" for sandboxes): what went to one is not known at another.
    `stopping` is set by a signal. `show` shows the plan; unless the plan itself is then refused, `approve` is called,
    which raises `Refused` if nobody agrees to it. `observer` is notified of progress.
    `resend_unknown` holds the keys of recipients to send to even though their outcome is unknown, `lifted` the rules
    (`plan.limits.RULES`) that do not apply this time; with `strict` a plan with warnings is refused. `new_ledger` is
    called with what it means that the ledger has no runs at the provider, and returns whether that is accepted.
    `lock_timeout` is how long to wait for others that write to the ledger, in seconds. `who` runs it on which `host`,
    and `revision` is the commit of the campaign's repository; None if unknown.
    """

    client: Client
    provider: str
    ledger: Path
    report_directory: Path
    clock: Clock
    stopping: Event
    approve: Callable[[Plan], None]
    show: Callable[[Plan], None] = lambda plan: None
    observer: Observer = Observer()  # noqa: RUF009  it has no state
    allow_debugmode: bool = False
    cold_ledger: ColdLedger = "check"
    resend_unknown: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()
    strict: bool = False
    lock_timeout: float = LOCK_TIMEOUT
    new_ledger: Callable[[str], bool] = lambda meaning: False
    who: str | None = None
    host: str | None = None
    revision: str | None = None


def user() -> str | None:
    """Who runs this, by the name their system or pipeline gives; None if there is none."""
    try:
        return os.environ.get("GITHUB_ACTOR") or os.environ.get("GITLAB_USER_LOGIN") or getpass.getuser()
    except (KeyError, OSError):
        return None
