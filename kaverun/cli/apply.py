"""`kaverun apply`: send what has not been sent yet, and write the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import (
    allow_over_option,
    as_new_people_option,
    base_url_option,
    ledger_option,
    lock_timeout_option,
    sandbox_option,
    strict_option,
    variable_option,
)

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.scrutiny import Scrutiny
    from kaverun.kavenegar.redaction import Secret
    from kaverun.plan.plan import Plan
    from kaverun.planning.saved import Kept
    from kaverun.report.report import Report
    from kaverun.run.consent import Consent
    from kaverun.run.surroundings import Surroundings

_LONGEST_KEY_LIST = 64 * 2**20  # bytes


@explained(example="kaverun apply campaigns/nowruz.yaml --report-dir reports", exits=(0, 1, 3, 130))
@click.argument("campaign", metavar="CAMPAIGN|PLAN.kvplan", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Send without asking; required without a terminal.")
@click.option("--expect", metavar="DIGEST", help="Send exactly the plan with this digest, or nothing; does not ask.")
@click.option("--dry-run", is_flag=True, help="Show the plan and send nothing; the same as `kaverun plan`.")
@click.option(
    "--report-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where reports go.  [default: reports]"
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-debugmode", is_flag=True, help="Go on even though the account's debugmode sends nothing.")
@click.option(
    "--cold-ledger",
    type=click.Choice(["check", "full", "trust"]),
    default="check",
    show_default=True,
    help="Before sending, ask Kavenegar what the ledger may have missed: for a sample, for everyone, or not at all.",
)
@click.option(
    "--new-ledger",
    is_flag=True,
    help="Accept a ledger with no runs yet: this is its first run, and no earlier ledger was lost.",
)
@click.option(
    "--resend-unknown",
    multiple=True,
    metavar="KEY|@FILE",
    help="Send to this recipient again even though an earlier outcome is still unknown. May be repeated.",
)
@variable_option
@strict_option
@allow_over_option
@as_new_people_option
@base_url_option
@ledger_option
@lock_timeout_option
@sandbox_option
def command(
    campaign: Path,
    yes: bool,
    expect: str | None,
    dry_run: bool,
    report_dir: Path | None,
    form: str,
    allow_debugmode: bool,
    cold_ledger: Literal["check", "full", "trust"],
    new_ledger: bool,
    resend_unknown: tuple[str, ...],
    variables: tuple[str, ...],
    strict: bool,
    allow_over: tuple[str, ...],
    as_new_people: bool,
    base_url: str,
    ledger: str | None,
    lock_timeout: float,
    sandbox: bool,
) -> int:
    """Send CAMPAIGN to everyone on its list who has not been served yet.

    A plan kept with `kaverun plan --out` is sent exactly as it was made, or not at all, without asking again.
    """
    from kaverun.cli.scrutiny import scrutiny_of

    scrutiny = scrutiny_of(strict=strict, allow_over=allow_over, as_new_people=as_new_people, sandbox=sandbox)
    if dry_run:
        from kaverun.cli.plan import show_plan

        show_plan(campaign, scrutiny, form=form, variables=variables, base_url=base_url, ledger=ledger, sandbox=sandbox)
        return 0
    options = _Options(
        scrutiny, form, report_dir, allow_debugmode, cold_ledger, new_ledger, resend_unknown, variables, base_url,
        ledger, sandbox, lock_timeout,
    )  # fmt: skip
    return _apply(campaign, _consent(yes=yes, expect=expect), options)


@dataclass(frozen=True, slots=True)
class _Options:
    """The flags of `kaverun apply` as given."""

    scrutiny: Scrutiny
    form: str
    report_dir: Path | None
    allow_debugmode: bool
    cold_ledger: Literal["check", "full", "trust"]
    new_ledger: bool
    resend_unknown: tuple[str, ...]
    variables: tuple[str, ...]
    base_url: str
    ledger: str | None
    sandbox: bool
    lock_timeout: float


def _consent(*, yes: bool, expect: str | None) -> Consent:
    from kaverun.cli.streams import somebody_is_there
    from kaverun.run.consent import Consent

    ask = (lambda plan: click.confirm(_question(plan), err=True)) if somebody_is_there() else None
    return Consent(yes, expect, ask)


def _question(plan: Plan) -> str:
    from kaverun.text.plurals import plural

    again = f", {plan.totals.anew:,} of them again after they were cancelled" if plan.totals.anew else ""
    return f"Send {plural(plan.totals.send, 'message')} now{again}?"


def _apply(path: Path, consent: Consent, options: _Options) -> int:
    """Apply a campaign file or a kept plan and print the report; returns the exit code."""
    from contextlib import ExitStack

    from kaverun.campaign.variables import read_given
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.report_text import report_text
    from kaverun.cli.streams import result_of
    from kaverun.cli.whereabouts import campaign_ledger
    from kaverun.kavenegar.redaction import Secret, redact, redact_log_records
    from kaverun.ledger.opening import ledger_path
    from kaverun.planning.saved import kept_plan
    from kaverun.report.report_json import report_json
    from kaverun.run.apply import apply

    redact_log_records()
    kept = kept_plan(path, read_given(options.variables))
    if kept.plan:
        consent = replace(consent, yes=True)
    with ExitStack() as stack:
        ledger = options.ledger
        if options.sandbox:
            base_url, key = stack.enter_context(_own_sandbox()), Secret("sandbox")
            ledger = ledger or stack.enter_context(_own_ledger())
        else:
            base_url, key = options.base_url, Secret(_key_and(kept, options.base_url))
        display = ProgressDisplay()
        stack.callback(display.clear)
        loaded = kept.opened()
        place = ledger_path(ledger) if options.sandbox and ledger else campaign_ledger(loaded, ledger)
        report = apply(loaded, _surroundings(loaded, consent, options, display, base_url, key, place), kept.plan)
    words = report_json(report).decode() if options.form == "json" else report_text(report)
    with result_of(_code_unseen(report), f"the report of the run is in {report.folder}"):
        click.echo(redact(words), nl=options.form != "json")
    return report.exit_code


def _code_unseen(report: Report) -> int:
    """The exit code if the report cannot be shown."""
    if report.status == "interrupted":
        return report.exit_code
    return 3 if report.counts.accepted + report.counts.unknown else 1


def _surroundings(
    loaded: LoadedCampaign,
    consent: Consent,
    options: _Options,
    display: ProgressDisplay,
    base_url: str,
    key: Secret,
    ledger: Path,
) -> Surroundings:
    import socket
    from threading import Event

    from kaverun.cli.plan_text import plan_text
    from kaverun.cli.settings import provider_of
    from kaverun.cli.signals import listen_to_signals
    from kaverun.cli.streams import somebody_is_there
    from kaverun.clock import SystemClock
    from kaverun.files.repository import revision
    from kaverun.kavenegar.client import Client
    from kaverun.kavenegar.transport import Timeouts
    from kaverun.report.folder import report_directory
    from kaverun.run.surroundings import Surroundings, user

    retry, message = loaded.campaign.retry, loaded.campaign.message
    stopping = Event()

    def show(plan: Plan) -> None:
        display.clear()
        if options.form == "text":
            click.echo(plan_text(plan, strict=options.scrutiny.strict), err=True)
        options.scrutiny.show_warnings(plan)

    def approve(plan: Plan) -> None:
        consent.give(plan)
        listen_to_signals(stopping, "messages in flight are being finished", display.tell)

    def new_ledger(meaning: str) -> bool:
        display.clear()
        question = f"{meaning[:1].upper()}{meaning[1:]}.\nIs this the first run, and was no earlier ledger lost?"
        return options.new_ledger or (somebody_is_there() and click.confirm(question, err=True))

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
        observer=display,
        allow_debugmode=options.allow_debugmode,
        cold_ledger=options.cold_ledger,
        resend_unknown=_keys(options.resend_unknown),
        lifted=options.scrutiny.lifted,
        strict=options.scrutiny.strict,
        new_ledger=new_ledger,
        who=user(),
        host=socket.gethostname(),
        revision=revision(loaded.root),
    )


def _keys(given: tuple[str, ...]) -> frozenset[str]:
    """Recipient keys as given; `@FILE` stands for the lines of a file."""
    from kaverun.errors import Refused
    from kaverun.files.small import read_small

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


def _key_and(kept: Kept, base_url: str) -> str:
    """The API key; if it or the base URL is wrong, that is reported along with the problems of the campaign file."""
    from kaverun.cli.settings import api_key, provider_of
    from kaverun.errors import Invalid, Problem, Refused

    try:
        provider_of(base_url)
        return api_key()
    except Refused as refused:
        problems = [Problem(str(refused))]
    try:
        kept.opened()
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
    import tempfile

    with tempfile.TemporaryDirectory(prefix="kaverun-sandbox-") as folder:
        yield str(Path(folder) / "ledger.db")
