"""The fan of a metric over periods: base with its range, other scenarios as lines, each named at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.charts import SIZE, WIDTH, Interval, picture
from reports.svg import scale, words_at, wrap

TOP, BOTTOM, LEFT, RIGHT = 10, 142, 8, WIDTH - 118
APART = 13.0  # between two names at the ends of lines
Look = Literal["base", "up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One scenario to draw: its name, how it looks, and its estimate in each period."""

    name: str
    look: Look
    rows: Sequence[Interval]


def fans(lines: Sequence[Line], figure: Callable[[float], str], title: str) -> str:
    """Lines over periods, base with the band that holds 9 of 10 futures and others with the edges of theirs.

    The last figure of each stands at its end.
    """
    ends = [end for one in lines for row in one.rows for end in (row.low, row.middle, row.high)]
    periods = [row.name for row in lines[0].rows]
    y, x = scale(ends, BOTTOM, TOP), scale([0.0, max(len(periods) - 1, 1)], LEFT, RIGHT)
    body = "".join(_shape(one, x, y) for one in sorted(lines, key=lambda one: one.look != "base"))
    body += words_at(LEFT, BOTTOM + 18, [periods[0]], 10, 'class="soft"')
    body += words_at(RIGHT, BOTTOM + 18, [periods[-1]], 10, 'text-anchor="end" class="soft"')
    return picture(BOTTOM + 24, title, body + _names(lines, figure, y))


def _shape(one: Line, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    upper = [f"{x(step):.1f},{y(row.high):.1f}" for step, row in enumerate(one.rows)]
    lower = [f"{x(step):.1f},{y(row.low):.1f}" for step, row in enumerate(one.rows)]
    middle = " ".join(f"{x(step):.1f},{y(row.middle):.1f}" for step, row in enumerate(one.rows))
    if one.look == "base":
        band = f'<polygon class="band" points="{" ".join(upper + lower[::-1])}"/>'
        return f'{band}<polyline class="line" points="{middle}"/>'
    edges = "".join(f'<polyline class="edge" points="{" ".join(ends)}"/>' for ends in (upper, lower))
    return f'{edges}<polyline class="line {one.look}" points="{middle}"/>'


def _names(lines: Sequence[Line], figure: Callable[[float], str], y: Callable[[float], float]) -> str:
    """The name and last figure of each at the end of its line, from the highest down, none over another."""
    said, free = "", float(TOP)
    lowest = BOTTOM + 4 - APART * (len(lines) - 1)
    for place, one in enumerate(sorted(lines, key=lambda one: y(one.rows[-1].middle))):
        at = max(free, min(y(one.rows[-1].middle) + 4, lowest + APART * place))
        words = wrap(f"{one.name} {figure(one.rows[-1].middle)}", WIDTH - RIGHT - 8, SIZE, 1)
        said += words_at(RIGHT + 6, at, words, SIZE, 'class="strong"' if one.look == "base" else "")
        free = at + APART
    return said
