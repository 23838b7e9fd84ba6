"""What must hold between several keys of a campaign file, looked at in the raw data.

The models judge each key alone; pydantic would tell of these only when every key by itself is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from kaverun.campaign import values
from kaverun.campaign.channel_rules import foreign_keys, needed_keys
from kaverun.campaign.quiet_hours import quiet_hours
from kaverun.errors import Problem
from kaverun.files.kinds import LIST_KEYS
from kaverun.strict_yaml.document import Document
from kaverun.strict_yaml.nodes import Key, Node, Scalar
from kaverun.text.excerpt import excerpt
from kaverun.text.local_time import happens_twice, local_time, unix_time, zone

Data = dict[str, object]
_LOOKS_BOOLEAN = frozenset({"yes", "no", "on", "off", "y", "n"})


def broken_rules(document: Document, data: Data, *, handed: bool = False) -> Iterator[Problem]:
    """Problems between keys; `data` is the file in long form. Recipients that are `handed` over need no source."""
    yield from needed_keys(document, data)
    yield from foreign_keys(document, data)
    if not handed:
        yield from _recipients(document, _section(data, "recipients"))
    yield from _senders(document, data.get("senders"))
    yield from _retry(document, _section(data, "retry"))
    yield from _schedule(document, _section(data, "schedule"))
    yield from _boolean_lookalikes(document, _section(data, "recipients"))


def without_nothing(document: Document, data: Data) -> tuple[Data, list[Problem]]:
    """The data without keys that have no value, and a problem for each: nobody can tell what they mean.

    Cells of inline recipients may be empty.
    """
    problems: list[Problem] = []
    return _pruned(document, data, (), problems), problems


def _pruned(document: Document, data: Data, above: tuple[Key, ...], problems: list[Problem]) -> Data:
    kept: Data = {}
    for key, value in data.items():
        if value is None:
            words = "has no value: write one, or delete the line"
            problems.append(document.problem(words, *above, key, of="key"))
        elif isinstance(value, dict):
            kept[key] = _pruned(document, value, (*above, key), problems)
        else:
            kept[key] = value
    return kept


def _recipients(document: Document, recipients: Data | None) -> Iterator[Problem]:
    if recipients is None:
        return
    if recipients.keys().isdisjoint((*LIST_KEYS, "inline")):
        words = f"names neither {', '.join(LIST_KEYS)} nor inline: write `csv: members.csv`, or rows below inline:"
        yield document.problem(words, "recipients", of="key")
    for key in ("encoding", "delimiter"):
        if key in recipients and "csv" not in recipients:
            words = "says how CSV files are read, and csv: names none: delete it"
            yield document.problem(words, "recipients", key, of="key")


def _senders(document: Document, senders: object) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, sender in enumerate(senders if isinstance(senders, list) else ()):
        line = str(sender.get("line")).removeprefix("+") if isinstance(sender, dict) else ""
        if line and line in seen:
            words = f"names the same line as senders[{seen[line]}]: give that one a weight instead"
            yield document.problem(words, "senders", index, "line")
        seen.setdefault(line, index)


def _retry(document: Document, retry: Data | None) -> Iterator[Problem]:
    try:
        initial, longest = (values.duration((retry or {}).get(key, default)) for key, default in _WAITS)
    except ValueError:
        return
    if longest < initial:
        keys = ("retry", "max" if "max" in (retry or {}) else "initial")
        yield document.problem("retry.max is shorter than retry.initial: make it at least as long", *keys)


_WAITS = (("initial", "1s"), ("max", "60s"))


def _schedule(document: Document, schedule: Data | None) -> Iterator[Problem]:
    if schedule is None:
        return
    if not _TIMES & set(schedule):
        words = (
            "names no time: write `at: 2026-03-20 10:00` or quiet_hours below it, or delete schedule: to send at once"
        )
        yield document.problem(words, "schedule", of="key")
    if "deadline" in schedule and not {"at", "cron"} & set(schedule):
        yield document.problem("means nothing without schedule.at: write one, or delete it", "schedule", "deadline")
    yield from _at(document, schedule)


# `cron` is told to be unavailable; what it would stand for is not asked for as well.
_TIMES = frozenset({"at", "quiet_hours", "cron"})


def _at(document: Document, schedule: Data) -> Iterator[Problem]:
    try:
        at = local_time(schedule.get("at"))
        where = zone(str(schedule.get("timezone", "Asia/Tehran")))
    except ValueError:
        return
    try:
        unix_time(at, where)
    except ValueError as error:
        yield document.problem(str(error), "schedule", "at")
    if happens_twice(at, where):
        words = f"happens twice in {where.key}, where clocks go back: the first of the two is meant"
        yield document.problem(words, "schedule", "at", severity="warning")
    with suppress(ValueError):
        hours = quiet_hours(schedule.get("quiet_hours"))
        if hours.cover(at):
            end = f"{hours}".partition("-")[2]
            words = f"lies in schedule.quiet_hours ({hours}), in which nothing is sent: write a time from {end} on"
            yield document.problem(words, "schedule", "at")


def _boolean_lookalikes(document: Document, recipients: Data | None) -> Iterator[Problem]:
    rows = (recipients or {}).get("inline")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        for column, value in row.items() if isinstance(row, dict) else ():
            if isinstance(value, str) and value.lower() in _LOOKS_BOOLEAN:
                keys: tuple[Key, ...] = ("recipients", "inline", index, column)
                if _is_plain(document.node(*keys)):
                    words = (
                        f"{excerpt(value)} is a text, true in every condition: write true or false, or put it in quotes"
                    )
                    yield document.problem(words, *keys, severity="warning")


def _is_plain(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.style


def _section(data: Data, name: str) -> Data | None:
    found = data.get(name)
    return found if isinstance(found, dict) else None
