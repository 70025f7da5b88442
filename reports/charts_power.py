"""The power curve: the chance that an improvement is found, by how many take part or by how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts import SIZE, WIDTH, picture
from reports.svg import scale, words_at, wrap

TOP, BOTTOM, LEFT, RIGHT = 10, 142, 34, WIDTH - 138
APART = 13.0
LOOKS = ("line", "line up", "line down")  # the first stands out
TARGET = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One outcome: its name and the chance `(x, share 0..1)` at every place."""

    name: str
    points: Sequence[tuple[float, float]]


def power_curves(curves: Sequence[Curve], ends: tuple[str, str], title: str) -> str:
    """Lines of chance from 0 to 100%, named where they end, with a line at 80%; `ends` name both ends of the axis."""
    places = [x for curve in curves for x, _ in curve.points]
    x, y = scale(places, LEFT, RIGHT), scale([0.0, 1.0], BOTTOM, TOP)
    axis = f'<line class="axis" x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}"/>'
    axis += f'<line class="zero" x1="{LEFT}" x2="{RIGHT}" y1="{y(TARGET):.1f}" y2="{y(TARGET):.1f}"/>'
    for share in (0.0, TARGET, 1.0):
        axis += words_at(LEFT - 4, y(share) + 4, [f"{share:.0%}"], 10, 'text-anchor="end" class="soft"')
    axis += words_at(LEFT, BOTTOM + 18, [ends[0]], 10, 'class="soft"')
    axis += words_at(RIGHT, BOTTOM + 18, [ends[1]], 10, 'text-anchor="end" class="soft"')
    lines = "".join(
        f'<polyline class="{LOOKS[place % len(LOOKS)]}" '
        f'points="{" ".join(f"{x(at):.1f},{y(share):.1f}" for at, share in curve.points)}"/>'
        for place, curve in enumerate(curves)
    )
    names, free = "", float(TOP)
    lowest = BOTTOM + 4 - APART * (len(curves) - 1)
    for place, curve in enumerate(sorted(curves, key=lambda one: -one.points[-1][1])):
        at = max(free, min(y(curve.points[-1][1]) + 4, lowest + APART * place))
        words = wrap(f"{curve.name} {curve.points[-1][1]:.0%}", WIDTH - RIGHT - 8, SIZE, 1)
        names += words_at(RIGHT + 6, at, words, SIZE)
        free = at + APART
    return picture(BOTTOM + 24, title, axis + lines + names)
