"""The map of importance beside score, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from reports.charts import WIDTH
from reports.svg import safe, scale, words_at

HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 14, WIDTH - 14, 22, HEIGHT - 22
_SIZE, _SMALL = 11.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One stage on the map: its number in the table, its place on its own scale (0 to 1), its importance."""

    number: int
    name: str
    across: float
    up: float


def importance_map(spots: Sequence[Spot], title: str) -> str:
    """Four quadrants cut at the means: score to the right, importance upwards, stages by their number.

    Source: Martilla & James (1977).
    """
    x = scale([spot.across for spot in spots], _LEFT + 10, _RIGHT - 10)
    y = scale([spot.up for spot in spots], _BOTTOM - 10, _TOP + 10)
    middle_x, middle_y = x(fmean(spot.across for spot in spots)), y(fmean(spot.up for spot in spots))
    corners = (
        (_LEFT, _TOP - 8, "start", "Concentrate here"),
        (_RIGHT, _TOP - 8, "end", "Keep up the good work"),
        (_LEFT, _BOTTOM + 16, "start", "Low priority"),
        (_RIGHT, _BOTTOM + 16, "end", "Possible overkill"),
    )
    body = (
        f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{middle_y:.1f}" y2="{middle_y:.1f}"/>'
        f'<line class="axis" x1="{middle_x:.1f}" x2="{middle_x:.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>'
    )
    body += "".join(
        words_at(across, up, [words], _SMALL, f'text-anchor="{anchor}" class="soft"')
        for across, up, anchor, words in corners
    )
    for spot in spots:
        body += (
            f'<g><title>{safe(spot.name)}</title><circle class="middle" cx="{x(spot.across):.1f}" '
            f'cy="{y(spot.up):.1f}" r="3"/>'
            + words_at(x(spot.across) + 5, y(spot.up) + 4, [str(spot.number)], _SIZE)
            + "</g>"
        )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )
