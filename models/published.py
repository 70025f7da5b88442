"""Published ranges of what satisfaction goes with: they inform a reader and never change a grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.calibration.slopes import Outcome, Slope


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published range of a rate, per point of the study's scale.

    `outside` says in a sentence that the rate is not in it, and is empty where it is.
    """

    source: str
    low: float
    high: float
    outside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """What a source says of the whole scale, worst to best score, in the unit of the rate."""

    outcome: Outcome
    whole: tuple[float, float]
    source: str
    said: str


# Kriss (2014): of customers with the worst past experience 43% were still members a year later, of those with the
# best 74%; the best spent 2.4 times as much. Different customers, compared: an upper limit rather than an effect.
_BEST_STAY, _WORST_STAY, _MORE_SPEND = 0.74, 0.43, 2.4
_RANGES = (
    _Range(
        outcome="retention",
        whole=(float(np.log(np.log(_BEST_STAY) / np.log(_WORST_STAY))), 0.0),
        source="Kriss (2014), Harvard Business Review",
        said="the leaving rate falling to 36% from the worst to the best experience",
    ),
    _Range(
        outcome="log_revenue",
        whole=(0.0, float(np.log(_MORE_SPEND))),
        source="Kriss (2014), Harvard Business Review",
        said="spend 2.4 times as high for the best experience as for the worst",
    ),
)


def published_ranges(slope: Slope, span: float) -> tuple[Published, ...]:
    """The published ranges of an outcome beside its rate; `span` is the width of the score's scale in points."""
    out = []
    for one in _RANGES:
        if one.outcome != slope.outcome or not span > 0:
            continue
        low, high = (end / span for end in one.whole)
        inside = low <= slope.estimate <= high
        sentence = f"Outside the published range: {one.source} tells of {one.said}, compared across customers."
        out.append(Published(source=one.source, low=low, high=high, outside="" if inside else sentence))
    return tuple(out)
