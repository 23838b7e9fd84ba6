"""`kaverun api`: any method of the API, as the provider names it."""

from __future__ import annotations

import errno
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaverun.cli.help import explained
from kaverun.cli.settings import api_key, base_url_option, sandbox_option
from kaverun.cli.streams import result_of, somebody_is_there
from kaverun.errors import Invalid, KaverunError, NotConfirmed, Problem, Refused
from kaverun.files.small import read_small

if TYPE_CHECKING:
    from kaverun.kavenegar.methods import Method
    from kaverun.kavenegar.transport import HttpTransport

_TIMEZONE = "Asia/Tehran"
_TIMES = frozenset({"date", "startdate", "enddate", "expiredate"})
_RIALS = frozenset({"cost", "remaincredit", "mincreditalarm"})
# Persian cells come last, so that terminals that reverse them disturb no other column.
_TEXTS = ("statustext", "message", "type")
_LONGEST_CELL = 60
_LAST_MOMENT = 253_402_300_799  # the end of year 9999
_LARGEST_VALUE = 16 * 2**20  # bytes; 200 messages of 4,000 characters take some 2 MB
_UNKNOWN, _INTERRUPTED = 3, 130
_EXITS = {
    0: "the provider says 200",
    1: "it refuses, or the call was not made",
    3: "a call that sends or changes something got no answer, and may have been carried out",
}


@explained(example="kaverun api sms/status messageid=85463238", exits=(0, 1, 3, 130), meaning=_EXITS)
@click.argument("method", required=False)
@click.argument("pairs", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="Show the fourteen methods and exit.")
@click.option(
    "--format", "form", type=click.Choice(["json", "table"]), help="[default: table on a terminal, else json]"
)
@click.option(
    "--yes", is_flag=True, help="Do not ask; required without a terminal if a call sends or changes something."
)
@base_url_option
@sandbox_option
def command(
    method: str | None,
    pairs: tuple[str, ...],
    listed: bool,
    form: str | None,
    yes: bool,
    base_url: str,
    sandbox: bool,
) -> int:
    """Call METHOD of Kavenegar's API, such as sms/status, and show its answer.

    NAME=VALUE is sent as a form field, unchanged; times are Unix seconds, lists of sms/sendarray are JSON arrays.
    NAME=@FILE reads the value from a UTF-8 file, without its final newline. NAME=@@… is a value that begins with @.

    The json format is the provider's answer, even if it refuses; the table also shows times in Asia/Tehran. Exits 0 if
    the provider says 200, 1 if it refuses, and 3 if a call that sends or changes something got no answer and may have
    been carried out.
    """
    if listed:
        click.echo(_list())
        return 0
    called = _method(method)
    fields = _fields(pairs)
    _mention_unknown(called, fields)
    _ask(called, fields, yes=yes)
    return _call(called, fields, form or ("table" if sys.stdout.isatty() else "json"), base_url, sandbox=sandbox)


def _list() -> str:
    from kaverun.kavenegar.methods import METHODS

    width = max(map(len, METHODS))
    return "\n".join(f"{method.name:<{width}}  {method.what}" for method in METHODS.values())


def _method(written: str | None) -> Method:
    """The method with this name, in any case and with or without `.json`; raises Refused with the nearest name."""
    from kaverun.kavenegar.methods import METHODS

    if written is None:
        raise click.UsageError("which method? `kaverun api --list` shows all fourteen")
    name = written.lower().strip("/").removesuffix(".json")
    if name in METHODS:
        return METHODS[name]
    # `sned` is as near to sms/send as `sms/sned` is.
    whole = {near: near for near in METHODS} | {near.partition("/")[2]: near for near in METHODS}
    raise Refused(f"Kavenegar has no method {written}{_nearest(name, whole)}; `kaverun api --list` shows all fourteen")


