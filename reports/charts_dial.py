"""The picture of the dial: what is left of the value beside a hidden cause of each strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.figures import money
from reports.svg import safe, scale, words_at

WIDTH = 360
_TOP, _BOTTOM, _LEFT, _RIGHT = 26, 150, 56, WIDTH - 14


def dial_curve(
    strength: Sequence[float],
    value: Sequence[float],
    ends: tuple[Sequence[float], Sequence[float]],
    marks: Mapping[str, float],
) -> str:
    """The mean with its 90% range over the strength of a hidden cause, and upright lines at the marks by name."""
    low, high = ends
    x = scale(list(strength), _LEFT, _RIGHT)
    y = scale([0.0, *value, *low, *high], _BOTTOM, _TOP)
    there = [f"{x(r):.1f},{y(v):.1f}" for r, v in zip(strength, high, strict=True)]
    back = [f"{x(r):.1f},{y(v):.1f}" for r, v in zip(strength, low, strict=True)]
    body = f'<polygon class="band" points="{" ".join([*there, *reversed(back)])}"/>'
    points = " ".join(f"{x(r):.1f},{y(v):.1f}" for r, v in zip(strength, value, strict=True))
    body += f'<polyline class="line" points="{points}"/>'
    body += f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>'
    for amount in (0.0, max(value)):
        body += words_at(_LEFT - 6, y(amount) + 4, [money(amount)], 10, 'text-anchor="end" class="soft"')
    for place, (name, at) in enumerate(marks.items()):
        body += f'<line class="axis" stroke-dasharray="4 3" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{_TOP}" '
        body += f'y2="{_BOTTOM}"/>' + words_at(x(at) + 3, 10 + 12 * place, [f"{name} {at:.2f}"], 10)
    for at in (min(strength), max(strength)):
        body += words_at(x(at), _BOTTOM + 14, [f"{at:g}"], 10, 'text-anchor="middle" class="soft"')
    title = "Value at stake beside a hidden cause, by how strongly it goes with both pain point and leaving"
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {_BOTTOM + 20}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )
