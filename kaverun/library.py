"""kaverun for programs: the same way through as the command's, with the same promises, as functions over values.

`from kaverun import load, plan, apply, status, report, Client, Sandbox` gives what is here; `docs/library.md` shows it
in use. Whatever protects people holds here as it does for the command: limits, deadline, quiet hours, consent, digest.
"""

from __future__ import annotations

import os
import socket
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Literal, NamedTuple

import orjson

from kaverun import kavenegar, sandbox
from kaverun.campaign.handed import HandedRows, remove_own
from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.models import Retry, Sending
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.clock import Clock, SystemClock
from kaverun.errors import Refused
from kaverun.kavenegar.access import DEFAULT_BASE_URL, api_key, checked_base_url, checked_key, provider_of
from kaverun.kavenegar.limits import CHARACTERS_PER_MESSAGE
from kaverun.kavenegar.redaction import Secret, redact_log_records
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.guard import LOCK_TIMEOUT
from kaverun.ledger.opening import ledger_path, open_ledger, read_ledger
from kaverun.ledger.place import known_run, place_of_campaign, place_of_name, place_of_run
from kaverun.ledger.runs import Run, is_run_id, occurrence_of, runs
from kaverun.ledger.store import Store
from kaverun.message.batch import Message
from kaverun.message.scope import Scope
from kaverun.plan.limits import RULES
from kaverun.plan.other_keys import AS_NEW_PEOPLE
from kaverun.plan.plan import Entry, Plan
from kaverun.plan.planned_rows import PlannedRows
from kaverun.plan.planner import decide_again, make_plan, open_campaign
from kaverun.plan.saved import check_place, kept_plan
from kaverun.report.bill import LineBill
from kaverun.report.campaign import LAST, OccurrenceReport, campaign_report
from kaverun.report.delivery import Delivery
from kaverun.report.folder import report_directory as usual_directory
from kaverun.report.redraw import redraw_reports
from kaverun.report.renderings import Drawing, drawing_of_campaign, drawing_of_run
from kaverun.report.report import Counts, Reason, Report
from kaverun.report.result_file import check_result_file, form_of, put
from kaverun.report.rows import Extent
from kaverun.report.totals import totals
from kaverun.repository import revision
from kaverun.run import apply as run_apply
from kaverun.run.cold import ColdLedger
from kaverun.run.consent import Consent
from kaverun.run.following import Followed, run_at
from kaverun.run.observer import Observer
from kaverun.run.surroundings import Surroundings, user

__all__ = [
    "CampaignReport",
    "CampaignStatus",
    "Client",
    "Sandbox",
    "apply",
    "load",
    "plan",
    "report",
    "status",
]

#: Rules of a campaign that can be lifted for one call, as `--allow-over` of the command does.
Rule = Literal["recipients", "parts", "cost", "invalid", "failed", "quiet_hours"]
#: Rows of a report by what became of them, as `--only` of the command names them.
Choice = Literal["delivered", "undelivered", "blocked", "rejected", "unknown", "not_sent", "skipped", "invalid"]
Form = Literal["json", "csv", "xlsx", "markdown"]
_TEXT_OF_A_CAMPAIGN = "<campaign>"


class Client:
    """Whom is sent to and with which key. Nothing is asked before it is used; any number of threads may use one.

    Without a `key` the environment's counts, as for the command: KAVENEGAR_API_KEY, or the file that
    KAVENEGAR_API_KEY_FILE names; without a `base_url` KAVENEGAR_BASE_URL, or Kavenegar's own. Raises `Refused` for a
    key that is none, and for a base URL that would show it: plain http is for this machine only. From the first client
    on, keys are left out of all log records of the process.
    """

    def __init__(self, key: str | None = None, base_url: str | None = None) -> None:
        redact_log_records()
        self.base_url = checked_base_url(base_url or os.environ.get("KAVENEGAR_BASE_URL") or DEFAULT_BASE_URL)
        self._key = Secret(api_key() if key is None else checked_key(key))

    @property
    def provider(self) -> str:
        """The host, "loopback" for this machine: what went to one provider is not known at another."""
        return provider_of(self.base_url)

    @property
    def api(self) -> kavenegar.Client:
        """Kavenegar's fourteen methods, one call each; nothing of them is put on record."""
        return kavenegar.Client.connect(self.base_url, self._key)

    def _connected(self, retry: Retry, longest: int = CHARACTERS_PER_MESSAGE) -> kavenegar.Client:
        timeouts = Timeouts(retry.connect_timeout, retry.read_timeout)
        return kavenegar.Client.connect(self.base_url, self._key, timeouts, max_text=longest)


class Sandbox(sandbox.Sandbox):
    """A local Kavenegar to try campaigns against, from entering it until leaving it; see `kaverun.sandbox`.

    `messages()` are those that it accepted.
    """

    #: any key opens it
    key = "sandbox"

    def client(self) -> Client:
        """A client of this sandbox; it has to be entered first."""
        return Client(self.key, self.url)


