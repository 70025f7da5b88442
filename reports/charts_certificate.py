"""The forest of a certificate as inline SVG: each way to a rate with its range, on one scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.charts import SIZE
from reports.svg import safe, scale, words_at, wrap

WIDTH = 640
_ROW, _LEFT, _RIGHT = 34, 220, 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way: its name, its middle (None: only a range was published), its range, whether it is compared."""

    name: str
    middle: float | None
    low: float
    high: float
    compared: bool


def forest(rows: Sequence[Branch], figure: Callable[[float], str], title: str) -> str:
    """Every way with its 90% range; the band runs from half to double the first, within which ways may differ.

    Filled: compared. Hollow: shown only. A thin line: published.
    """
    first = rows[0].middle or 0.0
    band = sorted((first / 2, first * 2))
    place = scale([0.0, *band, *(end for row in rows for end in (row.low, row.high))], _LEFT, _RIGHT)
    height = _ROW * len(rows)
    body = (
        f'<rect class="band" x="{place(band[0]):.1f}" y="0" width="{place(band[1]) - place(band[0]):.1f}" '
        f'height="{height}"/>'
        f'<line class="zero" x1="{place(0.0):.1f}" x2="{place(0.0):.1f}" y1="0" y2="{height}"/>'
    )
    body += "".join(_branch(row, line * _ROW + _ROW // 2, place, figure) for line, row in enumerate(rows))
    return (
        f'<svg class="chart wide" viewBox="0 0 {WIDTH} {height + 4}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )


def _branch(row: Branch, y: int, place: Callable[[float], float], figure: Callable[[float], str]) -> str:
    name = wrap(row.name, _LEFT - 12, SIZE, 2)
    told = f"{figure(row.low)} to {figure(row.high)}"
    kind = "axis" if row.middle is None else "range"
    line = f'<line class="{kind}" x1="{place(row.low):.1f}" x2="{place(row.high):.1f}" y1="{y}" y2="{y}"/>'
    dot = "gain" if row.compared else "middle"
    middle = "" if row.middle is None else f'<circle class="{dot}" cx="{place(row.middle):.1f}" cy="{y}" r="5"/>'
    return (
        line
        + middle
        + words_at(0, y + 4 - 7 * (len(name) - 1), name, SIZE)
        + words_at(WIDTH, y + 4, [told], SIZE, 'text-anchor="end" class="soft"')
    )
