"""`kaverun`: finds the command, and turns every error into words and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from kaverun import __version__
from kaverun.errors import Invalid, KaverunError

_COMMANDS = {
    "init": "write a campaign folder to start from",
    "validate": "check campaign files, their templates and every recipient row",
    "plan": "show what would be sent, to whom, at what cost; sends nothing",
    "apply": "send what was not yet sent, and write the report",
    "account": "show credit, expiry and settings of the account",
    "api": "call any of the API's fourteen methods",
    "cancel": "take back what is queued or scheduled",
    "status": "ask what became of the messages a campaign sent",
    "reconcile": "compare the ledger with what Kavenegar has",
    "sandbox": "run a local Kavenegar to try campaigns against",
    "schema": "print the JSON Schema of the campaign file",
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

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kaverun")
def kaverun() -> None:
    """SMS campaigns on Kavenegar from a YAML file: each message sent exactly once.

    The API key is read from KAVENEGAR_API_KEY, or from the file KAVENEGAR_API_KEY_FILE names.
    """


def main() -> None:
    """The installed command. Exit codes: see `kaverun.errors` and the README."""
    # What else is installed must not decide what a campaign may say; nor is there time to look for it.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    code = _exit_code()
    # At its end Python looks through everything for garbage once more: a sixth of the time of a short command.
    gc.freeze()
    sys.exit(code)


def _exit_code() -> int:
    try:
        code = kaverun.main(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Abort:
        click.echo("\nInterrupted; nothing was sent.", err=True)
        return 130
    except click.ClickException as error:
        # click's own exit code is 2, which here means that there are messages to send.
        error.show()
        return 1
    except KaverunError as error:
        _tell(error)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        return _bug(error)


def _tell(error: KaverunError) -> None:
    from kaverun.kavenegar.redaction import redact

    if isinstance(error, Invalid):
        for problem in error.problems:
            click.echo(redact(str(problem)), err=True)
        errors = sum(problem.severity == "error" for problem in error.problems)
        click.echo(f"{errors} error{'s' if errors != 1 else ''}; nothing was sent.", err=True)
    else:
        click.echo(f"error: {redact(str(error))}", err=True)


def _bug(error: Exception) -> int:
    """An error nobody foresaw: say so, and keep the traceback, without secrets, in a file."""
    import tempfile
    import traceback

    from kaverun.kavenegar.redaction import redact

    text = redact("".join(traceback.format_exception(error)))
    with tempfile.NamedTemporaryFile("w", prefix="kaverun-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(text)
    click.echo(
        f"error: this is a bug in kaverun ({type(error).__name__}). The details, without the API key, are in "
        f"{log.name}: please send them to us. Run the same command again to continue where it ended.",
        err=True,
    )
    return 1
