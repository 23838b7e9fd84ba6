"""How a command explains itself: its options in groups, an example, and what its exit codes mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

import click

# Titles of option groups, with the parameters in each; options in no group come first.
_GROUPS = {
    "Consent and safety": (
        "yes", "expect", "strict", "allow_over", "as_new_people", "new_ledger", "cold_ledger", "resend_unknown",
        "allow_debugmode",
    ),
    "Output": ("form", "out", "messages", "report_dir", "detailed_exitcode"),
    "Provider and ledger": ("base_url", "ledger", "lock_timeout", "sandbox"),
}  # fmt: skip
_EXITS = {
    0: "everything asked for is done, or there was nothing to do",
    1: "nothing was sent or changed: invalid, refused, declined, locked, or misused",
    2: "with --detailed-exitcode: there is something to send",
    3: "something was sent and something was not; run it again to continue",
    130: "interrupted; what was in flight is recorded; run it again to continue",
}
_CONTEXT = {"help_option_names": ["-h", "--help"]}


class _Explained(click.Command):
    """`example` is a command line; `exits` are its exit codes, with its own text where `meaning` has one."""

    def __init__(
        self, *args: Any, example: str, exits: Collection[int], meaning: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._example = example
        self._exits = {code: meaning.get(code, _EXITS[code]) for code in exits}

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        title_of = {name: title for title, names in _GROUPS.items() for name in names}
        groups: dict[str, list[tuple[str, str]]] = {title: [] for title in ("Options", *_GROUPS)}
        for parameter in self.get_params(context):
            # Arguments are explained in the text above.
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context)):
                groups[title_of.get(parameter.name or "", "Options")].append(record)
        # What every command has comes last.
        groups["Options"].sort(key=lambda record: "--help" in record[0])
        for title, records in groups.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Example"):
            formatter.write_text(self._example)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words) for code, words in self._exits.items()])


def explained(
    *,
    example: str,
    exits: Collection[int] = (0, 1),
    meaning: Mapping[int, str] = MappingProxyType({}),
    name: str | None = None,
    group: click.Group | None = None,
) -> Callable[[Callable[..., Any]], click.Command]:
    """Like `click.command`, or a `group`'s `command`, for a function that returns its exit code, or None for 0."""
    return (group or click).command(
        name, cls=_Explained, context_settings=_CONTEXT, example=example, exits=exits, meaning=meaning
    )
