"""The picture of a score over time: ranges, dots, and what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures import significant
from reports.svg import safe, scale, words_at

WIDTH, _TOP, _BOTTOM, _LEFT = 220, 8, 74, 8
_RIGHT, _SIZE = WIDTH - 40, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One period of a stage: score with its 90% range, and a competitors' benchmark; None where there is none."""

    period: str
    score: float | None
    low: float | None
    high: float | None
    benchmark: float | None


def score_over_time(seen: Sequence[Seen], ends: tuple[float, float], target: float | None, title: str) -> str:
    """A dot and its range a period from `ends` low to high, a line between neighbours, a gap where there is none.

    The dashed line is the target, a cross what competitors had in that period.
    """
    x = scale([0.0, max(len(seen) - 1, 1)], _LEFT, _RIGHT)
    y = scale(list(ends), _BOTTOM, _TOP)
    body = f'<line class="axis" x1="0" x2="{_RIGHT + 6}" y1="{_BOTTOM}" y2="{_BOTTOM}"/>'
    if target is not None:
        body += (
            f'<line class="zero" stroke-dasharray="3 3" x1="0" x2="{_RIGHT + 6}" '
            f'y1="{y(target):.1f}" y2="{y(target):.1f}"/>'
        )
    for step, (one, after) in enumerate(zip(seen, [*seen[1:], None], strict=True)):
        if one.benchmark is not None:
            a, b = x(step), y(one.benchmark)
            body += f'<path class="zero" d="M{a - 3:.1f} {b - 3:.1f} l6 6 m0 -6 l-6 6" fill="none"/>'
        if one.score is None:
            continue
        if one.low is not None and one.high is not None:
            body += (
                f'<line class="range" x1="{x(step):.1f}" x2="{x(step):.1f}" y1="{y(one.low):.1f}" '
                f'y2="{y(one.high):.1f}" stroke-opacity="0.45"/>'
            )
        if after is not None and after.score is not None:
            body += f'<polyline class="line" points="{_at(x(step), y(one.score))} {_at(x(step + 1), y(after.score))}"/>'
        body += f'<circle class="middle" cx="{x(step):.1f}" cy="{y(one.score):.1f}" r="2.5"/>'
    last = [(step, one.score) for step, one in enumerate(seen) if one.score is not None]
    if last:
        step, score = last[-1]
        body += words_at(x(step) + 8, y(score) + 4, [significant(score, 3)], _SIZE, 'class="strong"')
    body += words_at(0, _BOTTOM + 13, [seen[0].period], _SIZE, 'class="soft"')
    if len(seen) > 1:
        body += words_at(_RIGHT + 6, _BOTTOM + 13, [seen[-1].period], _SIZE, 'text-anchor="end" class="soft"')
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {_BOTTOM + 18}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )


def _at(x: float, y: float) -> str:
    return f"{x:.1f},{y:.1f}"
