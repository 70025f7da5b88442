"""The picture of survival: who is still there by tenure, as seen and as each model has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.svg import safe, scale, words_at

WIDTH = 360
_SIZE = 12.0
_DASHES = ("none", "6 3", "2 3", "8 3 2 3")
_MOST_DOTS = 40


def survival_curves(
    tenure: Sequence[float], observed: Sequence[float | None], models: Mapping[str, Sequence[float]], unit: str
) -> str:
    """Dots for what was seen, a line a model, from 100% at the start; tenures in `unit`s."""
    top, bottom, left, right = 8, 138, 40, WIDTH - 12
    x, y = scale([0.0, max(tenure)], left, right), scale([0.0, 1.0], bottom, top)
    body = f'<line class="axis" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>'
    for share in (0.5, 1.0):
        body += words_at(left - 6, y(share) + 4, [f"{share:.0%}"], 10, 'text-anchor="end" class="soft"')
    for (name, shares), dash in zip(models.items(), _DASHES, strict=False):
        points = " ".join(f"{x(t):.1f},{y(s):.1f}" for t, s in zip([0.0, *tenure], [1.0, *shares], strict=True))
        body += f'<polyline class="line" stroke-dasharray="{dash}" points="{points}"><title>{safe(name)}</title>'
        body += "</polyline>"
    step = -(-len(tenure) // _MOST_DOTS)
    seen = list(zip(tenure, observed, strict=True))[::step]
    body += "".join(f'<circle class="middle" cx="{x(t):.1f}" cy="{y(s):.1f}" r="3"/>' for t, s in seen if s is not None)
    body += words_at(left, bottom + 14, ["0"], 10, 'text-anchor="middle" class="soft"')
    body += words_at(right, bottom + 14, [f"{max(tenure):.0f} {unit}s"], 10, 'text-anchor="end" class="soft"')
    return _picture(bottom + 34 + 16 * len(models), body + _legend(models, bottom + 34), unit)


def _legend(models: Mapping[str, Sequence[float]], y: float) -> str:
    body = f'<circle class="middle" cx="58" cy="{y - 4}" r="3"/>' + words_at(84, y, ["as seen"], _SIZE)
    for place, (name, dash) in enumerate(zip(models, _DASHES, strict=False), start=1):
        line = y + 16 * place
        body += f'<polyline class="line" stroke-dasharray="{dash}" points="40,{line - 4} 76,{line - 4}"/>'
        body += words_at(84, line, [name], _SIZE)
    return body


def _picture(height: float, body: str, unit: str) -> str:
    title = f"Share of customers still there by tenure in {unit}s: as seen and by model"
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{safe(title)}">'
        f"<title>{safe(title)}</title>{body}</svg>"
    )
