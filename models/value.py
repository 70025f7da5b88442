"""What fixing is worth: contribution margin with a fix minus without, draw by draw.

Estimand: the customers active at `as_of`, over the horizon, when occurrences are thinned by the share
fixed. Levels come from the ledger, changes from the posterior. Outcomes of the first `lag` periods
come from experience before any fix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_array

from models.brought import Brought
from models.retention import intensity_of
from models.there import who_is_there
from models.trend import Trend
from models.uplift import UpliftPosterior


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """What one persona's customers meet by how long they have been customers; an age is a group of tenures.

    `weights` `(age, pattern)` of the persona's own patterns; `alone`, `level` and `exposure`
    `(age, pain_point)` as in `PersonaBase`. `mix` `(period, band, age)` is the share of the customers of each
    tenure band that are of each age in the experience behind the outcome of each future period.
    """

    weights: np.ndarray
    alone: np.ndarray
    level: np.ndarray
    exposure: np.ndarray
    mix: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaBase:
    """One persona's customers as the ledger shows them at `as_of`, by tenure band `(band,)`.

    `customers` active, `rate` the share that leaves in a period (0 for sites), `money` contribution
    margin (or revenue) per active customer and period. `patterns` `(pattern, pain_point)` are exposures
    that occur together and their `weights`; `alone` `(pain_point,)` is the prevalence of those known only
    from a survey; `level` `(pain_point,)` the mean excess of levels; all three in units of exposure and
    zero for pain points of another kind. `exposure` `(pain_point,)` is the mean over customers,
    `prevalence` `(pain_point,)` the share of customers exposed at all in a period. `ages` is None where
    what is met is taken to be the same at every tenure, `trend` where nothing changes by itself.
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
    prevalence: np.ndarray
    ages: Ages | None = None
    trend: Trend | None = None

    @property
    def met(self) -> Ages:
        """What is met by age, one age for all where nothing tells them apart; `mix` is then `(1, 1, 1)`."""
        if self.ages is not None:
            return self.ages
        return Ages(
            weights=self.weights[None],
            alone=self.alone[None],
            level=self.level[None],
            exposure=self.exposure[None],
            mix=np.ones((1, 1, 1)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBase:
    """The base of a study and its clock. `discount` `(period,)`; `frailty` `(draw,)` is a variance."""

    personas: tuple[PersonaBase, ...]
    discount: np.ndarray
    lag: int
    frailty: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a plan removes over time.

    `levels` `(persona, level, draw, pain_point)` of the share fixed (one persona where all are alike),
    and which of them holds in the experience of each future period, `at` `(period,)`, -1 for none.
    """

    levels: np.ndarray
    at: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDraws:
    """Money gained by period, undiscounted, joint over draws: `(draw, period)`.

    `retention` comes of customers who stay, at the base's money; `spend` of more money from those there; `service` of
    what serving them costs less, as far as it is cash. `non_cashable` is the rest of that and in no total. Both are
    `(1, 1)` nil where nothing is counted.
    """

    retention: np.ndarray
    spend: np.ndarray
    service: np.ndarray = field(default_factory=lambda: np.zeros((1, 1)))
    non_cashable: np.ndarray = field(default_factory=lambda: np.zeros((1, 1)))

    def gained(self) -> np.ndarray:
        """Money gained in all by period `(draw, period)`."""
        return np.asarray(self.retention + self.spend + self.service)

    def discounted(self, discount: np.ndarray) -> np.ndarray:
        """Present value `(draw,)`."""
        return np.asarray(self.gained() @ discount)

    def beside(self, other: ValueDraws) -> ValueDraws:
        """What is gained beyond another course."""
        return ValueDraws(
            retention=self.retention - other.retention,
            spend=self.spend - other.spend,
            service=self.service - other.service,
            non_cashable=self.non_cashable - other.non_cashable,
        )


def as_heads(persona: PersonaBase) -> PersonaBase:
    """The same persona with every customer worth one unit of money, whatever the trend of money."""
    trend = persona.trend
    if trend is not None:
        one = np.ones_like(trend.margin)
        trend = replace(trend, margin=one, revenue=one)
    return replace(persona, money=np.ones_like(persona.money), trend=trend)


Moves = Callable[[int], tuple[np.ndarray, np.ndarray]]  # of the persona at a place, as `changed_draws` takes them


def discount_factors(rate: float, periods: int, periods_a_year: int) -> np.ndarray:
    """Mid-period discount factors `(period,)`: (1 + d)^(-(h - 1/2) / periods a year)."""
    return np.asarray((1 + rate) ** (-(np.arange(1, periods + 1) - 0.5) / periods_a_year))


def whole_fix(draws: int, pains: int, which: list[int], periods: int) -> Course:
    """The course in which the pain points `which` never occur again, from the first future period."""
    levels = np.zeros((1, 1, draws, pains))
    levels[..., which] = 1.0
    return Course(levels=levels, at=np.zeros(periods, dtype=int))


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What stays the same over every plan, kept so that a plan costs only what it changes.

    By persona: `hazard` `(draw, pain_point)` and `spend` after the haircut, `together` `(pattern, draw)`
    the intensity of each pattern as it is, `now` `(draw, band)` the leaving intensity of each band, and
    `before` `(draw, period)` the money that the base brings without any fix.
    """

    hazard: tuple[np.ndarray, ...]
    spend: tuple[np.ndarray, ...]
    together: tuple[np.ndarray, ...]
    now: tuple[np.ndarray, ...]
    before: tuple[np.ndarray, ...] | Brought


def look_at_today(base: ValueBase, posterior: UpliftPosterior) -> Today:
    """Everything about a base and a posterior that no plan changes."""
    kept = posterior.credibility
    hazard = tuple(posterior.leaving[:, g] * kept for g in range(len(base.personas)))
    now = tuple(intensity_of(persona.rate[None, :], base.frailty[:, None]) for persona in base.personas)
    idle = np.ones((1, 1, len(base.discount)))
    return Today(
        hazard=hazard,
        spend=tuple(posterior.spend[:, g] * kept for g in range(len(base.personas))),
        together=tuple(np.exp(persona.patterns @ tau.T) for tau, persona in zip(hazard, base.personas, strict=True)),
        now=now,
        before=tuple(
            who_is_there(p, base.frailty, one, idle).margin() for p, one in zip(base.personas, now, strict=True)
        ),
    )


def value_draws(base: ValueBase, today: Today, course: Course) -> ValueDraws:
    """What a course is worth by period, draw by draw, summed over personas."""
    return changed_draws(base, today, course.at, moves_of(base, today, course))


def moves_of(base: ValueBase, today: Today, course: Course) -> Moves:
    """What a course does to leaving and money of each persona, worked out when asked."""

    def moved(g: int) -> tuple[np.ndarray, np.ndarray]:
        fixed = course.levels[g if len(course.levels) > 1 else 0]
        persona = base.personas[g]
        return (
            leaving_ratios(persona, today.hazard[g], today.together[g], fixed),
            spend_lifts(persona, today.spend[g], fixed),
        )

    return moved


def never_again(base: ValueBase, today: Today, which: list[int]) -> np.ndarray:
    """Present value of never meeting the pain points `which` again `(draw,)`."""
    course = whole_fix(len(base.frailty), today.hazard[0].shape[1], which, len(base.discount))
    return value_draws(base, today, course).discounted(base.discount)


def changed_draws(base: ValueBase, today: Today, at: np.ndarray, moved: Moves) -> ValueDraws:
    """What a change of leaving and of money is worth by period, draw by draw, summed over personas.

    Args:
        base: the base.
        today: what stays the same.
        at: which level holds in the experience of each future period, -1 for none.
        moved: of a persona, factors of leaving intensity and relative gains in money, `(level, age, draw)` each.
    """
    draws, periods = len(base.frailty), len(base.discount)
    retention, spend = np.zeros((draws, periods)), np.zeros((draws, periods))
    for g, persona in enumerate(base.personas):
        ratios, lifts = moved(g)
        ratio, lift = by_period(base, persona, at, ratios, 1.0), by_period(base, persona, at, lifts, 0.0)
        there = who_is_there(persona, base.frailty, today.now[g], ratio)
        after = there.margin()
        retention += after - today.before[g]
        spend += after * lift[:, 0] if lift.shape[1] == 1 else there.margin(lift)
    return ValueDraws(retention=retention, spend=spend)


def by_period(base: ValueBase, persona: PersonaBase, at: np.ndarray, levels: np.ndarray, idle: float) -> np.ndarray:
    """What holds in each future period `(draw, band, period)` from `(level, age, draw)`; one band where all agree.

    `at` `(period,)` is the level in the experience of each future period, -1 for none, and outcomes come a lag later;
    `idle` stands where nothing holds yet.
    """
    held = np.concatenate([np.full(base.lag, -1), at])[: len(base.discount)]
    padded = np.concatenate([levels, np.full((1, *levels.shape[1:]), idle)])[held]
    if levels.shape[1] == 1:
        return np.asarray(padded.transpose(2, 1, 0))
    return np.asarray((persona.met.mix @ padded).transpose(2, 1, 0))


def leaving_ratios(persona: PersonaBase, log_hazard: np.ndarray, together: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Leaving intensity with the shares `fixed` `(level, draw, pain_point)` over today's `(level, age, draw)`.

    An occurrence is removed with probability f independently, so its factor e^tau becomes
    f + (1 - f) e^tau; patterns keep what occurs together.
    """
    met = persona.met
    out = np.ones((len(fixed), len(met.weights), fixed.shape[1]))
    if not persona.rate.any():
        return out
    changed = np.flatnonzero(fixed.any(axis=(0, 1)))
    groups, weight = share_of_intensity(persona.patterns[:, changed], met.weights, together)
    steps = _growth(groups)
    hazard = log_hazard[:, changed].T
    occurs = np.exp(hazard)
    alone, excess = met.alone[:, changed], met.level[:, changed]
    for level in np.flatnonzero(fixed.any(axis=(1, 2))):
        share = fixed[level][:, changed].T
        factor = share / occurs + 1 - share
        out[level] = _mean_factor(weight, steps, factor)
        for k in np.flatnonzero(alone.any(axis=0)):
            chance = alone[:, k, None]
            out[level] *= (1 - chance + chance * factor[k] * occurs[k]) / (1 - chance + chance * occurs[k])
        if excess.any():
            out[level] *= np.exp(-excess @ (hazard * share))
    return out


def share_of_intensity(
    patterns: np.ndarray, weights: np.ndarray, together: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Patterns merged where they are alike in the pain points `(pattern, changed)`.

    The merged patterns `(group, changed)` in lexical order, and each one's share of today's intensity of its age
    `(group, age, draw)`.
    """
    groups, member = np.unique(patterns, axis=0, return_inverse=True)
    ages, count = weights.shape
    place = (member.reshape(1, -1) * ages + np.arange(ages)[:, None]).reshape(-1)
    gather = csr_array(
        (weights.reshape(-1), (place, np.tile(np.arange(count), ages))), shape=(len(groups) * ages, count)
    )
    weight = (gather @ together).reshape(len(groups), ages, -1)
    return groups, weight / weight.sum(axis=0)


Growth = list[tuple[np.ndarray, tuple[tuple[float, np.ndarray], ...]]]


def _growth(groups: np.ndarray) -> Growth:
    """How groups `(group, pain_point)` in lexical order grow from one, a pain point at a time.

    By pain point: which of the groups so far each comes of, and by number of occurrences which ones meet it so often.
    """
    steps: Growth = []
    before = np.zeros(len(groups), dtype=int)
    differs = np.logical_or.accumulate(groups[1:] != groups[:-1], axis=1)
    for k in range(groups.shape[1]):
        begins = np.concatenate([[True], differs[:, k]])
        first, place = np.flatnonzero(begins), begins.cumsum() - 1
        times = groups[first, k]
        often = tuple((float(n), np.flatnonzero(times == n)) for n in np.unique(times) if n != 0)
        steps.append((before[first], often))
        before = place
    return steps


def _mean_factor(weight: np.ndarray, steps: Growth, factor: np.ndarray) -> np.ndarray:
    """Mean over groups of the product of `factor` `(changed, draw)` over their occurrences `(age, draw)`."""
    product = np.ones((1, weight.shape[2]))
    for (parent, often), one in zip(steps, factor, strict=True):
        product = product[parent]
        for times, rows in often:
            product[rows] *= one if times == 1 else one**times
    return np.asarray(np.einsum("gad,gd->ad", weight, product))


def spend_lifts(persona: PersonaBase, spend: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Relative gain in money per customer and period with the shares `fixed`, `(level, age, draw)`."""
    return np.asarray(-persona.met.exposure @ (fixed * spend).transpose(0, 2, 1))


def base_path(base: ValueBase) -> dict[str, np.ndarray]:
    """The base without any fix by period: `customers`, `margin` `(draw, period)`, all personas."""
    return uniform_path(base, np.zeros(len(base.frailty)))


def uniform_path(base: ValueBase, log_hazard: np.ndarray) -> dict[str, np.ndarray]:
    """The base by period, `customers` and `margin` `(draw, period)`, when every customer leaves otherwise.

    From the first future period's experience on the leaving intensity is `exp(log_hazard)` `(draw,)` times today's.
    """
    ratio = np.exp(log_hazard[:, None] * _held(base))[:, None, :]
    customers, money = np.zeros(ratio[:, 0].shape), np.zeros(ratio[:, 0].shape)
    for persona in base.personas:
        now = intensity_of(persona.rate[None, :], base.frailty[:, None])
        there = who_is_there(persona, base.frailty, now, ratio)
        customers += there.customers()
        money += there.margin()
    return {"customers": customers, "margin": money}


def uniform_value(base: ValueBase, log_hazard: np.ndarray, lift: np.ndarray) -> np.ndarray:
    """Present value `(draw,)` of changing every customer alike, from the first future period's experience on.

    Leaving intensity changes by the factor `exp(log_hazard)`, money by `lift`; both `(draw,)`.
    """
    after = uniform_path(base, log_hazard)["margin"] * (1 + lift[:, None] * _held(base))
    return np.asarray((after - base_path(base)["margin"]) @ base.discount)


def _held(base: ValueBase) -> np.ndarray:
    """Which periods' outcomes come of experience after `as_of` `(period,)`, 1 or 0."""
    return (np.arange(len(base.discount)) >= base.lag).astype(float)
