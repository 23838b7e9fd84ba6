"""The growth curve: seconds and memory over recipients, as an SVG drawn by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from math import log10
from typing import NamedTuple

from benchmarks.results import BARE, KAVERUN, Results, Sample
from benchmarks.steps import apply, plan, status

_WIDTH, _HEIGHT = 760, 340
_COLOURS = {plan.STEP: "#2563eb", apply.STEP: "#c2410c", status.STEP: "#15803d"}
_MIB = 2**20
Point = tuple[float, float]


class Panel(NamedTuple):
    """A plot with its place on the page, and the values at its edges. Axes are logarithmic, so a line means linear."""

    title: str
    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]

    def at(self, point: Point) -> Point:
        x, y = (_share(value, *edges) for value, edges in zip(point, (self.across, self.up), strict=True))
        return self.left + x * self.width, self.top + (1 - y) * self.height


def growth_svg(results: Results) -> str:
    """Time of plan, apply and status beside their bare loops, and peak memory."""
    sizes = [sample.case.messages for step in _COLOURS for sample in results.of_step(step)]
    across = (min(sizes), max(sizes))
    heights = _decades(_all(results, _whole))
    times = Panel("seconds of the whole command, over recipients", 60, 40, 400, 230, across, heights)
    memory = Panel("peak memory, MiB", 530, 40, 210, 230, across, (10, 1000))
    body = [*_axes(times), *_axes(memory), *_lines(results, times, memory), *_legend()]
    style = "text{font:12px system-ui,sans-serif;fill:#333}.g{stroke:#ddd}.t{font-weight:600}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f"<title>Time and memory over recipients</title><style>{style}</style>"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _whole(sample: Sample) -> float:
    return sample.whole


def _memory(sample: Sample) -> float:
    return sample.rss / _MIB


def _all(results: Results, value: Callable[[Sample], float]) -> list[float]:
    return [value(one) for step in _COLOURS for who in (KAVERUN, BARE) for one in _plain(results, step, who)]


def _plain(results: Results, step: str, who: str) -> list[Sample]:
    """Samples without latency: of `apply` those of four threads."""
    return [one for one in results.of_step(step, who) if not one.case.latency]


def _lines(results: Results, times: Panel, memory: Panel) -> Iterator[str]:
    for step, colour in _COLOURS.items():
        for who, dash in ((KAVERUN, ""), (BARE, "4 3")):
            samples = _plain(results, step, who)
            yield from _line(times, [(one.case.messages, one.whole) for one in samples], colour, dash)
        ours = _plain(results, step, KAVERUN)
        yield from _line(memory, [(one.case.messages, _memory(one)) for one in ours], colour, "")


def _line(panel: Panel, points: Sequence[Point], colour: str, dash: str) -> Iterator[str]:
    places = [panel.at(point) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    if not dash:
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)


def _axes(panel: Panel) -> Iterator[str]:
    yield _text(panel.left, panel.top - 14, panel.title, "start", "t")
    bottom, right = panel.top + panel.height, panel.left + panel.width
    for value in _ticks(panel.across):
        x, _ = panel.at((value, panel.up[0]))
        yield f'<line class="g" x1="{x:.1f}" y1="{panel.top}" x2="{x:.1f}" y2="{bottom}"/>'
        yield _text(x, bottom + 16, _short(value), "middle")
    for value in _ticks(panel.up):
        _, y = panel.at((panel.across[0], value))
        yield f'<line class="g" x1="{panel.left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield _text(panel.left - 6, y + 4, _short(value), "end")


def _legend() -> Iterator[str]:
    x = 60.0
    for step, colour in _COLOURS.items():
        yield f'<line x1="{x}" y1="312" x2="{x + 24}" y2="312" stroke="{colour}" stroke-width="2"/>'
        yield _text(x + 30, 316, f"kaverun {step}", "start")
        x += 136
    yield f'<line x1="{x}" y1="312" x2="{x + 24}" y2="312" stroke="#333" stroke-width="2" stroke-dasharray="4 3"/>'
    yield _text(x + 30, 316, "the bare loop; axes are logarithmic", "start")


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _share(value: float, low: float, high: float) -> float:
    return (log10(value) - log10(low)) / (log10(high) - log10(low)) if high > low else 0.5


def _decades(values: Iterable[float]) -> tuple[float, float]:
    """Powers of ten around all values."""
    numbers = [log10(value) for value in values]
    return 10.0 ** (min(numbers) // 1), 10.0 ** -(-max(numbers) // 1)


def _ticks(edges: tuple[float, float]) -> list[float]:
    low, high = edges
    marks = [10.0**power for power in range(-3, 9)]
    return [mark for mark in marks if low * 0.999 <= mark <= high * 1.001] + ([high] if high not in marks else [])


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} M"
    return f"{value / 1000:g} k" if value >= 1000 else f"{value:g}"
