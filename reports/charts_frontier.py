"""The picture of the frontier: what the best set is worth at each budget, with the study's own budget marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.charts import Interval
from reports.figures import money
from reports.svg import safe, scale, width_of, words_at

WIDTH = 360
_TOP, _BOTTOM, _LEFT, _RIGHT = 26, 160, 52, WIDTH - 14
_SMALL = 11
BOLD = 1.2  # how much wider bold letters are
BEYOND = 1.1  # of the largest budget, so that the last set is seen as a step


def frontier_chart(budgets: Sequence[float], worth: Sequence[Interval], own: float | None, currency: str) -> str:
    """Steps of the best set's net value over the budget, the band its 90% range; `own` is marked where it is given.

    Between two budgets the best set stays that of the lower one, so that the line rises in steps.
    """
    most = max(*budgets, own or 0.0)
    end = most * BEYOND if most > 0 else 1.0
    x = scale([0.0, end], _LEFT, _RIGHT)
    y = scale([0.0, *(value for one in worth for value in (one.low, one.middle, one.high))], _BOTTOM, _TOP)
    places = [x(budget) for budget in budgets]
    edges = [*places[1:], x(end)]
    middle, low, high = (
        _steps(places, edges, [y(getattr(one, name)) for one in worth]) for name in ("middle", "low", "high")
    )
    body = f'<polygon class="band" points="{" ".join([*low, *reversed(high)])}"/>'
    body += f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{y(0.0):.1f}" y2="{y(0.0):.1f}"/>'
    body += f'<polyline class="line" points="{" ".join(middle)}"/>'
    body += "".join(
        f'<circle class="middle" cx="{place:.1f}" cy="{y(one.middle):.1f}" r="3.5"/>'
        for place, one in zip(places, worth, strict=True)
    )
    body += _scale_words(worth, y, end, currency) + (_mark(x(own), own, currency) if own is not None else "")
    title = f"Net value of the best set of initiatives at each budget, in {currency}"
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {_BOTTOM + 42}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )


def _steps(starts: Sequence[float], edges: Sequence[float], heights: Sequence[float]) -> list[str]:
    points = []
    for start, edge, height in zip(starts, edges, heights, strict=True):
        points += [f"{start:.1f},{height:.1f}", f"{edge:.1f},{height:.1f}"]
    return points


def _scale_words(worth: Sequence[Interval], y: Callable[[float], float], end: float, currency: str) -> str:
    best = max(worth, key=lambda one: one.middle)
    ends = {0.0, best.middle, max(one.high for one in worth), min(0.0, *(one.low for one in worth))}
    said = ""
    taken: list[float] = []
    for amount in sorted(ends, key=lambda value: (value != 0.0, value != best.middle)):
        at = y(amount)
        if all(abs(at - other) >= _SMALL * 1.2 for other in taken):
            taken.append(at)
            said += words_at(_LEFT - 6, at + 4, [money(amount)], _SMALL, 'text-anchor="end" class="soft"')
    said += words_at(_LEFT, _BOTTOM + 18, ["0"], _SMALL, 'text-anchor="middle" class="soft"')
    said += words_at(_RIGHT, _BOTTOM + 18, [money(end / BEYOND)], _SMALL, 'text-anchor="end" class="soft"')
    return said + words_at(_LEFT, _BOTTOM + 36, [f"budget, {currency}"], _SMALL, 'class="soft"')


def _mark(place: float, own: float, currency: str) -> str:
    words = f"own budget {money(own, currency)}"
    half = width_of(words, _SMALL) * BOLD / 2
    at = min(max(place, half), WIDTH - half)
    return (
        f'<line class="zero" stroke-dasharray="4 3" x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP - 8}" y2="{_BOTTOM}"/>'
        + words_at(at, _TOP - 13, [words], _SMALL, 'text-anchor="middle" class="strong"')
    )
