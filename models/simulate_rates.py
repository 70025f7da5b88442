"""Simulated companies in which satisfaction itself acts, with the true worth of a point and, if asked, a hidden cause.

Laws, for customer i in period t, scores on 0 to 10:

    satisfaction  L = 7 + persona + plan + person_i + stages_it + period_it
    answer        y = L + visible x T_it + mood_it, rounded and kept on the scale
    leaving       log intensity = calm + log frailty_i + plan + theta (L - 7) + hidden_leaving T_it
    next revenue  = base_i x (1 + psi (L - 7) + hidden_spend T_it) x noise
    margin        = revenue x (rate + noise)

T is the hidden cause, of variance 1: none, lasting (a trait), drifting (slow), instant (of one period).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.stats import norm

from impact.periods import period_label
from impact.rng import stream
from models.simulate_rates_spec import (
    LATE_DROP,
    LATE_SHARE,
    NEUTRAL,
    PERIOD_SPREAD,
    PERSONAS,
    STAGE_SPREAD,
    STAGES,
    VISIBLE,
    WEIGHTS,
    RatesSpec,
)

HISTORY = 12
PLAN_SCORE, PLAN_LEAVING, PLAN_REVENUE = 0.6, -0.3, 1.3
DRIFT = 0.9
SPEND_SPREAD, SPEND_NOISE = 0.40, 0.15
SILENCE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesPeople:
    """Everyone seen `(customer,)`; `joined` counts quarters from the window's first, `base` is mean revenue."""

    persona: np.ndarray
    plus: np.ndarray
    person: np.ndarray
    trait: np.ndarray
    frailty: np.ndarray
    base: np.ndarray
    joined: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesPanel:
    """The window, `(customer, period)`; `stages`, the stage answers, `(customer, period, stage)`.

    Who is `active`, who `stays`, who was `late` served, `latent` satisfaction, the `hidden` cause, the same two
    of the period before, the answer `score` and whether it was given.
    """

    active: np.ndarray
    stays: np.ndarray
    late: np.ndarray
    latent: np.ndarray
    hidden: np.ndarray
    latent_before: np.ndarray
    hidden_before: np.ndarray
    stages: np.ndarray
    score: np.ndarray
    answered: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesCompany:
    """The tables a study reads, in canonical columns, and what lies behind them."""

    spec: RatesSpec
    people: RatesPeople
    panel: RatesPanel
    hidden_spend: float
    calm: np.ndarray
    responses: pd.DataFrame
    customers: pd.DataFrame
    ledger: pd.DataFrame
    incidents: pd.DataFrame


Record = TypeVar("Record", RatesPeople, RatesPanel)


def simulate_rates(spec: RatesSpec) -> RatesCompany:
    """The company of a specification; the same specification gives the same company."""
    people = _draw_people(spec)
    calm = _calm(spec)
    panel = _answer(spec, _live(spec, people, calm))
    seen = np.flatnonzero(panel.active.any(axis=1))[: spec.customers]
    people, panel = of_rows(people, seen), of_rows(panel, seen)
    hidden_spend = _hidden_spend(spec, panel)
    return RatesCompany(
        spec=spec,
        people=people,
        panel=panel,
        hidden_spend=hidden_spend,
        calm=calm,
        responses=_responses(spec, panel),
        customers=_customers(spec, people),
        ledger=_ledger(spec, people, panel, hidden_spend),
        incidents=_incidents(spec, panel),
    )


def of_rows(record: Record, rows: np.ndarray) -> Record:
    """The record of the chosen customers."""
    return replace(record, **{one.name: getattr(record, one.name)[rows] for one in fields(record)})


def _calm(spec: RatesSpec) -> np.ndarray:
    """Quarterly intensity of leaving by persona `(persona,)` at neutral satisfaction, mean frailty, basic plan."""
    factor = np.exp(stream(spec.seed, "rates effects").normal(0.0, 0.2, spec.personas))
    spread = spec.theta**2 * sum(spec.clear_spread) / 2 + spec.hidden_leaving**2 / 2
    return np.asarray(spec.leaving_rate * factor / factor.mean() * np.exp(-spread))


def _draw_people(spec: RatesSpec) -> RatesPeople:
    rng = stream(spec.seed, "rates people")
    count = int(spec.customers * (1.1 + 0.75 * HISTORY / (HISTORY + spec.periods)))
    persona, plus = rng.integers(0, spec.personas, count), rng.random(count) < 0.4
    spread = rng.normal(-(SPEND_SPREAD**2) / 2, SPEND_SPREAD, count)
    return RatesPeople(
        persona=persona,
        plus=plus,
        person=rng.normal(0.0, spec.person, count),
        trait=rng.normal(0.0, 1.0, count),
        frailty=rng.gamma(1 / spec.frailty, spec.frailty, count),
        base=spec.revenue * np.exp(spread) * np.where(plus, PLAN_REVENUE, 1.0),
        joined=rng.integers(-HISTORY, spec.periods, count),
    )


def lasting_level(spec: RatesSpec, people: RatesPeople) -> np.ndarray:
    """The part of satisfaction that stays with a customer `(customer,)`."""
    persona = np.linspace(-0.3, 0.3, spec.personas) if spec.personas > 1 else np.zeros(1)
    return np.asarray(NEUTRAL + persona[people.persona] + PLAN_SCORE * people.plus + people.person)


def next_hidden(spec: RatesSpec, before: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The hidden cause a period on, of the same shape; of variance 1 whatever its kind."""
    if spec.hidden == "lasting":
        return before
    if spec.hidden == "instant":
        return rng.standard_normal(before.shape)
    fresh = rng.standard_normal(before.shape)
    return np.asarray(DRIFT * before + np.sqrt(1 - DRIFT**2) * fresh)


def leaving_intensity(
    spec: RatesSpec, people: RatesPeople, calm: np.ndarray, experience: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Intensity of leaving `(..., customer)` after an experience: satisfaction and hidden cause."""
    latent, hidden = experience
    log = spec.theta * (latent - NEUTRAL) + PLAN_LEAVING * people.plus + spec.hidden_leaving * hidden
    return np.asarray(calm[people.persona] * people.frailty * np.exp(log))


def _live(spec: RatesSpec, people: RatesPeople, calm: np.ndarray) -> RatesPanel:
    """Lives from joining on, so that who is there at the window's start has survived until then."""
    rng = stream(spec.seed, "rates life")
    count, grid = len(people.persona), (len(people.persona), spec.periods)
    lasting, hidden = lasting_level(spec, people), people.trait
    there = np.zeros(count, dtype=bool)
    latent_before, hidden_before = lasting, np.zeros(count)
    kept: dict[str, np.ndarray] = {}
    for step in range(-HISTORY, spec.periods):
        there = there | (people.joined == step)
        late = rng.random(count) < LATE_SHARE
        parts = rng.normal(0.0, STAGE_SPREAD, (count, len(STAGES)))
        parts[:, 0] -= LATE_DROP * (late - LATE_SHARE)
        latent = lasting + parts @ WEIGHTS + rng.normal(0.0, PERIOD_SPREAD, count)
        hidden = next_hidden(spec, hidden, rng)
        leaves = rng.exponential(size=count) < leaving_intensity(spec, people, calm, (latent, hidden))
        now = {"active": there, "stays": there & ~leaves, "late": late & there, "latent": latent, "hidden": hidden}
        now |= {"latent_before": latent_before, "hidden_before": hidden_before, "stages": lasting[:, None] + parts}
        if step >= 0:
            for name, value in now.items():
                kept.setdefault(name, np.zeros((*grid, *value.shape[1:]), dtype=value.dtype))[:, step] = value
        latent_before, hidden_before, there = latent, hidden, now["stays"]
    return RatesPanel(**kept, score=np.zeros(grid), answered=np.zeros(grid, dtype=bool))


def _answer(spec: RatesSpec, panel: RatesPanel) -> RatesPanel:
    """The panel with its answers; the unhappy answer a little less."""
    rng = stream(spec.seed, "rates answers")
    mood = rng.normal(0.0, spec.mood, panel.latent.shape)
    halo = mood + (VISIBLE * panel.hidden if spec.hidden != "none" else 0.0)
    standing = (panel.latent - NEUTRAL) / np.sqrt(sum(spec.clear_spread))
    chance = spec.response_rate * np.exp(SILENCE * standing - SILENCE**2 / 2)
    answered = (rng.random(chance.shape) < chance) & panel.active
    return replace(
        panel,
        score=np.clip(np.rint(panel.latent + halo), 0, 10),
        stages=np.clip(np.rint(panel.stages + halo[..., None]), 0, 10),
        answered=answered,
    )


def within(panel: RatesPanel, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values `(row,)` of the chosen customer-periods less their customer's own mean and their period's."""
    customer, step = np.nonzero(rows)
    out = values[rows].astype(float)
    for _ in range(20):
        for group in (customer, step):
            out -= (np.bincount(group, out) / np.maximum(np.bincount(group), 1))[group]
    return np.asarray(out)


def compared(panel: RatesPanel) -> np.ndarray:
    """Customer-periods in which an answer is followed by a next period's revenue `(customer, period)`."""
    rows = panel.answered & panel.stays
    rows[:, -1] = False
    return np.asarray(rows & (rows.sum(axis=1, keepdims=True) > 1))


def _hidden_spend(spec: RatesSpec, panel: RatesPanel) -> float:
    """Relative spend per unit of the hidden cause, such that the slope within customers is `times_off` its truth.

    A lasting cause has no such number: it drops out of a comparison of each customer with itself.
    """
    if spec.hidden in ("none", "lasting"):
        return 0.0
    rows = compared(panel)
    score = within(panel, rows, panel.score)
    caused, hidden = (score @ within(panel, rows, part) for part in (panel.latent, panel.hidden))
    return float((spec.times_off - 1) * spec.psi * caused / hidden)


def _ids(rows: np.ndarray) -> np.ndarray:
    return np.char.add("c", np.char.zfill(rows.astype(str), 6)).astype(object)


def _first_days(spec: RatesSpec, steps: np.ndarray) -> np.ndarray:
    months = (spec.as_of - spec.periods + 1 + steps - 1970 * 4) * 3
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[s]"))


def _responses(spec: RatesSpec, panel: RatesPanel) -> pd.DataFrame:
    customer, step = np.nonzero(panel.answered)
    days = _first_days(spec, step) + stream(spec.seed, "rates days").integers(0, 90, len(step)).astype("m8[D]")
    scores = np.column_stack([panel.score[customer, step], panel.stages[customer, step]])
    return pd.DataFrame(
        {
            "customer_id": np.repeat(_ids(customer), scores.shape[1]),
            "responded_at": np.repeat(days, scores.shape[1]),
            "stage": np.tile(np.array(["overall", *STAGES], dtype=object), len(customer)),
            "score": scores.ravel(),
            "metric": "rating",
            "scale_min": 0,
            "scale_max": 10,
        }
    )


def _customers(spec: RatesSpec, people: RatesPeople) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": _ids(np.arange(len(people.persona))),
            "persona": np.array(PERSONAS, dtype=object)[people.persona],
            "tariff": np.where(people.plus, "plus", "basic").astype(object),
            "joined_at": _first_days(spec, people.joined),
        }
    )


