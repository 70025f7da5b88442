"""What a pilot of an initiative would show, how exactly, and what it is worth to decide after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from impact.rng import stream
from models.noise import Noise
from models.value import PersonaBase, leaving_ratios, spend_lifts
from scenarios.effect import Offer
from scenarios.regress_value import expected_elsewhere
from scenarios.worth import Case

LEAVING, MONEY = "leaving", "money"
ARMS = 4.0  # the variance of a difference of two halves of n is four times that of one over n


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a pilot measures, treated against control: `change` `(draw, measure)` and its standard error `(measure,)`.

    The first is the leaving rate of a period over all treated customers, the second their money, relative; then for
    each pain point that is fixed and counted, the share of customers who meet it in a period. An infinite error: it is
    not measured. `names` are those of the measures: `LEAVING`, `MONEY`, then the pain points.
    """

    change: np.ndarray
    se: np.ndarray
    names: tuple[str, ...]

    def result(self, seed: int, name: str) -> np.ndarray:
        """A simulated result of the pilot in every draw `(draw, measure)`, of what it measures."""
        told = np.isfinite(self.se)
        noise = stream(seed, f"pilot/{name}").standard_normal(self.change.shape)
        return np.asarray((self.change + np.where(told, self.se, 0.0) * noise)[:, told])


def pilot_shows(case: Case, offer: Offer, n: float, periods: float, noise: Noise) -> Shown:
    """What a pilot among `n` customers of the base, half of them treated, would show over `periods`.

    A share p is compared between two halves with variance 4 p (1 - p) / n; the share that leaves in q periods is
    1 - (1 - h)^q, and its error is told per period by the delta method. Money and occurrences are means of as many
    periods; money moves by `noise.spend` about a customer's own mean.
    """
    counted = [k for k, pain in enumerate(case.posterior.pain_points) if pain in noise.counted and _removes(offer, k)]
    rate = _mean(case, [persona.rate for persona in case.base.personas])
    often = [_mean(case, [np.full(len(p.rate), p.prevalence[k]) for p in case.base.personas]) for k in counted]
    whole = max(periods, 1.0)
    se = [
        leaving_error(rate, n, periods),
        float(np.sqrt(ARMS * noise.spend**2 / (n * whole))) if noise.spend > 0 else np.inf,
        *(float(np.sqrt(ARMS * p * (1 - p) / (n * whole))) if 0 < p < 1 else np.inf for p in often),
    ]
    removed = [_met_less(case, offer, k) for k in counted]
    return Shown(
        change=np.column_stack([*_money_moves(case, offer), *removed]),
        se=np.array(se),
        names=(LEAVING, MONEY, *(case.posterior.pain_points[k] for k in counted)),
    )


def leaving_error(rate: float, n: float, periods: float) -> float:
    """Standard error of the difference in the leaving rate of a period; infinite where nobody leaves."""
    left = 1 - (1 - rate) ** periods
    if not 0 < left < 1:
        return float("inf")
    return float(np.sqrt(ARMS * left * (1 - left) / n) / (periods * (1 - rate) ** (periods - 1)))


def _removes(offer: Offer, k: int) -> bool:
    return bool(offer.effectiveness[:, :, k].any())


def _of_persona(offer: Offer, g: int) -> np.ndarray:
    """What the offer removes in a persona when at work in full `(draw, pain_point)`."""
    return np.asarray(offer.effectiveness[g if len(offer.effectiveness) > 1 else 0])


def _mean(case: Case, by_band: list[np.ndarray]) -> float:
    customers = np.concatenate([persona.customers for persona in case.base.personas])
    return float(np.average(np.concatenate(by_band), weights=customers)) if customers.sum() > 0 else 0.0


def _money_moves(case: Case, offer: Offer) -> tuple[np.ndarray, np.ndarray]:
    """Change of the leaving rate of a period, and of money, relative, if all had the fix `(draw,)` each."""
    draws = case.posterior.draws
    leaving, money = np.zeros(draws), np.zeros(draws)
    customers = worth = 0.0
    for g, persona in enumerate(case.base.personas):
        fixed = _of_persona(offer, g)[None]
        ratio = _by_band(persona, leaving_ratios(persona, case.today.hazard[g], case.today.together[g], fixed))
        stay = np.clip(1 - persona.rate, 1e-9, 1.0)[:, None]
        leaving += persona.customers @ (stay - stay**ratio)
        mine = persona.customers * persona.money
        money += mine @ _by_band(persona, spend_lifts(persona, case.today.spend[g], fixed))
        customers, worth = customers + float(persona.customers.sum()), worth + float(mine.sum())
    return leaving / max(customers, 1e-300), money / worth if worth > 0 else money


def _by_band(persona: PersonaBase, by_age: np.ndarray) -> np.ndarray:
    """What holds in each tenure band today `(band, draw)`, from `(1, age, draw)`."""
    held = by_age[0] if by_age.shape[1] == 1 else persona.met.mix[0] @ by_age[0]
    return np.broadcast_to(held, (len(persona.rate), held.shape[1]))


def _met_less(case: Case, offer: Offer, k: int) -> np.ndarray:
    """Fall in the share of customers who meet a pain point in a period `(draw,)`."""
    total = sum(float(persona.customers.sum()) for persona in case.base.personas)
    parts = [
        float(persona.customers.sum()) * persona.prevalence[k] * _of_persona(offer, g)[:, k]
        for g, persona in enumerate(case.base.personas)
    ]
    return np.asarray(sum(parts) / total if total > 0 else np.zeros(case.posterior.draws))


def go_after(npv: np.ndarray, result: np.ndarray) -> np.ndarray:
    """Whether it is done after its result, in every draw `(draw,)` 0/1: where the NPV then expected is positive.

    What is expected at a draw is learnt from the other draws. Where deciding so earns no more than deciding now, the
    result is not acted on: all go, or none.
    """
    go = expected_elsewhere(npv, result) > 0 if result.shape[1] else np.full(len(npv), npv.mean() > 0)
    if (npv * go).mean() <= max(npv.mean(), 0.0):
        go = np.full(len(npv), npv.mean() > 0)
    return np.asarray(go, dtype=float)


def doubted_as_today(npv: np.ndarray, seed: int, name: str) -> np.ndarray:
    """The result of a pilot of no stated size `(draw, 1)`: the NPV itself, with an error as large as its spread."""
    return np.asarray(npv + npv.std() * stream(seed, f"pilot/{name}").standard_normal(len(npv)))[:, None]


def conjugate_worth(mean: float, sd: float, se: float) -> float:
    """What a measurement with error `se` is worth to a yes or no on a Normal worth; `se` 0 is perfect information.

    s0 [phi(u) - u (1 - Phi(u))], u = |mean| / s0, s0 = sd^2 / sqrt(sd^2 + se^2).
    Source: Ades, Lu & Claxton (2004), conjugate Normal case.
    """
    if sd <= 0:
        return 0.0
    s0 = sd**2 / np.hypot(sd, se)
    u = abs(mean) / s0
    return float(s0 * (norm.pdf(u) - u * norm.sf(u)))
