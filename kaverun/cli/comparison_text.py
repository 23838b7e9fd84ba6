"""The ledger next to the outbox, for the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from kaverun.cli.words import isolated, local_time
from kaverun.documents import iso
from kaverun.reconcile.comparison import Compared, Difference, Example, Listing, is_odd
from kaverun.reconcile.spans import Span
from kaverun.report.delivery import status_word
from kaverun.text.plurals import plural

_TIMEZONE = "Asia/Tehran"
_SHOWN = 10
_WHITELIST = (
    "add the IP address of this machine to the account's whitelist in the Kavenegar panel, under Settings > "
    "Security Settings, and ask again"
)


def comparison_text(compared: Compared) -> str:
    return "\n".join(_lines(compared))


def _lines(compared: Compared) -> Iterator[str]:
    scope = compared.scope
    name = f"{scope.campaign}, run {compared.run_id}" if compared.run_id else scope.campaign
    if not compared.kept.messages and not compared.spans.asked:
        yield f"{name}: the ledger has no messages of this {'run' if compared.run_id else 'campaign'} to compare"
        return
    yield f"{name}: {_verdict(compared)}"
    yield from (f"  time  {_span(span)}" for span in compared.spans.asked)
    yield from _table(compared)
    if compared.listing:
        yield from _differences(compared, compared.listing)
    else:
        yield from _counts_only(compared)
    for span in compared.spans.refused:
        yield f"  not asked for: {_span(span)}; an outbox reaches 3 days back"


def _verdict(compared: Compared) -> str:
    if compared.differs:
        return "the ledger and Kavenegar's outbox differ"
    if not compared.complete:
        return "nothing differs as far as it could be compared"
    return "the ledger and Kavenegar's outbox agree"


def _span(span: Span) -> str:
    return f"{local_time(span.start, _TIMEZONE)} to {local_time(span.end, _TIMEZONE)}"


def _table(compared: Compared) -> Iterator[str]:
    listing, counted = compared.listing, compared.counted
    rows = [
        ("", "messages", "parts", "Rial"),
        _row("ledger", compared.kept.messages, compared.parts, compared.kept.cost),
    ]
    if listing:
        rows.append(_row("outbox, the same messages", listing.both.messages, None, listing.both.cost))
    rows.append(_row("outbox, all in that time", counted.messages, counted.parts, counted.cost))
    if listing and listing.elsewhere.messages:
        rows.append(_row("  elsewhere in the ledger", listing.elsewhere.messages, None, listing.elsewhere.cost))
    if listing and listing.strange.messages:
        rows.append(_row("  not in the ledger", listing.strange.messages, None, listing.strange.cost))
    if not listing:
        rows.append(_row("ledger, all in that time", compared.around.messages, None, compared.around.cost))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *figures in rows:
        padded = (f"{figure:>{width}}" for figure, width in zip(figures, widths[1:], strict=True))
        yield f"  {name:<{widths[0]}}  {'  '.join(padded)}".rstrip()


def _row(name: str, *figures: int | None) -> tuple[str, str, str, str]:
    messages, parts, cost = ("" if figure is None else f"{figure:,}" for figure in figures)
    return name, messages, parts, cost


def _differences(compared: Compared, listing: Listing) -> Iterator[str]:
    if listing.missing.messages:
        yield from _difference("accepted in the ledger but not in the outbox", listing.missing)
    if listing.strange.messages:
        yield from _difference("in the outbox but not in the ledger", listing.strange)
    if compared.doubtful:
        taken_over = "; the next `kaverun apply` takes those over" if listing.doubts else ""
        doubtful = plural(compared.doubtful, "message")
        yield f"  in doubt in the ledger: {doubtful}, {listing.doubts:,} of them in the outbox{taken_over}"
    yield from _statuses(listing)
    if listing.costs.messages:
        more = f"{abs(listing.costs.cost):,} Rial {'more' if listing.costs.cost >= 0 else 'less'} in the outbox"
        yield f"  the cost differs: {plural(listing.costs.messages, 'message')}, {more}"
        yield from _examples(listing.costs.examples)
    if listing.out_of_reach:
        yield f"  too old to look up, so not compared: {plural(listing.out_of_reach, 'message')}"
    if listing.unlisted:
        yield (
            f"  counted but not listed: {plural(listing.unlisted, 'message')}; more were sent in one second than "
            "Kavenegar lists, so it is not known whose they are"
        )


def _difference(words: str, difference: Difference) -> Iterator[str]:
    yield f"  {words}: {plural(difference.messages, 'message')}, {difference.cost:,} Rial"
    yield from _examples(difference.examples)
    if difference.messages > _SHOWN:
        yield f"      and {difference.messages - _SHOWN:,} more"


def _examples(examples: Sequence[Example]) -> Iterator[str]:
    return ("      " + ", ".join(_words(example)) for example in examples[:_SHOWN])


def _words(example: Example) -> Iterator[str]:
    yield f"messageid {example.messageid}"
    yield f"{example.phone} from {example.line}"
    if example.row:
        yield f"row {example.row}"
    if example.date:
        yield local_time(example.date, _TIMEZONE)
    if example.listed_status is not None:
        yield status_word(example.listed_status)
    if example.ledger_cost is not None:
        yield f"{example.ledger_cost:,} Rial in the ledger"
    if example.listed_cost is not None:
        yield f"{example.listed_cost:,} Rial in the outbox"


def _statuses(listing: Listing) -> Iterator[str]:
    for pair in listing.statuses:
        words = f"{status_word(pair.ledger or 0)} in the ledger, {status_word(pair.listed)} in the outbox"
        name = "the status differs" if is_odd(pair) else "the status is newer there"
        yield f"  {name}: {plural(pair.messages, 'message')}, {words}"
    if any(not is_odd(pair) for pair in listing.statuses):
        yield "      `kaverun status` brings the ledger up to date"


def _counts_only(compared: Compared) -> Iterator[str]:
    yield f"  the messages could not be listed: {isolated(compared.refusal)}"
    yield f"  so only counts were compared: {_WHITELIST}"
    if compared.doubtful:
        yield f"  in doubt in the ledger: {plural(compared.doubtful, 'message')}"


def comparison_json(compared: Compared) -> str:
    """Everything that was found, indented; the keys are a contract, `version` counts their changes."""
    scope, counted = compared.scope, compared.counted
    document = {
        "version": 1,
        **scope._asdict(),
        "run_id": compared.run_id,
        "asked_at": iso(compared.asked),
        "differs": compared.differs,
        "complete": compared.complete,
        "spans": _times(compared.spans.asked),
        "refused_spans": _times(compared.spans.refused),
        "ledger": {"messages": compared.kept.messages, "parts": compared.parts, "cost": compared.kept.cost},
        "ledger_in_spans": compared.around._asdict(),
        "outbox_in_spans": counted._asdict(),
        "in_doubt": compared.doubtful,
        "currency": "IRR",
        "refusal": compared.refusal or None,
        "what_to_do": _WHITELIST if compared.refusal else None,
        "listing": _listing(compared.listing) if compared.listing else None,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _times(spans: Iterable[Span]) -> list[dict[str, Any]]:
    return [{"from": iso(span.start), "to": iso(span.end)} for span in spans]


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "same": listing.both._asdict(),
        "elsewhere": listing.elsewhere._asdict(),
        "in_doubt": listing.doubts,
        "missing": _kind(listing.missing),
        "not_in_ledger": _kind(listing.strange),
        "statuses": [{**pair._asdict(), "expected": not is_odd(pair)} for pair in listing.statuses],
        "costs": _kind(listing.costs),
        "out_of_reach": listing.out_of_reach,
        "unlisted": listing.unlisted,
    }


def _kind(difference: Difference) -> dict[str, Any]:
    """The examples are at most `kaverun.reconcile.comparison.EXAMPLES`; `messages` counts all."""
    examples = [
        {**example._asdict(), "date": iso(example.date) if example.date else None} for example in difference.examples
    ]
    return {"messages": difference.messages, "cost": difference.cost, "examples": examples}
