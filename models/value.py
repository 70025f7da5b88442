"""What fixing is worth: contribution margin with a fix minus without, draw by draw.

Estimand: the customers active at `as_of`, over the horizon, when occurrences are thinned by the share
fixed. Levels come from the ledger, changes from the posterior. Outcomes of the first `lag` periods
come from experience before any fix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.retention import intensity_of, survival
from models.uplift import UpliftPosterior


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaBase:
    """One persona's customers as the ledger shows them at `as_of`, by tenure band `(band,)`.

    `customers` active, `rate` the share that leaves in a period (0 for sites), `money` contribution
    margin (or revenue) per active customer and period. `patterns` `(pattern, pain_point)` are exposures
    that occur together and their `weights`; `alone` `(pain_point,)` is the prevalence of those known only
    from a survey; `level` `(pain_point,)` the mean excess of levels; all three in units of exposure and
    zero for pain points of another kind. `exposure` `(pain_point,)` is the mean over customers.
    """

    persona: str
    customers: np.ndarray
    rate: np.ndarray
    money: np.ndarray
    patterns: np.ndarray
    weights: np.ndarray
    alone: np.ndarray
    level: np.ndarray
    exposure: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBase:
    """The base of a study and its clock. `discount` `(period,)`; `frailty` `(draw,)` is a variance."""

    personas: tuple[PersonaBase, ...]
    discount: np.ndarray
    lag: int
    frailty: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a plan removes over time: `levels` `(persona, level, draw, pain_point)` of the share fixed (one
    persona where all are alike), and which of them holds in the experience of each future period,
    `at` `(period,)`, -1 for none."""

    levels: np.ndarray
    at: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDraws:
    """Money gained by period, undiscounted, joint over draws: `(draw, period)`.

    `retention` comes of customers who stay, at the base's money; `spend` of more money from those there.
    """

    retention: np.ndarray
    spend: np.ndarray

    def discounted(self, discount: np.ndarray) -> np.ndarray:
        """Present value `(draw,)`."""
        return (self.retention + self.spend) @ discount


def discount_factors(rate: float, periods: int, periods_a_year: int) -> np.ndarray:
    """Mid-period discount factors `(period,)`: (1 + d)^(-(h - 1/2) / periods a year)."""
    return (1 + rate) ** (-(np.arange(1, periods + 1) - 0.5) / periods_a_year)


def whole_fix(draws: int, pains: int, which: list[int], periods: int) -> Course:
    """The course in which the pain points `which` never occur again, from the first future period."""
    levels = np.zeros((1, 1, draws, pains))
    levels[..., which] = 1.0
    return Course(levels=levels, at=np.zeros(periods, dtype=int))


def value_draws(base: ValueBase, posterior: UpliftPosterior, course: Course) -> ValueDraws:
    """What a course is worth by period, draw by draw, summed over personas."""
    draws, periods = posterior.draws, len(base.discount)
    retention, spend = np.zeros((draws, periods)), np.zeros((draws, periods))
    for g, persona in enumerate(base.personas):
        kept = posterior.credibility
        fixed = course.levels[g if len(course.levels) > 1 else 0]
        ratio = leaving_ratios(persona, posterior.leaving[:, g] * kept, fixed)
        lift = spend_lifts(persona, posterior.spend[:, g] * kept, fixed)
        held = np.concatenate([np.full(base.lag, -1), course.at])[:periods]
        one = _persona_value(persona, base.frailty, _by_period(ratio, held, 1.0), _by_period(lift, held, 0.0))
        retention += one.retention
        spend += one.spend
    return ValueDraws(retention=retention, spend=spend)


def _by_period(levels: np.ndarray, held: np.ndarray, idle: float) -> np.ndarray:
    """`(draw, period)` from `(level, draw)`, `idle` where nothing is fixed yet."""
    padded = np.concatenate([levels, np.full((1, levels.shape[1]), idle)])
    return padded[held].T


def leaving_ratios(persona: PersonaBase, log_hazard: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Leaving intensity with the shares `fixed` `(level, draw, pain_point)` over today's `(level, draw)`.

    An occurrence is removed with probability f independently, so its factor is f + (1 - f) e^tau;
    patterns keep what occurs together.
    """
    today = _intensity(persona, log_hazard, np.zeros((1, *log_hazard.shape)))
    return _intensity(persona, log_hazard, fixed) / today


def _intensity(persona: PersonaBase, log_hazard: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    if not persona.rate.any():
        return np.ones(fixed.shape[:2])
    factor = fixed + (1 - fixed) * np.exp(log_hazard)
    together = np.exp(np.log(factor) @ persona.patterns.T) @ persona.weights
    alone = np.prod(1 - persona.alone + persona.alone * factor, axis=2)
    return together * alone * np.exp((log_hazard * (1 - fixed)) @ persona.level)


def spend_lifts(persona: PersonaBase, spend: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Relative gain in money per customer and period with the shares `fixed` `(level, draw)`."""
    return -np.einsum("ldk,dk,k->ld", fixed, spend, persona.exposure)


def _persona_value(persona: PersonaBase, frailty: np.ndarray, ratio: np.ndarray, lift: np.ndarray) -> ValueDraws:
    now = intensity_of(persona.rate[None, :], frailty[:, None])
    periods = np.arange(1, ratio.shape[1] + 1)
    v = frailty[:, None, None]
    weight = persona.customers * persona.money
    before = np.einsum("dbh,b->dh", survival(now[:, :, None] * periods, v), weight)
    after = np.einsum("dbh,b->dh", survival(now[:, :, None] * ratio.cumsum(axis=1)[:, None, :], v), weight)
    return ValueDraws(retention=after - before, spend=after * lift)


def base_path(base: ValueBase) -> dict[str, np.ndarray]:
    """The base without any fix by period: `customers`, `margin` `(draw, period)`, all personas."""
    periods = np.arange(1, len(base.discount) + 1)
    customers, money = 0.0, 0.0
    for persona in base.personas:
        now = intensity_of(persona.rate[None, :], base.frailty[:, None])
        share = survival(now[:, :, None] * periods, base.frailty[:, None, None])
        customers = customers + np.einsum("dbh,b->dh", share, persona.customers)
        money = money + np.einsum("dbh,b->dh", share, persona.customers * persona.money)
    return {"customers": np.asarray(customers), "margin": np.asarray(money)}


def uniform_value(base: ValueBase, log_hazard: np.ndarray, lift: np.ndarray) -> np.ndarray:
    """Present value `(draw,)` of changing every customer's leaving intensity by a factor `exp(log_hazard)`
    and money by `lift`, from the first future period's experience on; both `(draw,)`."""
    draws, periods = len(base.frailty), len(base.discount)
    held = np.concatenate([np.zeros(base.lag), np.ones(max(periods - base.lag, 0))])[:periods]
    total = np.zeros(draws)
    for persona in base.personas:
        ratio = np.exp(log_hazard[:, None] * held)
        one = _persona_value(persona, base.frailty, ratio, lift[:, None] * held)
        total += one.discounted(base.discount)
    return total
