"""From a campaign's file or text to sent messages: load, plan, apply."""

from __future__ import annotations

import os
import socket
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Literal

import orjson

from kaverun.campaign.handed import HandedRows, remove_own
from kaverun.campaign.loader import LoadedCampaign
from kaverun.clock import Clock, SystemClock
from kaverun.errors import Invalid, Problem, Refused
from kaverun.files.repository import revision
from kaverun.kavenegar.access import DEFAULT_BASE_URL, provider_of
from kaverun.ledger.guard import LOCK_TIMEOUT
from kaverun.ledger.opening import read_ledger
from kaverun.library.client import Client
from kaverun.library.subject import ledger_of
from kaverun.message.batch import Message
from kaverun.plan.plan import Entry, Plan
from kaverun.plan.planned_rows import PlannedRows
from kaverun.planning.limits import RULES
from kaverun.planning.other_keys import AS_NEW_PEOPLE
from kaverun.planning.planner import decide_again, make_plan, open_campaign
from kaverun.planning.saved import check_place, kept_plan
from kaverun.report.folder import report_directory as usual_directory
from kaverun.report.report import Report
from kaverun.run import apply as run_apply
from kaverun.run.consent import Consent
from kaverun.run.observer import Observer
from kaverun.run.recall import ColdLedger
from kaverun.run.surroundings import Surroundings, user

#: Rules of a campaign that can be lifted for one call, as `--allow-over` of the command does.
Rule = Literal["recipients", "parts", "cost", "invalid", "failed", "quiet_hours"]
_TEXT_OF_A_CAMPAIGN = "<campaign>"


