"""Tables of samples and figures, for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.figures import Figure
from benchmarks.results import BARE, Results, Sample
from benchmarks.steps import report, resume, startup

Rows = Sequence[Sequence[str]]
_HEAD = (
    "step", "messages", "latency", "threads", "who", "seconds",
    "whole", "messages/s", "÷ bare",
    "CPU s", "peak MiB", "ledger B", "server",
)  # fmt: skip
_MIB = 2**20
# Not so much a message, but so much once.
_WITHOUT_RATE = (startup.HELP.step, startup.VALIDATE.step, report.SUMMARY, resume.STEP)


def samples_table(results: Results) -> Rows:
    """The best of everything that was measured.

    `seconds` are those that are compared, of `apply` the sending alone; `whole` those of the command from start to
    end; `server` is the share of its time that the server was at work.
    """
    return [_HEAD, *(_row(results, sample) for sample in results.all_best())]


def figures_table(figures: Iterable[Figure]) -> Rows:
    return [("figure", "now", "promised", ""), *(_figure_row(figure) for figure in figures)]


def as_text(rows: Rows) -> str:
    """Aligned columns: the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numeric = [all(_is_number(row[place]) for row in rows[1:]) for place in range(len(widths))]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def as_markdown(rows: Rows) -> str:
    numeric = [all(_is_number(row[place]) for row in rows[1:]) for place in range(len(rows[0]))]
    rule = ["--:" if right else "---" for right in numeric]
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], rule, *rows[1:]])


def _row(results: Results, sample: Sample) -> tuple[str, ...]:
    case, more = sample.case, sample.more
    bare = results.yardstick(sample)
    return (
        case.step,
        f"{case.messages:,}" if case.messages else "",
        f"{case.latency} ms" if case.threads else "",
        str(case.threads or ""),
        sample.who,
        f"{sample.seconds:.3f}",
        f"{sample.whole:.2f}",
        "" if case.step in _WITHOUT_RATE else f"{sample.rate:,.0f}",
        f"{bare.rate / sample.rate:.2f}" if bare and sample.who != BARE else "",
        f"{sample.cpu:.2f}",
        f"{sample.rss / _MIB:.0f}",
        f"{more['ledger']:.0f}" if "ledger" in more else "",
        f"{more['server_busy']:.0%}" if "server_busy" in more else "",
    )


def _figure_row(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.at_least else "≤"
    return figure.name, f"{figure.value:.3g}", f"{sign} {figure.limit:g}", "met" if figure.met else "MISSED"


def _is_number(cell: str) -> bool:
    return not cell or cell[0] in "0123456789≤≥"
