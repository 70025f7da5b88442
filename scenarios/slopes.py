"""How fast the value of a set grows with each share it removes: by persona, pain point and period."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.retention import LEAST_FRAILTY, survival
from models.value import Course, PersonaBase, as_heads, by_period, leaving_ratios, share_of_intensity, spend_lifts
from scenarios.service import NO_SERVICE
from scenarios.worth import Case


def value_slopes(case: Case, course: Course) -> np.ndarray:
    """Mean money, discounted, for each whole share more removed: `(persona, pain_point, period)` of the experience."""
    return np.asarray(draw_slopes(case, course).mean(axis=0))


def draw_slopes(case: Case, course: Course) -> np.ndarray:
    """The same draw by draw `(draw, persona, pain_point, period)`.

    The derivative of `models.value.value_draws` at a course, in closed form: with survival S(I) = (1 + vI)^(-1/v) of
    the intensity I met so far, dS/dI = -S / (1 + vI).
    """
    slopes = np.stack([_persona_slopes(case, course, g) for g in range(len(case.base.personas))], axis=1)
    return slopes if case.service.saved is None else slopes + _service_slopes(case, course, case.service.saved)


def _service_slopes(case: Case, course: Course, saved: np.ndarray) -> np.ndarray:
    """What each whole share more removed saves in service, at the offers' mean cashable share.

    Points are to customers what a lift is to their money: the slope of customers and points less that of customers.
    """
    people = tuple(as_heads(one) for one in case.base.personas)
    kept = case.posterior.score * case.posterior.credibility[:, None]
    points = tuple(kept[:, g] for g in range(len(people)))
    counting = replace(case, base=replace(case.base, personas=people), service=NO_SERVICE)
    with_points, without = (
        draw_slopes(replace(counting, today=replace(case.today, spend=spend)), course)
        for spend in (points, tuple(np.zeros_like(one) for one in points))
    )
    cashable = float(np.mean([offer.item.cashable for offer in case.offers])) if case.offers else 1.0
    return np.asarray(cashable * saved[:, None, None, None] * (with_points - without))


def _persona_slopes(case: Case, course: Course, g: int) -> np.ndarray:
    base, today, persona = case.base, case.today, case.base.personas[g]
    fixed = course.levels[g if len(course.levels) > 1 else 0]
    fixed = np.concatenate([fixed, np.zeros((1, *fixed.shape[1:]))])
    ratios, lifts = (
        leaving_ratios(persona, today.hazard[g], today.together[g], fixed),
        spend_lifts(persona, today.spend[g], fixed),
    )
    at = np.where(course.at < 0, len(fixed) - 1, course.at)
    ratio, lift = by_period(base, persona, at, ratios, 1.0), by_period(base, persona, at, lifts, 0.0)
    worth = (persona.customers * persona.money)[:, None] * base.discount
    if persona.trend is not None:
        worth, ratio = worth * (persona.trend.heads * persona.trend.margin), ratio * persona.trend.leaving
    met = today.now[g][:, :, None] * ratio.cumsum(axis=2)
    variance = np.maximum(base.frailty, LEAST_FRAILTY)[:, None, None]
    there = survival(met, variance) if persona.rate.any() else np.ones((len(base.frailty), *worth.shape))
    lost = -there / (1 + variance * met) * worth * (1 + lift)
    # an intensity counts in every later period
    by_ratio = np.flip(np.flip(lost, 2).cumsum(axis=2), 2) * today.now[g][:, :, None]
    if persona.trend is not None:
        by_ratio = by_ratio * persona.trend.leaving
    out = np.zeros((*fixed.shape[1:], len(base.discount)))
    for period, level in enumerate(at[: len(base.discount) - base.lag]):
        mix = persona.met.mix[(period + base.lag) % len(persona.met.mix)]
        shares = np.broadcast_to(mix, (len(worth), mix.shape[1]))
        weight = np.einsum("db,ba->da", by_ratio[:, :, period + base.lag], shares)
        if persona.rate.any():
            slope = _ratio_slopes(persona, today.hazard[g], today.together[g], fixed[level], ratios[level])
            out[:, :, period] += np.einsum("da,kad->dk", weight, slope)
        bought = np.einsum("db,ba->da", there[:, :, period + base.lag] * worth[:, period + base.lag], shares)
        out[:, :, period] -= (bought @ persona.met.exposure) * today.spend[g]
    return out


def _ratio_slopes(
    persona: PersonaBase, log_hazard: np.ndarray, together: np.ndarray, fixed: np.ndarray, ratio: np.ndarray
) -> np.ndarray:
    """Change of the factor of leaving intensity for each whole share more removed `(pain_point, age, draw)`."""
    met = persona.met
    occurs = np.exp(log_hazard)
    factor = fixed / occurs + 1 - fixed
    groups, weight = share_of_intensity(persona.patterns, met.weights, together)
    left = weight * np.exp(groups @ np.log(factor).T)[:, None, :]
    meets = np.einsum("gk,gad->kad", groups, left) / left.sum(axis=0)
    relative = meets * ((1 / occurs - 1) / factor).T[:, None, :]
    chance = met.alone.T[:, :, None]
    grown = (factor * occurs).T[:, None, :]
    relative += chance * (1 - occurs).T[:, None, :] / (1 - chance + chance * grown)
    relative -= met.level.T[:, :, None] * log_hazard.T[:, None, :]
    return np.asarray(relative * ratio)