def _nearest(name: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f" (did you mean {known[near[0]]}?)" if near else ""


def _fields(pairs: Sequence[str]) -> dict[str, str]:
    """The form fields of NAME=VALUE pairs; raises Invalid with everything that is wrong with them."""
    fields: dict[str, str] = {}
    problems: list[Problem] = []
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not name or not sign:
            problems.append(Problem(f"must be NAME=VALUE, is {pair}", key="parameter"))
        elif name in fields:
            problems.append(Problem("is given twice: join several values with commas", key=name))
        else:
            try:
                fields[name] = _value(value)
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
                problems.append(Problem(f"the file cannot be read: {reason}", value[1:], key=name))
    if problems:
        raise Invalid(problems)
    return fields


def _value(written: str) -> str:
    if written.startswith("@@"):
        return written[1:]
    if not written.startswith("@"):
        return written
    content = read_small(Path(written[1:]), _LARGEST_VALUE)
    if len(content) > _LARGEST_VALUE:
        raise OSError(errno.EFBIG, f"it is larger than {_LARGEST_VALUE >> 20} MiB")
    text = content.decode("utf-8-sig")
    return text.removesuffix("\n").removesuffix("\r")


def _mention_unknown(method: Method, fields: Mapping[str, str]) -> None:
    """Warn about undocumented parameters, which the provider would ignore; they are sent anyway."""
    known = {name: name for name in method.parameters}
    for name in fields:
        if name.lower() not in known:
            words = f"{method.name} has no documented parameter {name}{_nearest(name.lower(), known)}"
            click.echo(f"warning: {words}", err=True)


def _ask(method: Method, fields: Mapping[str, str], *, yes: bool) -> None:
    """Return if the call may be made; raises NotConfirmed if it does something and nobody said yes."""
    if yes or not _does_something(method, fields):
        return
    words = f"{method.name} {method.effect}"
    if not somebody_is_there():
        raise NotConfirmed(f"{words}, and nobody is at the terminal to say yes: pass --yes")
    if not click.confirm(f"{words}. Go on?", err=True):
        raise NotConfirmed("declined; nothing was done")


def _does_something(method: Method, fields: Mapping[str, str]) -> bool:
    return bool(method.effect) and (bool(fields) or not method.bare)


def _call(method: Method, fields: dict[str, str], form: str, base_url: str, *, sandbox: bool) -> int:
    from kaverun.kavenegar.codes import SUCCESS
    from kaverun.kavenegar.errors import ApiError, Unanswered

    with transport(base_url, sandbox=sandbox) as way:
        try:
            # Without fields, methods that read get a bare GET; for others the provider says what is missing.
            answer = way.ask(method.name, None if method.bare and not fields else fields)
        except ApiError as refusal:
            if form == "json":
                _show_json(refusal.code, refusal.provider_message, None)
            raise
        except (Unanswered, KeyboardInterrupt) as error:
            if _does_something(method, fields):
                raise _MaybeDone(method, error) from None
            raise
    with result_of(_UNKNOWN if _does_something(method, fields) else 1, f"{method.name} was carried out"):
        if form == "json":
            _show_json(SUCCESS.code, answer.message, answer.entries)
        else:
            _show(_table(answer.entries))
    return 0


class _MaybeDone(KaverunError):
    """A call that does something got no answer."""

    def __init__(self, method: Method, error: BaseException) -> None:
        self.exit_code = _INTERRUPTED if isinstance(error, KeyboardInterrupt) else _UNKNOWN
        words = str(error) or "interrupted before an answer came"
        super().__init__(f"{words}; {method.name} may have been carried out anyway: check before you call it again")


@contextmanager
def transport(base_url: str, *, sandbox: bool) -> Iterator[HttpTransport]:
    """A connection to the provider in the settings, or to a sandbox just for this command; raises Refused."""
    from kaverun.kavenegar.redaction import Secret, redact_log_records
    from kaverun.kavenegar.transport import HttpTransport

    redact_log_records()
    if not sandbox:
        yield HttpTransport(base_url, Secret(api_key()))
        return
    from kaverun.sandbox import Sandbox

    with Sandbox() as own:
        click.echo(f"A sandbox answers at {own.url}; no message leaves this machine.", err=True)
        yield HttpTransport(own.url, Secret("sandbox"))


def _show(text: str) -> None:
    from kaverun.kavenegar.redaction import redact

    click.echo(redact(text))


def _show_json(code: int, message: str, entries: object) -> None:
    import orjson

    answer = {"return": {"status": code, "message": message}, "entries": entries}
    _show(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())


def _table(entries: object) -> str:
    """One entry as lines of name and value; several as a table with a row each."""
    found = entries if isinstance(entries, list) else [entries]
    rows = [{str(name): value for name, value in entry.items()} for entry in found if isinstance(entry, dict)]
    if not rows:
        return "no entries"
    return _card(rows[0]) if len(rows) == 1 else _columns(rows)


def _card(row: Mapping[str, object]) -> str:
    names = _in_order(row)
    width = max(map(len, names), default=0)
    return "\n".join(f"{_plain(name):<{width}}  {_cell(name, row[name])}" for name in names)


def _columns(rows: Sequence[Mapping[str, object]]) -> str:
    names = _in_order(dict.fromkeys(name for row in rows for name in row))
    lines = [
        [_plain(name) for name in names],
        *([_cell(name, row.get(name, "")) for name in names] for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ["  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join(line.rstrip() for line in padded)


def _in_order(names: Mapping[str, object]) -> list[str]:
    return sorted(names, key=lambda name: _TEXTS.index(name) if name in _TEXTS else -1)


def _cell(name: str, value: object) -> str:
    """A value for people: times also in Tehran, money in Rial, a status in words."""
    from kaverun.cli.words import isolated, local_time
    from kaverun.kavenegar.codes import MESSAGE_STATUSES

    text = _plain("" if value is None else str(value))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    if name in _TIMES and number is not None and 0 < number <= _LAST_MOMENT:
        return f"{text} ({local_time(number, _TIMEZONE)})"
    if name in _RIALS and number is not None:
        return f"{number:,} Rial"
    status = MESSAGE_STATUSES.get(number) if name == "status" and number is not None else None
    if status:
        return f"{status.code} ({status.english})"
    if len(text) > _LONGEST_CELL:
        text = text[: _LONGEST_CELL - 1] + "…"
    return text if text.isascii() else isolated(text)


def _plain(text: str) -> str:
    """On one line, without the control characters that a terminal would obey."""
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
