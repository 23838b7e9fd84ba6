"""`kaverun`: finds the command, and turns every error into a message and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from itertools import pairwise

import click

from kaverun import __version__
from kaverun.cli.streams import open_streams
from kaverun.errors import Invalid, KaverunError, NotShown, RunFailed

_COMMANDS = {
    "init": "write a campaign folder to start from",
    "validate": "check campaign files, their templates and every recipient row",
    "plan": "show what would be sent, to whom, at what cost; sends nothing",
    "apply": "send what has not been sent yet, and write the report",
    "account": "show credit, expiry and settings of the account",
    "api": "call any of the API's fourteen methods",
    "cancel": "cancel what is queued or scheduled",
    "report": "show what happened in a run or a campaign",
    "runs": "list the runs of a ledger",
    "history": "show every message to a number, and why others were left out",
    "status": "ask what became of the messages a campaign sent",
    "reconcile": "compare the ledger with what Kavenegar has",
    "ledger": "show where the memory of what was sent is, and maintain it",
    "sandbox": "run a local Kavenegar to try campaigns against",
    "schema": "print the JSON Schema of a campaign, a tariff, a plan or a report",
}
_ENVIRONMENT = {
    "KAVENEGAR_API_KEY": "the account's API key; there is no flag for it",
    "KAVENEGAR_API_KEY_FILE": "a file that contains the key",
    "KAVENEGAR_BASE_URL": "Kavenegar's URL, as --base-url",
    "KAVERUN_LEDGER": "the memory of what was sent, as --ledger",
    "HTTPS_PROXY, NO_PROXY": "the proxy to Kavenegar; REQUESTS_CA_BUNDLE for your own certificates",
    "TMPDIR": "where rows go that do not fit in memory",
}


class _LazyGroup(click.Group):
    """Knows its commands by name and imports one only when it is asked for: `--help` stays fast."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"kaverun.cli.{name}").command
        return command

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Environment"):
            formatter.write_dl(list(_ENVIRONMENT.items()))
        super().format_options(context, formatter)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kaverun")
def kaverun() -> None:
    """SMS campaigns on Kavenegar from a YAML file: each message sent exactly once."""


def main() -> None:
    """The installed command. Exit codes: see `kaverun.errors` and the README."""
    # Other installed packages must not decide what a campaign may say, and looking for them takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    open_streams()
    code = _exit_code()
    # On exit Python would collect garbage once more: a sixth of a short command's time.
    gc.freeze()
    sys.exit(code)


def _exit_code() -> int:
    try:
        code = kaverun.main(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Abort as error:
        click.echo("\nInterrupted; nothing was sent.", err=True)
        return _failed(error, "interrupted; nothing was sent", 130)
    except click.ClickException as error:
        # click's own exit code is 2, which here means that there are messages to send.
        error.show()
        return _failed(error, error.format_message(), 1)
    except RunFailed as error:
        return _bug(error.__cause__ or error, error.exit_code)
    except KaverunError as error:
        if not (isinstance(error, NotShown) and error.by_reader and error.exit_code == 1):
            _show_error(error)
        return error.exit_code if isinstance(error, NotShown) else _failed(error, str(error), error.exit_code)
    except OSError as error:
        # What the system refuses is not a bug: a full disk, somebody else's folder, too many open files.
        where = f"{error.filename}: " if error.filename else ""
        words = f"{where}{error.strerror or error}; nothing was sent"
        click.echo(f"error: {_redacted(words)}", err=True)
        return _failed(error, words, 1)
    except Exception as error:
        return _bug(error, 1)


def _failed(error: BaseException, words: str, code: int) -> int:
    """The exit code; with `--format json` also prints the error as JSON, unless the result is already on stdout."""
    arguments = sys.argv[1:]
    wanted = "--format=json" in arguments or ("--format", "json") in pairwise(arguments)
    if wanted and not getattr(sys.stdout, "used", False):
        from kaverun.error_json import error_json

        with suppress(NotShown, OSError):
            click.echo(_redacted(error_json(error, words, code)))
    return code


def _show_error(error: KaverunError) -> None:
    if isinstance(error, Invalid):
        for problem in error.problems:
            click.echo(_redacted(str(problem)), err=True)
        errors = sum(problem.severity == "error" for problem in error.problems)
        click.echo(f"{errors} error{'s' if errors != 1 else ''}; {error.undone}.", err=True)
    else:
        click.echo(f"error: {_redacted(str(error))}", err=True)


def _redacted(text: str) -> str:
    from kaverun.kavenegar.redaction import redact

    return redact(text)


def _bug(error: BaseException, code: int) -> int:
    from kaverun.cli.bug import bug_message

    click.echo(bug_message(error, sent=code != 1), err=True)
    return _failed(error, f"a bug in kaverun: {type(error).__name__}", code)
