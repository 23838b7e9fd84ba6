"""The work behind `kaverun apply`: settings into surroundings, consent, signals, the summary."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import click

from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.variables import read_given
from kaverun.cli.plan_text import plan_text
from kaverun.cli.progress import ProgressDisplay
from kaverun.cli.report_text import report_text
from kaverun.cli.scrutiny import Scrutiny
from kaverun.cli.settings import api_key, provider_of
from kaverun.cli.signals import listen_to_signals
from kaverun.cli.streams import result_of, somebody_is_there
from kaverun.cli.whereabouts import campaign_ledger, report_directory
from kaverun.clock import SystemClock
from kaverun.errors import Invalid, NotConfirmed, Problem, Refused
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret, redact, redact_log_records
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.sqlite import ledger_path
from kaverun.plan.plan import Plan
from kaverun.plan.planner import open_campaign
from kaverun.plurals import plural
from kaverun.report.report import Report
from kaverun.report.report_json import report_json
from kaverun.run.apply import apply
from kaverun.run.cold import ColdLedger
from kaverun.run.surroundings import Surroundings
from kaverun.small_files import read_small

_LONGEST_KEY_LIST = 64 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Consent:
    """Who says yes: a flag, a digest, or a person at the terminal."""

    yes: bool
    expect: str | None

    def give(self, plan: Plan) -> None:
        """Return where the plan may be carried out; raises `Refused` where not."""
        if self.expect is not None and self.expect != plan.digest:
            raise Refused(
                f"the plan's digest is {plan.digest}, not the expected {self.expect}: "
                "the campaign, its list or its template was changed since; review the new plan"
            )
        if self.yes or self.expect or not plan.totals.send:
            return
        if not somebody_is_there():
            raise NotConfirmed("nobody is at the terminal to say yes: give --yes, or --expect with the plan's digest")
        if not click.confirm(_question(plan), err=True):
            raise NotConfirmed("declined; nothing was sent")


def _question(plan: Plan) -> str:
    again = f", {plan.totals.anew:,} of them anew after they were cancelled" if plan.totals.anew else ""
    return f"Send {plural(plan.totals.send, 'message')} now{again}?"


def _on_new_ledger(meaning: str) -> str:
    return f"{meaning[:1].upper()}{meaning[1:]}.\nIs this the first run with it, and was it not lost?"


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """The flags of `kaverun apply` as given."""

    scrutiny: Scrutiny
    form: str
    report_dir: Path | None
    allow_debugmode: bool
    cold_ledger: ColdLedger
    new_ledger: bool
    resend_unknown: tuple[str, ...]
    variables: tuple[str, ...]
    base_url: str
    ledger: str | None
    sandbox: bool
    lock_timeout: float


def apply_campaign(path: Path, consent: Consent, options: ApplyOptions) -> int:
    """Apply a campaign file and print its report; returns the exit code."""
    redact_log_records()
    given = read_given(options.variables)
    ledger: str | None
    with ExitStack() as stack:
        if options.sandbox:
            base_url, key = stack.enter_context(_own_sandbox()), Secret("sandbox")
            ledger = options.ledger or stack.enter_context(_own_ledger())
        else:
            base_url, key = options.base_url, Secret(_key_beside(path, given, options.base_url))
            ledger = options.ledger
        display = ProgressDisplay()
        stack.callback(display.clear)
        loaded = open_campaign(path, given)
        kept = ledger_path(ledger) if options.sandbox and ledger else campaign_ledger(loaded, ledger)
        report = apply(loaded, _surroundings(loaded, consent, options, display, base_url, key, kept))
    words = report_json(report).decode() if options.form == "json" else report_text(report)
    with result_of(_code_unseen(report), f"the report of the run is in {report.folder}"):
        click.echo(redact(words), nl=options.form != "json")
    return report.exit_code


def _code_unseen(report: Report) -> int:
    """The exit code where the report cannot be shown."""
    if report.status == "interrupted":
        return report.exit_code
    return 3 if report.counts.accepted + report.counts.unknown else 1


def _surroundings(
    loaded: LoadedCampaign,
    consent: Consent,
    options: ApplyOptions,
    display: ProgressDisplay,
    base_url: str,
    key: Secret,
    ledger: Path,
) -> Surroundings:
    retry, message = loaded.campaign.retry, loaded.campaign.message
    stopping = Event()

    def show(plan: Plan) -> None:
        display.clear()
        if options.form == "text":
            click.echo(plan_text(plan, strict=options.scrutiny.strict), err=True)
        options.scrutiny.tell_warnings(plan)

    def approve(plan: Plan) -> None:
        consent.give(plan)
        listen_to_signals(stopping, "messages in flight are being finished", display.tell)

    def new_ledger(meaning: str) -> bool:
        display.clear()
        return options.new_ledger or (somebody_is_there() and click.confirm(_on_new_ledger(meaning), err=True))

    return Surroundings(
        client=Client.connect(
            base_url, key, Timeouts(retry.connect_timeout, retry.read_timeout), max_text=message.max_length
        ),
        provider=provider_of(base_url),
        ledger=ledger,
        lock_timeout=options.lock_timeout,
        report_directory=options.report_dir or report_directory(loaded),
        clock=SystemClock(),
        stopping=stopping,
        show=show,
        approve=approve,
        on_plan=display.planned,
        on_step=display.doing,
        on_recall=display.recalled,
        on_send=display.start_sending,
        on_progress=display.sent,
        on_retry=display.retried,
        tell=lambda words: display.tell(redact(words)),
        allow_debugmode=options.allow_debugmode,
        cold_ledger=options.cold_ledger,
        resend_unknown=_keys(options.resend_unknown),
        lifted=options.scrutiny.lifted,
        strict=options.scrutiny.strict,
        new_ledger=new_ledger,
    )


def _keys(given: tuple[str, ...]) -> frozenset[str]:
    """Recipient keys as given; `@FILE` stands for the lines of a file."""
    keys: set[str] = set()
    for word in given:
        if word.startswith("@"):
            try:
                content = read_small(Path(word[1:]), _LONGEST_KEY_LIST)
                keys |= set(content.decode("utf-8-sig").split("\n"))
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
                raise Refused(f"--resend-unknown {word}: the file cannot be read: {reason}") from None
            if len(content) > _LONGEST_KEY_LIST:
                raise Refused(f"--resend-unknown {word}: the file is larger than {_LONGEST_KEY_LIST >> 20} MiB")
        else:
            keys.add(word)
    return frozenset(key.strip() for key in keys) - {""}


def _key_beside(path: Path, given: Mapping[str, str], base_url: str) -> str:
    """The API key; where it or the base URL is wrong, that is told together with what the campaign file has."""
    try:
        provider_of(base_url)
        return api_key()
    except Refused as refused:
        problems = [Problem(str(refused))]
    try:
        open_campaign(path, given)
    except Invalid as invalid:
        problems += invalid.problems
    raise Invalid(problems)


@contextmanager
def _own_sandbox() -> Iterator[str]:
    from kaverun.sandbox import Sandbox, SandboxSettings

    with Sandbox(SandboxSettings()) as sandbox:
        click.echo(f"A sandbox answers at {sandbox.url}; no message leaves this machine.", err=True)
        yield sandbox.url


@contextmanager
def _own_ledger() -> Iterator[str]:
    """A sandbox forgets everything when the command ends, so its ledger must not remember more."""
    with tempfile.TemporaryDirectory(prefix="kaverun-sandbox-") as folder:
        yield str(Path(folder) / "ledger.db")
