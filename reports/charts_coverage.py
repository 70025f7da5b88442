"""The pictures of coverage: which stage follows which, and response rates over periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.figures import percent
from reports.svg import safe, scale, words_at, wrap

WIDE, NARROW = 680, 360
MOST_STAGES = 14  # beyond it a cell is too narrow for its figure
_LABEL, _ROW, _TOP, _SIZE = 170, 28, 44, 12.0
_NAMED_FROM = 52  # width of a cell that bears the stage's name above it
_DEEPEST = 0.42  # of the fill: darker, and the figure on it could not be read
_KINDS = ("onward", "repeat", "return")


def matrix(stages: Sequence[str], shares: Mapping[tuple[int, int], float], title: str) -> str:
    """Which stage is seen next: a row a stage left, a column a stage reached, each row's shares in its cells.

    `shares` is by place of the two stages in journey order. Steps onward lie above the diagonal, returns below.
    """
    step = min(84.0, (WIDE - _LABEL) / len(stages))
    body, most = "", max(shares.values(), default=1.0)
    for place, name in enumerate(stages):
        x, y = _LABEL + (place + 0.5) * step, _TOP + (place + 0.5) * _ROW
        lines = wrap(name, step - 6, 10, 2) if step >= _NAMED_FROM else []
        body += words_at(x, 12, [f"{place + 1}"], _SIZE, 'text-anchor="middle" class="strong"')
        body += words_at(x, 24, lines, 9.5, 'text-anchor="middle" class="soft"')
        body += words_at(0, y + 4, wrap(f"{place + 1} {name}", _LABEL - 10, _SIZE, 1), _SIZE)
    for (start, end), share in sorted(shares.items()):
        x, y = _LABEL + end * step, _TOP + start * _ROW
        kind = _KINDS[(end == start) + 2 * (end < start)]
        body += (
            f'<rect class="{kind}" x="{x + 1:.1f}" y="{y + 1}" width="{step - 2:.1f}" height="{_ROW - 2}" '
            f'fill-opacity="{_DEEPEST * share / most:.3f}"/>'
            + words_at(x + step / 2, y + _ROW / 2 + 4, [f"{100 * share:.0f}%"], _SIZE, 'text-anchor="middle"')
        )
    return _picture((_LABEL + len(stages) * step, _TOP + len(stages) * _ROW + 2), title, body, "wide ")


def rate_line(periods: Sequence[str], rates: Sequence[float | None], highest: float, title: str) -> str:
    """One line over periods from 0 to `highest`, a gap where a rate is not shown, its last figure beside it."""
    top, bottom, left, right = 10, 74, 6, NARROW - 70
    x, y = scale([0.0, max(len(rates) - 1, 1)], left, right), scale([0.0, max(highest, 1e-9)], bottom, top)
    places = [(x(step), y(rate), rate) for step, rate in enumerate(rates) if rate is not None]
    body = f'<line class="axis" x1="0" x2="{right + 4}" y1="{bottom}" y2="{bottom}"/>'
    for run in _runs(rates):
        points = " ".join(f"{x(step):.1f},{y(rates[step] or 0.0):.1f}" for step in run)
        body += f'<polyline class="line" points="{points}"/>'
    body += "".join(f'<circle class="middle" cx="{a:.1f}" cy="{b:.1f}" r="2.5"/>' for a, b, _ in places)
    if places:
        last_x, last_y, last = places[-1]
        body += words_at(last_x + 9, last_y + 4, [percent(last)], _SIZE, 'class="strong"')
    body += words_at(left - 6, bottom + 14, [periods[0]], 10, 'class="soft"')
    if len(periods) > 1:
        body += words_at(right, bottom + 14, [periods[-1]], 10, 'text-anchor="middle" class="soft"')
    return _picture((NARROW, bottom + 20), title, body)


def _runs(rates: Sequence[float | None]) -> list[list[int]]:
    """Places of rates that stand side by side without a gap."""
    runs: list[list[int]] = [[]]
    for step, rate in enumerate(rates):
        if rate is None:
            runs.append([])
        else:
            runs[-1].append(step)
    return [run for run in runs if len(run) > 1]


def _picture(size: tuple[float, float], title: str, body: str, kind: str = "") -> str:
    width, height = size
    return (
        f'<svg class="{kind}chart" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )
