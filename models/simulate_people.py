"""Who the customers of a simulated company are, and how they live through its window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from impact.rng import stream
from models.simulate_truth import occurrence_rates
from models.simulated_company import PRONENESS, PRONENESS_SHARES, CauseSpec, CompanySpec, Effects

HISTORY = 20
SEASON = np.array([1.10, 0.95, 0.95, 1.00])
SPEND_SPREAD = 0.40
TARIFFS = np.array(["fixed", "flexible"], dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everyone who ever joined: `joined` counts quarters from the window's first; `base` is mean revenue.

    `proneness` is the index of `exposure_levels`; `frailty` the lasting multiplier of leaving, all causes of it
    together; `tariff` the index of `TARIFFS`; `halo` points on every score.
    """

    persona: np.ndarray
    proneness: np.ndarray
    frailty: np.ndarray
    halo: np.ndarray
    base: np.ndarray
    joined: np.ndarray
    tariff: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What happened in the window, `(customer, period)`: `active`, `stays` and `spend` (multiplier of base).

    `exposed` is `(customer, period, pain_point)`, false where not active.
    """

    active: np.ndarray
    stays: np.ndarray
    spend: np.ndarray
    exposed: np.ndarray


Record = TypeVar("Record", People, Panel)


def kept(record: Record, rows: np.ndarray) -> Record:
    """The same record of some of its rows."""
    return replace(record, **{item.name: getattr(record, item.name)[rows] for item in fields(record)})


def exposure_levels(causes: CauseSpec) -> np.ndarray:
    """Multipliers of how often pain points occur `(level,)`: proneness, times tariff and trait where they act."""
    levels = PRONENESS
    for ratio in (causes.tariff_exposure, causes.trait_exposure):
        if ratio != 1:
            levels = np.concatenate([levels * part for part in _parts(ratio)])
    return levels


def draw_people(spec: CompanySpec, effects: Effects) -> People:
    """Enough people, in no order, for `spec.customers` of them to be seen in the window."""
    rng = stream(spec.seed, "people")
    ages = np.maximum(-np.arange(-HISTORY, spec.periods), 0)
    seen = float(np.mean((1 + spec.frailty * 1.3 * spec.leaving_rate * ages) ** (-1 / spec.frailty)))
    count = int(1.2 * spec.customers / seen) + 50
    persona = rng.choice(spec.personas, size=count, p=effects.shares)
    spread = rng.normal(-(SPEND_SPREAD**2) / 2, SPEND_SPREAD, count)
    people = People(
        persona=persona,
        proneness=rng.choice(len(PRONENESS), size=count, p=PRONENESS_SHARES),
        frailty=rng.gamma(1 / spec.frailty, spec.frailty, count),
        halo=rng.normal(0.0, spec.survey.halo, count),
        base=effects.revenue[persona] * np.exp(spread),
        joined=rng.integers(-HISTORY, spec.periods, count),
        tariff=np.zeros(count, dtype=int),
    )
    return _with_causes(spec, people)


def _with_causes(spec: CompanySpec, people: People) -> People:
    """The people, half of them with each trait that acts in the company."""
    causes, rng = spec.causes, stream(spec.seed, "causes")
    tariff, trait, mood = rng.integers(0, 2, (3, len(people.persona)))
    proneness, levels = people.proneness, len(PRONENESS)
    for has, ratio in ((tariff, causes.tariff_exposure), (trait, causes.trait_exposure)):
        if ratio != 1:
            proneness, levels = proneness + levels * has, 2 * levels
    frailty = people.frailty
    for has, ratio in (
        (tariff, causes.tariff_leaving),
        (trait, causes.trait_leaving),
        (mood, causes.mood_leaving),
    ):
        frailty = frailty * np.array(_parts(ratio))[has]
    return replace(
        people,
        proneness=proneness,
        frailty=frailty,
        halo=people.halo - causes.mood_score * (mood - 0.5),
        tariff=tariff,
    )


def _parts(ratio: float) -> tuple[float, float]:
    """Multipliers, of mean 1, of the half without and the half with."""
    return 2 / (1 + ratio), 2 * ratio / (1 + ratio)


def live(
    spec: CompanySpec, effects: Effects, people: People, rates_at: Callable[[np.ndarray, int], np.ndarray] | None = None
) -> Panel:
    """The panel of the window. Lives start at joining, so who is there at its start has survived until then.

    `rates_at` gives the chances of pain points `(person, pain_point)` from those of before, and a step.
    """
    rng = stream(spec.seed, "life")
    count, pains = len(people.persona), spec.pain_points
    rate = occurrence_rates(effects.prevalence, exposure_levels(spec.causes))[people.persona, people.proneness]
    tau, sigma = effects.tau[people.persona], effects.sigma[people.persona]
    calm = effects.leaving[people.persona] * people.frailty
    season = season_of(spec, np.arange(-HISTORY, spec.periods))
    grid = (count, spec.periods)
    active, stays, spend = np.zeros(grid, dtype=bool), np.zeros(grid, dtype=bool), np.ones(grid)
    exposures = np.zeros((*grid, pains), dtype=bool)

    there = np.zeros(count, dtype=bool)
    carried = np.ones(count)
    for step in range(-HISTORY, spec.periods):
        rate = rate if rates_at is None else rates_at(rate, step)
        there = there | (people.joined == step)
        exposed = (rng.random((count, pains)) < rate) & there[:, None]
        leaving = calm * season[step + HISTORY] * np.exp((exposed * tau).sum(axis=1))
        stay = there & (rng.exponential(size=count) > leaving)
        if step >= 0:
            active[:, step], stays[:, step], spend[:, step], exposures[:, step] = there, stay, carried, exposed
        carried = np.where(stay, np.exp((exposed * sigma).sum(axis=1)), 1.0)
        there = stay
    return Panel(active=active, stays=stays, spend=spend, exposed=exposures)


def season_of(spec: CompanySpec, steps: np.ndarray) -> np.ndarray:
    """Multiplier of leaving by step from the window's first quarter."""
    season: np.ndarray = SEASON[(spec.first_period + steps) % 4]
    return season