def load(
    campaign: str | os.PathLike[str] | Mapping[str, Any],
    *,
    recipients: Iterable[Mapping[str, Any]] | None = None,
    variables: Mapping[str, str | int | float | bool] | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> LoadedCampaign:
    """Read and check a campaign: the path of its file, its text (any `str` of several lines), or its data.

    `recipients` are read once, one at a time, and take the place of the lists that the campaign names; what it says of
    their columns (`phone`, `key`, `where`, `exclude`, `columns`) holds for them. `variables` come before its `vars`.
    The files that a text or data name are looked for in `folder`, the current one by default.
    Raises `Invalid` with every problem found, each with its place.
    """
    rows = None if recipients is None else HandedRows(recipients)
    given = {name: _as_written(value) for name, value in (variables or {}).items()}
    if isinstance(campaign, Mapping) or (isinstance(campaign, str) and "\n" in campaign):
        path = Path(folder or "") / _TEXT_OF_A_CAMPAIGN
        text = campaign if isinstance(campaign, str) else orjson.dumps(campaign, option=orjson.OPT_INDENT_2).decode()
        return open_campaign(path, given, text=text.encode("utf-8", "surrogatepass"), rows=rows)
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
    a path or URL, that of the campaign's repository by default. `out` keeps it in a file that `apply` takes.
    Limits that are exceeded, times that have passed and quiet hours are its `refusals`: it can be looked at, and
    `apply` refuses it. Raises `Invalid` with every problem of the campaign, its template and its rows.
    """
    provider = client.provider if client else provider_of(DEFAULT_BASE_URL)
    now, place = (clock or SystemClock()).now(), _ledger_of(campaign, ledger)
    if out is not None:
        check_place(Path(out))
        if campaign.inputs[0].content is not None:
            raise Refused("a plan can be kept in a file where its campaign is a file too: save that first")
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
    """Send what was not yet sent of a campaign, and report; of a plan, made or kept in a file, exactly that or nothing.

    Somebody has to agree: a plan is an agreement by itself; else `yes`, the digest of the plan that is expected, or
    `approve`, which is given the plan. `new_ledger` accepts a ledger that knows no run yet (sandboxes need no such
    word). `stopping` ends the run early when it is set, from whatever thread: messages in flight are finished, and
    another call goes on. `who` is put on record, the user of the process by default; `lock_timeout` is in seconds, and
    the other arguments are the flags of `kaverun apply`.
    Raises `KaverunError` where no run was begun: `Invalid`, `LimitExceeded`, `NotConfirmed`, `Locked`, `Refused`; its
    `exit_code` says whether something may have been sent all the same. What stops a run that began is in its report.
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
        client=client._connected(loaded.campaign.retry, loaded.campaign.message.max_length),
        provider=client.provider,
        ledger=_ledger_of(loaded, ledger, observer),
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


class CampaignStatus(NamedTuple):
    """What became of accepted messages, of a campaign or of one of its runs (`run_id`, "" for all of them).

    `open` of them may still change; `statuses` counts them by Kavenegar's code, 0 where none is known yet, and
    `delivery` also by line and operator. The provider does not know `not_known` of them. `asked` is in unix seconds;
    `reports` are the folders whose reports were brought up to date.
    """

    campaign: str
    run_id: str
    accepted: int
    open: int
    statuses: Mapping[int, int]
    not_known: int
    asked: float
    delivery: Delivery
    reports: tuple[Path, ...]


def status(
    subject: LoadedCampaign | Report | str,
    *,
    client: Client,
    ledger: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
    report_directory: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
    clock: Clock | None = None,
) -> CampaignStatus:
    """Ask what became of the messages of a campaign (loaded, or by its name), or of a run (its report, or its id).

    What is new goes into the ledger, and reports are drawn again. With `wait` (seconds) it is asked again until all is
    final or the time is up. Raises `Refused` where the ledger knows nothing of it at this provider, `KavenegarError`
    where nobody can be asked, `ReportError` where a report cannot be written.
    """
    name, run_id = _named(subject)
    path = _ledger_of(subject, ledger)
    # A ledger that is not there is not made for the sake of a question.
    with closing(open_ledger(path) if path.exists() else read_ledger(path)) as store:
        run = run_at(store, run_id, client.provider) if run_id else None
        scope = run.scope if run else Scope(name, OCCURRENCE, client.provider)
        settings = subject.campaign if isinstance(subject, LoadedCampaign) else None
        retry, sending = (settings.retry, settings.sending) if settings else (Retry(), Sending())
        followed = Followed(
            store,
            client._connected(retry),
            clock or SystemClock(),
            scope,
            run,
            retry,
            sending,
            observer or Observer(),
        )
        *_, asked = followed.rounds(wait)
        folders = redraw_reports(
            store,
            [run] if run else runs(store, scope),
            asked.sums,
            asked.delivery.asked,
            None if report_directory is None else Path(report_directory),
        )
    delivery = asked.delivery
    return CampaignStatus(
        campaign=scope.campaign,
        run_id=run_id,
        accepted=delivery.statuses.total(),
        open=delivery.open,
        statuses=dict(delivery.statuses),
        not_known=asked.not_known,
        asked=delivery.asked,
        delivery=delivery,
        reports=tuple(folders),
    )


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What became of the rows of a run (`run_id`), or of an occurrence with all its `runs` merged, each person once.

    Costs are in Rial: of a run as billed, of an occurrence net of refunds; None where the provider named none.
    `unsent_cost` is the planned cost of what was not sent, None without a tariff. `statuses` counts accepted messages
    by Kavenegar's code, 0 where none is known yet; `runs` are the latest first.
    """

    campaign: str
    occurrence: str
    provider: str
    run_id: str
    runs: tuple[Run, ...]
    counts: Counts
    parts: int
    cost: int | None
    unsent_cost: int | None
    statuses: Mapping[int, int]
    lines: tuple[LineBill, ...]
    reasons: tuple[Reason, ...]
    ledger: Path

    def rows(self, *only: Choice) -> Iterator[dict[str, Any]]:
        """Each row by the columns of `messages.csv`, as the ledger has it now; of those `only` the ones named.

        Read one at a time: memory does not grow with them.
        """
        with closing(read_ledger(self.ledger)) as store:
            drawing = self._drawing(store, only)
            columns = drawing.columns
            for cells in drawing.cells(guarded=False):
                yield dict(zip(columns, cells, strict=True))

    def write(self, path: str | os.PathLike[str], form: Form | None = None, only: Collection[Choice] = ()) -> None:
        """Into a file as csv, json, xlsx or markdown, by its name unless a `form` is given; whole or not at all.

        Raises `Refused` where a file is there that is not such a report, or it cannot be written.
        """
        target = Path(path)
        chosen = form or form_of(target)
        check_result_file(target, chosen)
        with closing(read_ledger(self.ledger)) as store:
            put(self._drawing(store, only), target, chosen)

    def _drawing(self, store: Store, only: Collection[str]) -> Drawing:
        if self.run_id:
            return drawing_of_run(store, known_run(store, self.run_id), only)
        return drawing_of_campaign(store, self.campaign, self.occurrence, only)


def report(
    subject: LoadedCampaign | Report | str,
    *,
    ledger: str | os.PathLike[str] | None = None,
    occurrence: str = LAST,
) -> CampaignReport:
    """Report a campaign (loaded, or by its name) with all its runs merged, or a run (its report, or its id).

    From the ledger alone, and so at any later time. `occurrence` is one of the campaign's by its name, the last by
    default. Raises `Refused` where the ledger knows nothing of it.
    """
    name, run_id = _named(subject)
    path = _ledger_of(subject, ledger)
    with closing(read_ledger(path)) as store:
        if run_id:
            run = known_run(store, run_id)
            extent = Extent(occurrence_of(store, run.scope), run.number)
            found = OccurrenceReport(run.scope, extent, (run,), totals(store, extent))
        else:
            found = campaign_report(store, name, occurrence)[0]
    sums = found.totals
    return CampaignReport(
        campaign=found.scope.campaign,
        occurrence=found.scope.occurrence,
        provider=found.scope.provider,
        run_id=run_id,
        runs=found.runs,
        counts=sums.counts,
        parts=sums.parts,
        cost=sums.cost,
        unsent_cost=sums.unsent_cost,
        statuses=sums.statuses,
        lines=sums.lines,
        reasons=sums.reasons,
        ledger=path,
    )


class _KeptRows:
    """The rows of a plan in its file, which is removed with this object unless somebody named it.

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


def _as_written(value: str | int | float | bool) -> str:
    """A variable as the command line would be given it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lifted(allow_over: Collection[str], as_new_people: bool) -> frozenset[str]:
    if unknown := sorted(set(allow_over) - set(RULES)):
        raise ValueError(f"allow_over: {unknown[0]!r} is not one of {', '.join(RULES)}")
    return frozenset({*allow_over, *((AS_NEW_PEOPLE,) if as_new_people else ())})


def _named(subject: LoadedCampaign | Report | str) -> tuple[str, str]:
    """A campaign's name and a run's id, one of them empty unless it is known of a report; no run has an empty id."""
    if isinstance(subject, LoadedCampaign):
        return subject.campaign.name, ""
    if isinstance(subject, Report):
        return subject.campaign, subject.run_id
    return ("", subject) if is_run_id(subject) else (subject, "")


def _ledger_of(
    subject: LoadedCampaign | Report | str, given: str | os.PathLike[str] | None, observer: Observer | None = None
) -> Path:
    """The ledger that is `given`, else the one that knows the subject; where it should be elsewhere, that is told."""
    if given is not None:
        return ledger_path(given if isinstance(given, str) else Path(given))
    here = Path.cwd()
    if isinstance(subject, LoadedCampaign):
        place = place_of_campaign(subject.campaign.name, subject.folder, subject.root, here)
    else:
        name, run_id = _named(subject)
        place = place_of_run(run_id, here) if run_id else place_of_name(name, here)
    if place.advice and observer:
        observer.tell(f"warning: {place.advice}")
    return place.path
