"""`kaverun cancel`: takes back messages that have not gone out yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import base_url_option, campaign_argument, ledger_option, lock_timeout_option
from kaverun.cli.words import isolated, local_time
from kaverun.errors import KaverunError, NotConfirmed
from kaverun.text.plurals import plural

# Everything else is imported where it is used: --help does not need it.
if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.kavenegar.client import Client
    from kaverun.kavenegar.redaction import Secret
    from kaverun.run.cancellation import Cancellation, Kept, Pending

_SENT_AGAIN = (
    "The next `kaverun apply` sends cancelled messages again: change the schedule or the list, or remove the campaign, "
    "if they should not go out."
)
_IN_DOUBT = "in doubt since an apply was cut off: Kavenegar does not say what became of them, so they may still go out"
_NO_WORD = "Kavenegar's answer left them out; the next command looks up whether they were cancelled"
_CONTINUE = "Run the same command again to continue."
_CONTINUE_LATER = "Run the same command again to continue once that is over or fixed."


@explained(example="kaverun cancel campaigns/nowruz.yaml", exits=(0, 1, 3, 130))
@campaign_argument
@click.option("--yes", is_flag=True, help="Cancel without asking; required without a terminal.")
@click.option("--run", "run_id", metavar="RUN_ID", help="Only the messages of this run.  [default: all runs]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@base_url_option
@ledger_option
@lock_timeout_option
def command(
    campaign: Path, yes: bool, run_id: str | None, form: str, base_url: str, ledger: str | None, lock_timeout: float
) -> int:
    """Cancel the messages of CAMPAIGN that Kavenegar accepted and has not sent yet.

    Cancelled messages stay in the ledger as cancelled; the next apply sends them again, with the text and time the
    campaign has then. Exits 0 if nothing is left that may still go out, 3 if some were cancelled, 1 if none were.
    """
    from threading import Event

    from kaverun.campaign.loader import load_campaign
    from kaverun.cli.progress import ProgressDisplay
    from kaverun.cli.settings import api_key, provider_of
    from kaverun.cli.signals import listen_to_signals
    from kaverun.cli.streams import result_of
    from kaverun.cli.whereabouts import campaign_ledger
    from kaverun.clock import SystemClock
    from kaverun.kavenegar.redaction import Secret, redact, redact_log_records
    from kaverun.run.broken_off import answered_for
    from kaverun.run.cancellation import Surroundings, cancel

    redact_log_records()
    provider, key = provider_of(base_url), Secret(api_key())
    loaded = load_campaign(campaign)
    display, stopping, agreed = ProgressDisplay(), Event(), Event()

    def approve(pending: Pending) -> None:
        display.clear()
        click.echo("\n".join(_question(loaded, pending)), err=True)
        _ask(pending, yes=yes)
        listen_to_signals(stopping, "the page in flight is being finished", display.tell)
        display.start_cancelling(pending.messages)
        agreed.set()

    try:
        around = Surroundings(
            client=_client(loaded, base_url, key),
            provider=provider,
            ledger=campaign_ledger(loaded, ledger),
            lock_timeout=lock_timeout,
            clock=SystemClock(),
            stopping=stopping,
            approve=approve,
            observer=display,
        )
        display.doing("finding out what can be cancelled")
        with answered_for(agreed.is_set, stopping.is_set):
            cancellation = cancel(loaded, around, run_id)
    finally:
        display.clear()
    code_unseen = 130 if cancellation.interrupted else 3 if cancellation.cancelled else 1
    with result_of(code_unseen, f"{plural(cancellation.cancelled, 'message')} cancelled"):
        click.echo(redact(_as_json(cancellation) if form == "json" else "\n".join(_as_text(cancellation))))
    if form == "json" and cancellation.cancelled:
        click.echo(_SENT_AGAIN, err=True)
    return cancellation.exit_code


def _client(loaded: LoadedCampaign, base_url: str, key: Secret) -> Client:
    from kaverun.kavenegar.client import Client
    from kaverun.kavenegar.transport import Timeouts

    retry = loaded.campaign.retry
    return Client.connect(base_url, key, Timeouts(retry.connect_timeout, retry.read_timeout))


def _question(loaded: LoadedCampaign, pending: Pending) -> Iterator[str]:
    schedule = loaded.campaign.schedule
    timezone = schedule.timezone if schedule else "Asia/Tehran"
    yield f"{loaded.campaign.name}: {plural(pending.messages, 'message')} to cancel"
    for date, messages in sorted(pending.dates.items(), key=lambda item: item[0] or 0):
        yield f"  {messages:>9,}  " + (f"to go out {local_time(date, timezone)}" if date else "to go out at once")
    if pending.confirmed:
        yield f"  {pending.confirmed:>9,}  of them already cancelled at Kavenegar; only the ledger needs to record it"
    yield from _not_asked_for(pending)


def _not_asked_for(pending: Pending) -> Iterator[str]:
    """Messages that are not asked for, and why."""
    for status, messages in sorted(pending.final.items()):
        yield f"  {messages:>9,}  not asked for: {_word(status)}"
    if pending.in_doubt:
        yield f"  {pending.in_doubt:>9,}  {_IN_DOUBT}"


def _ask(pending: Pending, *, yes: bool) -> None:
    """Return if somebody agrees; raises `NotConfirmed` otherwise."""
    from kaverun.cli.streams import somebody_is_there

    if yes:
        return
    if not somebody_is_there():
        raise NotConfirmed("nobody is at the terminal to say yes: pass --yes")
    try:
        agreed = click.confirm(f"Cancel {plural(pending.messages, 'message')} now?", err=True)
    except click.Abort:
        raise _Interrupted("interrupted; nothing was cancelled") from None
    if not agreed:
        raise NotConfirmed("declined; nothing was cancelled")


class _Interrupted(KaverunError):
    """^C at the prompt."""

    exit_code = 130


def _as_text(done: Cancellation) -> Iterator[str]:
    pending = done.pending
    if not pending.messages:
        yield f"{done.campaign}: nothing to cancel"
        yield from _not_asked_for(pending)
        return
    yield f"{done.campaign}: {done.cancelled:,} of {plural(pending.messages, 'message')} cancelled"
    if done.cancelled:
        yield f"  refunded      {_refund(done)}"
    yield from _not_cancelled(done.kept, done.examples)
    if pending.in_doubt:
        yield f"  not cancelled {pending.in_doubt:,} {_IN_DOUBT}"
    if done.left:
        yield f"  not asked for {done.left:,}" + (f": {isolated(done.trouble)}" if done.trouble else "")
        yield f"  {_CONTINUE_LATER if done.trouble else _CONTINUE}"
    if done.cancelled:
        yield f"  {_SENT_AGAIN}"


def _refund(done: Cancellation) -> str:
    if done.unpriced == done.cancelled:
        return "unknown: Kavenegar gave no price when it accepted them"
    more = f", and what {plural(done.unpriced, 'message')} of unknown price cost" if done.unpriced else ""
    return f"{done.refunded:,} Rial, which is what they had cost{more}"


def _not_cancelled(kept: Mapping[int, int], examples: tuple[Kept, ...]) -> Iterator[str]:
    for status, messages in kept.items():
        yield f"  not cancelled {messages:,}: {_word(status)}"
    for one in examples:
        key = f" (key {isolated(one.key)})" if one.key != one.phone else ""
        yield f"      {one.phone}{key}: {_word(one.status)}"
    if sum(kept.values()) > len(examples):
        yield f"      and {sum(kept.values()) - len(examples):,} more"


def _word(status: int) -> str:
    from kaverun.kavenegar.codes import MESSAGE_STATUSES
    from kaverun.run.cancellation import NO_ANSWER

    known = MESSAGE_STATUSES.get(status)
    return known.english if known else f"status {status}" if status != NO_ANSWER else _NO_WORD


def _as_json(done: Cancellation) -> str:
    import orjson

    pending = done.pending
    document = {
        "version": 1,
        "campaign": done.campaign,
        "exit_code": done.exit_code,
        "messages": pending.messages,
        "cancelled": done.cancelled,
        "refunded": None if done.cancelled and done.unpriced == done.cancelled else done.refunded,
        "unpriced": done.unpriced,
        "currency": "IRR",
        "not_cancelled": _by_status(done.kept),
        "examples": [{**one._asdict(), "statustext": _word(one.status)} for one in done.examples],
        "final_before": _by_status(pending.final),
        "in_doubt": pending.in_doubt,
        "not_asked": done.left,
        "interrupted": done.interrupted,
        "stop": done.trouble or None,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _by_status(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(status): count for status, count in counts.items()}