def load(
    campaign: str | os.PathLike[str] | Mapping[str, Any],
    *,
    recipients: Iterable[Mapping[str, Any]] | None = None,
    variables: Mapping[str, str | int | float | bool] | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> LoadedCampaign:
    """Read and check a campaign: the path of its file, its text (any `str` of several lines), or its data.

    `recipients` are read once, one at a time, and replace the lists that the campaign names; what it says about their
    columns (`phone`, `key`, `where`, `exclude`, `columns`) applies to them. `variables` override its `vars`.
    Files that a text or data name are looked for in `folder`, the current one by default.
    Raises `Invalid` with every problem found, each with its place.
    """
    rows = None if recipients is None else HandedRows(recipients)
    given = {name: _as_written(value) for name, value in (variables or {}).items()}
    if isinstance(campaign, Mapping) or (isinstance(campaign, str) and "\n" in campaign):
        path = Path(folder or "") / _TEXT_OF_A_CAMPAIGN
        return open_campaign(path, given, text=_text_of(campaign), rows=rows)
    return open_campaign(Path(campaign), given, rows=rows)


def plan(
    campaign: LoadedCampaign,
    *,
    client: Client | None = None,
    ledger: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    allow_over: Collection[Rule] = (),
    as_new_people: bool = False,
    observer: Observer | None = None,
    clock: Clock | None = None,
) -> Plan:
    """What applying a campaign would send, to whom and at what cost; needs no key and no network.

    The plan is against what the ledger knows of the provider that `client` leads to, Kavenegar by default; `ledger` is
    a path or URL, that of the campaign's repository by default. `out` keeps it in a file that `apply` accepts.
    Limits that are exceeded, times that have passed and quiet hours are its `refusals`: it can be inspected, but
    `apply` refuses it. Raises `Invalid` with every problem of the campaign, its template and its rows.
    """
    provider = client.provider if client else provider_of(DEFAULT_BASE_URL)
    now, place = (clock or SystemClock()).now(), ledger_of(campaign, ledger)
    if out is not None:
        check_place(Path(out))
        if campaign.inputs[0].content is not None:
            raise Refused("a plan can be kept in a file only if its campaign is a file too: save that first")
    with closing(read_ledger(place)) as store:
        rows = _KeptRows(campaign, None if out is None else Path(out), place, provider, now)
        made = make_plan(
            campaign,
            now=now,
            store=store,
            provider=provider,
            lifted=_lifted(allow_over, as_new_people),
            progress=(observer or Observer()).planned,
            keep=rows.file,
        )
    return made._replace(rows=rows)


def apply(
    campaign: LoadedCampaign | Plan | str | os.PathLike[str],
    *,
    client: Client,
    ledger: str | os.PathLike[str] | None = None,
    yes: bool = False,
    expect: str | None = None,
    approve: Callable[[Plan], bool] | None = None,
    new_ledger: bool = False,
    report_directory: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
    stopping: Event | None = None,
    allow_over: Collection[Rule] = (),
    as_new_people: bool = False,
    strict: bool = False,
    resend_unknown: Collection[str] = (),
    cold_ledger: ColdLedger = "check",
    allow_debugmode: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    who: str | None = None,
    clock: Clock | None = None,
) -> Report:
    """Send what has not been sent of a campaign, and report; with a plan, made or kept, exactly that or nothing.

    Somebody has to agree: passing a plan is an agreement; otherwise `yes`, the digest of the expected plan, or
    `approve`, which gets the plan. `new_ledger` accepts a ledger with no runs yet (sandboxes do not need it).
    `stopping` ends the run early when it is set, from any thread: messages in flight are finished, and another call
    continues. `who` is recorded, the user of the process by default; `lock_timeout` is in seconds, and the other
    arguments are the flags of `kaverun apply`.
    Raises `KaverunError` if no run began: `Invalid`, `LimitExceeded`, `NotConfirmed`, `Locked`, `Refused`; its
    `exit_code` says whether something may have been sent anyway. What stops a run that began is in its report.
    """
    loaded, saved, observer = None, None, observer or Observer()
    if isinstance(campaign, Plan):
        if not isinstance(campaign.rows, _KeptRows):
            raise TypeError("this plan lives only as long as its callback: make one with kaverun.plan")
        loaded, saved = campaign.rows.loaded, campaign.rows.file
        ledger = campaign.rows.ledger if ledger is None else ledger
    elif isinstance(campaign, LoadedCampaign):
        loaded = campaign
    else:
        kept = kept_plan(Path(campaign))
        loaded, saved = kept.opened(), kept.plan
    around = Surroundings(
        client=client.connected(loaded.campaign.retry, loaded.campaign.message.max_length),
        provider=client.provider,
        ledger=ledger_of(loaded, ledger, observer),
        lock_timeout=lock_timeout,
        report_directory=usual_directory(loaded) if report_directory is None else Path(report_directory),
        clock=clock or SystemClock(),
        stopping=stopping or Event(),
        approve=Consent(yes or saved is not None, expect, approve).give,
        observer=observer,
        allow_debugmode=allow_debugmode,
        cold_ledger=cold_ledger,
        resend_unknown=frozenset(resend_unknown),
        lifted=_lifted(allow_over, as_new_people),
        strict=strict,
        new_ledger=lambda meaning: new_ledger,
        who=who or user(),
        host=socket.gethostname(),
        revision=revision(loaded.root),
    )
    return run_apply.apply(loaded, around, saved)


class _KeptRows:
    """The rows of a plan in its file, which is removed with this object unless the caller named it.

    Decided against the ledger whenever they are read: no connection is held in between. See `plan.plan.Rows`.
    """

    def __init__(self, loaded: LoadedCampaign, file: Path | None, ledger: Path, provider: str, now: float) -> None:
        self.loaded = loaded
        self.ledger = ledger
        self._provider = provider
        self._now = now
        if file is None:
            descriptor, name = tempfile.mkstemp(prefix="kaverun-", suffix=".kvplan")
            os.close(descriptor)
            file = Path(name)
            weakref.finalize(self, remove_own, name, os.getpid())
        self.file = file

    def entries(self) -> Iterator[Entry]:
        with self._decided() as rows:
            yield from rows.entries()

    def to_send(self, numbers: Sequence[int] | None = None) -> Iterator[Message]:
        with self._decided() as rows:
            yield from rows.to_send(numbers)

    @contextmanager
    def _decided(self) -> Iterator[PlannedRows]:
        with closing(read_ledger(self.ledger)) as store:
            store.attach(self.file)
            decide_again(self.loaded, store, self._provider, self._now)
            yield PlannedRows(store)


def _text_of(campaign: str | Mapping[str, Any]) -> bytes:
    """The campaign as a file would contain it; what is not JSON, such as a path, is written as it prints."""
    if isinstance(campaign, str):
        return campaign.encode("utf-8", "surrogatepass")
    try:
        return orjson.dumps(dict(campaign), default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    except TypeError as error:
        raise Invalid([Problem(f"the data cannot be written as YAML: {error}", _TEXT_OF_A_CAMPAIGN)]) from None


def _as_written(value: str | int | float | bool) -> str:
    """A variable as it is given on the command line."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lifted(allow_over: Collection[str], as_new_people: bool) -> frozenset[str]:
    if unknown := sorted(set(allow_over) - set(RULES)):
        raise ValueError(f"allow_over: {unknown[0]!r} is not one of {', '.join(RULES)}")
    return frozenset({*allow_over, *((AS_NEW_PEOPLE,) if as_new_people else ())})
