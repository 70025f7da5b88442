"""The picture of a prediction: what was seen as a dot on the range of what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.svg import safe, scale, words_at, wrap

WIDTH = 360
_LEFT, _STEP, _SIZE = 150, 20, 11.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One group: what was seen, and the ends of the 90% range, all over what was predicted in the mean."""

    name: str
    seen: float
    low: float
    high: float


def seen_on_ranges(groups: Sequence[Prediction], title: str) -> str:
    """A line a group from low to high, a dot where it was seen; the upright line is what was predicted."""
    ends = [value for one in groups for value in (one.seen, one.low, one.high)]
    x = scale([min(*ends, 0.9), max(*ends, 1.1)], _LEFT, WIDTH - 14)
    bottom = 12 + _STEP * len(groups)
    body = f'<line class="zero" x1="{x(1.0):.1f}" x2="{x(1.0):.1f}" y1="4" y2="{bottom}"/>'
    for place, one in enumerate(groups):
        y = 14 + _STEP * place
        body += words_at(_LEFT - 8, y + 4, wrap(one.name, _LEFT - 12, _SIZE, 1), _SIZE, 'text-anchor="end"')
        body += f'<line class="range" x1="{x(one.low):.1f}" x2="{x(one.high):.1f}" y1="{y}" y2="{y}"/>'
        body += (
            f'<circle class="middle" cx="{x(one.seen):.1f}" cy="{y}" r="3.5"><title>{safe(one.name)}</title></circle>'
        )
    body += words_at(x(1.0), bottom + 14, ["as predicted"], _SIZE, 'text-anchor="middle" class="soft"')
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {bottom + 22}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )
