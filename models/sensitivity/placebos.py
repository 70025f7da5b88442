"""What a placebo finds, over all terms together, with few false alarms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.calibration.placebo import telling, told_apart
from models.calibration.slopes import Calibration, Slope

FALSE_DISCOVERY = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceboReading:
    """A headline beside its placebo.

    `found`: the placebo is clear of nothing among all of its outcome's placebos. `alike`: of the headline's sign and
    at least half its size. `apart`: the headline stands clear of it. `tells`: it is precise enough to find as much.
    """

    headline: Slope
    placebo: Slope
    found: bool
    alike: bool
    apart: bool
    tells: bool

    @property
    def fails(self) -> bool:
        """Whether the placebo finds what the headline claims."""
        return not self.apart or (self.found and self.alike)


def benjamini_hochberg(p: np.ndarray, rate: float) -> np.ndarray:
    """Which p-values are rejected at a false discovery rate, as booleans in the given order.

    Source: Benjamini & Hochberg (1995).
    """
    if not len(p):
        return np.zeros(0, dtype=bool)
    order = np.argsort(p, kind="stable")
    under = p[order] <= rate * np.arange(1, len(p) + 1) / len(p)
    last = int(np.flatnonzero(under)[-1]) + 1 if under.any() else 0
    out = np.zeros(len(p), dtype=bool)
    out[order[:last]] = True
    return out


def benjamini_yekutieli(p: np.ndarray, rate: float) -> np.ndarray:
    """The same under whatever dependence between the tests; stricter. Source: Benjamini & Yekutieli (2001)."""
    return benjamini_hochberg(p, rate / float((1 / np.arange(1, len(p) + 1)).sum())) if len(p) else p.astype(bool)


def bonferroni(p: np.ndarray, rate: float) -> np.ndarray:
    """Which p-values are rejected where not one false alarm is wanted."""
    return np.asarray(p <= rate / max(len(p), 1))


def read_placebos(calibration: Calibration, rate: float = FALSE_DISCOVERY) -> tuple[PlaceboReading, ...]:
    """Every headline that has a placebo, read beside it; each outcome's placebos are judged together."""
    readings: list[PlaceboReading] = []
    for outcome in dict.fromkeys(slope.outcome for slope in calibration.slopes):
        pairs = [
            (slope, placebo)
            for slope in calibration.slopes
            if slope.headline and slope.outcome == outcome
            for placebo in [calibration.find(outcome, slope.term, "placebo")]
            if placebo is not None
        ]
        p = np.array([1.0 if np.isnan(placebo.p()) else placebo.p() for _, placebo in pairs])
        readings += [
            _read(headline, placebo, found=bool(found))
            for (headline, placebo), found in zip(pairs, benjamini_hochberg(p, rate), strict=True)
        ]
    return tuple(readings)


def _read(headline: Slope, placebo: Slope, *, found: bool) -> PlaceboReading:
    same_sign = headline.estimate * placebo.estimate > 0
    return PlaceboReading(
        headline=headline,
        placebo=placebo,
        found=found,
        alike=same_sign and abs(placebo.estimate) >= abs(headline.estimate) / 2,
        apart=told_apart(headline, placebo),
        tells=telling(headline, placebo),
    )