def _ledger(spec: RatesSpec, people: RatesPeople, panel: RatesPanel, hidden_spend: float) -> pd.DataFrame:
    rng = stream(spec.seed, "rates money")
    customer, step = np.nonzero(panel.active)
    lift = spec.psi * (panel.latent_before - NEUTRAL) + hidden_spend * panel.hidden_before
    noise = np.exp(rng.normal(-(SPEND_NOISE**2) / 2, SPEND_NOISE, len(customer)))
    revenue = people.base[customer] * (1 + lift[customer, step]) * noise
    labels = np.array([period_label(spec.as_of - spec.periods + 1 + k, "quarter") for k in range(spec.periods)], object)
    retained = pd.array(panel.stays[customer, step].astype(int), dtype="Int64")
    retained[step == spec.periods - 1] = pd.NA
    return pd.DataFrame(
        {
            "customer_id": _ids(customer),
            "period": labels[step],
            "revenue": revenue.round(2),
            "margin": (revenue * (spec.margin_rate + rng.normal(0.0, margin_noise(spec), len(customer)))).round(2),
            "retained": retained,
        }
    )


def margin_noise(spec: RatesSpec) -> float:
    """Standard deviation of the margin's share of revenue that puts `share_negative` of margins below zero."""
    return 0.02 if not spec.share_negative else float(spec.margin_rate / norm.isf(spec.share_negative))


def _incidents(spec: RatesSpec, panel: RatesPanel) -> pd.DataFrame:
    customer, step = np.nonzero(panel.late)
    return pd.DataFrame(
        {"customer_id": _ids(customer), "occurred_at": _first_days(spec, step), "pain_point": "late", "amount": 1.0}
    )
