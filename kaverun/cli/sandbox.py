"""`kaverun sandbox`: a local Kavenegar until ^C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from kaverun.cli.help import explained
from kaverun.errors import Invalid, Problem

if TYPE_CHECKING:
    from kaverun.sandbox import Sandbox, SandboxSettings
    from kaverun.sandbox.faults.vocabulary import Fault

#: settings that are on, and the options that turn them off
_SWITCHES = {
    "deduplicate": "no_dedupe",
    "refund": "no_refund",
    "magic": "no_magic",
    "links_allowed": "no_links",
    "error_status_in_http": "http_200",
}
_HOURS = "A span such as 30m or 12h."


@explained(example="kaverun sandbox --port 8870", name="sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8870, show_default=True, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--allow-remote", is_flag=True, help="Allow a --host that other machines can reach.")
@click.option("--dialect", default="document", show_default=True, type=click.Choice(["document", "live"]))
@click.option("--credit", type=click.IntRange(0), help="Rial in the account at the start.  [default: 1000000000]")
@click.option("--api-key", "api_keys", multiple=True, metavar="KEY", help="Accept only this key. May be repeated.")
@click.option("--line", "lines", multiple=True, metavar="LINE", help="A line of the account; default: any is valid.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag in the panel; default: any is valid.")
@click.option("--template", "templates", multiple=True, metavar="NAME=TEXT", help="A template; default: any is valid.")
@click.option(
    "--ip-whitelist",
    multiple=True,
    metavar="NETWORK",
    help="Clients that may select and list whole messages, or none.  [default: loopback]",
)
@click.option(
    "--source", "sources", multiple=True, metavar="NETWORK", help="Where the key may be used from.  [default: anywhere]"
)
@click.option("--owner", metavar="NUMBER", help="A test account: sends only to this number, else 501.")
@click.option("--calls-per-minute", type=click.IntRange(0), metavar="N", help="More get 451.  [default: no limit]")
@click.option("--max-text", type=click.IntRange(1), metavar="N", help="Characters in a message.  [default: 900]")
@click.option("--http-200", is_flag=True, help="Return errors with HTTP 200, as some gateways do.")
@click.option("--debugmode", is_flag=True, help="The account's debugmode is on: nothing is really sent.")
@click.option("--bad-receptor", type=click.Choice(["batch", "row"]), help="One bad number: 411 for all, or a bad row.")
@click.option("--short-credit", type=click.Choice(["refuse", "rows", "prefix"]), help="Credit runs out within a batch.")
@click.option("--no-dedupe", is_flag=True, help="Send a repeated localid again.")
@click.option("--no-links", is_flag=True, help="Refuse texts with links (420).")
@click.option("--no-refund", is_flag=True, help="Do not refund cancelled and blocked messages.")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    metavar="STATUS=SHARE",
    help="Share that ends with a status, e.g. 11=5%. Repeatable.",
)
@click.option("--no-magic", is_flag=True, help="Treat numbers 0909... and keys sandbox-... like any other.")
@click.option("--localid-send-window", metavar="SPAN", help=f"Forget localids for sending after this. {_HOURS}")
@click.option("--localid-lookup-window", metavar="SPAN", help=f"Forget localids for look-ups after this. {_HOURS}")
@click.option("--seed", type=int, help="Seed of the random faults.  [default: 0]")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="E.g. drop-after:every=5,times=3. Repeatable.")
@click.option(
    "--faults-file", type=click.Path(path_type=Path), help="YAML or JSON: a list of faults, or {seed, faults}."
)
@click.option("--list-faults", is_flag=True, help="Show the kinds of faults and exit.")
def command(host: str, port: int, allow_remote: bool, list_faults: bool, **options: Any) -> None:
    """Serve a local Kavenegar over HTTP until ^C.

    Prints KAVENEGAR_BASE_URL=... on stdout once it listens. Everything is kept in memory. Any API key is accepted
    unless --api-key names some. Open its root in a browser to see every message as a phone shows it.

    \b
    Magic numbers: the last three digits of 0909xxxxNNN choose
      400..607  the code its request is refused with   000  a refused row
      001..100  the last status of its messages        else nothing
    Magic keys: sandbox-CODE is refused with CODE, sandbox-debugmode has debugmode on.

    \b
    The sandbox itself is controlled under /_sandbox/; GET /_sandbox/index lists every value, as JSON:
      GET  messages  what was accepted
      GET  requests  what was asked, why it was refused, what the real service may refuse
      GET  counters, clock, credit, faults, health
      POST reset
      POST clock     advance=SECONDS, set=UNIX_TIME, stop=1, resume=1
      POST credit    set=RIAL, add=RIAL
      POST seed      seed=NUMBER, or messages=[...] to start with
      POST faults    as --fault, one per line
      POST refuse    seconds=SECONDS
    """
    if list_faults:
        _show_faults()
        return
    from kaverun.sandbox import Sandbox

    settings = _settings(**options)
    with (
        _stopped_by_signals() as stopped,
        Sandbox(settings, port=port, host=host, allow_remote=allow_remote) as sandbox,
    ):
        click.echo(f"KAVENEGAR_BASE_URL={sandbox.url}")
        click.echo(_hint(sandbox), err=True)
        stopped.wait()
        click.echo(f"Stopped; {len(sandbox.messages())} messages were accepted.", err=True)


def _settings(
    faults: tuple[str, ...],
    faults_file: Path | None,
    seed: int | None,
    templates: tuple[str, ...],
    outcomes: tuple[str, ...],
    ip_whitelist: tuple[str, ...],
    **options: Any,
) -> SandboxSettings:
    from kaverun.sandbox import SandboxSettings
    from kaverun.sandbox.faults.parser import parse_span

    given = {name: value for name, value in options.items() if value is not None}
    for name, switch in _SWITCHES.items():
        given[name] = not given.pop(switch)
    for name in ("localid_send_window", "localid_lookup_window"):
        if name in given:
            given[name] = parse_span(given[name], name)
    read, file_seed = _faults(faults, faults_file)
    chosen = seed if seed is not None else file_seed or 0
    if ip_whitelist:
        given["ip_whitelist"] = tuple(network for network in ip_whitelist if network != "none")
    given["templates"], given["outcomes"] = _templates(templates), _outcomes(outcomes)
    return SandboxSettings(faults=read, seed=chosen, **given)


def _templates(written: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = [template.partition("=") for template in written]
    wrong = [
        Problem(f"must be NAME=TEXT, is {name}", key="--template")
        for name, sign, _ in pairs
        if not (name.strip() and sign)
    ]
    if wrong:
        raise Invalid(wrong)
    return tuple((name.strip(), text) for name, _, text in pairs)


def _outcomes(written: tuple[str, ...]) -> tuple[tuple[int, float], ...]:
    from kaverun.sandbox.faults.parser import parse_share

    pairs = [outcome.partition("=") for outcome in written]
    wrong = [
        Problem(f"must be STATUS=SHARE such as 11=5%, is {outcome}", key="--outcome")
        for outcome, (status, _, _) in zip(written, pairs, strict=True)
        if not (status.isascii() and status.isdigit() and len(status) <= 3)
    ]
    if wrong:
        raise Invalid(wrong)
    return tuple((int(status), parse_share(share, "--outcome")) for status, _, share in pairs)


def _faults(specs: tuple[str, ...], path: Path | None) -> tuple[tuple[Fault, ...], int | None]:
    """Faults of the command line after those of the file, and the file's seed; raises Invalid with all problems."""
    from kaverun.sandbox.faults.parser import load_faults, parse_faults

    given = parse_faults(list(specs))
    if path is None:
        return given.faults, None
    filed = load_faults(path)
    return filed.faults + given.faults, filed.seed


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that ^C and SIGTERM set."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _hint(sandbox: Sandbox) -> str:
    return (
        f"A local Kavenegar ({sandbox.settings.dialect} dialect) listens; nothing leaves this machine.\n"
        f"  export KAVENEGAR_BASE_URL={sandbox.url} KAVENEGAR_API_KEY=any\n"
        f"Every message appears at http://{sandbox.host_and_port}/ (open it in a browser); as JSON:\n"
        f"  curl {sandbox.control_url}/messages\n"
        f"Everything it can show and change: curl {sandbox.control_url}/index\n"
        "Stop it with ^C."
    )


def _show_faults() -> None:
    from kaverun.sandbox.faults.vocabulary import KINDS

    for kind in KINDS.values():
        click.echo(f"{kind.name:18}{kind.what}" + (f"  ({', '.join(sorted(kind.keys))})" if kind.keys else ""))
    click.echo("Each also takes: probability, at, first, every, after, messages (when), times (how often), method.")
