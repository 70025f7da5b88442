"""The journey map as one SVG: stages in columns, and what is known of each in lanes below it.

It stands alone as a file and inside the page. Nothing is drawn where nothing was measured: an unmeasured
stage is a gap that says so, and segments are straight. Shapes and words carry the meaning, so it reads in grey.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from impact.journey import Stage
from reports import style
from reports.edition import Edition
from reports.figures import money, money_range, plain, whole
from reports.records import Row, label, number, printable, records
from reports.svg import safe, words_at, wrap

GUTTER = 104
SIZE = 12.0
SMALL = 11.0
LINE = SIZE * 1.2
HEAD = 58.0
NOTICE = 12.0
CHEVRON = 76
EMOTION = 170
PAIN = 64
BUBBLE = 22.0
SHOWN = 3
# Emotions are rounded on some tables; beyond this the stages are not on one scale.
EMOTION_AGREES = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    edition: Edition
    column: float
    scored: dict[str, Row]
    pains: dict[str, list[Row]]
    met: dict[str, list[str]]
    acting: dict[str, list[str]]

    def left(self, place: int) -> float:
        return GUTTER + place * self.column

    def centre(self, place: int) -> float:
        return self.left(place) + self.column / 2

    def stages(self) -> tuple[Stage, ...]:
        return self.edition.journey.stages


def write_journey_map(edition: Edition, path: Path) -> None:
    """Write the map as a standalone SVG file."""
    path.write_text(journey_map_svg(edition) + "\n", encoding="utf-8")


def journey_map_svg(edition: Edition) -> str:
    """The map as one SVG element with title, description and real text; it names no outside resource."""
    drawn = _map(edition)
    lanes: list[tuple[str, float, Callable[[_Map, float], str]]] = [("Stage", CHEVRON, _chevrons)]
    if edition.journey.touchpoints:
        lanes.append(("Touchpoints", _listed_height(drawn, drawn.met), _touchpoints))
    lanes.append(("Emotion", EMOTION, _emotion))
    if edition.journey.pain_points:
        lanes.append(("Pain points", _pain_height(drawn), _pain_points))
    if drawn.acting:
        lanes.append(("Initiatives", _listed_height(drawn, drawn.acting), _initiatives))
    notices = _notices(edition)
    body, y = [_heading(edition, notices)], HEAD + NOTICE * max(len(notices) - 1, 0)
    for name, height, draw in lanes:
        body.append(_lane(drawn, name, y, height) + draw(drawn, y))
        y += height
    return _document(edition, drawn, y, "".join(body))


def _map(edition: Edition) -> _Map:
    count = len(edition.journey.stages)
    pains: dict[str, list[Row]] = {}
    valued = {str(row.get("pain_point")): row for row in records(edition, "pain_points")}
    for pain in edition.journey.pain_points:
        row = {**valued.get(pain.pain_point, {}), "pain_point": pain.pain_point, "name": pain.name, "kind": pain.kind}
        pains.setdefault(pain.stage, []).append(row)
    for rows in pains.values():
        rows.sort(key=lambda row: -abs(number(row, "value") or 0.0))
    return _Map(
        edition=edition,
        column=176 if count <= 5 else 150 if count <= 8 else 124,
        scored={str(row.get("stage")): row for row in records(edition, "journey")},
        pains=pains,
        met=_met(edition),
        acting=_acting(edition),
    )


def _acting(edition: Edition) -> dict[str, list[str]]:
    """Names of the initiatives by the stage in which they remove something."""
    stage_of = {pain.pain_point: pain.stage for pain in edition.journey.pain_points}
    names = {str(row.get("initiative")): label(row, "initiative") for row in records(edition, "initiatives")}
    acting: dict[str, list[str]] = {}
    for fix in edition.fixes:
        there = acting.setdefault(stage_of.get(fix.pain_point, ""), [])
        if (name := names.get(fix.initiative, printable(fix.initiative))) not in there:
            there.append(name)
    return acting


def _met(edition: Edition) -> dict[str, list[str]]:
    met: dict[str, list[str]] = {}
    for point in edition.journey.touchpoints:
        channel = "" if point.channel in ("", point.name) else f" ({point.channel})"
        met.setdefault(point.stage, []).append(point.name + channel)
    return met


def _document(edition: Edition, drawn: _Map, height: float, body: str) -> str:
    width = GUTTER + max(len(drawn.stages()), 1) * drawn.column + 12
    measured = sum(_emotion_of(drawn, stage) is not None for stage in drawn.stages())
    described = (
        f"{len(drawn.stages())} stages in order, {measured} of them with a measured score; emotion from -2 to +2; "
        f"pain points sized by {edition.money_name} at stake."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" width="{width:.0f}" height="{height + 12:.0f}" '
        f'viewBox="0 0 {width:.0f} {height + 12:.0f}" role="img" fill="{style.INK}" '
        'font-family="Arial, Helvetica, sans-serif">'
        f"<title>{safe(f'Journey map: {edition.name}')}</title><desc>{safe(described)}</desc>"
        f'<rect width="100%" height="100%" fill="{style.PAPER}"/>{body}</svg>'
    )


def _notices(edition: Edition) -> list[str]:
    """The lines of the notices, each notice whole."""
    return [line for notice in edition.notices for line in wrap(notice, 640, 10, len(notice))]


def _heading(edition: Edition, notices: list[str]) -> str:
    unfit = "; money NOT FIT FOR USE" if edition.fitness != "fit" else ""
    money_lane = f"{edition.money_name} at stake in {edition.currency}, dashed below zero"
    said = f"Score and 90% range, all periods to {edition.as_of}; {money_lane}{unfit}"
    return (
        words_at(12, 24, [f"{edition.name}: the journey"], 17, 'font-weight="bold"')
        + words_at(12, 42, [said], SIZE, f'fill="{style.MUTED}"')
        + (words_at(12, 55, notices, 10, f'fill="{style.BAD}"') if notices else "")
    )


def _lane(drawn: _Map, name: str, y: float, height: float) -> str:
    right = drawn.left(len(drawn.stages()))
    return (
        f'<line x1="12" x2="{right:.0f}" y1="{y + height:.1f}" y2="{y + height:.1f}" stroke="{style.LINE}"/>'
        + words_at(12, y + 22, [name], SIZE, f'font-weight="bold" fill="{style.MUTED}"')
    )


def _chevrons(drawn: _Map, y: float) -> str:
    parts, tip = [], 12.0
    for place, stage in enumerate(drawn.stages()):
        x, right = drawn.left(place), drawn.left(place + 1) - 4
        top, low, middle = y + 6, y + CHEVRON - 6, y + CHEVRON / 2
        shape = [(x, top), (right - tip, top), (right, middle), (right - tip, low), (x, low), (x + tip, middle)]
        points = " ".join(f"{across:.1f},{down:.1f}" for across, down in shape)
        parts.append(f'<polygon points="{points}" fill="{style.ACCENT_FILL}" stroke="{style.ACCENT}"/>')
        room = drawn.column - 2 * tip - 12
        name = wrap(stage.name, room, SIZE, 2)
        owner = wrap(stage.owner, room, SMALL, 2) if stage.owner else []
        first = middle + 4 - (len(name) + len(owner) - 1) * LINE / 2
        parts.append(words_at(x + tip + 6, first, name, SIZE, 'font-weight="bold"'))
        parts.append(words_at(x + tip + 6, first + len(name) * LINE, owner, SMALL, f'fill="{style.MUTED}"'))
    return "".join(parts)


def _lines(drawn: _Map, name: str) -> list[str]:
    return wrap(name, drawn.column - 14, SMALL, 2)


def _listed_height(drawn: _Map, names: dict[str, list[str]]) -> float:
    heights = [
        sum(len(_lines(drawn, name)) * SMALL * 1.2 + 4 for name in listed[:SHOWN]) + 16 * (len(listed) > SHOWN)
        for listed in names.values()
    ]
    return max(heights, default=0.0) + 18


def _listed(drawn: _Map, names: dict[str, list[str]], y: float) -> str:
    """Up to three names a stage, of two lines each, and how many more there are."""
    parts = []
    for place, stage in enumerate(drawn.stages()):
        x, down, listed = drawn.left(place) + 4, y + 20, names.get(stage.stage, [])
        for name in listed[:SHOWN]:
            lines = _lines(drawn, name)
            parts.append(words_at(x, down, lines, SMALL))
            down += len(lines) * SMALL * 1.2 + 4
        if len(listed) > SHOWN:
            parts.append(words_at(x, down, [f"+{len(listed) - SHOWN} more"], SMALL))
    return "".join(parts)


def _touchpoints(drawn: _Map, y: float) -> str:
    return _listed(drawn, drawn.met, y)


def _initiatives(drawn: _Map, y: float) -> str:
    return _listed(drawn, drawn.acting, y)


def _emotion_of(drawn: _Map, stage: Stage) -> float | None:
    return number(drawn.scored.get(stage.stage, {}), "emotion")


def _level(y: float, emotion: float) -> float:
    return y + 72 - max(-2.0, min(2.0, emotion)) * 27


def _emotion(drawn: _Map, y: float) -> str:
    right = drawn.left(len(drawn.stages()))
    parts = []
    for level in (-2, 0, 2):
        dashed = "" if level == 0 else ' stroke-dasharray="2 4"'
        ink = style.MUTED if level == 0 else style.LINE
        at = _level(y, level)
        parts.append(f'<line x1="{GUTTER}" x2="{right:.0f}" y1="{at:.1f}" y2="{at:.1f}" stroke="{ink}"{dashed}/>')
        parts.append(words_at(GUTTER - 6, at + 4, [f"{level:+d}" if level else "0"], SMALL, 'text-anchor="end"'))
    parts += [_segment(drawn, place, y) for place in range(len(drawn.stages()) - 1)]
    to_emotion = _rescaling(drawn)
    parts += [_scored(drawn, place, y, to_emotion) for place in range(len(drawn.stages()))]
    return "".join(parts)


def _segment(drawn: _Map, place: int, y: float) -> str:
    start, end = (_emotion_of(drawn, drawn.stages()[step]) for step in (place, place + 1))
    if start is None or end is None:
        return ""
    return (
        f'<line class="emotion" x1="{drawn.centre(place):.1f}" y1="{_level(y, start):.1f}" '
        f'x2="{drawn.centre(place + 1):.1f}" y2="{_level(y, end):.1f}" stroke="{style.ACCENT}" stroke-width="1.5"/>'
    )


def _scored(drawn: _Map, place: int, y: float, to_emotion: Callable[[float], float] | None) -> str:
    row, x = drawn.scored.get(drawn.stages()[place].stage, {}), drawn.centre(place)
    emotion = number(row, "emotion")
    if emotion is None:
        return words_at(x, _level(y, 0) - 6, ["not measured"], SMALL, f'text-anchor="middle" fill="{style.MUTED}"')
    parts = []
    low, high, rival = (number(row, name) for name in ("score_low", "score_high", "benchmark"))
    if to_emotion and low is not None and high is not None:
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_level(y, to_emotion(low)):.1f}" '
            f'y2="{_level(y, to_emotion(high)):.1f}" stroke="{style.ACCENT}" stroke-width="7" stroke-opacity="0.35"/>'
        )
    if to_emotion and rival is not None:
        at = _level(y, to_emotion(rival))
        parts.append(
            f'<path class="benchmark" d="M{x - 6:.1f} {at:.1f}l6 -6 6 6 -6 6z" fill="{style.PAPER}" '
            f'stroke="{style.INK}" stroke-width="1.5"/>'
        )
    parts.append(f'<circle class="score" cx="{x:.1f}" cy="{_level(y, emotion):.1f}" r="4.5" fill="{style.ACCENT}"/>')
    said = [f"{plain(number(row, 'score'))} ({plain(low)} to {plain(high)})", f"n {whole(number(row, 'responses'))}"]
    if rival is not None:
        said[1] += f", ◇ {plain(rival)}"
    parts.append(words_at(x, y + EMOTION - 26, said, SMALL, 'text-anchor="middle"'))
    return "".join(parts)


def _rescaling(drawn: _Map) -> Callable[[float], float] | None:
    """From score to emotion, where the stages that have both lie on one line; None where they do not."""
    pairs = [(number(row, "score"), number(row, "emotion")) for row in drawn.scored.values()]
    known = sorted((score, emotion) for score, emotion in pairs if score is not None and emotion is not None)
    if len(known) < 2 or known[0][0] == known[-1][0]:
        return None
    (low, below), (high, above) = known[0], known[-1]
    slope = (above - below) / (high - low)
    if any(abs(below + slope * (score - low) - emotion) > EMOTION_AGREES for score, emotion in known):
        return None
    return lambda score: below + slope * (score - low)


def _pain_height(drawn: _Map) -> float:
    most = max((min(len(rows), SHOWN) for rows in drawn.pains.values()), default=1)
    more = any(len(rows) > SHOWN for rows in drawn.pains.values())
    return most * PAIN + (52 if more else 36)


def _pain_points(drawn: _Map, y: float) -> str:
    values = [abs(number(row, "value") or 0.0) for rows in drawn.pains.values() for row in rows]
    largest = max(values, default=0.0) or 1.0
    parts = []
    for place, stage in enumerate(drawn.stages()):
        rows = drawn.pains.get(stage.stage, [])
        stake = number(drawn.scored.get(stage.stage, {}), "value_at_stake")
        if stake is not None:
            said = [f"{money(stake, drawn.edition.currency)} at stake"]
            parts.append(words_at(drawn.left(place) + 4, y + 18, said, SMALL, f'font-weight="bold" {_faint(drawn)}'))
        parts += [_pain(drawn, place, y + 28 + PAIN * step, row, largest) for step, row in enumerate(rows[:SHOWN])]
        if len(rows) > SHOWN:
            said = [f"+{len(rows) - SHOWN} more"]
            parts.append(words_at(drawn.left(place) + 4, y + 38 + PAIN * SHOWN, said, SMALL))
    return "".join(parts)


def _pain(drawn: _Map, place: int, y: float, row: Row, largest: float) -> str:
    value = number(row, "value")
    radius = max(BUBBLE * math.sqrt(abs(value or 0.0) / largest), 1.5)
    x = drawn.left(place) + BUBBLE + 4
    look = f'fill="{style.BAD_FILL}"' if (value or 0.0) > 0 else f'fill="{style.PAPER}" stroke-dasharray="3 2"'
    beside, room = x + BUBBLE + 6, drawn.column - 2 * BUBBLE - 16
    words = wrap(label(row, "pain_point"), room, SMALL, 2)
    figures = _worth_of(row)
    down = y + 33 - (len(words) + len(figures)) * SMALL * 0.6
    return (
        f'<circle class="pain" cx="{x:.1f}" cy="{y + 27:.1f}" r="{radius:.2f}" {look} stroke="{style.BAD}"/>'
        + words_at(beside, down, words, SMALL)
        + words_at(beside, down + len(words) * SMALL * 1.2, figures, 10, f'fill="{style.MUTED}"')
    )


def _worth_of(row: Row) -> list[str]:
    value, delight = number(row, "value"), ", delight" if row.get("kind") == "delight" else ""
    if value is None:
        return [f"not valued{delight}"]
    low, high = number(row, "value_p05"), number(row, "value_p95")
    ranged = [] if low is None or high is None else [money_range(low, high)]
    return [money(value) + delight, *ranged]


def _faint(drawn: _Map) -> str:
    return f'fill="{style.MUTED}"' if drawn.edition.fitness != "fit" else ""
