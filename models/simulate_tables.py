"""The tables a simulated company has of its customers, its money and what went wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.journey import Journey
from impact.periods import period_label
from impact.rng import stream
from models.simulate_people import TARIFFS, Panel, People
from models.simulated_company import CompanySpec

SPEND_NOISE = 0.15
RATE_NOISE = 0.02


def customer_ids(rows: np.ndarray) -> np.ndarray:
    """Names of customers by their place."""
    return np.char.add("c", np.char.zfill(rows.astype(str), 6)).astype(object)


def _first_days(spec: CompanySpec, steps: np.ndarray) -> np.ndarray:
    """The first day of each step's quarter."""
    months = (spec.first_period + steps - 1970 * 4) * 3
    days: np.ndarray = months.astype("datetime64[M]").astype("datetime64[s]")
    return days


def dates(spec: CompanySpec, steps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A day within each step's quarter."""
    days: np.ndarray = _first_days(spec, steps) + rng.integers(0, 90, len(steps)).astype("timedelta64[D]")
    return days


def customers(spec: CompanySpec, journey: Journey, people: People) -> pd.DataFrame:
    """A row a customer: persona and the quarter of joining."""
    personas = np.array([item.persona for item in journey.personas], dtype=object)
    return pd.DataFrame(
        {
            "customer_id": customer_ids(np.arange(len(people.persona))),
            "persona": personas[people.persona],
            "joined_at": _first_days(spec, people.joined),
        }
    )


def ledger(spec: CompanySpec, people: People, panel: Panel) -> pd.DataFrame:
    """A row an active quarter: money, whether the customer stays, and the tariff where the study holds it."""
    rng = stream(spec.seed, "money")
    customer, step = np.nonzero(panel.active)
    noise = np.exp(rng.normal(-(SPEND_NOISE**2) / 2, SPEND_NOISE, len(customer)))
    revenue = people.base[customer] * panel.spend[customer, step] * noise
    margin = revenue * (spec.money.margin_rate + rng.normal(0.0, RATE_NOISE, len(customer)))
    labels = np.array([period_label(spec.first_period + index, "quarter") for index in range(spec.periods)], object)
    retained = pd.array(panel.stays[customer, step].astype(int), dtype="Int64")
    retained[step == spec.periods - 1] = pd.NA
    table = pd.DataFrame(
        {
            "customer_id": customer_ids(customer),
            "period": labels[step],
            "revenue": revenue.round(2),
            "margin": margin.round(2),
            "retained": retained,
        }
    )
    return table.assign(tariff=TARIFFS[people.tariff[customer]]) if "tariff" in spec.controls else table


def incidents(spec: CompanySpec, journey: Journey, panel: Panel) -> pd.DataFrame:
    """A row an occurrence that operations see; one exposure in six shows as two rows."""
    rng = stream(spec.seed, "incidents")
    seen = np.array([pain.source == "operations" for pain in journey.pain_points])
    found = np.argwhere(panel.exposed & seen)
    customer, step, pain = np.repeat(found, 1 + (rng.random(len(found)) < 1 / 6), axis=0).T
    return pd.DataFrame(
        {
            "customer_id": customer_ids(customer),
            "occurred_at": dates(spec, step, rng),
            "pain_point": np.array(journey.pain_ids(), dtype=object)[pain],
            "amount": 1.0,
        }
    )
