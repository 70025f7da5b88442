"""What a rollout to few units could show, tried on what these units did while nobody had it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.stats import t as student

from impact.rng import stream
from models.measure.panel import FOUND, NEVER, Effect, Panel
from models.measure.power import POWER, needed_z
from models.measure.randomised import compare_randomised
from models.measure.staggered import compare_staggered

PANELS = 200  # placebo rollouts tried: a share of four in five is told to 3 points
LEAST = 50  # of them with an answer, fewer and nothing is said
LEAST_UNITS = 4  # two an arm
BEFORE = 2  # periods before the start at least
Way = Literal["at once", "stepped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebos:
    """Effects measured where there was none, with it in place for `after` periods.

    `estimate` `(panel,)`, and `needed` `(panel,)`, beyond which it is called found.
    """

    estimate: np.ndarray
    needed: np.ndarray
    after: int

    def power(self, effect: float) -> float:
        """The share of panels in which an added effect is found in its own direction.

        An effect that is added to every treated cell moves the estimate by itself and its error by nothing.
        """
        size = abs(effect)
        return float(((self.estimate + size > self.needed) & (size > 0)).mean())

    @property
    def false(self) -> float:
        """The share of panels in which an effect is found and none was added."""
        return float((np.abs(self.estimate) > self.needed).mean())

    def least(self, power: float = POWER) -> float:
        """The least effect that is found in this share of panels."""
        return float(np.quantile(self.needed - self.estimate, power, method="higher"))

    def error(self, power: float = POWER) -> float:
        """The standard error with which a Normal estimate would have this least effect."""
        return self.least(power) / needed_z(power)


def try_placebos(history: Panel, after: int, way: Way, seed: int) -> Placebos | None:
    """Placebo rollouts on units that had nothing, each measured as `track` would; None where they are too few.

    `history.treated_from` is ignored. Units are put in pairs by their level before; a coin in each pair draws one.
    "stepped" starts the drawn ones a period apart, the others never. A window of the history is drawn for each panel.
    """
    last = len(history.t) - after
    if last < BEFORE:
        return None
    found = []
    for number in range(PANELS):
        rng = stream(seed, f"placebo/{way}/{after}/{number}")
        start = int(rng.integers(BEFORE, last + 1))
        window = _cut(history, start, start + after)
        if len(window.unit) < LEAST_UNITS:
            continue
        starts = _drawn(window, start, way, rng)
        panel = replace(window, treated_from=starts, randomised=True)
        effect = compare_staggered(panel) if way == "stepped" else compare_randomised(panel)
        if isinstance(effect, Effect) and np.isfinite(effect.se) and effect.se > 0:
            found.append((effect.estimate, _needed(effect)))
    if len(found) < LEAST:
        return None
    table = np.array(found)
    return Placebos(estimate=table[:, 0], needed=table[:, 1], after=after)


def draw_pairs(level: np.ndarray, group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The pair of each unit `(n,)`, -1 for one left over, and which is drawn, as `(n, 2)`: pair, drawn 0/1.

    Pairs are neighbours in `level` `(n,)` within their `group` `(n,)`; a level that is not known stands last.
    """
    out = np.full((len(level), 2), (-1, 0))
    pairs = 0
    for name in np.unique(group):
        mine = np.flatnonzero(group == name)
        mine = mine[np.argsort(np.where(np.isfinite(level[mine]), level[mine], np.inf), kind="stable")]
        both = mine[: len(mine) // 2 * 2].reshape(-1, 2)
        coin = rng.integers(0, 2, len(both))
        for side in (0, 1):
            out[both[:, side], 0] = pairs + np.arange(len(both))
            out[both[:, side], 1] = coin == side
        pairs += len(both)
    return out


def _drawn(window: Panel, start: int, way: Way, rng: np.random.Generator) -> np.ndarray:
    weight = window.weights[:, :start]
    total = weight.sum(axis=1)
    summed = (weight * window.values[:, :start]).sum(axis=1)
    level = np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)
    lots = draw_pairs(level, np.zeros(len(level), dtype=int), rng)
    begins = np.full(len(level), int(window.t[start]))
    if way == "stepped":
        begins = begins + rng.permutation(len(level)) % (len(window.t) - start)
    return np.where(lots[:, 1] == 1, begins, NEVER)


def _cut(panel: Panel, start: int, end: int) -> Panel:
    """The periods up to `end`, of the units that were seen both before `start` and since."""
    both = panel.seen[:, :start].any(axis=1) & panel.seen[:, start:end].any(axis=1)
    short = replace(panel, t=panel.t[:end], outcome=panel.outcome[:, :end], weight=panel.weight[:, :end])
    return short.of(np.asarray(both))


def _needed(effect: Effect) -> float:
    """How large the estimate must be to be called found: its error at t of the degrees that its range tells."""
    ratio = (effect.high - effect.low) / (2 * effect.se)

    def apart(log_df: float) -> float:
        return float(student.ppf(0.95, np.exp(log_df))) - ratio

    low, high = np.log(1.0), np.log(1e6)
    df = np.exp(brentq(apart, low, high)) if apart(low) > 0 > apart(high) else (1e6 if apart(high) >= 0 else 1.0)
    return effect.se * float(student.ppf(1 - FOUND / 2, df))
