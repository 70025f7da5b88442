"""The charts of the page as inline SVG: dots for a range, floating steps for a sum, dot and interval for estimates.

Colours come from the page's own style by class, so that one chart serves light, dark and print.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.figures import in_unit_of, money
from reports.svg import safe, scale, words_at, wrap

WIDTH = 360
SIZE = 12.0
_MARGIN = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One estimate to draw: its name, its middle and the two ends of its 90% range, all in one unit."""

    name: str
    middle: float
    low: float
    high: float


def picture(height: float, title: str, body: str) -> str:
    """A chart as inline SVG: its height on the common width, what it shows in words, and its marks."""
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )


def dotplot(dots: Sequence[float], currency: str) -> str:
    """A quantile dotplot: each dot one of the equally likely futures, filled where it pays back.

    Dots never cross the zero line, so that counting those on its right gives the chance.
    """
    place = scale([*dots, 0.0], _MARGIN, WIDTH - _MARGIN)
    size = _dot_size(dots, place)
    columns = _columns(dots, place, size)
    height = max(len(column) for column in columns.values()) * size + 12
    body = "".join(
        f'<circle class="{"gain" if value > 0 else "loss"}" cx="{place(0.0) + (step + 0.5) * size:.1f}" '
        f'cy="{height - (level + 0.5) * size:.1f}" r="{size * 0.43:.1f}"/>'
        for step, column in columns.items()
        for level, value in enumerate(column)
    )
    axis = f'<line class="axis" x1="0" x2="{WIDTH}" y1="{height:.0f}" y2="{height:.0f}"/>'
    zero = f'<line class="zero" x1="{place(0.0):.1f}" x2="{place(0.0):.1f}" y1="0" y2="{height + 5:.0f}"/>'
    return picture(
        height + 22,
        f"{len(dots)} equally likely futures of net value; {sum(value > 0 for value in dots)} of them pay back",
        body + axis + zero + _ends(dots, place, height + 17, currency),
    )


def _dot_size(dots: Sequence[float], place: Callable[[float], float]) -> float:
    size = 15.0
    while size > 6 and max(map(len, _columns(dots, place, size).values())) * size > 105:
        size *= 0.9
    return size


def _columns(dots: Sequence[float], place: Callable[[float], float], size: float) -> dict[int, list[float]]:
    columns: dict[int, list[float]] = defaultdict(list)
    for value in sorted(dots):
        steps = (place(value) - place(0.0)) / size
        columns[math.floor(steps) if value > 0 else math.ceil(steps) - 1].append(value)
    return columns


def _ends(dots: Sequence[float], place: Callable[[float], float], y: float, currency: str) -> str:
    low, high, zero = min(dots), max(dots), place(0.0)
    marks = [("start", low, 0.0)] if zero > WIDTH * 0.3 else []
    marks += [("end", high, float(WIDTH))] if zero < WIDTH * 0.7 else []
    anchor = "start" if zero < WIDTH * 0.1 else "end" if zero > WIDTH * 0.9 else "middle"
    said = [words_at(x, y, [money(value, currency)], SIZE, f'text-anchor="{side}"') for side, value, x in marks]
    return "".join([*said, words_at(zero, y, ["0"], SIZE, f'text-anchor="{anchor}"')])


def bridge(steps: Sequence[tuple[str, float]], total: tuple[str, float], currency: str) -> str:
    """Floating steps from zero to their total, top to bottom, each with its figure; forecast, so hatched."""
    row, left, right = 22, 104, WIDTH - 66
    ends = [0.0]
    for _, value in steps:
        ends.append(ends[-1] + value)
    place = scale([*ends, total[1]], left, right)
    figures, unit = in_unit_of([*(value for _, value in steps), total[1]])
    bars = [*pairwise(ends), (0.0, total[1])]
    body = ""
    for line, (name, (start, end), figure) in enumerate(
        zip([*(name for name, _ in steps), total[0]], bars, figures, strict=True)
    ):
        y = line * row
        kind = "gain" if end >= start else "loss"
        strong = ' class="strong"' if line == len(steps) else ""
        body += (
            f'<rect class="{kind} hatched" x="{min(place(start), place(end)):.1f}" y="{y + 4}" '
            f'width="{max(abs(place(end) - place(start)), 1.0):.1f}" height="{row - 8}"/>'
            + words_at(0, y + 15, wrap(name, left - 6, SIZE, 1), SIZE, strong)
            + words_at(WIDTH, y + 15, [f"{figure}{unit}"], SIZE, f'text-anchor="end"{strong}')
        )
    height = row * len(bars)
    zero = f'<line class="zero" x1="{place(0.0):.1f}" x2="{place(0.0):.1f}" y1="0" y2="{height}"/>'
    return picture(height + 2, f"From benefits and cost to net value, in {currency}", HATCHES + body + zero)


HATCHES = "".join(
    f'<pattern id="hatch-{kind}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<line class="{kind}-line" x1="0" x2="0" y1="0" y2="5"/></pattern>'
    for kind in ("gain", "loss")
)


def intervals(rows: Sequence[Interval], figure: Callable[[float], str], title: str) -> str:
    """A dot and a 90% range for each estimate, on one scale with zero, figures beside them."""
    row, left, right = 24, 144, WIDTH - 104
    place = scale([0.0, *(end for item in rows for end in (item.low, item.middle, item.high))], left, right)
    body = ""
    for line, item in enumerate(rows):
        y = line * row + 12
        body += (
            f'<line class="range" x1="{place(item.low):.1f}" x2="{place(item.high):.1f}" y1="{y}" y2="{y}"/>'
            f'<circle class="middle" cx="{place(item.middle):.1f}" cy="{y}" r="4"/>'
            + words_at(0, y + 4, wrap(item.name, left - 8, SIZE, 1), SIZE)
            + words_at(
                WIDTH, y + 4, [f"{figure(item.low)} to {figure(item.high)}"], SIZE, 'text-anchor="end" class="soft"'
            )
        )
    height = row * len(rows)
    zero = f'<line class="zero" x1="{place(0.0):.1f}" x2="{place(0.0):.1f}" y1="0" y2="{height}"/>'
    return picture(height + 4, title, zero + body)
