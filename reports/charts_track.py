"""The pictures of `track`: dots on the range that was forecast, and the steps from forecast to actual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from reports.charts import SIZE, WIDTH, Interval
from reports.figures import money
from reports.svg import safe, scale, words_at, wrap


def seen_on_fan(
    periods: Sequence[str],
    rows: Sequence[Interval],
    seen: Sequence[float | None],
    figure: Callable[[float], str],
    title: str,
) -> str:
    """The forecast over periods with its 90% band, and a dot where it came out; the last dot's figure beside it."""
    top, bottom, left, right = 10, 112, 10, WIDTH - 96
    told = [value for value in seen if value is not None]
    y = scale([*told, *(end for row in rows for end in (row.low, row.middle, row.high))], bottom, top)
    x = scale([0.0, max(len(rows) - 1.0, 1.0)], left, right)
    upper = [f"{x(step):.1f},{y(row.high):.1f}" for step, row in enumerate(rows)]
    lower = [f"{x(step):.1f},{y(row.low):.1f}" for step, row in enumerate(rows)]
    middle = [f"{x(step):.1f},{y(row.middle):.1f}" for step, row in enumerate(rows)]
    body = f'<polygon class="band" points="{" ".join(upper + lower[::-1])}"/>'
    body += f'<polyline class="line" points="{" ".join(middle)}"/>'
    for step, (period, value) in enumerate(zip(periods, seen, strict=True)):
        if value is not None:
            body += f'<circle class="middle" cx="{x(step):.1f}" cy="{y(value):.1f}" r="4"><title>'
            body += f"{safe(period)}: {safe(figure(value))}</title></circle>"
    if told:
        body += words_at(right + 8, y(told[-1]) + 4, [f"came {figure(told[-1])}"], SIZE, 'class="strong"')
    body += words_at(left, bottom + 18, [periods[0]], 10, 'class="soft"')
    body += words_at(right, bottom + 18, [periods[-1]], 10, 'text-anchor="end" class="soft"')
    return _picture(bottom + 24, title, body)


def steps_to_actual(forecast: float, parts: Sequence[tuple[str, float]], actual: float, title: str) -> str:
    """From what was forecast, a step a part, to what came; each with its figure, on a scale that need not hold zero."""
    row, left, right = 22, 104, WIDTH - 66
    ends = [forecast]
    for _, value in parts:
        ends.append(ends[-1] + value)
    place = scale([*ends, actual], left, right)
    figures = [money(value) for value in (forecast, *(value for _, value in parts), actual)]
    lines = [("forecast", forecast, forecast), *((n, *two) for (n, _), two in zip(parts, pairwise(ends), strict=True))]
    body = ""
    for line, ((name, start, end), told) in enumerate(
        zip([*lines, ("came", actual, actual)], figures, strict=True),
    ):
        y, strong = line * row, ' class="strong"' if start == end and name in ("forecast", "came") else ""
        if strong:
            body += f'<line class="zero" x1="{place(end):.1f}" x2="{place(end):.1f}" y1="{y + 2}" y2="{y + row - 2}"/>'
        else:
            kind = "gain" if end >= start else "loss"
            body += f'<rect class="{kind}" x="{min(place(start), place(end)):.1f}" y="{y + 4}" '
            body += f'width="{max(abs(place(end) - place(start)), 1.0):.1f}" height="{row - 8}"/>'
        body += words_at(0, y + 15, wrap(name, left - 6, SIZE, 1), SIZE, strong)
        body += words_at(WIDTH, y + 15, [told], SIZE, f'text-anchor="end"{strong}')
    return _picture(row * (len(parts) + 2) + 2, title, body)


def own_curve(nominal: Sequence[float], realised: Sequence[Interval], title: str) -> str:
    """What ranges held over what they should have held, each with its band; on the slanted line they are right."""
    top, bottom, left, right = 10, 150, 40, 200
    x, y = scale([0.0, 1.0], left, right), scale([0.0, 1.0], bottom, top)
    body = f'<line class="axis" x1="{left}" x2="{right}" y1="{bottom}" y2="{top}"/>'
    for share, row in zip(nominal, realised, strict=True):
        body += f'<line class="range" x1="{x(share):.1f}" x2="{x(share):.1f}" y1="{y(row.low):.1f}" '
        body += f'y2="{y(row.high):.1f}"/><circle class="middle" cx="{x(share):.1f}" cy="{y(row.middle):.1f}" r="4">'
        body += f"<title>{safe(row.name)}</title></circle>"
        anchor = "start" if share == max(nominal) else "end"
        body += words_at(x(share), bottom + 16, [f"{share:.0%}"], 10, f'text-anchor="{anchor}" class="soft"')
    for share in (0.0, 0.5, 1.0):
        body += words_at(left - 6, y(share) + 4, [f"{share:.0%}"], 10, 'text-anchor="end" class="soft"')
    body += words_at(right + 12, y(1.0) + 4, ["held, of a range that", "should hold so much"], 10, 'class="soft"')
    return _picture(bottom + 24, title, body)


def _picture(height: float, title: str, body: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )
