"""Simulation-based calibration: are ranks of the truth among posterior draws as even as they have to be?

A truth drawn from the prior has, among independent draws of its posterior, each rank with the same chance. The
rank's distribution function is held against simultaneous bands; the folded rank, its distance from the
middle, shows ranges that are too narrow or too wide sooner.

Source: Talts, Betancourt, Simpson, Vehtari & Gelman (2018); Modrak et al. (2023) for quantities beside the parameters;
Säilynoja, Bürkner & Vehtari (2022) for the bands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom
from scipy.stats import t as student

from impact.rng import stream

NULLS = 20_000
MIDDLE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How even the ranks of one quantity, or of a family of quantities, are.

    `chance` is that of ranks as uneven under a right sampler, the least of what was tried times the number tried;
    `lean` the mean rank minus a half; `held` the share of truths within the middle 90% of the draws, `spread` the
    mean folded rank minus a half: above nil where ranges are too narrow.
    """

    quantity: str
    fits: int
    chance: float
    lean: float
    spread: float
    held: float

    def line(self) -> str:
        """One row of the printed table."""
        figures = f"{self.chance:>9.3f}{self.lean:>+8.3f}{self.spread:>+8.3f}{self.held:>7.2f}"
        return f"{self.quantity:<28}{self.fits:>6}{figures}"


HEAD = f"{'quantity':<28}{'fits':>6}{'chance':>9}{'lean':>8}{'spread':>8}{'held':>7}"


def rank_among(truth: np.ndarray, draws: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ranks 0..L of truths `(quantity,)` among draws `(L, quantity)`, ties broken by chance."""
    below, level = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    return np.asarray(below + rng.integers(0, level + 1))


def thinned(draws: np.ndarray, kept: int) -> np.ndarray:
    """As many as `kept` draws `(kept, ...)`, evenly spaced over all that there are."""
    return draws[np.linspace(0, len(draws) - 1, kept).round().astype(int)]


def judge_each(ranks: np.ndarray, draws: int, names: Sequence[str], seed: int = 1) -> list[Verdict]:
    """The verdict on every column of ranks `(fit, quantity)`, each 0..draws."""
    fits = len(ranks)
    folded = fold(ranks, draws)
    steps = (draws + 1, (draws + 1) // 2)
    chances = [
        chance_of(gaps(each, step), np.sort(null_gaps(fits, step, seed)))
        for each, step in zip((ranks, folded), steps, strict=True)
    ]
    least = np.minimum(2 * np.minimum(*chances), 1.0)
    return [
        Verdict(quantity=name, fits=fits, chance=float(least[k]), **describe(ranks[:, [k]], draws))
        for k, name in enumerate(names)
    ]


def judge_families(ranks: np.ndarray, draws: int, families: Mapping[str, Sequence[int]]) -> list[Verdict]:
    """The verdict on each family of columns together: mean rank and mean folded rank of a fit, fit by fit.

    Columns of one fit are not independent of each other; fits are, so that a fit is the unit here.
    """
    found = []
    for name, columns in families.items():
        mine = ranks[:, list(columns)]
        even = [((mine + 0.5) / (draws + 1)).mean(axis=1), unit_fold(mine, draws).mean(axis=1)]
        z = [abs(each.mean() - 0.5) / (each.std(ddof=1) / np.sqrt(len(each))) for each in even]
        chance = min(2 * 2 * float(student.sf(max(z), len(ranks) - 1)), 1.0)
        found.append(Verdict(quantity=name, fits=len(ranks), chance=chance, **describe(mine, draws)))
    return found


def describe(ranks: np.ndarray, draws: int) -> dict[str, float]:
    """Lean, spread and share held of ranks `(fit, quantity)`."""
    place = (ranks + 0.5) / (draws + 1)
    return {
        "lean": float(place.mean() - 0.5),
        "spread": float(unit_fold(ranks, draws).mean() - 0.5),
        "held": float((np.abs(place - 0.5) < MIDDLE / 2).mean()),
    }


def fold(ranks: np.ndarray, draws: int) -> np.ndarray:
    """Ranks counted from the middle outward, 0..(draws - 1) / 2; `draws` is odd, so each has the same chance."""
    if draws % 2 == 0:
        raise ValueError(f"{draws} draws: an odd number is wanted")
    return np.where(ranks > draws // 2, ranks - draws // 2 - 1, draws // 2 - ranks)


def unit_fold(ranks: np.ndarray, draws: int) -> np.ndarray:
    """Folded ranks as places in 0..1."""
    return (fold(ranks, draws) + 0.5) / ((draws + 1) // 2)


def gaps(ranks: np.ndarray, steps: int) -> np.ndarray:
    """The least two-sided chance of any step of each distribution function `(quantity,)`; ranks are 0..steps - 1."""
    table = _tails(len(ranks), steps)
    at = np.arange(1, steps)
    counts = (ranks[:, :, None] < at).sum(axis=0)
    return np.asarray(table[counts, at - 1].min(axis=1))


def null_gaps(fits: int, steps: int, seed: int) -> np.ndarray:
    """The same statistic of even ranks, simulated `(NULLS,)`."""
    table = _tails(fits, steps)
    each = stream(seed, "even ranks").multinomial(fits, np.full(steps, 1 / steps), size=NULLS)
    counts = each.cumsum(axis=1)[:, :-1]
    return np.asarray(table[counts, np.arange(steps - 1)].min(axis=1))


def chance_of(found: np.ndarray, nulls: np.ndarray) -> np.ndarray:
    """The share of sorted `nulls` that are as extreme as what was found `(quantity,)`."""
    return np.asarray((np.searchsorted(nulls, found * (1 + 1e-9), side="right") + 1) / (len(nulls) + 1))


def _tails(fits: int, steps: int) -> np.ndarray:
    """Two-sided binomial chances `(count, step)` of a count of ranks under each step."""
    share = np.arange(1, steps) / steps
    count = np.arange(fits + 1)[:, None]
    return np.asarray(np.minimum(2 * np.minimum(binom.cdf(count, fits, share), binom.sf(count - 1, fits, share)), 1.0))


def failures(verdicts: Sequence[Verdict], level: float) -> list[Verdict]:
    """The verdicts that a right sampler would bring with a chance under `level`, all of them taken together (Holm)."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.chance)
    out = []
    for place, verdict in enumerate(ordered):
        if verdict.chance * (len(ordered) - place) >= level:
            break
        out.append(verdict)
    return out
